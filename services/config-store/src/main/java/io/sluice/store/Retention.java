// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import io.sluice.api.store.RevisionStore;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * Keeps the store bounded: the newest revisions by number and bytes, those that were lost likewise beside them, the newest
 * entries of the audit. However many are lost, none that was in force goes for them.
 *
 * <p>Removing is no commit: what comes back after a crash is removed again. <b>Threading</b>: confined to its owner.
 */
final class Retention {

    /** What a value begins with: more than its number, its time, a node's name and an act. */
    private static final int BEGINNING_BYTES = 512;

    private static final class Kept {
        private final byte[] key;
        private final int bytes;

        Kept(byte[] key, int bytes) {
            this.key = key;
            this.bytes = bytes;
        }
    }

    /**
     * How much is kept of one kind of revisions, where there are more than one.
     *
     * @param count how many
     * @param bytes how long they are together
     */
    record Bound(int count, long bytes) {}

    /** Revisions of one kind, in the order in which they came. */
    private static final class Line {
        private final Bound bound;
        private final Deque<Kept> kept = new ArrayDeque<>();
        private long bytes;

        Line(Bound bound) {
            this.bound = bound;
        }

        void add(Kept revision) {
            kept.addLast(revision);
            bytes += revision.bytes;
        }

        void clear() {
            kept.clear();
            bytes = 0;
        }

        void remove(byte[] key) {
            kept.removeIf(revision -> {
                boolean same = Arrays.equals(revision.key, key);
                bytes -= same ? revision.bytes : 0;
                return same;
            });
        }

        boolean isTooLong() {
            return kept.size() > 1 && (kept.size() > bound.count() || bytes > bound.bytes());
        }

        byte[] removeOldest() {
            Kept oldest = kept.removeFirst();
            bytes -= oldest.bytes;
            return oldest.key;
        }
    }

    private final int auditMax;
    private final Line inForce;
    private final Line lost;
    private boolean counted;

    /** The bounds of {@link RevisionStore}. */
    static Retention system() {
        return new Retention(
                new Bound(RevisionStore.REVISIONS_MAX, RevisionStore.REVISION_BYTES_MAX),
                new Bound(RevisionStore.LOST_MAX, RevisionStore.LOST_BYTES_MAX),
                RevisionStore.AUDIT_MAX);
    }

    /**
     * @param revisions that were not lost
     * @param lost revisions
     * @param auditMax entries of the audit
     */
    Retention(Bound revisions, Bound lost, int auditMax) {
        this.inForce = new Line(revisions);
        this.lost = new Line(lost);
        this.auditMax = auditMax;
    }

    /** Forgets what is known of a store that is opened anew. */
    void forget() {
        counted = false;
    }

    /** Removes what is too old, once a revision has been added, or put in the place of the same one. */
    void afterAppend(OpenTables tables, byte[] key, int bytes, boolean wasLost) throws RocksDBException {
        if (counted) {
            inForce.remove(key);
            lost.remove(key);
            (wasLost ? lost : inForce).add(new Kept(key, bytes));
        } else {
            count(tables);
        }
        try (WriteBatch batch = new WriteBatch()) {
            shorten(inForce, tables, batch);
            shorten(lost, tables, batch);
            if (batch.count() > 0) {
                batch.put(
                        tables.handle(Table.NOTES),
                        Inventory.REVISIONS,
                        Inventory.count(inForce.kept.size() + lost.kept.size()));
                tables.write(batch);
            }
        }
    }

    private static void shorten(Line line, OpenTables tables, WriteBatch batch) throws RocksDBException {
        while (line.isTooLong()) {
            batch.delete(tables.handle(Table.REVISIONS), line.removeOldest());
        }
    }

    private void count(OpenTables tables) throws RocksDBException {
        inForce.clear();
        lost.clear();
        try (RocksIterator kept = tables.iterator(Table.REVISIONS)) {
            // their lengths and beginnings are enough: the store's lock is held for it, once
            ByteBuffer beginning = ByteBuffer.allocateDirect(BEGINNING_BYTES);
            for (kept.seekToFirst(); kept.isValid(); kept.next()) {
                int bytes = kept.value(beginning.clear());
                (Values.beginsAsLost(beginning) ? lost : inForce).add(new Kept(kept.key(), bytes));
            }
            kept.status();
        }
        counted = true;
    }

    /** The oldest entry of the audit that is kept once there is one of that sequence. */
    long firstEntry(long sequence) {
        return Math.max(1, sequence - auditMax + 1);
    }

    /** Removes the entries of the audit that are too old. */
    void afterEntry(OpenTables tables, long sequence) throws RocksDBException {
        if (sequence > auditMax) {
            try (WriteBatch batch = new WriteBatch()) {
                batch.deleteRange(tables.handle(Table.AUDIT), Values.key(0L), Values.key(firstEntry(sequence)));
                tables.write(batch);
            }
        }
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import io.sluice.api.store.RevisionStore;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * Keeps the store bounded: the newest revisions by number and bytes, the newest entries of the audit.
 *
 * <p>Removing is no commit: what comes back after a crash is removed again. <b>Threading</b>: confined to its owner.
 */
final class Retention {

    private static final class Kept {
        private final byte[] key;
        private final int bytes;

        Kept(byte[] key, int bytes) {
            this.key = key;
            this.bytes = bytes;
        }
    }

    private final int revisionsMax;
    private final long revisionBytesMax;
    private final int auditMax;
    private final Deque<Kept> revisions = new ArrayDeque<>();
    private long revisionBytes;

    /** The bounds of {@link RevisionStore}. */
    static Retention system() {
        return new Retention(RevisionStore.REVISIONS_MAX, RevisionStore.REVISION_BYTES_MAX, RevisionStore.AUDIT_MAX);
    }

    Retention(int revisionsMax, long revisionBytesMax, int auditMax) {
        this.revisionsMax = revisionsMax;
        this.revisionBytesMax = revisionBytesMax;
        this.auditMax = auditMax;
    }

    /** Forgets what is known of a store that is opened anew. */
    void forget() {
        revisions.clear();
        revisionBytes = 0;
    }

    /** Removes what is too old, once a revision has been added. */
    void afterAppend(OpenTables tables, byte[] key, int bytes) throws RocksDBException {
        if (revisions.isEmpty()) {
            count(tables);
        } else {
            add(key, bytes);
        }
        try (WriteBatch batch = new WriteBatch()) {
            while (revisions.size() > 1 && (revisions.size() > revisionsMax || revisionBytes > revisionBytesMax)) {
                Kept oldest = revisions.removeFirst();
                revisionBytes -= oldest.bytes;
                batch.delete(tables.handle(Table.REVISIONS), oldest.key);
            }
            if (batch.count() > 0) {
                batch.put(tables.handle(Table.NOTES), Inventory.REVISIONS, Inventory.count(revisions.size()));
                tables.write(batch);
            }
        }
    }

    private void count(OpenTables tables) throws RocksDBException {
        try (RocksIterator kept = tables.iterator(Table.REVISIONS)) {
            // their lengths are enough: the store's lock is held for it, once
            ByteBuffer nothing = ByteBuffer.allocateDirect(1);
            for (kept.seekToFirst(); kept.isValid(); kept.next()) {
                add(kept.key(), kept.value(nothing.clear()));
            }
            kept.status();
        }
    }

    private void add(byte[] key, int bytes) {
        revisions.addLast(new Kept(key, bytes));
        revisionBytes += bytes;
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

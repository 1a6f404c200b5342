// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import io.sluice.records.NotKeptException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes a journal: gathers groups of changes, seals and appends them, waits for the disk, and
 * completes them.
 *
 * <p>After a failure the journal is closed and opened again with later groups, at most once a second: RocksDB takes no
 * writes after some failures until then.
 *
 * <p><b>Threading</b>: groups come from any thread. The tables are used by the thread alone, but for reading them all,
 * for which they stay open.
 */
final class JournalWriter implements AutoCloseable {

    /** For so long what comes is gathered before it is written. */
    static final long GATHER_MS = 4;

    private static final Logger LOG = LoggerFactory.getLogger(JournalWriter.class);

    private static final int CHANGES_AT_ONCE_MAX = 16_384;
    private static final long LOOK_MS = 1_000;
    private static final long CLOSE_MAX_MS = 10_000;

    private final Path directory;
    private final JournalDirectory place;
    private final JournalLimits limits;
    private final BlockingQueue<Change.Group> queue = new LinkedBlockingQueue<>();
    private final AtomicInteger queuedChanges = new AtomicInteger();
    private final Thread thread;

    /** Held while tables are opened or closed, and while they are read. */
    private final Object openness = new Object();

    private @Nullable JournalTables tables;
    private @Nullable SyncedMark mark;
    private long batch;

    /** Why nothing that grows is written now. */
    private @Nullable String noRoom;

    /** Whether all records that are there are to be erased before anything is written. */
    private boolean erasesAllFirst;

    private boolean looked;
    private long lookedAtNs;
    private long closedAtNs;
    private volatile boolean closing;
    private final AtomicReference<JournalFigures> figures = new AtomicReference<>(JournalFigures.NONE);

    JournalWriter(Path directory, JournalDirectory place, JournalDirectory.Opened opened, JournalLimits limits) {
        this.directory = directory;
        this.place = place;
        this.limits = limits;
        tables = opened.tables();
        batch = opened.batch();
        thread = Thread.ofPlatform().daemon().name("sluice-journal").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Takes a group, whose result completes when it is on disk. */
    void submit(Change.Group group) {
        int waiting = queuedChanges.addAndGet(group.changes().size());
        if (closing || waiting > limits.changesMax()) {
            queuedChanges.addAndGet(-group.changes().size());
            figures.updateAndGet(before -> before.refused(group.changes().size()));
            group.result()
                    .completeExceptionally(new NotKeptException(
                            closing
                                    ? "the journal of flow records is closed: this node is stopping"
                                    : limits.changesMax() + " flow records wait for the journal already"));
            return;
        }
        queue.add(group);
    }

    void forEachRecord(JournalTables.Visitor visitor) throws RocksDBException, JournalUnavailableException {
        synchronized (openness) {
            JournalTables open = tables;
            if (open == null) {
                throw new JournalUnavailableException("the journal in " + directory + " is closed");
            }
            open.forEachRecord(visitor);
        }
    }

    JournalFigures figures() {
        return figures.get();
    }

    private void run() {
        try {
            while (!closing || !queue.isEmpty()) {
                Change.Group first = queue.poll(LOOK_MS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    commit(gather(first));
                }
            }
        } catch (InterruptedException stopped) {
            LOG.atWarn().addKeyValue("event", "journal_interrupted").log("the journal of flow records stops");
        } finally {
            closing = true;
            queue.forEach(left -> left.result()
                    .completeExceptionally(new NotKeptException("the journal of flow records was stopped")));
            closeTables();
        }
    }

    private List<Change.Group> gather(Change.Group first) throws InterruptedException {
        List<Change.Group> groups = new ArrayList<>();
        groups.add(first);
        int changes = first.changes().size();
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(closing ? 0 : GATHER_MS);
        while (changes < CHANGES_AT_ONCE_MAX) {
            Change.Group next = queue.poll(Math.max(0, untilNs - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (next == null) {
                break;
            }
            groups.add(next);
            changes += next.changes().size();
        }
        queuedChanges.addAndGet(-changes);
        return groups;
    }

    private void commit(List<Change.Group> groups) {
        look();
        String full = noRoom;
        if (full == null) {
            writeOrFail(groups);
            return;
        }
        // what only erases makes room
        fail(groups.stream().filter(Change.Group::grows).toList(), full);
        List<Change.Group> shrinking =
                groups.stream().filter(group -> !group.grows()).toList();
        if (!shrinking.isEmpty()) {
            writeOrFail(shrinking);
        }
    }

    private void writeOrFail(List<Change.Group> groups) {
        try {
            write(groups);
        } catch (RocksDBException failed) {
            closeTables();
            fail(groups, JournalTrouble.oneLine(failed));
            return;
        } catch (IOException failed) {
            closeTables();
            fail(groups, failed.getClass().getSimpleName() + " " + JournalTrouble.oneLine(failed));
            return;
        } catch (JournalUnavailableException refused) {
            fail(groups, JournalTrouble.oneLine(refused));
            return;
        } catch (RuntimeException broken) {
            // a fault of the program; the thread goes on, and who waits hears of it
            fail(groups, broken.getClass().getSimpleName() + " " + JournalTrouble.oneLine(broken));
            return;
        }
        JournalFigures before =
                figures.getAndUpdate(known -> known.kept(count(groups), known.keeping() || noRoom == null));
        if (!before.keeping() && noRoom == null) {
            LOG.atInfo()
                    .addKeyValue("event", "journal_kept_again")
                    .addKeyValue("not_kept", before.notKept())
                    .log("flow records are kept on disk again");
        }
        groups.forEach(group -> group.result().complete(null));
    }

    private static int count(List<Change.Group> groups) {
        return groups.stream().mapToInt(group -> group.changes().size()).sum();
    }

    private void fail(List<Change.Group> groups, String reason) {
        if (groups.isEmpty()) {
            return;
        }
        if (groups.stream().anyMatch(Change.Group::erasesAll)) {
            erasesAllFirst = true;
        }
        if (figures.getAndUpdate(before -> before.failed(count(groups))).keeping()) {
            LOG.atError()
                    .addKeyValue("event", "journal_not_kept")
                    .addKeyValue("directory", directory)
                    .log("flow records are not kept on disk: {}. The node goes on and tries again", reason);
        }
        NotKeptException failure = new NotKeptException("flow records may not be kept on disk: " + reason);
        groups.forEach(group -> group.result().completeExceptionally(failure));
    }

    private void write(List<Change.Group> groups) throws RocksDBException, IOException, JournalUnavailableException {
        JournalTables open = opened();
        boolean erasedAll = erasesAllFirst;
        try (WriteBatch writes = new WriteBatch()) {
            if (erasesAllFirst) {
                JournalTables.eraseAll(writes);
            }
            for (Change.Group group : groups) {
                if (group.erasesAll()) {
                    JournalTables.eraseAll(writes);
                    erasedAll = true;
                }
                for (Change change : group.changes()) {
                    byte[] key = change.key();
                    if (change.erases()) {
                        writes.delete(JournalTables.recordKey(key));
                    } else {
                        writes.put(JournalTables.recordKey(key), change.value(key));
                    }
                }
            }
            JournalTables.number(writes, batch + 1);
            open.write(writes);
            open.sync();
            batch++;
        }
        erasesAllFirst = false;
        note(open);
        if (erasedAll) {
            open.compact();
        }
    }

    private void note(JournalTables open) throws IOException {
        SyncedMark known = mark;
        if (known == null) {
            known = SyncedMark.open(directory);
            mark = known;
        }
        known.write(open.newestLog(batch));
    }

    private JournalTables opened() throws JournalUnavailableException {
        JournalTables open = tables;
        if (open == null) {
            long nowNs = System.nanoTime();
            if (nowNs - closedAtNs < TimeUnit.MILLISECONDS.toNanos(LOOK_MS)) {
                throw new JournalUnavailableException("it has failed and is opened again in a second");
            }
            closedAtNs = nowNs;
            synchronized (openness) {
                JournalDirectory.Opened again = place.open();
                open = again.tables();
                batch = again.batch();
                tables = open;
            }
        }
        return open;
    }

    /** Looks, once a second, whether there is room. */
    private void look() {
        long nowNs = System.nanoTime();
        if (looked && nowNs - lookedAtNs < TimeUnit.MILLISECONDS.toNanos(LOOK_MS)) {
            return;
        }
        looked = true;
        lookedAtNs = nowNs;
        try {
            noRoom = lookForRoom();
        } catch (IOException failed) {
            noRoom = failed.getClass().getSimpleName() + " " + JournalTrouble.oneLine(failed);
        } catch (RocksDBException failed) {
            noRoom = JournalTrouble.oneLine(failed);
        }
    }

    private @Nullable String lookForRoom() throws IOException, RocksDBException {
        long free = Files.getFileStore(directory).getUsableSpace();
        if (free < limits.freeBytesMin()) {
            return "the disk is full (" + free + " bytes left, expected at least " + limits.freeBytesMin() + ")";
        }
        JournalTables open = tables;
        if (open == null) {
            return null;
        }
        long bytes = open.bytes();
        if (bytes > limits.bytesMax()) {
            open.compact();
            bytes = open.bytes();
        }
        long now = bytes;
        figures.updateAndGet(before -> before.sized(now));
        return bytes > limits.bytesMax()
                ? "the journal has " + bytes + " bytes, expected at most " + limits.bytesMax()
                : null;
    }

    private void closeTables() {
        synchronized (openness) {
            JournalTables open = tables;
            SyncedMark known = mark;
            tables = null;
            mark = null;
            closedAtNs = System.nanoTime();
            if (open != null) {
                open.close();
            }
            if (known != null) {
                try {
                    known.close();
                } catch (IOException nothingLost) {
                    LOG.atDebug()
                            .setCause(nothingLost)
                            .addKeyValue("event", "journal_mark_not_closed")
                            .log("nothing is lost");
                }
            }
        }
    }

    @Override
    public void close() {
        closing = true;
        // wakes it
        queue.add(new Change.Group(List.of(), false, new CompletableFuture<>()));
        try {
            thread.join(CLOSE_MAX_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

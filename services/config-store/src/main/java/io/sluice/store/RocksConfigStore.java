// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import io.sluice.api.store.AppliedFile;
import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.ConfigStore;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.api.store.StoredRevision;
import io.sluice.api.store.TokenRecord;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.NodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store on disk: a RocksDB in one directory, held by one process.
 *
 * <p>A commit is written and synced, then the {@link CommitMark} is; only then it is acknowledged. After one that failed the
 * store is opened anew with the next call, and what is not marked is undone: a change that was refused does not come back.
 *
 * <p><b>Threading</b>: any thread but an event loop; one call that writes at a time, and those that read do not wait for
 * each other nor keep writers. A store that is closed waits for who reads. <b>Errors</b>: {@link StoreUnavailable}, in one
 * sentence that says what to do.
 */
public final class RocksConfigStore implements ConfigStore {

    /** Name of the store's directory in the data directory. */
    public static final String DIRECTORY = "config";

    /** Free bytes below which nothing is written: RocksDB must be able to tidy up. */
    static final long FREE_BYTES_MIN = 16L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(RocksConfigStore.class);
    private static final byte[] FILE_NOTE = Values.key("file");

    private final Path directory;
    private final DirectoryLock lock;
    private final Retention retention;

    /** Held for reading by who reads, for writing by who closes: each takes it while it has the store's lock. */
    private final ReadWriteLock life = new ReentrantReadWriteLock();

    private @Nullable OpenStore open;
    private boolean closed;

    /** An open store: its tables, its mark, and the numbers of what was written last. */
    private static final class OpenStore implements AutoCloseable {
        private final OpenTables tables;
        private final CommitMark mark;
        private long commit;
        private long entry;

        OpenStore(OpenTables tables, CommitMark mark, long commit, long entry) {
            this.tables = tables;
            this.mark = mark;
            this.commit = commit;
            this.entry = entry;
        }

        @Override
        public void close() {
            tables.close();
            try {
                mark.close();
            } catch (IOException nothingLost) {
                LOG.atDebug().setCause(nothingLost).log("event=store_mark_not_closed");
            }
        }
    }

    private interface Work<T> {
        T with(OpenStore store) throws RocksDBException, IOException, StoreUnavailable;
    }

    private interface Writes {
        void into(Commit commit) throws RocksDBException;
    }

    private RocksConfigStore(Path directory, DirectoryLock lock, Retention retention) {
        this.directory = directory;
        this.lock = lock;
        this.retention = retention;
    }

    /**
     * Opens the store of a data directory, or makes it.
     *
     * @param dataDirectory exists
     * @throws StoreUnavailable where it is damaged, foreign, held by another process, or may not be written
     */
    public static RocksConfigStore open(Path dataDirectory) throws StoreUnavailable {
        return open(dataDirectory, Retention.system());
    }

    static RocksConfigStore open(Path dataDirectory, Retention retention) throws StoreUnavailable {
        long startNs = System.nanoTime();
        Path directory = dataDirectory.resolve(DIRECTORY);
        DirectoryLock lock = DirectoryLock.take(directory);
        RocksConfigStore store = new RocksConfigStore(directory, lock, retention);
        try {
            NativeLibrary.load(dataDirectory);
            long loadedNs = System.nanoTime();
            store.work(opened -> {
                LOG.atInfo()
                        .addKeyValue("event", "store_opened")
                        .addKeyValue("directory", directory)
                        .addKeyValue("commits", opened.commit)
                        .addKeyValue("library_ms", (loadedNs - startNs) / 1_000_000)
                        .addKeyValue("open_ms", (System.nanoTime() - loadedNs) / 1_000_000)
                        .log("the configuration is kept on disk");
                return true;
            });
            return store;
        } catch (StoreUnavailable failed) {
            store.close();
            throw failed;
        }
    }

    private synchronized <T> T work(Work<T> work) throws StoreUnavailable {
        if (closed) {
            throw new StoreUnavailable("the store in " + directory + " is closed: the process is stopping");
        }
        return failingWell(() -> work.with(opened()));
    }

    /** Does something that only reads, beside those who write. */
    private <T> T read(Work<T> work) throws StoreUnavailable {
        OpenStore store = work(opened -> {
            life.readLock().lock();
            return opened;
        });
        try {
            return failingWell(() -> work.with(store));
        } finally {
            life.readLock().unlock();
        }
    }

    private interface Failing<T> {
        T run() throws RocksDBException, IOException, StoreUnavailable;
    }

    private <T> T failingWell(Failing<T> work) throws StoreUnavailable {
        try {
            return work.run();
        } catch (RocksDBException failed) {
            throw StoreTrouble.of(directory, failed);
        } catch (DamagedValue damaged) {
            throw StoreTrouble.damaged(directory, String.valueOf(damaged.getMessage()), damaged);
        } catch (IOException failed) {
            throw StoreTrouble.of(directory, failed);
        }
    }

    private OpenStore opened() throws RocksDBException, IOException, StoreUnavailable {
        OpenStore store = open;
        if (store == null) {
            store = reopen();
            open = store;
        }
        return store;
    }

    private void close(OpenStore store) {
        life.writeLock().lock();
        try {
            store.close();
        } finally {
            life.writeLock().unlock();
        }
    }

    private OpenStore reopen() throws StoreUnavailable, RocksDBException, IOException {
        retention.forget();
        OpenTables tables = new StoreDirectory(directory).open();
        try {
            long commit = Commit.number(tables);
            CommitMark mark = CommitMark.open(directory);
            mark.write(commit);
            return new OpenStore(tables, mark, commit, lastEntry(tables));
        } catch (RocksDBException | IOException | DamagedValue failed) {
            tables.close();
            throw failed;
        }
    }

    private static long lastEntry(OpenTables tables) throws RocksDBException {
        try (RocksIterator entries = tables.iterator(Table.AUDIT)) {
            entries.seekToLast();
            long last = entries.isValid() ? Values.number(entries.key()) : 0;
            entries.status();
            return last;
        }
    }

    /** Writes, syncs, marks; after a failure the store is closed, to be opened anew. */
    private void commit(OpenStore store, Writes writes) throws RocksDBException, IOException, StoreUnavailable {
        long free = Files.getFileStore(directory).getUsableSpace();
        if (free < FREE_BYTES_MIN) {
            throw StoreTrouble.full(directory, free, FREE_BYTES_MIN);
        }
        boolean done = false;
        try (Commit commit = new Commit(store.tables)) {
            writes.into(commit);
            commit.write(store.commit + 1);
            store.mark.write(store.commit + 1);
            store.commit++;
            done = true;
        } finally {
            if (!done) {
                open = null;
                close(store);
            }
        }
    }

    /** What a failure of it leaves behind is removed the next time. */
    private interface Tidying {
        void run() throws RocksDBException;
    }

    private static void tidy(Tidying tidying) {
        try {
            tidying.run();
        } catch (RocksDBException later) {
            LOG.atWarn().addKeyValue("event", "store_not_tidied").log("{}", later.getMessage());
        }
    }

    private boolean commitWithEntry(OpenStore store, AuditEntry entry, Writes writes)
            throws RocksDBException, IOException, StoreUnavailable {
        AuditEntry placed = entry.at(store.entry + 1);
        commit(store, commit -> {
            commit.put(Table.AUDIT, Values.key(placed.sequence()), Values.write(placed));
            commit.put(
                    Table.NOTES,
                    Inventory.AUDIT,
                    Inventory.audit(retention.firstEntry(placed.sequence()), placed.sequence()));
            writes.into(commit);
        });
        store.entry = placed.sequence();
        tidy(() -> retention.afterEntry(store.tables, placed.sequence()));
        return true;
    }

    @Override
    public void append(ConfigRevision revision, AuditEntry entry, @Nullable AppliedFile file) throws StoreUnavailable {
        work(store -> {
            byte[] key = Values.key(revision);
            byte[] value = Values.write(new StoredRevision(revision, entry.at(store.entry + 1)));
            commitWithEntry(store, entry, commit -> {
                boolean anew = store.tables.get(Table.REVISIONS, key) == null;
                commit.put(Table.REVISIONS, key, value);
                commit.put(
                        Table.NOTES,
                        Inventory.REVISIONS,
                        Inventory.count(Inventory.count(store.tables) + (anew ? 1 : 0)));
                commit.put(Table.NOTES, Inventory.NEWEST, newestKey(store.tables, key));
                if (file != null) {
                    commit.put(Table.NOTES, FILE_NOTE, Values.write(file));
                }
            });
            tidy(() -> retention.afterAppend(
                    store.tables, key, value.length, entry.origin().isLost()));
            return true;
        });
    }

    private static byte[] newestKey(OpenTables tables, byte[] added) throws RocksDBException {
        byte[] before = tables.get(Table.NOTES, Inventory.NEWEST);
        return before == null || Arrays.compareUnsigned(before, added) < 0 ? added : before;
    }

    @Override
    public Optional<StoredRevision> newest() throws StoreUnavailable {
        return lastBefore(Long.MAX_VALUE, key -> true);
    }

    @Override
    public Optional<StoredRevision> revision(long number) throws StoreUnavailable {
        return number < 0 ? Optional.empty() : lastBefore(number + 1, key -> Values.number(key) == number);
    }

    @Override
    public Optional<StoredRevision> revision(long number, NodeId author) throws StoreUnavailable {
        return work(store -> {
            byte[] value = store.tables.get(Table.REVISIONS, Values.key(number, author));
            return value == null ? Optional.empty() : Optional.of(Values.revision(value));
        });
    }

    /** The last revision before those of a number that was not lost, of those that are wanted. */
    private Optional<StoredRevision> lastBefore(long number, Predicate<byte[]> wanted) throws StoreUnavailable {
        return read(store -> {
            Optional<StoredRevision> found = Optional.empty();
            try (RocksIterator revisions = store.tables.iterator(Table.REVISIONS)) {
                if (number == Long.MAX_VALUE) {
                    revisions.seekToLast();
                } else {
                    revisions.seekForPrev(Values.key(number));
                }
                while (found.isEmpty() && revisions.isValid() && wanted.test(revisions.key())) {
                    byte[] value = revisions.value();
                    if (!Values.isLost(value)) {
                        found = Optional.of(Values.revision(value));
                    }
                    revisions.prev();
                }
                revisions.status();
            }
            return found;
        });
    }

    @Override
    public List<AuditEntry> history(long from, int limit) throws StoreUnavailable {
        return entries(Long.MAX_VALUE, limit, value -> {
            long revision = Values.revisionOfEntry(value);
            return revision > 0 && revision <= from && !Values.isLost(value);
        });
    }

    @Override
    public List<AuditEntry> lost(long from, int limit) throws StoreUnavailable {
        return entries(from, limit, Values::isLost);
    }

    @Override
    public List<AuditEntry> audit(long from, int limit) throws StoreUnavailable {
        return entries(from, limit, value -> true);
    }

    private List<AuditEntry> entries(long from, int limit, Predicate<byte[]> wanted) throws StoreUnavailable {
        return read(store -> {
            List<AuditEntry> found = new ArrayList<>();
            try (RocksIterator entries = store.tables.iterator(Table.AUDIT)) {
                for (entries.seekForPrev(Values.key(from)); entries.isValid() && found.size() < limit; entries.prev()) {
                    byte[] value = entries.value();
                    if (wanted.test(value)) {
                        found.add(Values.entry(value));
                    }
                }
                entries.status();
            }
            return found;
        });
    }

    @Override
    public Optional<AppliedFile> appliedFile() throws StoreUnavailable {
        return read(store -> {
            byte[] value = store.tables.get(Table.NOTES, FILE_NOTE);
            return value == null ? Optional.empty() : Optional.of(Values.file(value));
        });
    }

    @Override
    public void keepFile(AppliedFile file) throws StoreUnavailable {
        write(commit -> commit.put(Table.NOTES, FILE_NOTE, Values.write(file)));
    }

    @Override
    public List<TokenRecord> tokens() throws StoreUnavailable {
        return read(store -> {
            List<TokenRecord> found = new ArrayList<>();
            try (RocksIterator tokens = store.tables.iterator(Table.TOKENS)) {
                for (tokens.seekToFirst(); tokens.isValid(); tokens.next()) {
                    found.add(Values.token(tokens.value()));
                }
                tokens.status();
            }
            return found;
        });
    }

    @Override
    public void put(TokenRecord token, AuditEntry entry) throws StoreUnavailable {
        work(store -> commitWithEntry(
                store, entry, commit -> putToken(store, commit, Values.key(token.name()), Values.write(token))));
    }

    @Override
    public void touch(TokenRecord token) throws StoreUnavailable {
        work(store -> {
            commit(store, commit -> putToken(store, commit, Values.key(token.name()), Values.write(token)));
            return true;
        });
    }

    @Override
    public void remove(String name, AuditEntry entry) throws StoreUnavailable {
        byte[] key = Values.key(name);
        work(store -> commitWithEntry(store, entry, commit -> {
            commit.put(Table.NOTES, Inventory.TOKENS, Inventory.tokens(store.tables, key, null));
            commit.delete(Table.TOKENS, key);
        }));
    }

    private static void putToken(OpenStore store, Commit commit, byte[] key, byte[] value) throws RocksDBException {
        commit.put(Table.NOTES, Inventory.TOKENS, Inventory.tokens(store.tables, key, value));
        commit.put(Table.TOKENS, key, value);
    }

    private void write(Writes writes) throws StoreUnavailable {
        work(store -> {
            commit(store, writes);
            return true;
        });
    }

    @Override
    public void verify() throws StoreUnavailable {
        read(store -> {
            store.tables.verifyChecksums();
            try (OpenTables.View now = store.tables.new View()) {
                Inventory.checkRevisions(now);
            }
            return true;
        });
        entries(Long.MAX_VALUE, Integer.MAX_VALUE, value -> Values.revisionOfEntry(value) < 0);
        appliedFile();
    }

    @Override
    public synchronized void close() {
        closed = true;
        OpenStore store = open;
        open = null;
        if (store != null) {
            close(store);
        }
        lock.close();
    }
}

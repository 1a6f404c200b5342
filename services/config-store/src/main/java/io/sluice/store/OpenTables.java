// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * An open RocksDB with our tables in it.
 *
 * <p>Of the log only a record that the end of the file cuts off is taken for unfinished; anything else that is wrong in it
 * is corruption. <b>Threading</b>: any thread reads, one at a time writes; closed when nobody reads. <b>Ownership</b>: owns
 * native memory until closed.
 */
final class OpenTables implements AutoCloseable {

    /** How a store is opened. */
    enum Mode {
        /** An empty one is made. */
        CREATE,
        /** Nothing in the directory is changed. */
        LOOK,
        /** To work with. */
        WORK
    }

    private static final long WRITE_BUFFER_BYTES = 8L << 20;
    private static final long LOG_BYTES_MAX = 32L << 20;
    private static final int OPEN_FILES_MAX = 64;
    private static final int TEXT_LOGS_MAX = 2;
    private static final long TEXT_LOG_BYTES_MAX = 1L << 20;

    private final RocksDB database;
    private final DBOptions options;
    private final ColumnFamilyOptions tableOptions;
    private final Map<Table, ColumnFamilyHandle> handles = new EnumMap<>(Table.class);
    private final WriteOptions synced = new WriteOptions().setSync(true);

    private OpenTables(
            RocksDB database, DBOptions options, ColumnFamilyOptions tableOptions, List<ColumnFamilyHandle> handles) {
        this.database = database;
        this.options = options;
        this.tableOptions = tableOptions;
        for (Table table : Table.values()) {
            // in the order they were asked for
            this.handles.put(table, handles.get(this.handles.size()));
        }
    }

    static OpenTables open(Path directory, Mode mode) throws RocksDBException {
        DBOptions options = new DBOptions()
                .setCreateIfMissing(mode == Mode.CREATE)
                .setCreateMissingColumnFamilies(mode == Mode.CREATE)
                .setParanoidChecks(true)
                // what one commit wrote to several tables is lost together, if ever
                .setAtomicFlush(true)
                .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
                .setMaxTotalWalSize(LOG_BYTES_MAX)
                .setMaxOpenFiles(OPEN_FILES_MAX)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(TEXT_LOGS_MAX)
                .setMaxLogFileSize(TEXT_LOG_BYTES_MAX);
        ColumnFamilyOptions tableOptions = new ColumnFamilyOptions()
                .setWriteBufferSize(WRITE_BUFFER_BYTES)
                .setCompressionType(CompressionType.LZ4_COMPRESSION);
        List<ColumnFamilyDescriptor> tables = new ArrayList<>();
        for (Table table : Table.values()) {
            tables.add(new ColumnFamilyDescriptor(table.bytes(), tableOptions));
        }
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try {
            RocksDB database = mode == Mode.LOOK
                    ? RocksDB.openReadOnly(options, directory.toString(), tables, handles)
                    : RocksDB.open(options, directory.toString(), tables, handles);
            return new OpenTables(database, options, tableOptions, handles);
        } catch (RocksDBException failed) {
            tableOptions.close();
            options.close();
            throw failed;
        }
    }

    ColumnFamilyHandle handle(Table table) {
        return Objects.requireNonNull(handles.get(table), "a table without a handle");
    }

    byte @Nullable [] get(Table table, byte[] key) throws RocksDBException {
        return database.get(handle(table), key);
    }

    void writeSynced(WriteBatch batch) throws RocksDBException {
        database.write(synced, batch);
    }

    /** Not waited for: only what may come back, such as the removal of what is too old. */
    void write(WriteBatch batch) throws RocksDBException {
        try (WriteOptions soon = new WriteOptions()) {
            database.write(soon, batch);
        }
    }

    /** The caller closes it. */
    RocksIterator iterator(Table table) {
        return database.newIterator(handle(table));
    }

    /**
     * All tables as they are now, whatever is written meanwhile. <b>Ownership</b>: holds what it shows until closed.
     */
    final class View implements AutoCloseable {

        private final Snapshot snapshot = database.getSnapshot();
        private final ReadOptions options = new ReadOptions().setSnapshot(snapshot);

        byte @Nullable [] get(Table table, byte[] key) throws RocksDBException {
            return database.get(handle(table), options, key);
        }

        /** The caller closes it. */
        RocksIterator iterator(Table table) {
            return database.newIterator(handle(table), options);
        }

        @Override
        public void close() {
            options.close();
            database.releaseSnapshot(snapshot);
            snapshot.close();
        }
    }

    /** Reads every block of every file. */
    void verifyChecksums() throws RocksDBException {
        database.verifyChecksum();
    }

    @Override
    public void close() {
        handles.values().forEach(ColumnFamilyHandle::close);
        synced.close();
        database.close();
        tableOptions.close();
        options.close();
    }
}

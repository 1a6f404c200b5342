// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.sluice.records.RecordKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.TablePropertiesCollectorFactory;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * An open RocksDB with flow records in it.
 *
 * <p><b>Layout</b>: one table, so that what is found is a prefix of what was written. Keys that begin with {@code r}
 * are records, one that begins with {@code n} has the number of the last batch. The log is written out by whoever owns
 * this. Of a damaged log what comes before the damage is kept.
 *
 * <p><b>Threading</b>: any thread, as RocksDB allows; but nothing may be under way when it is closed. <b>Ownership</b>:
 * owns native memory until closed.
 */
final class JournalTables implements AutoCloseable {

    private static final byte[] BATCH_NOTE = "nbatch".getBytes(US_ASCII);
    private static final byte[] RECORDS_BEGIN = "r".getBytes(US_ASCII);
    private static final byte[] RECORDS_END = "s".getBytes(US_ASCII);
    private static final String LOG_SUFFIX = ".log";

    private static final long WRITE_BUFFER_BYTES = 16L << 20;
    private static final long LOG_BYTES_MAX = 64L << 20;
    private static final int OPEN_FILES_MAX = 64;
    private static final int TEXT_LOGS_MAX = 2;
    private static final long TEXT_LOG_BYTES_MAX = 1L << 20;

    /** A file that has so many deletions among so many entries in a row is compacted soon. */
    private static final int DELETION_WINDOW = 4_096;

    private static final int DELETION_TRIGGER = 2_048;
    private static final double DELETION_RATIO = 0.5;

    private final Path directory;
    private final RocksDB database;
    private final Options options;
    private final TablePropertiesCollectorFactory deletions;
    private final WriteOptions unsynced = new WriteOptions();

    private JournalTables(
            Path directory, RocksDB database, Options options, TablePropertiesCollectorFactory deletions) {
        this.directory = directory;
        this.database = database;
        this.options = options;
        this.deletions = deletions;
    }

    /**
     * Opens what is in a directory.
     *
     * @param create whether an empty one is made
     */
    static JournalTables open(Path directory, boolean create) throws RocksDBException {
        TablePropertiesCollectorFactory deletions =
                TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(
                        DELETION_WINDOW, DELETION_TRIGGER, DELETION_RATIO);
        Options options = new Options()
                .setCreateIfMissing(create)
                .setParanoidChecks(true)
                .setManualWalFlush(true)
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                .setMaxTotalWalSize(LOG_BYTES_MAX)
                .setMaxOpenFiles(OPEN_FILES_MAX)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(TEXT_LOGS_MAX)
                .setMaxLogFileSize(TEXT_LOG_BYTES_MAX)
                .setWriteBufferSize(WRITE_BUFFER_BYTES)
                .setCompressionType(CompressionType.LZ4_COMPRESSION);
        options.setTablePropertiesCollectorFactory(List.of(deletions));
        try {
            RocksDB database = RocksDB.open(options, directory.toString());
            return new JournalTables(directory, database, options, deletions);
        } catch (RocksDBException failed) {
            options.close();
            deletions.close();
            throw failed;
        }
    }

    static byte[] recordKey(byte[] key) {
        return ByteBuffer.allocate(1 + key.length).put(RECORDS_BEGIN).put(key).array();
    }

    /** Number of the last batch that is there; 0 where there is none. */
    long lastBatch() throws RocksDBException {
        byte[] value = database.get(BATCH_NOTE);
        return value == null || value.length != Long.BYTES
                ? 0
                : ByteBuffer.wrap(value).getLong();
    }

    /** Gives a batch its number. */
    static void number(WriteBatch batch, long number) throws RocksDBException {
        batch.put(BATCH_NOTE, ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    }

    /** Written to the log's buffer. */
    void write(WriteBatch batch) throws RocksDBException {
        database.write(unsynced, batch);
    }

    /** Adds to a batch that all records go. */
    static void eraseAll(WriteBatch batch) throws RocksDBException {
        batch.deleteRange(RECORDS_BEGIN, RECORDS_END);
    }

    /** Writes out the log and waits until it is on disk. */
    void sync() throws RocksDBException {
        database.flushWal(true);
    }

    /** Gives back the space of what was erased or replaced; takes seconds where there is much. */
    void compact() throws RocksDBException {
        database.compactRange();
    }

    /** Looks at each record, in the order of keys, as they are when this begins. */
    void forEachRecord(Visitor visitor) throws RocksDBException {
        try (RocksIterator records = database.newIterator()) {
            for (records.seek(RECORDS_BEGIN); records.isValid(); records.next()) {
                byte[] key = records.key();
                if (key[0] != RECORDS_BEGIN[0]) {
                    break;
                }
                byte[] flow = new byte[key.length - 1];
                System.arraycopy(key, 1, flow, 0, flow.length);
                visitor.visit(flow, records.value());
            }
            records.status();
        }
    }

    /** What looks at records. */
    interface Visitor {
        /**
         * One record.
         *
         * @param key of {@value RecordKey#BYTES} bytes, or of others where it is damaged
         * @param value sealed
         */
        void visit(byte[] key, byte[] value);
    }

    /** The log that is written to now, and its length. */
    SyncedMark.Reading newestLog(long batch) throws IOException {
        long newest = 0;
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = file.getFileName().toString();
                if (name.endsWith(LOG_SUFFIX)) {
                    newest = Math.max(newest, Long.parseLong(name, 0, name.length() - LOG_SUFFIX.length(), 10));
                }
            }
        }
        return new SyncedMark.Reading(batch, newest, Files.size(log(directory, newest)));
    }

    /** The file of a log. */
    static Path log(Path directory, long number) {
        return directory.resolve("%06d".formatted(number) + LOG_SUFFIX);
    }

    /** Bytes of all files. */
    long bytes() throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                // one that RocksDB has removed in the meantime has length 0
                bytes += file.toFile().length();
            }
        }
        return bytes;
    }

    @Override
    public void close() {
        unsynced.close();
        database.close();
        options.close();
        deletions.close();
    }
}

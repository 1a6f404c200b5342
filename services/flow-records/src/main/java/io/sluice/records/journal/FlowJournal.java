// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import io.sluice.hashing.authority.RecordCopies;
import io.sluice.model.flow.FlowRecord;
import io.sluice.records.NotKeptException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records on the disk of one node: a RocksDB in one directory, held by one process. They survive the loss of the
 * process, and of the power.
 *
 * <p>A write returns at once. One thread gathers what comes within {@value JournalWriter#GATHER_MS} ms, appends it to
 * the log, and waits for the disk once for all of it: at normal load a record is on disk some 10 ms after it was
 * written. Nothing but the journal's own copier waits for that. What is found after a crash is a prefix of what was written,
 * with everything in it that was acknowledged.
 *
 * <p>A failure of the disk fails the writes and nothing else: records go to the cluster as before. It is said once, and
 * {@link #figures} have it.
 *
 * <p><b>Threading</b>: any thread; {@link #replay} and {@link #close} block theirs. Stages complete on the journal's
 * own thread. <b>Errors</b>: stages fail with {@link NotKeptException}.
 */
public final class FlowJournal implements RecordCopies, AutoCloseable {

    /** Name of the journal's directory in the data directory. */
    public static final String DIRECTORY = "flows";

    private static final Logger LOG = LoggerFactory.getLogger(FlowJournal.class);

    private static final int REPLAY_CHUNK = 1_024;

    private final Path directory;
    private final JournalWriter writer;
    private final long lost;
    private final boolean made;

    private FlowJournal(Path directory, JournalWriter writer, JournalDirectory.Opened opened) {
        this.directory = directory;
        this.writer = writer;
        this.lost = opened.lost();
        this.made = opened.made();
    }

    /**
     * Opens the journal of a data directory, or makes it. Takes about a second for a million records; not on an event
     * loop.
     *
     * @param dataDirectory exists
     * @param identity whose it is
     * @param limits how far it may go
     * @throws JournalUnavailableException where it is damaged, foreign, of another master secret, held by another
     *     process, or may not be written; no record is changed then
     */
    public static FlowJournal open(Path dataDirectory, JournalIdentity identity, JournalLimits limits)
            throws JournalUnavailableException {
        NativeLibrary.load(dataDirectory);
        Path directory = dataDirectory.resolve(DIRECTORY);
        JournalDirectory place = new JournalDirectory(directory, identity);
        long startNs = System.nanoTime();
        JournalDirectory.Opened opened = place.open();
        if (opened.lost() > 0) {
            LOG.atWarn()
                    .addKeyValue("event", "journal_lost_batches")
                    .addKeyValue("directory", directory)
                    .addKeyValue("batches", opened.lost())
                    .log(
                            "the journal of flow records is damaged: the last {} batches that were acknowledged are"
                                    + " gone, what was before them is there",
                            opened.lost());
        }
        LOG.atInfo()
                .addKeyValue("event", "journal_opened")
                .addKeyValue("directory", directory)
                .addKeyValue("batches", opened.batch())
                .addKeyValue("open_ms", (System.nanoTime() - startNs) / 1_000_000)
                .log("flow records are kept on disk");
        JournalWriter writer = new JournalWriter(directory, place, opened, limits);
        writer.start();
        return new FlowJournal(directory, writer, opened);
    }

    @Override
    public CompletionStage<?> write(List<FlowRecord> records) {
        return submit(
                new Change.Group(records.stream().map(Change::writing).toList(), false, new CompletableFuture<>()));
    }

    @Override
    public CompletionStage<?> erase(List<FlowRecord> ended) {
        return submit(new Change.Group(ended.stream().map(Change::erasing).toList(), false, new CompletableFuture<>()));
    }

    /**
     * Forgets all records, and then gives back their space. Where that fails, they are forgotten before anything else is
     * written.
     */
    public CompletionStage<?> discard() {
        return submit(new Change.Group(List.of(), true, new CompletableFuture<>()));
    }

    private CompletionStage<?> submit(Change.Group group) {
        writer.submit(group);
        return group.result();
    }

    /**
     * Hands on every record, in chunks of up to {@value #REPLAY_CHUNK}, in no order that means anything. Blocks until
     * all are handed on; records that are written in the meantime are not among them.
     *
     * @throws JournalUnavailableException where the journal can no longer be read; what was handed on counts
     */
    public Replay replay(Consumer<List<FlowRecord>> consumer) throws JournalUnavailableException {
        Replaying replaying = new Replaying(consumer);
        try {
            writer.forEachRecord(replaying::take);
        } catch (RocksDBException failed) {
            throw JournalTrouble.of(directory, failed);
        }
        replaying.handOn();
        if (replaying.unreadable > 0) {
            LOG.atWarn()
                    .addKeyValue("event", "journal_unreadable_records")
                    .addKeyValue("directory", directory)
                    .addKeyValue("records", replaying.unreadable)
                    .log("{} flow records in the journal cannot be read", replaying.unreadable);
        }
        return new Replay(replaying.records, replaying.unreadable, lost);
    }

    /** A replay under way. */
    private static final class Replaying {
        private final Consumer<List<FlowRecord>> consumer;
        private final List<FlowRecord> chunk = new ArrayList<>(REPLAY_CHUNK);
        private long records;
        private long unreadable;

        Replaying(Consumer<List<FlowRecord>> consumer) {
            this.consumer = consumer;
        }

        void take(byte[] key, byte[] value) {
            FlowRecord flow = SealedRecord.open(key, value);
            if (flow == null) {
                unreadable++;
                return;
            }
            chunk.add(flow);
            if (chunk.size() == REPLAY_CHUNK) {
                handOn();
            }
        }

        void handOn() {
            if (!chunk.isEmpty()) {
                records += chunk.size();
                consumer.accept(List.copyOf(chunk));
                chunk.clear();
            }
        }
    }

    /** What it has done so far. */
    public JournalFigures figures() {
        return writer.figures();
    }

    /**
     * Closes the journal of a process that does not start after all. One that this process has made goes: it would be the
     * journal of a secret that may be what the process was refused for.
     *
     * @throws IOException where it cannot be taken away; it is closed all the same
     */
    public void abandon() throws IOException {
        close();
        if (made) {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Writes what waits, and closes the journal. */
    @Override
    public void close() {
        writer.close();
    }
}

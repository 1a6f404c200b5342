// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of a journal: makes one where there is none, and leaves one alone that is not ours.
 *
 * <p>Beside RocksDB's files there are {@value #OWNER}, which says in two lines of text of which format it is and whose,
 * and {@value SyncedMark#FILE}.
 */
final class JournalDirectory {

    private static final Logger LOG = LoggerFactory.getLogger(JournalDirectory.class);

    /** Whose it is; made before anything else is. */
    static final String OWNER = "OWNER";

    private static final String OWNER_UNFINISHED = "OWNER.unfinished";
    private static final String FORMAT_LINE = "flow journal, format ";
    private static final int FORMAT = 1;
    private static final int OWNER_LINES = 2;

    private final Path directory;
    private final JournalIdentity identity;
    /** Whether it says to be of another secret that is accepted. */
    private boolean ofFormerSecret;

    JournalDirectory(Path directory, JournalIdentity identity) {
        this.directory = directory;
        this.identity = identity;
    }

    /**
     * An open journal.
     *
     * @param tables what is in it
     * @param batch number of the last batch that was written or acknowledged
     * @param lost how many batches that were acknowledged are not there
     * @param made whether there was none before
     */
    record Opened(JournalTables tables, long batch, long lost, boolean made) {}

    Opened open() throws JournalUnavailableException {
        try {
            Files.createDirectories(directory);
            boolean create = look();
            JournalTables tables = JournalTables.open(directory, create);
            boolean begun = false;
            try {
                if (ofFormerSecret) {
                    writeOwner();
                }
                Opened opened = begin(tables, create);
                begun = true;
                return opened;
            } finally {
                if (!begun) {
                    tables.close();
                }
            }
        } catch (IOException refused) {
            throw JournalTrouble.of(directory, refused);
        } catch (RocksDBException refused) {
            throw JournalTrouble.of(directory, refused);
        }
    }

    /**
     * Looks at what is there without changing it.
     *
     * @return whether a journal is to be made
     */
    private boolean look() throws IOException, JournalUnavailableException {
        Set<String> names;
        try (Stream<Path> files = Files.list(directory)) {
            names = files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
        if (names.isEmpty() || names.equals(Set.of(OWNER_UNFINISHED))) {
            writeOwner();
            return true;
        }
        if (!names.contains(OWNER)) {
            throw JournalTrouble.foreign(directory);
        }
        checkOwner();
        // a first start that was cut off
        return names.equals(Set.of(OWNER));
    }

    private void writeOwner() throws IOException {
        Path unfinished = directory.resolve(OWNER_UNFINISHED);
        try (FileChannel channel = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            ByteBuffer text = US_ASCII.encode(FORMAT_LINE + FORMAT + "\n" + identity.text() + "\n");
            while (text.hasRemaining()) {
                channel.write(text);
            }
            channel.force(true);
        }
        Files.move(unfinished, directory.resolve(OWNER), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private void checkOwner() throws IOException, JournalUnavailableException {
        List<String> lines = new String(Files.readAllBytes(directory.resolve(OWNER)), US_ASCII)
                .lines()
                .toList();
        if (lines.size() != OWNER_LINES || !lines.getFirst().startsWith(FORMAT_LINE)) {
            throw JournalTrouble.foreign(directory);
        }
        if (!lines.getFirst().equals(FORMAT_LINE + FORMAT)) {
            throw JournalTrouble.newer(directory, lines.getFirst(), FORMAT);
        }
        if (!identity.takes(lines.getLast())) {
            throw JournalTrouble.ofAnotherSecret(directory);
        }
        ofFormerSecret = !lines.getLast().equals(identity.text());
    }

    /** The first batch of this process says where numbers go on. */
    private Opened begin(JournalTables tables, boolean made) throws RocksDBException {
        long written = tables.lastBatch();
        long acknowledged = acknowledged(written);
        long batch = Math.max(written, acknowledged) + 1;
        try (WriteBatch first = new WriteBatch()) {
            JournalTables.number(first, batch);
            tables.write(first);
            tables.sync();
        }
        return new Opened(tables, batch, Math.max(0, acknowledged - written), made);
    }

    private long acknowledged(long written) {
        try {
            return SyncedMark.read(directory).batch();
        } catch (NoSuchFileException cutOff) {
            return written;
        } catch (IOException unreadable) {
            LOG.atWarn()
                    .addKeyValue("event", "journal_mark_unreadable")
                    .addKeyValue("directory", directory)
                    .log(
                            "whether the journal of flow records has all that was acknowledged cannot be told: {}",
                            unreadable.getMessage());
            return written;
        }
    }
}

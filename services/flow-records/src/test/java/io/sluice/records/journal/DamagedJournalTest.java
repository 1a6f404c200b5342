// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bytes flipped and files cut short: it is said, and what is found is a prefix of what was written, never anything
 * else.
 */
class DamagedJournalTest {

    private static final long SEED = 20_261_126;
    private static final int GROUPS = 300;
    private static final int TRIES = 20;

    @TempDir
    private Path scratch;

    private Path good;

    /** Some records in a table, more of them in the log. */
    @BeforeEach
    void fill() throws Exception {
        Path written = Files.createDirectory(scratch.resolve("written"));
        JournalWriting writing = new JournalWriting(SEED);
        try (FlowJournal journal = FlowJournal.open(written, JournalProcess.IDENTITY, JournalLimits.DEFAULT)) {
            write(journal, writing);
        }
        // opening brings what is in the log into a table
        try (FlowJournal journal = FlowJournal.open(written, JournalProcess.IDENTITY, JournalLimits.DEFAULT)) {
            write(journal, writing);
            good = scratch.resolve("good");
            copy(written, good);
        }
    }

    private static void write(FlowJournal journal, JournalWriting writing) throws Exception {
        for (int group = 1; group < GROUPS; group++) {
            // each in a batch of its own now and then
            var kept = writing.write(journal).toCompletableFuture();
            if (group % 10 == 0) {
                kept.get(30, TimeUnit.SECONDS);
            }
        }
        writing.write(journal).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static void copy(Path from, Path to) throws IOException {
        Path directory = Files.createDirectories(to.resolve(FlowJournal.DIRECTORY));
        try (Stream<Path> files = Files.list(from.resolve(FlowJournal.DIRECTORY))) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(file.getFileName()));
            }
        }
    }

    /** What was said of damage: refused, lost batches, unreadable records, or nothing. */
    private static boolean said(Path data) {
        try (FlowJournal journal = FlowJournal.open(data, JournalProcess.IDENTITY, JournalLimits.DEFAULT)) {
            Map<FlowKey, FlowRecord> found = new HashMap<>();
            Replay replay = journal.replay(chunk -> chunk.forEach(each -> found.put(each.key(), each)));
            if (replay.unreadable() > 0) {
                return true;
            }
            int there = KilledJournalTest.groupsThere(found, SEED);
            assertThat(there == 2 * GROUPS || replay.lostBatches() > 0)
                    .as("%d of %d groups, %d batches lost", there, 2 * GROUPS, replay.lostBatches())
                    .isTrue();
            return replay.lostBatches() > 0;
        } catch (JournalUnavailableException refused) {
            assertThat(refused.getMessage())
                    .contains(data.resolve(FlowJournal.DIRECTORY).toString());
            return true;
        }
    }

    private Path log(Path data) throws IOException {
        return data.resolve(FlowJournal.DIRECTORY)
                .resolve(SyncedLog.read(good).file().getFileName());
    }

    @Test
    void theCopyIsWholeBeforeAnythingIsDamaged() {
        assertThat(said(good)).isFalse();
    }

    @Test
    void aFlippedByteInTheLogIsSaid() throws Exception {
        Random random = new Random(SEED);
        for (int round = 0; round < TRIES; round++) {
            Path data = scratch.resolve("flipped-" + round);
            copy(good, data);
            byte[] bytes = Files.readAllBytes(log(data));
            int position = random.nextInt(bytes.length);
            bytes[position] ^= (byte) (1 + random.nextInt(255));
            Files.write(log(data), bytes);
            assertThat(said(data)).as("byte %d of %d", position, bytes.length).isTrue();
        }
    }

    @Test
    void aLogThatWasCutShortIsSaid() throws Exception {
        Random random = new Random(SEED);
        for (int round = 0; round < TRIES; round++) {
            Path data = scratch.resolve("cut-" + round);
            copy(good, data);
            byte[] bytes = Files.readAllBytes(log(data));
            int left = random.nextInt(bytes.length);
            Files.write(log(data), Arrays.copyOf(bytes, left));
            assertThat(said(data)).as("%d of %d bytes", left, bytes.length).isTrue();
        }
    }

    @Test
    void aFlippedByteInATableIsSaidOrMakesNoDifference() throws Exception {
        Random random = new Random(SEED);
        int said = 0;
        for (int round = 0; round < TRIES; round++) {
            Path data = scratch.resolve("table-" + round);
            copy(good, data);
            Path table;
            try (Stream<Path> files = Files.list(data.resolve(FlowJournal.DIRECTORY))) {
                table = files.filter(file -> file.toString().endsWith(".sst"))
                        .findFirst()
                        .orElseThrow();
            }
            byte[] bytes = Files.readAllBytes(table);
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
            Files.write(table, bytes);
            said += said(data) ? 1 : 0;
        }
        assertThat(said).as("flips that were noticed").isPositive();
    }

    @Test
    void whatIsLostIsSaidOnceAndNumbersGoOn() throws Exception {
        byte[] bytes = Files.readAllBytes(log(good));
        Files.write(log(good), Arrays.copyOf(bytes, bytes.length / 2));
        try (FlowJournal journal = FlowJournal.open(good, JournalProcess.IDENTITY, JournalLimits.DEFAULT)) {
            assertThat(journal.replay(chunk -> {}).lostBatches()).isPositive();
        }
        try (FlowJournal journal = FlowJournal.open(good, JournalProcess.IDENTITY, JournalLimits.DEFAULT)) {
            assertThat(journal.replay(chunk -> {}).lostBatches()).isZero();
        }
    }
}

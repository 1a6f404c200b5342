// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import io.sluice.records.FlowSamples;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * P3: a process that writes as fast as it can is killed at random points, and after some kills the log is cut to what
 * was on disk for certain, as a power cut leaves it: what is found is what some prefix of the groups has left, and the
 * prefix has every group that was acknowledged.
 *
 * <p>{@value #KILLS_DEFAULT} kills; {@code -Dsluice.journal.kills=50} for more, {@code -Dsluice.journal.seed} for the
 * same again.
 */
class KilledJournalTest {

    private static final int KILLS_DEFAULT = 8;
    private static final int GROUPS_BEFORE_KILL_MAX = 3_000;

    @TempDir
    private Path scratch;

    /** Lets a process write into a new directory and kills it; the last group it said was done. */
    private static int liveAndDie(Path data, long seed, int groups) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        JournalProcess.class.getName(),
                        data.toString(),
                        Long.toString(seed))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        int done = 0;
        try (BufferedReader lines = process.inputReader()) {
            // what it said before it was killed counts
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                assertThat(line).doesNotStartWith("failed");
                if (line.startsWith("done ")) {
                    done = Integer.parseInt(line.substring("done ".length()));
                    if (done >= groups) {
                        process.toHandle().destroyForcibly();
                    }
                }
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(done).as("groups acknowledged").isPositive();
        return done;
    }

    /** As if the power had been cut: nothing is left of the log but what was synced. */
    private static void cutPower(Path data) throws IOException {
        SyncedLog synced = SyncedLog.read(data);
        String kept = synced.file().getFileName().toString();
        try (RandomAccessFile log = new RandomAccessFile(synced.file().toFile(), "rw")) {
            assertThat(log.length()).as("written beyond what was synced").isGreaterThanOrEqualTo(synced.bytes());
            log.setLength(synced.bytes());
        }
        List<Path> later;
        try (Stream<Path> files = Files.list(synced.file().getParent())) {
            later = files.filter(file -> file.toString().endsWith(".log"))
                    .filter(file -> file.getFileName().toString().compareTo(kept) > 0)
                    .toList();
        }
        for (Path file : later) {
            Files.delete(file);
        }
    }

    static Map<FlowKey, FlowRecord> replayed(FlowJournal journal) throws JournalUnavailableException {
        Map<FlowKey, FlowRecord> found = new HashMap<>();
        Replay replay = journal.replay(chunk -> chunk.forEach(each -> found.put(each.key(), each)));
        assertThat(replay.unreadable()).isZero();
        assertThat(replay.records()).isEqualTo(found.size());
        return found;
    }

    /** The groups that are there, of which the records must be what they have left. */
    static int groupsThere(Map<FlowKey, FlowRecord> found, long seed) {
        FlowRecord counting = found.get(FlowSamples.key(JournalWriting.COUNTING_FLOW));
        int there = counting == null ? 0 : FlowSamples.version(counting);
        JournalWriting writing = new JournalWriting(seed);
        Map<FlowKey, FlowRecord> expected = Map.of();
        while (writing.group() < there) {
            expected = writing.remember();
        }
        if (!found.equals(expected)) {
            // the end may have come between an erasure and the record that counts it
            expected = writing.rememberErasure();
        }
        assertThat(found).as("seed %d, %d groups", seed, there).isEqualTo(expected);
        return there;
    }

    @Test
    void findsAPrefixWithEverythingAcknowledgedAfterEachKillAndEachPowerCut() throws Exception {
        long seed = Objects.requireNonNullElseGet(Long.getLong("sluice.journal.seed"), System::nanoTime);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int kill = 0; kill < Integer.getInteger("sluice.journal.kills", KILLS_DEFAULT); kill++) {
            Path data = Files.createDirectory(scratch.resolve("data-" + kill));
            long seedOfKill = random.nextLong();
            int done = liveAndDie(data, seedOfKill, 1 + random.nextInt(GROUPS_BEFORE_KILL_MAX));
            boolean powerCut = kill % 2 == 1;
            if (powerCut) {
                cutPower(data);
            }
            try (FlowJournal journal = FlowJournal.open(data, JournalProcess.IDENTITY, JournalLimits.DEFAULT)) {
                Replay replay = journal.replay(chunk -> {});
                assertThat(replay.lostBatches()).as("lost").isZero();
                int there = groupsThere(replayed(journal), seedOfKill);
                System.out.printf(
                        "kill %d%s: %d groups acknowledged, %d there, %d records%n",
                        kill, powerCut ? " and power cut" : "", done, there, replay.records());
                // an erasure is a group of its own before the one that counts
                assertThat(there).as("seed %d", seed).isGreaterThanOrEqualTo(done);
            }
        }
    }
}

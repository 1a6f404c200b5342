// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that writes as fast as it can is killed at random points, most of them with a write outstanding; the next one
 * must find every acknowledged revision, and at most the one outstanding beyond.
 *
 * <p>{@value #KILLS_DEFAULT} kills; {@code -Dsluice.store.kills=50} for more.
 */
class KilledStoreTest {

    private static final int KILLS_DEFAULT = 10;
    private static final int WRITES_BEFORE_KILL_MAX = 60;
    private static final long NANOS_INTO_WRITE_MAX = 1_500_000;

    @TempDir
    private Path data;

    /** What a life of the process has said, to its end. */
    private record Life(long found, long begun, long done) {}

    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        StoreWriter.class.getName(),
                        data.toString(),
                        "1000")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private Life liveAndDie(int writes, boolean inWrite, long nanos) throws Exception {
        Process process = start();
        List<String> said = new ArrayList<>();
        try (BufferedReader lines = process.inputReader()) {
            int begun = 0;
            String line = lines.readLine();
            while (line != null) {
                said.add(line);
                begun += line.startsWith("begin") ? 1 : 0;
                if (begun >= writes && line.startsWith(inWrite ? "begin" : "done")) {
                    long killAtNs = System.nanoTime() + nanos;
                    while (System.nanoTime() - killAtNs < 0) {
                        Thread.onSpinWait();
                    }
                    // by its handle: what it has said can still be read
                    process.toHandle().destroyForcibly();
                    break;
                }
                line = lines.readLine();
            }
            // what it said before it was killed counts
            for (line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(said).as("what the process said").isNotEmpty().noneMatch(text -> text.startsWith("lost"));
        return new Life(last(said, "newest "), last(said, "begin "), last(said, "done "));
    }

    private static long last(List<String> said, String word) {
        return said.stream()
                .filter(line -> line.matches(word + "[0-9]+"))
                .mapToLong(line -> Long.parseLong(line.substring(word.length())))
                .max()
                .orElse(0);
    }

    @Test
    void findsEveryAcknowledgedRevisionAfterEachKill() throws Exception {
        int kills = Integer.getInteger("sluice.store.kills", KILLS_DEFAULT);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(System.nanoTime());
        long acknowledged = 0;
        long begun = 0;
        int outstanding = 0;
        int kept = 0;
        for (int kill = 0; kill < kills; kill++) {
            Life life = liveAndDie(
                    1 + random.nextInt(WRITES_BEFORE_KILL_MAX),
                    random.nextInt(10) < 9,
                    random.nextLong(NANOS_INTO_WRITE_MAX));
            assertThat(life.found()).as("revisions after kill %d", kill).isBetween(acknowledged, begun);
            kept += life.found() > acknowledged ? 1 : 0;
            acknowledged = Math.max(life.done(), life.found());
            begun = Math.max(life.begun(), life.found());
            assertThat(begun - acknowledged).as("writes at a time").isBetween(0L, 1L);
            outstanding += begun > acknowledged ? 1 : 0;
        }
        try (RocksConfigStore store = RocksConfigStore.open(data)) {
            long found = store.newest().orElseThrow().revision().number();
            assertThat(found).isBetween(acknowledged, begun);
        }
        System.out.printf(
                "%d kills, %d with a write outstanding, %d of these kept; %d revisions%n",
                kills, outstanding, kept, acknowledged);
        assertThat(outstanding).as("kills in a write").isGreaterThanOrEqualTo(kills * 3 / 5);
    }
}

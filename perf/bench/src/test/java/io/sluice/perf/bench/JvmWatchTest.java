// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class JvmWatchTest {

    @Test
    void countsWhatCameSince() {
        JvmCounts before = new JvmCounts(3, 30, 1_000, Map.of("loop", 100L, "ended", 7L), Map.of("loop", 5L));
        JvmCounts after =
                new JvmCounts(5, 50, 4_000, Map.of("loop", 150L, "begun", 20L), Map.of("loop", 900L, "begun", 100L));
        JvmCounts since = after.since(before);
        assertThat(since.collections()).isEqualTo(2);
        assertThat(since.heapBytes()).isEqualTo(3_000);
        assertThat(since.allocatedBytes()).containsOnly(Map.entry("loop", 50L), Map.entry("begun", 20L));
        assertThat(since.busiestThread()).isEqualTo("loop");
    }

    /** Another JVM that sleeps has no collections, and its agent's threads are left out. */
    @Test
    void readsAnotherProcess() throws Exception {
        String java = ProcessHandle.current().info().command().orElseThrow();
        Process sleeper = new ProcessBuilder(
                        java, "-Xmx32m", "-cp", System.getProperty("java.class.path"), Sleeper.class.getName())
                .start();
        try {
            assertThat(sleeper.getInputStream().read()).isEqualTo('r');
            try (JvmWatch watch = new JvmWatch(sleeper.pid())) {
                JvmCounts before = watch.read();
                JvmCounts since = watch.read().since(before);
                assertThat(since.collections()).isNotNegative();
                assertThat(before.allocatedBytes()).containsKey("main");
                assertThat(before.allocatedBytes().keySet()).noneMatch(name -> name.startsWith("RMI "));
            }
        } finally {
            sleeper.destroyForcibly();
        }
    }

    /** The other JVM. */
    static final class Sleeper {
        private Sleeper() {}

        /** Says that it is there and waits for its end. */
        public static void main(String[] arguments) throws Exception {
            System.out.write('r');
            System.out.flush();
            Thread.sleep(60_000);
        }
    }
}

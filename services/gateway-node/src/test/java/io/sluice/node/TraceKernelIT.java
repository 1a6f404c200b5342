// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.KernelCapability;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A trace's answer is where the packet then really goes, on a real network. */
class TraceKernelIT {

    private static final String ALL = "24 of 24";

    private static Map<String, String> observed = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory) throws Exception {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        observed = Scenario.run(TraceScenario.class, directory);
    }

    @ParameterizedTest
    @CsvSource({
        "healthy, 5-tuple, 3, pick-T3i",
        "healthy, 3-tuple, 3, pick-T3i",
        "healthy, 2-tuple, 3, pick-T3i",
        "unhealthy, 5-tuple, 2, pick-T1a",
        "unhealthy, 3-tuple, 2, pick-T1a",
        "unhealthy, 2-tuple, 2, pick-T1a",
        "draining, 5-tuple, 1, pick-T1a",
        "draining, 3-tuple, 1, pick-T1a",
        "draining, 2-tuple, 1, pick-T1a",
    })
    void aNewFlowGoesWhereTheTraceSays(String when, String stickiness, String targets, String rows) {
        assertThat(observed)
                .containsEntry(when + "." + stickiness + ".right", ALL)
                .containsEntry(when + "." + stickiness + ".known", ALL)
                .containsEntry(when + "." + stickiness + ".rows", rows)
                .containsEntry(when + "." + stickiness + ".targets", targets);
    }

    @ParameterizedTest
    @CsvSource({
        "unhealthy, 5-tuple, entry-F-6 entry-T1a",
        "unhealthy, 3-tuple, entry-F-6 entry-T1a",
        "unhealthy, 2-tuple, entry-F-6 entry-T1a",
        "draining, 5-tuple, entry-F-6 entry-T18 entry-T1a",
        "draining, 3-tuple, entry-F-6 entry-T18 entry-T1a",
        "draining, 2-tuple, entry-F-6 entry-T18 entry-T1a",
    })
    void aKnownFlowStaysWhereTheTraceSays(String when, String stickiness, String rows) {
        assertThat(observed)
                .containsEntry(when + "." + stickiness + ".old.right", ALL)
                .containsEntry(when + "." + stickiness + ".old.rows", rows);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.KernelCapability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What arrives together is of many flows: each packet goes its own way, and none loses a byte to its neighbour. */
class AggregatedTrafficKernelIT {

    private static final int PACKETS = AggregatedTrafficScenario.FLOWS * AggregatedTrafficScenario.ROUNDS * 2;

    private static final Map<Integer, Map<String, String>> OBSERVED = new TreeMap<>();

    @BeforeAll
    static void run(@TempDir Path directory) throws IOException, InterruptedException {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        for (int shards : new int[] {1, 4}) {
            OBSERVED.put(shards, Scenario.run(shards, AggregatedTrafficScenario.class, directory));
        }
    }

    @ParameterizedTest(name = "{0} shards")
    @ValueSource(ints = {1, 4})
    void f4EveryFlowHasOneApplianceAndOneCookie(int shards) {
        assertThat(OBSERVED.get(shards))
                .containsEntry("flows", "" + AggregatedTrafficScenario.FLOWS)
                .containsEntry("listed", "" + AggregatedTrafficScenario.FLOWS)
                .containsEntry("moved", "0")
                .containsEntry("appliances", "4");
    }

    @ParameterizedTest(name = "{0} shards")
    @ValueSource(ints = {1, 4})
    void w14w18EveryPacketComesBackAsItWasSent(int shards) {
        assertThat(OBSERVED.get(shards))
                .containsEntry("malformed", "0")
                .containsEntry("lost", "0")
                .containsEntry("unexpected", "0")
                .containsEntry("dropped", "0")
                .containsEntry("imbalance", "0")
                .containsEntry("appliances.saw", "" + PACKETS);
    }

    @ParameterizedTest(name = "{0} shards")
    @ValueSource(ints = {1, 4})
    void strangersAreHandedOver(int shards) {
        assertThat(Integer.parseInt(OBSERVED.get(shards).get("handed-over")) > PACKETS / 2)
                .as("of %s", OBSERVED.get(shards))
                .isEqualTo(shards > 1);
    }
}

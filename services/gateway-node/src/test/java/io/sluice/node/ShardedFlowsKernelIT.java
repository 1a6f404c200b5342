// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.KernelCapability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four shards behind one address: whatever form a flow's packets have, one of them has the flow. */
class ShardedFlowsKernelIT {

    private static final int FLOWS = 3 * ShardedFlowsScenario.FLOWS;

    private static Map<String, String> observed = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory) throws IOException, InterruptedException {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        observed = Scenario.run(4, ShardedFlowsScenario.class, directory);
    }

    @Test
    void f4EveryFlowHasOneApplianceAndOneCookieUnderEveryKey() {
        assertThat(observed)
                .containsEntry("shards", "4")
                .containsEntry("flows", "" + FLOWS)
                .containsEntry("moved", "0")
                .containsEntry("appliances", "6");
    }

    /** Nothing is a flow of its own: neither a fragment nor an error, at any shard. */
    @Test
    void f23f24FragmentsAndErrorsFindTheirFlowAtItsShard() {
        assertThat(observed).containsEntry("total", "" + FLOWS);
    }

    @Test
    void everyPacketComesBackAndIsAccountedFor() {
        assertThat(observed)
                .containsEntry("lost", "0")
                .containsEntry("unexpected", "0")
                .containsEntry("dropped", "0")
                .containsEntry("imbalance", "0")
                .containsEntry("appliances.saw", "" + (1 + 2 * 2 * 4) * FLOWS);
    }

    @Test
    void listsTheFlowsOfAllShardsUpToTheLimit() {
        assertThat(observed).containsEntry("listed", "" + FLOWS).containsEntry("listed-few", "7");
    }
}

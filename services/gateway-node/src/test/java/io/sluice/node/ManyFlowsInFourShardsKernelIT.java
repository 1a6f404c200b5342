// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.testkit.KernelCapability;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** All that {@link ManyFlowsKernelIT} asks for, of a node with four shards. */
class ManyFlowsInFourShardsKernelIT extends ManyFlowsKernelIT {

    @BeforeAll
    static void run(@TempDir Path directory) throws IOException, InterruptedException {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        observed = Scenario.run(4, ManyFlowsScenario.class, directory);
    }
}

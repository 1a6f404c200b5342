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

/** An appliance that decapsulates, masquerades and forwards elsewhere, on a real kernel behind a real node. */
class TwoArmKernelIT {

    private static Map<String, String> observed = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory) throws IOException, InterruptedException {
        KernelCapability.require(
                KernelCapability.NETWORK_NAMESPACE,
                KernelCapability.TUN,
                KernelCapability.IPROUTE2,
                KernelCapability.NFTABLES);
        observed = Scenario.run(TwoArmScenario.class, directory);
    }

    @Test
    void w25ATwoArmAppliancesTrafficPasses() {
        assertThat(observed.get("tcp")).startsWith("true " + TwoArmScenario.DOWNLOAD_BYTES + " bytes");
        assertThat(observed.get("udp")).startsWith("true 3 echoes");
    }

    @Test
    void w25TheGatewaySeesOneDirectionOnly() {
        assertThat(observed).containsEntry("tcp.reverse", "0").containsEntry("udp.reverse", "0");
        assertThat(observed).containsEntry("target-in", "0.0");
        assertThat(Long.parseLong(observed.get("tcp.forward")))
                .as("SYN, ACKs, request, FIN")
                .isGreaterThan(5);
        assertThat(number("target-out"))
                .as("all of it reached the appliance: %s", observed)
                .isEqualTo(number("decapsulated") + number("overflowed"));
    }

    /** A flow that both sides have closed would be gone after its linger. */
    @Test
    void w25AFlowOfWhichOneDirectionIsSeenLivesByItsIdleTimer() {
        assertThat(observed.get("tcp.state"))
                .as("after its FIN, idle for %s ms", TwoArmScenario.IDLE_MS)
                .isNotEqualTo("closed");
    }

    @Test
    void f30AFlowWhoseResponsesBypassTheGatewayIsServed() {
        assertThat(observed.get("tcp")).startsWith("true ");
        assertThat(observed.get("drops")).as(observed.get("drop-reasons")).isEqualTo("0.0");
    }

    private static double number(String name) {
        return Double.parseDouble(observed.get(name));
    }
}

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

/** The geneve device of a real Linux kernel as endpoint, through a real node and the reference appliance. */
class UmlEndpointKernelIT {

    private static Map<String, String> observed = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory) throws IOException, InterruptedException {
        KernelCapability.require(
                KernelCapability.NETWORK_NAMESPACE,
                KernelCapability.TUN,
                KernelCapability.IPROUTE2,
                KernelCapability.USER_MODE_LINUX);
        observed = Scenario.run(UmlScenario.class, directory);
    }

    @Test
    void downloadsWithTheRightChecksum() {
        assertThat(observed.get("ip.tcp"))
                .as(observed.toString())
                .startsWith("true " + UmlScenario.DOWNLOAD_BYTES + " bytes");
    }

    @Test
    void f25EchoesPassAsOneFlow() {
        assertThat(observed.get("ip.ping")).as(observed.toString()).isEqualTo("true 3 replies, 0 repeats");
    }

    @Test
    void q1PacketsOf8500BytesPassBothWays() {
        assertThat(observed.get("ip.ping8500")).as(observed.toString()).isEqualTo("true 3 replies, 0 repeats");
        assertThat(observed.get("ip.udp")).as("up to 8500").startsWith("true 4 echoes");
    }

    /** The device asks for its next hop by ARP; nothing is preset. */
    @Test
    void downloadsWithTheRightChecksumInFramesToo() {
        assertThat(observed.get("ethernet.tcp"))
                .as(observed.toString())
                .startsWith("true " + UmlScenario.DOWNLOAD_BYTES + " bytes");
        assertThat(observed.get("ethernet.ping")).as(observed.toString()).isEqualTo("true 3 replies, 0 repeats");
    }

    @Test
    void q1PacketsOf8500BytesPassBothWaysInFramesToo() {
        assertThat(observed.get("ethernet.ping8500")).as(observed.toString()).isEqualTo("true 3 replies, 0 repeats");
        assertThat(observed.get("ethernet.udp")).as("up to 8500").startsWith("true 4 echoes");
    }

    @Test
    void everythingWentThroughTheApplianceAndNothingWasDropped() {
        assertThat(Double.parseDouble(observed.get("ip.to-appliances")))
                .as("4 MiB in segments of up to 8,460 bytes, and their acknowledgements")
                .isGreaterThan(500);
        assertThat(observed.get("drops")).as(observed.get("drop-reasons")).isEqualTo("0.0");
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.KernelCapability;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link SmallMtuScenario} in a network namespace of its own; needs no root, only user namespaces and {@code ip}. */
class SmallMtuKernelIT {

    @TempDir
    private Path directory;

    @Test
    void q5RefusesWhatTheKernelWouldHaveToFragment() throws Exception {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        String said = NamespaceProcess.run(
                directory, "ip link set lo mtu " + SmallMtuScenario.MTU + " up", SmallMtuScenario.class);
        List<String> working = Arrays.stream(DatagramTransport.values())
                .filter(transport -> TransportProbe.of(transport).available())
                .map(transport -> "held " + transport.text())
                .toList();
        assertThat(said.lines().filter(line -> line.startsWith("held ")))
                .as(said)
                .containsExactlyElementsOf(working);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.KernelCapability;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link FullBufferScenario} in a network namespace of its own; needs no root, only user namespaces and iproute2. */
class FullBufferKernelIT {

    @TempDir
    private Path directory;

    @Test
    void dropsAndCountsWhatASlowDeviceDoesNotTake() throws Exception {
        KernelCapability.require(
                KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2, KernelCapability.IO_URING);
        String said = NamespaceProcess.run(
                directory,
                "ip link set lo up && tc qdisc add dev lo root tbf rate 20mbit burst 70kb limit 64mb",
                FullBufferScenario.class);
        assertThat(said).contains("held");
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KernelForwardingTest {

    /** Device, a station's address that is not the device's, the router's address. */
    @Test
    void endsAreAsTheGeneratorReadsThem() {
        assertThat(KernelForwarding.endpointEnd()).isEqualTo("endpoint-near,02:00:00:00:c9:fe,02:00:00:00:c9:02");
        assertThat(KernelForwarding.targetEnd()).isEqualTo("target-near,02:00:00:00:ca:fe,02:00:00:00:ca:02");
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SocketLimitsTest {

    @Test
    void readsAllDigits() {
        // less than this no kernel allows; -1: it does not show it here
        assertThat(SocketLimits.bytes("rmem_max"))
                .satisfiesAnyOf(
                        bytes -> assertThat(bytes).isGreaterThanOrEqualTo(2048),
                        bytes -> assertThat(bytes).isEqualTo(-1));
    }

    @Test
    void minusOneIsWhatIsNotShown() {
        assertThat(SocketLimits.bytes("no_such_limit")).isEqualTo(-1);
    }
}

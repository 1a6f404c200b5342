// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.iperf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CpuClockTest {

    @Test
    void readsUserAndSystemTimeBehindANameWithSpacesAndParentheses() {
        assertThat(CpuClock.ofStat("42 (a) b (c) S 1 42 42 0 -1 4194560 100 200 0 0 70 30 5 6 20 0 9 0 12345 0 0"))
                .isEqualTo(100);
    }

    @Test
    void countsNeitherIdleTimeNorWaitingForDisksAsBusy() {
        assertThat(CpuClock.ofTotals("cpu  100 1 20 5000 300 0 7 2 0 0")).isEqualTo(130);
    }

    @Test
    void processThatIsGoneHasUsedNothingMore() throws Exception {
        assertThat(CpuClock.process(Long.MAX_VALUE)).isZero();
    }
}

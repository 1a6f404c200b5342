// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Architecture section 3, "MTU". */
class TunnelMtuTest {

    @ParameterizedTest(name = "a path of {0} carries {1}, usable: {2}")
    @CsvSource({
        "1500, 1432, true",
        "8568, 8500, true",
        "8567, 8499, true",
        "9001, 8500, true",
        "65536, 8500, true",
        "644, 576, true",
        "643, 575, false",
        "68, 0, false"
    })
    void q2DeviceMtuIsThePathsMinusTheDearerLeg(int pathMtuBytes, int mtuBytes, boolean usable) {
        assertThat(TunnelMtu.forPath(pathMtuBytes)).isEqualTo(mtuBytes);
        assertThat(TunnelMtu.isValid(mtuBytes)).isEqualTo(usable);
    }

    @ParameterizedTest(name = "{0} is usable: {1}")
    @CsvSource({"575, false", "576, true", "8500, true", "8501, false", "-1, false"})
    void q1AcceptsMtuInsideTheRangeOnly(int mtuBytes, boolean usable) {
        assertThat(TunnelMtu.isValid(mtuBytes)).isEqualTo(usable);
    }
}

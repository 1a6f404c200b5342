// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

class KernelCapabilityTest {

    @Test
    void goesOnWhereNothingLacks() {
        assertThatCode(() -> KernelCapability.TUN.requireOrSkip("", true)).doesNotThrowAnyException();
    }

    @Test
    void skipsWithTheReasonWhereKernelsAreNotRequired() {
        assertThatThrownBy(() -> KernelCapability.TUN.requireOrSkip("no such device", false))
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("TUN: no such device");
    }

    @Test
    void failsWhereKernelsAreRequired() {
        assertThatThrownBy(() -> KernelCapability.TUN.requireOrSkip("no such device", true))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("TUN: no such device");
    }

    @Test
    void looksForProgramsOnThePath() {
        assertThat(KernelCapability.onPath("sh")).isTrue();
        assertThat(KernelCapability.onPath("no-such-program-anywhere")).isFalse();
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;

class ReadinessTest {

    private final Readiness readiness = new Readiness();

    @Test
    void isNotReadyBeforeAnythingIsSaid() {
        assertThat(readiness.ready()).isFalse();
        assertThat(readiness.report()).isEmpty();
    }

    @Test
    void isReadyWhenEveryConditionHolds() {
        readiness.unmet("flows", "starting");
        readiness.met("admin");
        assertThat(readiness.ready()).isFalse();
        assertThat(readiness.report()).containsExactly(entry("admin", "ok"), entry("flows", "starting"));
        readiness.met("flows");
        assertThat(readiness.ready()).isTrue();
        assertThat(readiness.report()).containsExactly(entry("admin", "ok"), entry("flows", "ok"));
    }

    @Test
    void isNotReadyOnceAConditionCeasesToHold() {
        readiness.met("flows");
        readiness.unmet("flows", "socket closed");
        assertThat(readiness.ready()).isFalse();
        readiness.unmet("flows", "port taken");
        assertThat(readiness.report()).containsExactly(entry("flows", "port taken"));
    }

    @Test
    void isNotFooledByAReasonThatReadsLikeNone() {
        readiness.unmet("flows", "ok");
        assertThat(readiness.ready()).isFalse();
    }
}

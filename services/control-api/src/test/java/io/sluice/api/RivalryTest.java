// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How long a change goes on that others outvote, on a clock of the test. */
class RivalryTest {

    private static final class Clock implements Rivalry.Time {
        private long nowNs = Long.MAX_VALUE - Rivalry.PATIENCE_NS / 2; // it may overflow

        @Override
        public long nowNs() {
            return nowNs;
        }

        @Override
        public void pause(long ns) {
            nowNs += ns;
        }

        @Override
        public long draw(long boundNs) {
            return boundNs - 1;
        }
    }

    private final Clock clock = new Clock();
    private final Rivalry rivalry = new Rivalry(clock);

    /** Attempts of 100 ms each. */
    private int attempts() {
        int attempts = 0;
        do {
            attempts++;
            rivalry.begins();
            clock.pause(100_000_000);
        } while (rivalry.waited());
        return attempts;
    }

    @Test
    void itEndsBeforeItsClientWaitsNoLonger() {
        long beganNs = clock.nowNs;
        rivalry.turnHasCome();
        assertThat(attempts()).isGreaterThan(15);
        assertThat(clock.nowNs - beganNs).isBetween(Rivalry.PATIENCE_NS - 1_000_000_000, Rivalry.PATIENCE_NS);
    }

    @Test
    void whoHasWaitedForOthersOfItsNodeHasTimeOfItsOwn() {
        clock.pause(Rivalry.PATIENCE_NS);
        long beganNs = clock.nowNs;
        rivalry.turnHasCome();
        assertThat(rivalry.hasTime()).isTrue();
        assertThat(attempts()).isGreaterThan(2);
        assertThat(clock.nowNs - beganNs).as("and its client still waits").isLessThan(Rivalry.OWN_NS);
        clock.pause(Rivalry.OWN_NS);
        assertThat(rivalry.hasTime()).isFalse();
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import static io.sluice.agent.core.KeepAlive.Transition.NONE;
import static io.sluice.agent.core.KeepAlive.Transition.NOW_ANSWERING;
import static io.sluice.agent.core.KeepAlive.Transition.NOW_SILENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeepAliveTest {

    private static final long SEED = 20_261_124L;

    /** A clock that starts near its overflow: deadlines are compared by difference. */
    private long nowNs = Long.MAX_VALUE - 1_500_000_000L;

    private final KeepAlive keepAlive = new KeepAlive(nowNs, new SplittableRandom(SEED));

    private KeepAlive.Transition sendWhenDue() {
        nowNs += Math.max(0, keepAlive.waitNs(nowNs));
        return keepAlive.sent(nowNs);
    }

    @Test
    void firstKeepAliveIsDueAtOnce() {
        assertThat(keepAlive.waitNs(nowNs)).isZero();
        assertThat(keepAlive.isAnswering()).isFalse();
    }

    @Test
    void twoKeepAlivesAreNeverMoreThanASecondApart() {
        long shortestNs = Long.MAX_VALUE;
        long longestNs = 0;
        for (int i = 0; i < 10_000; i++) {
            sendWhenDue();
            long waitNs = keepAlive.waitNs(nowNs);
            shortestNs = Math.min(shortestNs, waitNs);
            longestNs = Math.max(longestNs, waitNs);
        }
        assertThat(longestNs).as("seed %s", SEED).isLessThanOrEqualTo(1_000_000_000L);
        assertThat(shortestNs).as("seed %s", SEED).isGreaterThanOrEqualTo(900_000_000L);
        assertThat(longestNs - shortestNs).as("seed %s", SEED).isGreaterThan(50_000_000L);
    }

    @Test
    void gatewayThatNeverAnsweredIsSilentAfterThreeMisses() {
        long startNs = nowNs;
        assertThat(sendWhenDue()).isEqualTo(NONE);
        assertThat(sendWhenDue()).isEqualTo(NONE);
        assertThat(sendWhenDue()).isEqualTo(NONE);
        assertThat(sendWhenDue()).isEqualTo(NOW_SILENT);
        assertThat(keepAlive.quietNs(nowNs)).isEqualTo(nowNs - startNs);
    }

    @Test
    void answerEndsTheCountOfMisses() {
        for (int i = 0; i < 100; i++) {
            assertThat(sendWhenDue()).isEqualTo(NONE);
            assertThat(sendWhenDue()).isEqualTo(NONE);
            assertThat(sendWhenDue()).isEqualTo(NONE);
            assertThat(keepAlive.answered(nowNs)).isEqualTo(i == 0 ? NOW_ANSWERING : NONE);
            assertThat(keepAlive.quietNs(nowNs)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 500})
    void silenceIsToldOnceAndSoIsItsEnd(int silentRounds) {
        sendWhenDue();
        assertThat(keepAlive.answered(nowNs)).isEqualTo(NOW_ANSWERING);
        for (int i = 0; i < KeepAlive.MISSES_MAX; i++) {
            assertThat(sendWhenDue()).isEqualTo(NONE);
            assertThat(keepAlive.isAnswering()).isTrue();
        }
        assertThat(sendWhenDue()).isEqualTo(NOW_SILENT);
        for (int i = 0; i < silentRounds; i++) {
            assertThat(sendWhenDue()).isEqualTo(NONE);
            assertThat(keepAlive.isAnswering()).isFalse();
        }
        assertThat(keepAlive.answered(nowNs)).isEqualTo(NOW_ANSWERING);
        assertThat(keepAlive.answered(nowNs)).isEqualTo(NONE);
        assertThat(keepAlive.isAnswering()).isTrue();
    }
}

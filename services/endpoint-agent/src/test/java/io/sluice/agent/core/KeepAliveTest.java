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

    private final KeepAlive keepAlive = new KeepAlive(nowNs, KeepAlive.INTERVAL_NS, new SplittableRandom(SEED));

    private KeepAlive.Transition answered() {
        assertThat(keepAlive.isAnswer(keepAlive.nonce())).isTrue();
        return keepAlive.answered(keepAlive.nonce(), nowNs);
    }

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

    /** The queue of a device is full for a while: that says nothing of the node. */
    @Test
    void whatWasNotSentIsNoMissAndIsTriedAgainSoon() {
        sendWhenDue();
        answered();
        sendWhenDue();
        long awaited = keepAlive.nonce();
        for (int i = 0; i < 50; i++) {
            assertThat(sendWhenDue()).isEqualTo(NONE);
            keepAlive.notSent(nowNs);
            assertThat(keepAlive.waitNs(nowNs)).isBetween(1L, KeepAlive.INTERVAL_OF_MANY_NS / 2);
        }
        assertThat(keepAlive.isAnswer(awaited)).isTrue();
        assertThat(sendWhenDue()).isEqualTo(NONE);
        assertThat(sendWhenDue()).isEqualTo(NONE);
        assertThat(keepAlive.isAnswering()).isTrue();
        assertThat(sendWhenDue()).isEqualTo(NOW_SILENT);
    }

    @Test
    void answerEndsTheCountOfMisses() {
        for (int i = 0; i < 100; i++) {
            assertThat(sendWhenDue()).isEqualTo(NONE);
            assertThat(sendWhenDue()).isEqualTo(NONE);
            assertThat(sendWhenDue()).isEqualTo(NONE);
            assertThat(answered()).isEqualTo(i == 0 ? NOW_ANSWERING : NONE);
            assertThat(keepAlive.quietNs(nowNs)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 500})
    void silenceIsToldOnceAndSoIsItsEnd(int silentRounds) {
        sendWhenDue();
        assertThat(answered()).isEqualTo(NOW_ANSWERING);
        for (int i = 0; i < KeepAlive.MISSES_MAX; i++) {
            assertThat(sendWhenDue()).isEqualTo(NONE);
            assertThat(keepAlive.isAnswering()).isTrue();
        }
        assertThat(sendWhenDue()).isEqualTo(NOW_SILENT);
        for (int i = 0; i < silentRounds; i++) {
            assertThat(sendWhenDue()).isEqualTo(NONE);
            assertThat(keepAlive.isAnswering()).isFalse();
        }
        assertThat(answered()).isEqualTo(NOW_ANSWERING);
        assertThat(answered()).isEqualTo(NONE);
        assertThat(keepAlive.isAnswering()).isTrue();
    }

    @Test
    void onlyTheEchoOfOneOfTheLastThreeIsAnAnswer() {
        long[] nonces = new long[5];
        for (int i = 0; i < nonces.length; i++) {
            sendWhenDue();
            nonces[i] = keepAlive.nonce();
        }
        assertThat(keepAlive.isAnswer(nonces[1])).isFalse();
        assertThat(keepAlive.isAnswer(nonces[2])).isTrue();
        assertThat(keepAlive.isAnswer(nonces[4])).isTrue();
        assertThat(keepAlive.isAnswer(nonces[4] + 1)).as("none was sent yet").isFalse();
        assertThat(keepAlive.isAnswer(0)).isFalse();
    }

    /** The echo of the first of three says nothing of the two after it. */
    @Test
    void keepAlivesSentAfterTheAnsweredOneAreStillMissing() {
        sendWhenDue();
        long first = keepAlive.nonce();
        sendWhenDue();
        sendWhenDue();
        assertThat(keepAlive.answered(first, nowNs)).isEqualTo(NOW_ANSWERING);
        assertThat(sendWhenDue()).isEqualTo(NONE);
        assertThat(sendWhenDue()).isEqualTo(NOW_SILENT);
    }

    /** Four times the time between two is what a list of nodes promises. */
    @Test
    void aNodeOfAListThatDiesIsSilentWithinEightTenthsOfASecond() {
        KeepAlive node = new KeepAlive(nowNs, KeepAlive.INTERVAL_OF_MANY_NS, new SplittableRandom(SEED));
        long worstNs = 0;
        for (int round = 0; round < 1_000; round++) {
            node.sent(nowNs);
            node.answered(node.nonce(), nowNs);
            long diedNs = nowNs;
            KeepAlive.Transition transition = NONE;
            while (transition != NOW_SILENT) {
                nowNs += node.waitNs(nowNs);
                transition = node.sent(nowNs);
            }
            worstNs = Math.max(worstNs, nowNs - diedNs);
        }
        assertThat(worstNs).as("seed %s", SEED).isBetween(720_000_000L, 800_000_000L);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import java.util.Arrays;

/**
 * Notices a target that takes packets and stops returning them, by traffic alone.
 *
 * <p><b>Idea.</b> A packet is <em>expected</em> back when its flow had returns before. A target is silent when
 * {@value #EXPECTED_MIN} expected packets went to it since it last returned anything, and the first of them has waited
 * for {@value #WAIT_PERCENT} % of the group's {@code silence}. So these are never taken for silent:
 *
 * <ul>
 *   <li>a two-arm target (W-25): it never returns, so nothing is expected;
 *   <li>a firewall that denies half of the flows: the denied ones expect nothing, the others' returns start anew;
 *   <li>a quiet target: what waits is counted from the first expected packet, not from the last return;
 *   <li>any target while this node stands still: {@link AwakeClock}.
 * </ul>
 *
 * <p>At 1,000 expected packets a second the verdict comes 0.7 × silence after the first one lost, and a tick; the rest
 * of the silence is for that tick and for publishing. Where {@value #EXPECTED_MIN} packets take longer it comes with the
 * last of them. A target that was found silent is not suspected again before it has returned something: until then its
 * probes speak. <b>Limit</b>: a target whose only flow it cuts off in the middle looks like a dead one; the probes that
 * follow clear it.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: none per packet; arrays grow with the
 * directory, which bounds them.
 */
final class SilenceDetector {

    /** Fewer packets than that without a return prove nothing. */
    static final int EXPECTED_MIN = 20;

    /** Part of the configured silence after which a target is silent. */
    static final int WAIT_PERCENT = 70;

    private static final long NOT_WATCHED = 0;
    /** So many packets below {@link #EXPECTED_MIN} that no target gets them. */
    private static final long NOT_SUSPECTED = Long.MIN_VALUE / 2;

    private final AwakeClock clock;
    private long[] expected = new long[16];
    private long[] waitingSinceMs = new long[16];
    private long[] waitMs = new long[16];
    private boolean[] returnedSinceAsked = new boolean[16];

    /**
     * @param clock set by the tick at least
     */
    SilenceDetector(AwakeClock clock) {
        this.clock = clock;
    }

    /** Makes room for indexes below {@code size}. */
    void ensure(int size) {
        if (size > expected.length) {
            int larger = Math.max(size, expected.length * 2);
            expected = Arrays.copyOf(expected, larger);
            waitingSinceMs = Arrays.copyOf(waitingSinceMs, larger);
            waitMs = Arrays.copyOf(waitMs, larger);
            returnedSinceAsked = Arrays.copyOf(returnedSinceAsked, larger);
        }
    }

    /**
     * Watches a target from now on, or goes on watching it.
     *
     * @param index the target's index, for which there is room
     * @param silenceMs the group's {@code silence}, above 0
     */
    void watch(int index, long silenceMs) {
        waitMs[index] = silenceMs * WAIT_PERCENT / 100;
    }

    /** Whether it is watched. */
    boolean isWatched(int index) {
        return waitMs[index] != NOT_WATCHED;
    }

    /** Watches it no longer. */
    void unwatch(int index) {
        waitMs[index] = NOT_WATCHED;
    }

    /** A packet was sent that should come back: its flow had returns before. */
    void expectsReturn(int index) {
        if (expected[index]++ == 0) {
            waitingSinceMs[index] = clock.awakeMs();
        }
    }

    /** The target returned a packet. */
    void returned(int index) {
        expected[index] = 0;
        returnedSinceAsked[index] = true;
    }

    /** It returned one to another shard, or another target begins under this index: what waits is counted anew. */
    void startAnew(int index) {
        expected[index] = 0;
    }

    /** Whether it returned a packet here since this was asked last. */
    boolean takeReturned(int index) {
        boolean returned = returnedSinceAsked[index];
        returnedSinceAsked[index] = false;
        return returned;
    }

    /** Whether a watched target is silent; once for each silence. */
    boolean fallenSilent(int index) {
        boolean silent = waitMs[index] != NOT_WATCHED
                && expected[index] >= EXPECTED_MIN
                && clock.awakeMs() - waitingSinceMs[index] >= waitMs[index];
        if (silent) {
            expected[index] = NOT_SUSPECTED;
        }
        return silent;
    }
}

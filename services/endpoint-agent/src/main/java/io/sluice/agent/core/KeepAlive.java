// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import java.util.random.RandomGenerator;

/**
 * When the next keep-alive is due, and whether the gateway answers them.
 *
 * <p>One is sent every 0.9 to 1.0 seconds, so that agents started together do not stay in step and a gateway that
 * listens again hears from every agent within a second. After {@value #MISSES_MAX} without an answer the gateway is
 * silent; one answer makes it answering again. What the gateway does never stops the agent from sending.
 *
 * <p><b>Threading</b>: confined to the thread that receives from the gateway. <b>Units</b>: nanoseconds of any
 * monotonic clock, which the caller reads.
 */
public final class KeepAlive {

    /** Longest time between two keep-alives. */
    public static final long INTERVAL_NS = 1_000_000_000L;

    /** By how much the time between two may be shorter. */
    public static final long JITTER_NS = 100_000_000L;

    /** Keep-alives in a row without an answer that make a gateway silent. */
    public static final int MISSES_MAX = 3;

    /** What became known by an event. */
    public enum Transition {
        /** Nothing new. */
        NONE,
        /** The first answer, or the first after a silence. */
        NOW_ANSWERING,
        /** The answers stopped, or never began. */
        NOW_SILENT
    }

    private enum State {
        UNDECIDED,
        ANSWERING,
        SILENT
    }

    private final RandomGenerator random;
    private State state = State.UNDECIDED;
    private int unanswered;
    private long nextNs;
    private long quietSinceNs;

    /**
     * A first keep-alive is due at once.
     *
     * @param nowNs the time
     * @param random spreads the sending times
     */
    public KeepAlive(long nowNs, RandomGenerator random) {
        this.random = random;
        this.nextNs = nowNs;
        this.quietSinceNs = nowNs;
    }

    /** How long to wait before {@link #sent} is due; 0 or less: now. */
    public long waitNs(long nowNs) {
        return nextNs - nowNs;
    }

    /** A keep-alive is sent now: plans the next one, and says whether too many stayed unanswered. */
    public Transition sent(long nowNs) {
        nextNs = nowNs + INTERVAL_NS - random.nextLong(JITTER_NS + 1);
        if (unanswered >= MISSES_MAX) {
            if (state == State.SILENT) {
                return Transition.NONE;
            }
            state = State.SILENT;
            return Transition.NOW_SILENT;
        }
        unanswered++;
        return Transition.NONE;
    }

    /** The echo of a keep-alive came. */
    public Transition answered(long nowNs) {
        unanswered = 0;
        quietSinceNs = nowNs;
        if (state == State.ANSWERING) {
            return Transition.NONE;
        }
        state = State.ANSWERING;
        return Transition.NOW_ANSWERING;
    }

    /** True from the first answer until the gateway is silent. */
    public boolean isAnswering() {
        return state == State.ANSWERING;
    }

    /** How long the gateway has not answered: since its last answer, or since the start. */
    public long quietNs(long nowNs) {
        return nowNs - quietSinceNs;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import java.util.random.RandomGenerator;

/**
 * When the next keep-alive to one gateway node is due, and whether that node answers them.
 *
 * <p>Times between two vary by a tenth, so that agents started together do not stay in step. After {@value #MISSES_MAX}
 * without an answer the node is silent, at the time the next one is due; one answer makes it answering again. What the
 * node does never stops the agent from sending.
 *
 * <p>Each keep-alive has a nonce, and only the echo of one of the last {@value #MISSES_MAX} is an answer: what a node
 * says late, when it goes on after it hung, is no sign that it answers in time, and nobody off the path can answer in
 * its place.
 *
 * <p><b>Threading</b>: confined to the thread that receives from the gateway. <b>Units</b>: nanoseconds of any
 * monotonic clock, which the caller reads.
 */
public final class KeepAlive {

    /** Longest time between two keep-alives to the only node there is: nothing can be done where it is silent. */
    public static final long INTERVAL_NS = 1_000_000_000L;

    /** The same where there are others to turn to: a node that dies is silent after 0.8 s at the latest. */
    public static final long INTERVAL_OF_MANY_NS = 200_000_000L;

    /** By which part of itself the time between two may be shorter. */
    public static final int JITTER_PART = 10;

    /** How soon one is tried again that the full queue of a device kept from being sent. */
    private static final long AGAIN_NS = 20_000_000L;

    /** Keep-alives in a row without an answer that make a node silent. */
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
    private final long intervalNs;
    private State state = State.UNDECIDED;
    /** Of the newest keep-alive; each has its predecessor's plus one. */
    private long nonce;
    /** Keep-alives sent after the newest one that was answered, or since the start. */
    private int unanswered;

    /** Whether the newest is among them: not where there were too many before it. */
    private boolean counted;

    private long nextNs;
    private long quietSinceNs;
    private long answeringSinceNs;

    /**
     * A first keep-alive is due at once.
     *
     * @param nowNs the time
     * @param intervalNs longest time between two
     * @param random spreads the sending times and makes the first nonce
     */
    public KeepAlive(long nowNs, long intervalNs, RandomGenerator random) {
        this.random = random;
        this.intervalNs = intervalNs;
        this.nonce = random.nextLong();
        this.nextNs = nowNs;
        this.quietSinceNs = nowNs;
    }

    /** How long to wait before {@link #sent} is due; 0 or less: now. */
    public long waitNs(long nowNs) {
        return nextNs - nowNs;
    }

    /** A keep-alive with the next {@link #nonce} is sent now; says whether too many before it stayed unanswered. */
    public Transition sent(long nowNs) {
        nextNs = nowNs + intervalNs - random.nextLong(intervalNs / JITTER_PART + 1);
        nonce++;
        counted = unanswered < MISSES_MAX;
        if (!counted) {
            if (state == State.SILENT) {
                return Transition.NONE;
            }
            state = State.SILENT;
            return Transition.NOW_SILENT;
        }
        unanswered++;
        return Transition.NONE;
    }

    /** What {@link #sent} has just said was not: nobody owes an answer to it, and it is due again in a moment. */
    public void notSent(long nowNs) {
        nextNs = nowNs + AGAIN_NS;
        nonce--;
        unanswered -= counted ? 1 : 0;
    }

    /** Nonce of the keep-alive that was sent last. */
    public long nonce() {
        return nonce;
    }

    /** Whether an echo is that of a keep-alive that still counts. */
    public boolean isAnswer(long echoed) {
        long age = nonce - echoed;
        return age >= 0 && age < MISSES_MAX;
    }

    /** An echo came, for which {@link #isAnswer} is true. */
    public Transition answered(long echoed, long nowNs) {
        unanswered = (int) Math.min(unanswered, nonce - echoed);
        quietSinceNs = nowNs;
        if (state == State.ANSWERING) {
            return Transition.NONE;
        }
        state = State.ANSWERING;
        answeringSinceNs = nowNs;
        return Transition.NOW_ANSWERING;
    }

    /** True from the first answer until the node is silent. */
    public boolean isAnswering() {
        return state == State.ANSWERING;
    }

    /** True from the third miss in a row until the next answer. */
    public boolean isSilent() {
        return state == State.SILENT;
    }

    /** How long the node has not answered: since its last answer, or since the start. */
    public long quietNs(long nowNs) {
        return nowNs - quietSinceNs;
    }

    /** How long the node has been answering without a silence; 0 where it is not. */
    public long answeringNs(long nowNs) {
        return isAnswering() ? nowNs - answeringSinceNs : 0;
    }
}

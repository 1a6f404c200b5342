// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

/**
 * When the absence of a record proves nothing, so that a TCP segment without SYN is adopted instead of dropped or reset
 * (architecture, section 5, miss 3).
 *
 * <p>Two causes, each with a window of its own:
 *
 * <ul>
 *   <li>a start that is not the first: for one idle timeout, the longest that is configured then;
 *   <li>an authority that does not answer, or one that takes over from another: until {@value #SETTLE_MS} ms after it
 *       answers again, so that every flow of this table has been offered to it.
 * </ul>
 *
 * <p>Pure: time comes in as milliseconds of a clock that never goes back. <b>Threading</b>: confined to one event loop.
 */
final class RecoveryWindow {

    /** How long an authority that answers again is not believed when it knows no record. */
    static final long SETTLE_MS = 5_000;

    private static final long NEVER = Long.MIN_VALUE;

    private long startEndsAtMs = NEVER;
    private long authorityEndsAtMs = NEVER;
    private boolean authorityLost;

    /** The process has started, and not for the first time. */
    void startedAgain(long nowMs, long longestIdleTimeoutMs) {
        startEndsAtMs = nowMs + longestIdleTimeoutMs;
    }

    /** The authority did not answer. */
    void authorityLost() {
        authorityLost = true;
    }

    /** The authority answered. */
    void authorityAnswered(long nowMs) {
        if (authorityLost) {
            authorityLost = false;
            authorityEndsAtMs = nowMs + SETTLE_MS;
        }
    }

    /** Another decides about some flows now, or the same one after a start: not all records may be there yet. */
    void authorityRestarted(long nowMs) {
        authorityEndsAtMs = nowMs + SETTLE_MS;
    }

    /** Whether absence proves nothing now. */
    boolean open(long nowMs) {
        return openCount(nowMs) > 0;
    }

    /**
     * Whether packets of flows that others know may come here now, as a node has gone or come: a packet that begins nothing is
     * then worth a longer wait for its record than one of a new flow.
     */
    boolean flowsChangeNodes(long nowMs) {
        return nowMs < startEndsAtMs || nowMs < authorityEndsAtMs;
    }

    /** Windows that are open: one a cause. */
    int openCount(long nowMs) {
        return (nowMs < startEndsAtMs ? 1 : 0) + (authorityLost || nowMs < authorityEndsAtMs ? 1 : 0);
    }
}

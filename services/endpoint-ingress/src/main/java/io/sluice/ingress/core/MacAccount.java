// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What one target has left of its node's budget of failed MACs: {@value #PER_SECOND} a second, and no more in one go. Who spends
 * it is off for {@value #OFF_MS} ms.
 *
 * <p>Kept as the moment at which all that was spent will be there again: each MAC is a hundredth of a second later.
 *
 * <p><b>Threading</b>: any; lock-free. It is written when a MAC has failed, so {@value #PER_SECOND} times and some in ten
 * seconds at most, and read for returns of unknown flows in a recovery window. Several shards at once may exceed it by what each
 * of them is trying. <b>Allocation</b>: none.
 */
public final class MacAccount {

    /** Failed MACs a second that a node grants a target. */
    static final int PER_SECOND = 100;

    /** How long a target is off that exceeds it. */
    static final long OFF_MS = 10_000;

    private static final long FULL_MS = 1_000;
    private static final long MAC_MS = FULL_MS / PER_SECOND;

    private final AtomicLong fullAtMs = new AtomicLong(Long.MIN_VALUE);
    private volatile long offUntilMs = Long.MIN_VALUE;

    /**
     * Whether a MAC may be tried now.
     *
     * @param nowMs a clock that all shards have
     */
    boolean allows(long nowMs) {
        return nowMs >= offUntilMs;
    }

    /**
     * Charges MACs that did not fit.
     *
     * @return whether the budget is spent by that, and the target off
     */
    boolean failed(int macs, long nowMs) {
        long before = fullAtMs.get();
        long after = charged(before, macs, nowMs);
        while (!fullAtMs.compareAndSet(before, after)) {
            before = fullAtMs.get();
            after = charged(before, macs, nowMs);
        }
        boolean spent = FULL_MS - (after - nowMs) < MAC_MS;
        if (spent) {
            offUntilMs = nowMs + OFF_MS;
        }
        return spent;
    }

    private static long charged(long fullAtMs, int macs, long nowMs) {
        return Math.max(fullAtMs, nowMs) + macs * MAC_MS;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

/**
 * At most so many a second, and no more than that in one go.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
final class RateLimit {

    private static final long SECOND_MS = 1_000;

    private final long perSecond;
    /** Thousandths of permits. */
    private long milliPermits;

    private long lastMs;

    RateLimit(int perSecond) {
        this.perSecond = perSecond;
        this.milliPermits = perSecond * SECOND_MS;
    }

    /** Takes a permit, or answers that there is none now. */
    boolean take(long nowMs) {
        long elapsedMs = Math.clamp(nowMs - lastMs, 0, SECOND_MS);
        lastMs = nowMs;
        milliPermits = Math.min(perSecond * SECOND_MS, milliPermits + elapsedMs * perSecond);
        if (milliPermits < SECOND_MS) {
            return false;
        }
        milliPermits -= SECOND_MS;
        return true;
    }
}

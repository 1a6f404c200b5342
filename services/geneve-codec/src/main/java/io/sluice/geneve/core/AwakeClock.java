// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

/**
 * Time that passed while this event loop was awake: what a target is measured by.
 *
 * <p>After a pause of the loop (garbage collection, a stopped process, an overloaded host) answers lie unread in the
 * sockets, and timers may run before they are read. So one step counts {@value #STEP_MS_MAX} ms at most, however long it
 * was: a pause of this node accuses no target.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
final class AwakeClock {

    /** What one step counts at most: twice the tick and some. */
    static final long STEP_MS_MAX = 25;

    private boolean started;
    private long lastMs;
    private long awakeMs;

    /** It is now so late, by any clock that does not run backwards. */
    void now(long nowMs) {
        if (started) {
            awakeMs += Math.clamp(nowMs - lastMs, 0, STEP_MS_MAX);
        }
        started = true;
        lastMs = nowMs;
    }

    /** Milliseconds awake since the first {@link #now}. */
    long awakeMs() {
        return awakeMs;
    }
}

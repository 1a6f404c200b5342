// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import java.util.concurrent.TimeUnit;

/** The clocks that a node hands to its parts. Any thread. */
final class NodeClock {

    private static final long START_NS = System.nanoTime();
    private static final long START_MS = System.currentTimeMillis();

    private NodeClock() {}

    /**
     * Milliseconds since 1970 of a clock that never goes back or jumps: what a time service does to the system's clock
     * after the start must not age flows.
     */
    static long wallClockMs() {
        return START_MS + monotonicMs();
    }

    /** Milliseconds since this process started. */
    static long monotonicMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - START_NS);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.verticle;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The clock of a prober and the pace it works at.
 *
 * @param nowMs milliseconds since 1970; must never go back, and is called on the verticle's event loop only
 * @param tickMs how often the schedule is looked at, 1 or more
 * @param reportEveryMs longest time between two reports, by {@code nowMs}
 */
public record ProbePace(LongSupplier nowMs, long tickMs, long reportEveryMs) {

    /** Ticks are 100 ms apart. */
    public static final long TICK_MS = 100;

    /** Reports are at most two seconds apart. */
    public static final long REPORT_EVERY_MS = 2_000;

    /**
     * The machine's clock, read once here and carried on by the monotonic one: a step of the wall clock must neither
     * silence the schedule nor start every probe at once.
     */
    public static ProbePace system() {
        long startMs = System.currentTimeMillis();
        long startNs = System.nanoTime();
        return new ProbePace(
                () -> startMs + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs), TICK_MS, REPORT_EVERY_MS);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf;

import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Counts the bytes that the calling thread allocates in {@value #CALLS} warm calls of an operation.
 *
 * <p>The JVM's own count, exact to the byte, not a sample and not a time. The first calls link call sites and load
 * classes, which allocates once, so as many calls go before.
 */
final class AllocatedBytes {

    /** Calls that are counted. */
    static final int CALLS = 100_000;

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Without it the compiler might see that nobody wants the results, and leave the calls out. */
    private static final Blackhole BLACKHOLE = new Blackhole(
            "Today's password is swordfish. I understand instantiating Blackholes directly is dangerous.");

    private AllocatedBytes() {}

    /** Warms an operation up, then counts. */
    static long of(LongSupplier operation) {
        count(operation);
        return count(operation);
    }

    private static long count(LongSupplier operation) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int call = 0; call < CALLS; call++) {
            BLACKHOLE.consume(operation.getAsLong());
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}

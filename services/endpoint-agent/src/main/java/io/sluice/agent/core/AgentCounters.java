// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What one thread of the agent counted.
 *
 * <p><b>Threading</b>: one writer, the thread; any thread may read. A count is a plain read, an add and an opaque
 * write, so a reader sees each value whole and rising, though not all of them at one instant.
 */
public final class AgentCounters {

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int DROPS = AgentCount.values().length;
    /** A cache line on either side, so that other threads' counters are not written with these. */
    private static final int PADDING = 8;

    private final long[] counts = new long[PADDING + DROPS + AgentDropReason.values().length + PADDING];

    /** Adds to a count. */
    public void add(AgentCount count, long amount) {
        add(index(count), amount);
    }

    /** Counts one dropped packet. */
    public void drop(AgentDropReason reason) {
        add(index(reason), 1);
    }

    /** Counts dropped packets. */
    public void drop(AgentDropReason reason, long packets) {
        add(index(reason), packets);
    }

    /** What was counted. */
    public long count(AgentCount count) {
        return (long) LONGS.getOpaque(counts, index(count));
    }

    /** Packets dropped for a reason. */
    public long drops(AgentDropReason reason) {
        return (long) LONGS.getOpaque(counts, index(reason));
    }

    private void add(int index, long amount) {
        LONGS.setOpaque(counts, index, counts[index] + amount);
    }

    @SuppressWarnings("EnumOrdinal") // an index into this run's own array, never kept
    private static int index(AgentCount count) {
        return PADDING + count.ordinal();
    }

    @SuppressWarnings("EnumOrdinal") // as above
    private static int index(AgentDropReason reason) {
        return PADDING + DROPS + reason.ordinal();
    }
}

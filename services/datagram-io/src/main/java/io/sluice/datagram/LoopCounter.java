// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A count that one event loop writes and any thread reads.
 *
 * <p><b>Threading</b>: {@link #add} on the loop alone, with a plain read and an opaque write; readers see each value whole,
 * and rising where only positive amounts are added.
 */
final class LoopCounter {

    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(LoopCounter.class, "value", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private long value;

    void add(long amount) {
        VALUE.setOpaque(this, value + amount);
    }

    /** The value, from any thread. */
    long get() {
        return (long) VALUE.getOpaque(this);
    }
}

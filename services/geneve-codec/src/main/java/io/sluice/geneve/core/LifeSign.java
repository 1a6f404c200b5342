// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * That a target has returned something, told by any shard of a node to all others: one bit for each shard that has not heard
 * of it yet.
 *
 * <p><b>Threading</b>: any; lock-free. Touched by the ticks of shards, never by a packet. <b>Limits</b>: {@value #SHARDS_MAX}
 * shards. <b>Allocation</b>: none.
 */
public final class LifeSign {

    /** Shards there can be. */
    public static final int SHARDS_MAX = Long.SIZE;

    private static final VarHandle UNHEARD;

    static {
        try {
            UNHEARD = MethodHandles.lookup().findVarHandle(LifeSign.class, "unheard", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    @SuppressWarnings("unused") // through the handle
    private volatile long unheard;

    /** The target has returned something to this shard. */
    void give(int shard) {
        long others = ~(1L << shard);
        if (((long) UNHEARD.getVolatile(this) & others) != others) {
            UNHEARD.getAndBitwiseOr(this, others);
        }
    }

    /** Whether it has to another, since this shard asked last. */
    boolean take(int shard) {
        long own = 1L << shard;
        return ((long) UNHEARD.getVolatile(this) & own) != 0
                && ((long) UNHEARD.getAndBitwiseAnd(this, ~own) & own) != 0;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What a shard shows of its flows to other threads.
 *
 * <p><b>Threading</b>: the shard's event loop takes readings, some milliseconds apart; any thread reads the last.
 */
public final class IngressGauges {

    private static final int FLOWS = 0;
    private static final int PROVISIONAL = 1;
    private static final int HELD = 2;
    private static final int ACKNOWLEDGED_SETUPS = 3;
    private static final int PROVISIONAL_SETUPS = 4;
    private static final int REFUSED_SETUPS = 5;
    private static final int MOVED = 6;

    private final AtomicLongArray readings = new AtomicLongArray(MOVED + 1);

    /** Takes all readings; by the shard's loop. */
    public void read(ShardState state, IngressShard shard) {
        readings.setOpaque(FLOWS, state.table.size());
        readings.setOpaque(PROVISIONAL, state.table.provisionalFlows());
        readings.setOpaque(HELD, shard.opening().heldPackets());
        readings.setOpaque(ACKNOWLEDGED_SETUPS, shard.opening().acknowledgedCount());
        readings.setOpaque(PROVISIONAL_SETUPS, shard.opening().provisionalCount());
        readings.setOpaque(REFUSED_SETUPS, shard.opening().refusedCount());
        readings.setOpaque(MOVED, shard.offers().movedCount());
    }

    /** Flows in the table. */
    public long flows() {
        return readings.getOpaque(FLOWS);
    }

    /** Flows that are not acknowledged. */
    public long provisionalFlows() {
        return readings.getOpaque(PROVISIONAL);
    }

    /** Packets that wait for their flow's set-up. */
    public long heldPackets() {
        return readings.getOpaque(HELD);
    }

    /** Flows the authority decided, since start. */
    public long acknowledgedSetups() {
        return readings.getOpaque(ACKNOWLEDGED_SETUPS);
    }

    /** Flows decided here, since start. */
    public long provisionalSetups() {
        return readings.getOpaque(PROVISIONAL_SETUPS);
    }

    /** Flows refused, since start. */
    public long refusedSetups() {
        return readings.getOpaque(REFUSED_SETUPS);
    }

    /** Provisional flows that the authority moved, since start. */
    public long movedFlows() {
        return readings.getOpaque(MOVED);
    }
}

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

    private static final int ADOPTED = 7;
    private static final int FAILED_OVER = 8;
    private static final int EVICTED = 9;
    private static final int BYPASSED = 10;
    private static final int RESETS = 11;
    private static final int RECOVERY_WINDOWS = 12;

    private static final int RELEARNED = 13;
    private static final int REPLACED = 14;
    private static final int FAILED_MACS = 15;

    private final AtomicLongArray readings = new AtomicLongArray(FAILED_MACS + 1);

    /** Takes all readings; by the shard's loop. */
    public void read(ShardState state, IngressShard shard) {
        readings.setOpaque(FLOWS, state.table.size());
        readings.setOpaque(PROVISIONAL, state.table.provisionalFlows());
        readings.setOpaque(HELD, shard.opening().heldPackets());
        readings.setOpaque(ACKNOWLEDGED_SETUPS, shard.opening().acknowledgedCount());
        readings.setOpaque(PROVISIONAL_SETUPS, shard.opening().provisionalCount());
        readings.setOpaque(REFUSED_SETUPS, shard.opening().refusedCount());
        readings.setOpaque(MOVED, shard.offers().movedCount());
        readings.setOpaque(ADOPTED, shard.opening().adoptedCount());
        readings.setOpaque(FAILED_OVER, shard.opening().movedCount());
        readings.setOpaque(EVICTED, shard.installer().evictedCount());
        readings.setOpaque(BYPASSED, shard.leg().bypassedCount());
        readings.setOpaque(RESETS, shard.answers().resetCount());
        readings.setOpaque(RECOVERY_WINDOWS, shard.openRecoveryWindows());
        readings.setOpaque(RELEARNED, shard.relearning().relearnedCount());
        readings.setOpaque(REPLACED, shard.relearning().replacedCount());
        readings.setOpaque(FAILED_MACS, shard.budget().failedCount());
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

    /** Flows that the authority moved when they were offered to it, since start. */
    public long movedFlows() {
        return readings.getOpaque(MOVED);
    }

    /** Flows taken over without a record in a recovery window, since start. */
    public long adoptedFlows() {
        return readings.getOpaque(ADOPTED);
    }

    /** Flows that left a failed or deregistered target, since start. */
    public long failedOverFlows() {
        return readings.getOpaque(FAILED_OVER);
    }

    /** One-way flows that had to go for new ones, since start. */
    public long evictedFlows() {
        return readings.getOpaque(EVICTED);
    }

    /** Packets delivered uninspected, since start. */
    public long bypassedPackets() {
        return readings.getOpaque(BYPASSED);
    }

    /** TCP resets sent, since start. */
    public long tcpResets() {
        return readings.getOpaque(RESETS);
    }

    /** Recovery windows that are open. */
    public long recoveryWindows() {
        return readings.getOpaque(RECOVERY_WINDOWS);
    }

    /** Flows that had no entry and were learnt from a return in a recovery window, since start. */
    public long relearnedFlows() {
        return readings.getOpaque(RELEARNED);
    }

    /** Provisional entries that a return under an older cookie has replaced, since start. */
    public long replacedFlows() {
        return readings.getOpaque(REPLACED);
    }

    /** MACs that were tried for returns and did not fit, since start. */
    public long failedMacs() {
        return readings.getOpaque(FAILED_MACS);
    }
}

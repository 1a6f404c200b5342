// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.datagram.DatagramPort;
import io.sluice.datagram.DatagramReceiver;
import io.sluice.datagram.PacketSlab;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.packet.count.PathCounters;

/**
 * What comes to the sockets that only send: a target that answers the sender, instead of swapping addresses and keeping
 * ports (W-3), ends here, counted under a reason of its own so that its author finds the mistake.
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
public final class MisaddressedReturns implements DatagramReceiver {

    private final PacketSlab slab;
    private final TargetDirectory targets;
    private final PathCounters counters;

    /**
     * @param slab the shard's packet memory
     * @param targets the shard's targets
     * @param counters the shard's counters
     */
    public MisaddressedReturns(PacketSlab slab, TargetDirectory targets, PathCounters counters) {
        this.slab = slab;
        this.targets = targets;
        this.counters = counters;
    }

    @Override
    public void onDatagram(
            DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
        counters.packet(PacketPlace.TARGET_IN, lengthBytes);
        if (targets.permitted(sourceAddress)) {
            targets.rejected(sourceAddress);
            counters.drop(DropReason.RETURN_PORT);
        } else {
            counters.drop(DropReason.TARGET_UNKNOWN);
        }
        slab.release(slot);
    }

    @Override
    public void onBatchEnd() {
        // nothing was kept
    }
}

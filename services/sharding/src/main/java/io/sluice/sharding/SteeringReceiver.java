// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import io.sluice.datagram.DatagramPort;
import io.sluice.datagram.DatagramReceiver;
import io.sluice.datagram.PacketSlab;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.packet.count.PathCounters;

/**
 * Stands before a shard's own receiver at a shared address: what the shard owns goes straight on, what another owns goes
 * into the ring towards it, and what cannot be read stays.
 *
 * <p><b>Order</b>: packets of one flow that come to one socket all take the same way, so they stay in order.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Ownership</b>: every slot that comes in is handed on or
 * released. <b>Errors</b>: none; what finds the ring full is counted as in and as dropped.
 */
final class SteeringReceiver implements DatagramReceiver {

    private final int group;
    private final OwnerReader owners;
    private final DatagramReceiver own;
    private final ShardOutbox outbox;
    private final PacketSlab slab;
    private final PathCounters counters;
    private final PacketPlace place;

    /**
     * @param group which of the shared addresses it is
     * @param owners tells whose a datagram is
     * @param own gets what the shard owns
     * @param outbox gets the rest
     * @param slab the shard's packet memory
     * @param counters the shard's counters
     * @param place where what is dropped counts as in
     */
    SteeringReceiver(
            int group,
            OwnerReader owners,
            DatagramReceiver own,
            ShardOutbox outbox,
            PacketSlab slab,
            PathCounters counters,
            PacketPlace place) {
        this.group = group;
        this.owners = owners;
        this.own = own;
        this.outbox = outbox;
        this.slab = slab;
        this.counters = counters;
        this.place = place;
    }

    @Override
    public int headroomBytes() {
        return own.headroomBytes();
    }

    @Override
    public void onDatagram(
            DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
        int owner = owners.ownerOf(slab.memory(), offset, lengthBytes);
        if (owner == outbox.self() || owner == OwnerReader.NOBODY) {
            own.onDatagram(port, slot, offset, lengthBytes, sourceAddress, sourcePort);
            return;
        }
        if (!outbox.handOver(owner, group, slab.memory(), offset, lengthBytes, sourceAddress, sourcePort)) {
            counters.packet(place, lengthBytes);
            counters.drop(DropReason.SHARD_RING_FULL);
        }
        slab.release(slot);
    }

    @Override
    public void onBatchEnd() {
        own.onBatchEnd();
        outbox.endBatch();
    }
}

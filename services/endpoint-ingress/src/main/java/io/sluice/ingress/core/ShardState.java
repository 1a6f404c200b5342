// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.datagram.PacketSlab;
import io.sluice.flow.core.FlowTable;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.hashing.core.FlowHasher;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.Zone;
import io.sluice.model.metric.DropReason;
import io.sluice.packet.count.PathCounters;
import io.sluice.packet.ip.IpProtocol;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * What the two pipelines of a shard share: packet memory, flow table, targets, endpoints, counters and the batch's clock.
 *
 * <p><b>Threading</b>: confined to the shard's event loop; the counters may be read from anywhere.
 */
public final class ShardState {

    final PacketSlab slab;
    final FlowTable table;
    final TargetDirectory targets;
    final FlowHasher hasher;
    final PathCounters counters;
    private final LongSupplier monotonicMs;
    private final List<Zone> zonesServed;
    private final FlowQuotas quotas;
    private EndpointDirectory endpoints;
    private long nowMs;
    private boolean inBatch;

    /**
     * @param slab packet memory
     * @param table flow table
     * @param targets targets by index
     * @param hasher hash of this table, secretly seeded
     * @param counters what became of packets
     * @param monotonicMs milliseconds since this process started; read once a batch
     * @param zonesServed zones with an appliance-side address here
     * @param shards shards of this node: each has its part of every endpoint's quota, and of what targets may get wrong
     */
    public ShardState(
            PacketSlab slab,
            FlowTable table,
            TargetDirectory targets,
            FlowHasher hasher,
            PathCounters counters,
            LongSupplier monotonicMs,
            List<Zone> zonesServed,
            int shards) {
        this.slab = slab;
        this.table = table;
        this.targets = targets;
        this.hasher = hasher;
        this.counters = counters;
        this.monotonicMs = monotonicMs;
        this.zonesServed = List.copyOf(zonesServed);
        // flows of an endpoint that has no quota of its own: half of what there is room for
        this.quotas = new FlowQuotas(Math.max(1, table.capacity() / 2), shards);
        this.endpoints = new EndpointDirectory(GatewayModel.EMPTY, this.zonesServed, quotas, hasher, null, 0);
    }

    /** Whether flows of a key live by TCP's opening and closing: TCP under a 5-tuple (F-16, F-19, F-22). */
    static boolean followsTcp(long traits) {
        return FlowKey.kindCode(traits) == Stickiness.FIVE_TUPLE.code() && FlowKey.protocol(traits) == IpProtocol.TCP;
    }

    /** Takes over a configuration. Entries of flows keep what they were made with (F-7). */
    public void configure(GatewayModel model) {
        endpoints = new EndpointDirectory(model, zonesServed, quotas, hasher, endpoints, monotonicMs.getAsLong());
    }

    /** How many zones this node serves. */
    int zonesServed() {
        return zonesServed.size();
    }

    EndpointDirectory endpoints() {
        return endpoints;
    }

    /** Time of the current batch, milliseconds since this process started. */
    public long nowMs() {
        if (!inBatch) {
            inBatch = true;
            nowMs = monotonicMs.getAsLong();
        }
        return nowMs;
    }

    /** The next packet starts a new batch. */
    public void endBatch() {
        inBatch = false;
    }

    /** Counts and forgets a packet. */
    void drop(int slot, DropReason reason) {
        counters.drop(reason);
        slab.release(slot);
    }
}

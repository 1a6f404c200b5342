// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.datagram.DatagramPort;
import io.sluice.datagram.DatagramReceiver;
import io.sluice.flow.core.FlowTable;
import io.sluice.geneve.core.DecodeDrops;
import io.sluice.geneve.core.PacketConduit;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.hashing.core.FlowKeyExtractor;
import io.sluice.model.config.Listener;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.packet.DecodeStatus;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.geneve.GeneveDatagram;
import org.jspecify.annotations.Nullable;

/**
 * A packet's way from an endpoint to its target: decode, find the endpoint, find the flow, hand to the conduit.
 *
 * <p>A packet of a known flow passes in one go. A packet of an unknown one is held, its flow asked for with the batch's
 * other misses, and released when the answer comes; later packets of the same flow queue behind it, so order is kept.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Ownership</b>: every slot that comes in is released, sent
 * or held. <b>Errors</b>: none; what cannot be served is dropped with its reason.
 */
public final class IngressPipeline implements DatagramReceiver {

    /** The largest inner packet. */
    public static final int INNER_BYTES_MAX = 8_500;

    private static final int PENDING_FLOWS_MAX = 8_192;
    private static final int HELD_PACKETS_PER_FLOW_MAX = 16;
    private static final int GENEVE_HEADER_BYTES = 8;

    private final ShardState state;
    private final PacketConduit conduit;
    private final FlowSetup setup;
    private final LocalDecider decider;
    private final NodeId self;
    private final int portSlots;
    private final FlowEnds ends;
    private final PendingFlows pending;
    private final GeneveDatagram geneve = GeneveDatagram.forEndpoints();
    private final InnerPacket inner = new InnerPacket();
    private final long[] key = new long[FlowKey.WORDS];

    private final long[] missKeys = new long[FlowOpenBatch.FLOWS_MAX * FlowKey.WORDS];
    private final byte[] missMayOpen = new byte[FlowOpenBatch.FLOWS_MAX];
    private final long[] missTickets = new long[FlowOpenBatch.FLOWS_MAX];
    private int misses;

    private long acknowledgedSetups;
    private long provisionalSetups;
    private long refusedSetups;

    /**
     * @param state the shard
     * @param conduit the way to targets
     * @param setup the way to the authority
     * @param decider decides when the authority does not
     * @param ends gathers flows that end
     * @param self this node
     * @param portSlots source ports towards targets
     */
    public IngressPipeline(
            ShardState state,
            PacketConduit conduit,
            FlowSetup setup,
            LocalDecider decider,
            FlowEnds ends,
            NodeId self,
            int portSlots) {
        this.state = state;
        this.conduit = conduit;
        this.setup = setup;
        this.decider = decider;
        this.ends = ends;
        this.self = self;
        this.portSlots = portSlots;
        int slots = state.slab.slotCount();
        // half of the packet memory may wait; the rest keeps known flows moving
        this.pending = new PendingFlows(PENDING_FLOWS_MAX, slots, slots / 2, HELD_PACKETS_PER_FLOW_MAX);
    }

    @Override
    public void onDatagram(
            DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
        state.counters.packet(PacketPlace.ENDPOINT_IN, lengthBytes);
        DecodeStatus status = geneve.decode(state.slab.memory(), offset, lengthBytes);
        if (status == DecodeStatus.GENEVE_CONTROL) {
            keepAlive(port, slot, offset, lengthBytes, sourceAddress);
            return;
        }
        if (status != DecodeStatus.OK) {
            state.drop(slot, DecodeDrops.reason(status));
            return;
        }
        EndpointEntry endpoint = state.endpoints().byVni(geneve.vni());
        if (endpoint == null) {
            state.drop(slot, DropReason.ENDPOINT_UNKNOWN);
            return;
        }
        int attachment = endpoint.attachmentOf(sourceAddress);
        if (attachment == EndpointEntry.NO_ATTACHMENT) {
            state.drop(slot, DropReason.ATTACHMENT_UNKNOWN);
            return;
        }
        status = inner.parse(
                state.slab.memory(), geneve.payloadOffset(), geneve.payloadLengthBytes(), geneve.protocolType());
        if (status != DecodeStatus.OK) {
            state.drop(slot, DecodeDrops.reason(status));
            return;
        }
        if (inner.totalLengthBytes() > INNER_BYTES_MAX) {
            state.drop(slot, DropReason.INNER_TOO_LARGE);
            return;
        }
        boolean fromLower = FlowKeyExtractor.extract(inner, endpoint.id, endpoint.stickiness, key, 0);
        forward(slot, endpoint, attachment, fromLower);
    }

    /** The packet in {@link #inner}, its key in {@link #key}. */
    private void forward(int slot, EndpointEntry endpoint, int attachment, boolean fromLower) {
        long hash = state.hasher.hash(key, 0);
        int entry = state.table.find(key, 0, hash);
        if (entry != FlowTable.NONE && ends(entry)) {
            ends.end(state.table, entry);
            entry = FlowTable.NONE;
        }
        if (entry == FlowTable.NONE) {
            miss(slot, endpoint, attachment, fromLower, hash);
            return;
        }
        send(
                slot,
                inner.offset(),
                inner.totalLengthBytes(),
                geneve.protocolType(),
                inner.tcpFlags(),
                inner.tcpPayloadBytes(),
                attachment,
                fromLower,
                endpoint,
                entry);
    }

    /** An entry past its time is none (F-15), and a SYN on a closed one opens a new flow (F-20). */
    private boolean ends(int entry) {
        return state.table.expiredAt(entry, state.nowMs()) || (inner.opensTcp() && state.table.closed(entry));
    }

    private void send(
            int slot,
            int innerOffset,
            int innerLengthBytes,
            int protocolType,
            int tcpFlags,
            int tcpPayloadBytes,
            int attachment,
            boolean fromLower,
            EndpointEntry endpoint,
            int entry) {
        state.table.forwarded(entry, fromLower, attachment, innerLengthBytes, tcpFlags, tcpPayloadBytes, state.nowMs());
        conduit.toTarget(
                slot,
                innerOffset,
                innerLengthBytes,
                protocolType,
                endpoint.id,
                state.table.cookie(entry),
                endpoint.zoneIndex,
                state.table.targetIndex(entry),
                state.table.portSlot(entry));
    }

    private void miss(int slot, EndpointEntry endpoint, int attachment, boolean fromLower, long hash) {
        int flow = pending.find(key, hash);
        if (flow == PendingFlows.NONE) {
            flow = openPending(endpoint, attachment, fromLower, hash);
            if (flow == PendingFlows.NONE) {
                state.drop(slot, DropReason.HELD_OVERFLOW);
                return;
            }
        }
        if (!pending.roomForPacket(flow)) {
            int oldest = pending.takeOldest(flow);
            if (oldest == PendingFlows.NONE) {
                state.drop(slot, DropReason.HELD_OVERFLOW);
                return;
            }
            state.drop(oldest, DropReason.HELD_OVERFLOW);
        }
        pending.hold(
                flow,
                slot,
                inner.offset(),
                inner.totalLengthBytes(),
                HeldTraits.pack(
                        geneve.protocolType(), inner.tcpFlags(), inner.tcpPayloadBytes(), attachment, fromLower));
    }

    private int openPending(EndpointEntry endpoint, int attachment, boolean fromLower, long hash) {
        if (misses == FlowOpenBatch.FLOWS_MAX) {
            ask();
        }
        boolean tcp = inner.protocol() == InnerPacket.PROTOCOL_TCP;
        int flow = pending.open(key, hash, fromLower, attachment, tcp);
        if (flow == PendingFlows.NONE) {
            return PendingFlows.NONE;
        }
        // F-16: of TCP under 5-tuples only a SYN opens a flow; F-17, F-22: everything else does
        boolean mayOpen = !tcp || endpoint.stickiness != Stickiness.FIVE_TUPLE || inner.opensTcp();
        System.arraycopy(key, 0, missKeys, misses * FlowKey.WORDS, FlowKey.WORDS);
        missMayOpen[misses] = (byte) (mayOpen ? 1 : 0);
        missTickets[misses] = ticket(flow, mayOpen);
        misses++;
        return flow;
    }

    @Override
    public void onBatchEnd() {
        if (misses > 0) {
            ask();
        }
        ends.report();
        state.endBatch();
    }

    private void ask() {
        int count = misses;
        misses = 0;
        setup.open(
                new FlowOpenBatch(
                        self,
                        java.util.Arrays.copyOf(missKeys, count * FlowKey.WORDS),
                        java.util.Arrays.copyOf(missMayOpen, count)),
                java.util.Arrays.copyOf(missTickets, count));
    }

    /** Generation (32) | zero (7) | may open (1) | place in the pool (24). */
    private long ticket(int flow, boolean mayOpen) {
        return (long) pending.generation(flow) << 32 | (mayOpen ? 1L << 24 : 0) | flow;
    }

    private int flowOf(long ticket) {
        int flow = (int) ticket & 0xFF_FFFF;
        return pending.generation(flow) == (int) (ticket >>> 32) ? flow : PendingFlows.NONE;
    }

    /** The authority answered: each flow is installed and its packets released, or they are dropped. */
    public void opened(long[] tickets, FlowOpenedBatch answer) {
        if (answer.flowCount() != tickets.length) {
            openFailed(tickets);
            return;
        }
        for (int i = 0; i < tickets.length; i++) {
            int flow = flowOf(tickets[i]);
            if (flow == PendingFlows.NONE) {
                continue;
            }
            int outcome = answer.outcomes()[i];
            if (outcome < 0) {
                refusedSetups++;
                release(flow, outcome == FlowOpenedBatch.NO_FLOW ? DropReason.TCP_NOT_SYN : DropReason.NO_TARGET);
                continue;
            }
            int target = state.targets.indexOf(answer.targets().get(outcome));
            if (target == TargetDirectory.NONE) {
                // the authority knows a configuration this node has not heard of yet
                decideLocally(flow, true);
            } else {
                acknowledgedSetups++;
                install(flow, target, answer.cookies()[i], false);
            }
        }
        state.endBatch();
    }

    /** The authority did not answer in time: what may open a flow is decided here and marked provisional. */
    public void openFailed(long[] tickets) {
        for (long ticket : tickets) {
            int flow = flowOf(ticket);
            if (flow != PendingFlows.NONE) {
                decideLocally(flow, (ticket & 1L << 24) != 0);
            }
        }
        state.endBatch();
    }

    private void decideLocally(int flow, boolean mayOpen) {
        if (!mayOpen) {
            refusedSetups++;
            release(flow, DropReason.TCP_NOT_SYN);
            return;
        }
        pending.copyKey(flow, key, 0);
        LocalDecider.@Nullable Decision decision = decider.decide(key);
        TargetRef target = decision == null ? null : decision.target();
        int index = target == null ? TargetDirectory.NONE : state.targets.indexOf(target);
        if (decision == null || index == TargetDirectory.NONE) {
            refusedSetups++;
            release(flow, DropReason.NO_TARGET);
            return;
        }
        provisionalSetups++;
        install(flow, index, decision.flowCookie(), true);
    }

    /** Puts the flow into the table and sends what it held, in order. */
    private void install(int flow, int targetIndex, int flowCookie, boolean provisional) {
        pending.copyKey(flow, key, 0);
        long hash = pending.hash(flow);
        EndpointEntry endpoint = state.endpoints().byId(key[FlowKey.ENDPOINT_WORD]);
        if (endpoint == null) {
            release(flow, DropReason.ENDPOINT_UNKNOWN);
            return;
        }
        int entry = state.table.insert(
                key,
                0,
                hash,
                targetIndex,
                flowCookie,
                (int) Long.remainderUnsigned(hash >>> 8, portSlots),
                (int) (pending.tcp(flow) ? endpoint.tcpIdleTimeoutMs : Listener.OTHER_IDLE_TIMEOUT_MS),
                pending.initiatorIsLower(flow),
                pending.attachment(flow),
                provisional,
                state.nowMs());
        if (entry == FlowTable.NONE) {
            release(flow, DropReason.TABLE_FULL);
            return;
        }
        for (int slot = pending.takeOldest(flow); slot != PendingFlows.NONE; slot = pending.takeOldest(flow)) {
            long traits = pending.packetTraits(slot);
            send(
                    slot,
                    pending.innerOffset(slot),
                    pending.innerLengthBytes(slot),
                    HeldTraits.protocolType(traits),
                    HeldTraits.tcpFlags(traits),
                    HeldTraits.tcpPayloadBytes(traits),
                    HeldTraits.attachment(traits),
                    HeldTraits.fromLower(traits),
                    endpoint,
                    entry);
        }
        pending.close(flow);
    }

    private void release(int flow, DropReason reason) {
        for (int slot = pending.takeOldest(flow); slot != PendingFlows.NONE; slot = pending.takeOldest(flow)) {
            state.drop(slot, reason);
        }
        pending.close(flow);
    }

    /** Drops what still waits, at the end of the shard's life. */
    public void dropHeld() {
        for (int flow = pending.any(); flow != PendingFlows.NONE; flow = pending.any()) {
            release(flow, DropReason.SHUTDOWN);
        }
    }

    /** An empty control packet of an endpoint is its agent's keep-alive: it goes back as it came. */
    private void keepAlive(DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress) {
        EndpointEntry endpoint =
                lengthBytes == GENEVE_HEADER_BYTES ? state.endpoints().byVni(geneve.vni()) : null;
        int attachment = endpoint == null ? EndpointEntry.NO_ATTACHMENT : endpoint.attachmentOf(sourceAddress);
        if (endpoint == null || attachment == EndpointEntry.NO_ATTACHMENT) {
            state.drop(slot, DropReason.GENEVE_CONTROL);
            return;
        }
        port.send(slot, offset, lengthBytes, endpoint.address(attachment), endpoint.port(attachment));
    }

    /** Packets that wait for their flow's set-up. */
    public int heldPackets() {
        return pending.packetCount();
    }

    /** Flows the authority decided. */
    public long acknowledgedSetups() {
        return acknowledgedSetups;
    }

    /** Flows this node decided alone. */
    public long provisionalSetups() {
        return provisionalSetups;
    }

    /** Flows that were refused. */
    public long refusedSetups() {
        return refusedSetups;
    }
}

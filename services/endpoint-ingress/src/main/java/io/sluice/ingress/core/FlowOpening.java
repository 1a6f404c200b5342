// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.flow.core.FlowTable;
import io.sluice.flow.core.TcpTracker;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.hashing.core.FlowTimeouts;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.metric.DropReason;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Flow set-up at the ingress: packets of an unknown flow are held, their flows asked for once a batch, and released in
 * order when the answer comes.
 *
 * <p>The authority decides; where it does not answer, this node decides alone and the entry is provisional (architecture,
 * section 5, miss 4). A TCP segment that may not open a flow is dropped where no record is known (F-16).
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Ownership</b>: every slot held is sent or released.
 * <b>Limits</b>: {@value #FLOWS_MAX} flows wait at once, {@value #PACKETS_PER_FLOW_MAX} packets each, half of the packet
 * memory in all; beyond, the oldest packet of the flow goes, counted.
 */
public final class FlowOpening {

    /** Flows that may wait at once. */
    static final int FLOWS_MAX = 8_192;

    /** Packets held for each of them. */
    static final int PACKETS_PER_FLOW_MAX = 16;

    private static final int BATCH_MAX = FlowOpenBatch.FLOWS_MAX;
    private static final int PLACE_MASK = 0xFF_FFFF;

    private final ShardState state;
    private final ForwardLeg leg;
    private final FlowSetup setup;
    private final LocalDecider decider;
    private final NodeId self;
    private final int portSlots;
    private final PendingFlows pending;
    private final EndpointPacket held = new EndpointPacket();
    private final long[] key = new long[FlowKey.WORDS];
    private final long[] askedKeys = new long[BATCH_MAX * FlowKey.WORDS];
    private final byte[] askedMayOpen = new byte[BATCH_MAX];
    private final long[] askedTickets = new long[BATCH_MAX];
    private int asked;
    private long acknowledgedCount;
    private long provisionalCount;
    private long refusedCount;

    /**
     * @param state the shard
     * @param leg sends what is released
     * @param setup the way to the authority
     * @param decider decides when the authority does not
     * @param self this node
     * @param portSlots source ports towards targets
     */
    FlowOpening(ShardState state, ForwardLeg leg, FlowSetup setup, LocalDecider decider, NodeId self, int portSlots) {
        this.state = state;
        this.leg = leg;
        this.setup = setup;
        this.decider = decider;
        this.self = self;
        this.portSlots = portSlots;
        int slots = state.slab.slotCount();
        // half of the packet memory may wait; the rest keeps known flows moving
        this.pending = new PendingFlows(FLOWS_MAX, slots, slots / 2, PACKETS_PER_FLOW_MAX);
    }

    /**
     * Holds a packet whose flow is unknown.
     *
     * @param packetKey the six words of its key
     * @param hash the table's hash of the key
     * @param previousCookie cookie of the flow of the same key that this packet ended, 0 where there was none
     */
    void hold(EndpointPacket packet, long[] packetKey, long hash, int previousCookie) {
        int flow = pending.find(packetKey, hash);
        if (flow == PendingFlows.NONE) {
            if (state.table.full()) {
                // nobody is asked for what could not be installed: a flood must stay cheap
                refusedCount++;
                state.drop(packet.slot, DropReason.TABLE_FULL);
                return;
            }
            flow = open(packet, packetKey, hash, previousCookie);
            if (flow == PendingFlows.NONE) {
                state.drop(packet.slot, DropReason.HELD_OVERFLOW);
                return;
            }
        }
        if (!pending.roomForPacket(flow)) {
            int oldest = pending.takeOldest(flow);
            if (oldest == PendingFlows.NONE) {
                state.drop(packet.slot, DropReason.HELD_OVERFLOW);
                return;
            }
            state.drop(oldest, DropReason.HELD_OVERFLOW);
        }
        pending.hold(flow, packet);
    }

    private int open(EndpointPacket packet, long[] packetKey, long hash, int previousCookie) {
        if (asked == BATCH_MAX) {
            ask();
        }
        // F-16: of TCP under 5-tuples only a SYN opens a flow; F-17, F-22: everything else does
        boolean followsTcp = ShardState.followsTcp(packetKey[FlowKey.TRAITS_WORD]);
        boolean opensTcp = followsTcp && TcpTracker.opening(packet.tcpFlags);
        boolean mayOpen = opensTcp || !followsTcp;
        int flow = pending.open(packetKey, hash, packet.fromLower, mayOpen, opensTcp, previousCookie);
        if (flow == PendingFlows.NONE) {
            return PendingFlows.NONE;
        }
        System.arraycopy(packetKey, 0, askedKeys, asked * FlowKey.WORDS, FlowKey.WORDS);
        askedMayOpen[asked] = (byte) (mayOpen ? 1 : 0);
        askedTickets[asked] = ticket(flow);
        asked++;
        return flow;
    }

    /** Asks for the flows that have gathered. */
    void ask() {
        if (asked == 0) {
            return;
        }
        int count = asked;
        asked = 0;
        setup.open(
                new FlowOpenBatch(
                        self,
                        Arrays.copyOf(askedKeys, count * FlowKey.WORDS),
                        Arrays.copyOf(askedMayOpen, count),
                        new int[count]),
                Arrays.copyOf(askedTickets, count));
    }

    /** Generation (32) | zero (8) | place in the pool (24): an answer that comes too late names a place given anew. */
    private long ticket(int flow) {
        return (long) pending.generation(flow) << 32 | flow;
    }

    private int flowOf(long ticket) {
        int flow = (int) ticket & PLACE_MASK;
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
            if (flow != PendingFlows.NONE) {
                opened(flow, answer, i);
            }
        }
        state.endBatch();
    }

    private void opened(int flow, FlowOpenedBatch answer, int position) {
        int outcome = answer.outcomes()[position];
        if (outcome < 0) {
            refuse(flow, refusal(outcome));
            return;
        }
        int target = state.targets.indexOf(answer.targets().get(outcome));
        if (target == TargetDirectory.NONE) {
            // the authority knows a configuration this node has not heard of yet
            decideLocally(flow);
            return;
        }
        acknowledgedCount++;
        install(flow, target, answer.cookies()[position], answer.createdAtMs()[position], false);
    }

    private static DropReason refusal(int outcome) {
        return switch (outcome) {
            case FlowOpenedBatch.NO_FLOW -> DropReason.TCP_NOT_SYN;
            case FlowOpenedBatch.NO_ROOM -> DropReason.TABLE_FULL;
            default -> DropReason.NO_TARGET;
        };
    }

    /** The authority did not answer in time: what may open a flow is decided here and marked provisional. */
    public void openFailed(long[] tickets) {
        for (long ticket : tickets) {
            int flow = flowOf(ticket);
            if (flow != PendingFlows.NONE) {
                if (pending.mayOpen(flow)) {
                    decideLocally(flow);
                } else {
                    refuse(flow, DropReason.TCP_NOT_SYN);
                }
            }
        }
        state.endBatch();
    }

    private void decideLocally(int flow) {
        pending.copyKey(flow, key, 0);
        LocalDecider.@Nullable Decision decision = decider.decide(key, pending.previousCookie(flow));
        int target = decision == null ? TargetDirectory.NONE : state.targets.indexOf(decision.target());
        if (decision == null || target == TargetDirectory.NONE) {
            refuse(flow, DropReason.NO_TARGET);
            return;
        }
        provisionalCount++;
        install(flow, target, decision.flowCookie(), decision.createdAtMs(), true);
    }

    private void refuse(int flow, DropReason reason) {
        refusedCount++;
        release(flow, reason);
    }

    /** Puts the flow into the table and sends what it held, in order. */
    private void install(int flow, int targetIndex, int flowCookie, long createdAtMs, boolean provisional) {
        pending.copyKey(flow, key, 0);
        EndpointEntry endpoint = state.endpoints().byId(key[FlowKey.ENDPOINT_WORD]);
        if (endpoint == null) {
            release(flow, DropReason.ENDPOINT_UNKNOWN);
            return;
        }
        long traits = key[FlowKey.TRAITS_WORD];
        long hash = pending.hash(flow);
        int entry = state.table.insert(
                key,
                0,
                hash,
                targetIndex,
                flowCookie,
                (int) Long.remainderUnsigned(hash, portSlots),
                pending.opensTcp(flow) ? TcpTracker.OPENING : TcpTracker.ESTABLISHED,
                pending.initiatorIsLower(flow),
                provisional,
                FlowTimeouts.initialMs(traits, endpoint.tcpIdleTimeoutMs),
                createdAtMs,
                state.nowMs());
        if (entry == FlowTable.NONE) {
            release(flow, DropReason.TABLE_FULL);
            return;
        }
        for (int slot = pending.takeOldest(flow); slot != PendingFlows.NONE; slot = pending.takeOldest(flow)) {
            pending.load(slot, held);
            leg.send(held, traits, endpoint, entry);
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

    /** Packets that wait for their flow's set-up. */
    public int heldPackets() {
        return pending.packetCount();
    }

    /** Flows the authority decided. */
    public long acknowledgedCount() {
        return acknowledgedCount;
    }

    /** Flows this node decided alone. */
    public long provisionalCount() {
        return provisionalCount;
    }

    /** Flows that were refused. */
    public long refusedCount() {
        return refusedCount;
    }
}

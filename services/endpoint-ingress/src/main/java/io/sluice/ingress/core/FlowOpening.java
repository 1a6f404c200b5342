// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.flow.core.FlowTable;
import io.sluice.flow.core.TcpTracker;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowMoves;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.metric.DropReason;
import io.sluice.packet.DecodeStatus;
import io.sluice.packet.InnerPacket;

/**
 * Flow set-up at the ingress: packets of an unknown flow, or of one that is to move to another target, are held, their
 * flows asked for once a batch, and released in order when the answer comes.
 *
 * <p>The authority decides; where it does not answer, this node decides alone and the entry is provisional (architecture,
 * section 5, miss 4). A TCP segment that may not open a flow is dropped, or answered with a RST, where absence of a record
 * is proven (F-16); in a {@link RecoveryWindow} it is adopted.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Ownership</b>: every slot held is sent or released.
 * <b>Limits</b>: {@value #FLOWS_MAX} flows wait at once, {@value #PACKETS_PER_FLOW_MAX} packets each, half of the packet
 * memory in all; beyond, the oldest packet of the flow goes, counted. A flow waits {@value #WAIT_MAX_MS} ms at most.
 */
public final class FlowOpening {

    /** Flows that may wait at once. */
    static final int FLOWS_MAX = 8_192;

    /** Packets held for each of them. */
    static final int PACKETS_PER_FLOW_MAX = 16;

    /** How long an answer is waited for that this node cannot give itself (architecture, section 5, miss 3). */
    static final long WAIT_MAX_MS = 500;

    private static final int NO_COOKIE = 0;

    private final ShardState state;
    private final ForwardLeg leg;
    private final FlowInstaller installer;
    private final FlowEnds ends;
    private final LocalDecider decider;
    private final SenderAnswers answers;
    private final RecoveryWindow window;
    private final PendingFlows pending;
    private final FlowQuestions questions;
    private final EndpointPacket held = new EndpointPacket();
    private final InnerPacket inner = new InnerPacket();
    private final int[] rest = new int[PACKETS_PER_FLOW_MAX];
    private final long[] key = new long[FlowKey.WORDS];
    private boolean closing;
    private long acknowledgedCount;
    private long provisionalCount;
    private long adoptedCount;
    private long movedCount;
    private long refusedCount;

    /**
     * @param state the shard
     * @param leg sends what is released
     * @param installer puts flows into the table
     * @param ends takes flows out
     * @param setup the way to the authority
     * @param decider decides when the authority does not
     * @param answers tells senders that their flow is no more
     * @param window when absence proves nothing
     * @param self this node
     */
    FlowOpening(
            ShardState state,
            ForwardLeg leg,
            FlowInstaller installer,
            FlowEnds ends,
            FlowSetup setup,
            LocalDecider decider,
            SenderAnswers answers,
            RecoveryWindow window,
            NodeId self) {
        this.state = state;
        this.leg = leg;
        this.installer = installer;
        this.ends = ends;
        this.decider = decider;
        this.answers = answers;
        this.window = window;
        int slots = state.slab.slotCount();
        // half of the packet memory may wait; the rest keeps known flows moving
        this.pending = new PendingFlows(FLOWS_MAX, slots, slots / 2, PACKETS_PER_FLOW_MAX);
        this.questions = new FlowQuestions(pending, setup, self);
    }

    /**
     * Holds a packet whose flow is unknown.
     *
     * @param packetKey the six words of its key
     * @param hash the table's hash of the key
     * @param previousCookie cookie of the flow of the same key that this packet ended, 0 where there was none
     * @param endpoint where it came from
     */
    void hold(EndpointPacket packet, long[] packetKey, long hash, int previousCookie, EndpointEntry endpoint) {
        int flow = pending.find(packetKey, hash);
        boolean followsTcp = ShardState.followsTcp(packetKey[FlowKey.TRAITS_WORD]);
        boolean opensTcp = followsTcp && packet.tcp && TcpTracker.opening(packet.tcpFlags);
        if (flow != PendingFlows.NONE && opensTcp && pending.intent(flow) == FlowOpenBatch.RECORD_ONLY) {
            // a stray segment of the tuple's last flow came first; it must not decide for the SYN. Nothing is proven
            // yet, so it is not reset either
            refusedCount++;
            drop(flow, DropReason.TCP_NOT_SYN);
            flow = PendingFlows.NONE;
        }
        if (flow == PendingFlows.NONE) {
            if (!installer.hasRoom(endpoint)) {
                // nobody is asked for what could not be installed: a flood must stay cheap
                refusedCount++;
                state.drop(packet.slot, DropReason.TABLE_FULL);
                return;
            }
            // F-16: of TCP under 5-tuples only a SYN opens a flow; F-17, F-22: everything else does
            boolean mayOpen = opensTcp || !followsTcp || endpoint.packets.tcpMidstreamPickup();
            byte intent = mayOpen ? FlowOpenBatch.OPEN : FlowOpenBatch.RECORD_ONLY;
            flow = open(packet, packetKey, hash, intent, opensTcp, previousCookie);
        }
        hold(flow, packet);
    }

    /**
     * Holds a packet whose flow is to leave its target.
     *
     * @param flowCookie the cookie the flow has
     */
    void move(EndpointPacket packet, long[] packetKey, long hash, int flowCookie) {
        int flow = pending.find(packetKey, hash);
        if (flow == PendingFlows.NONE) {
            flow = open(packet, packetKey, hash, FlowOpenBatch.MOVE, false, flowCookie);
        }
        hold(flow, packet);
    }

    private void hold(int flow, EndpointPacket packet) {
        if (flow == PendingFlows.NONE) {
            state.drop(packet.slot, closing ? DropReason.SHUTDOWN : DropReason.HELD_OVERFLOW);
            return;
        }
        if (!pending.roomForPacket(flow)) {
            int oldest = pending.takeOldest(flow);
            if (oldest == PendingFlows.NONE) {
                state.drop(packet.slot, DropReason.HELD_OVERFLOW);
                return;
            }
            state.drop(oldest, DropReason.HELD_OVERFLOW);
        }
        if (packet.keep(state.slab)) {
            pending.hold(flow, packet);
        } else {
            state.drop(packet.slot, DropReason.HELD_OVERFLOW);
        }
    }

    private int open(
            EndpointPacket packet, long[] packetKey, long hash, byte intent, boolean opensTcp, int flowCookie) {
        if (closing) {
            return PendingFlows.NONE;
        }
        int flow = pending.open(packetKey, hash, packet.fromLower, intent, opensTcp, flowCookie, state.nowMs());
        if (flow != PendingFlows.NONE) {
            questions.add(flow);
        }
        return flow;
    }

    /** Asks for the flows that have gathered. */
    void ask() {
        questions.ask();
    }

    /** Asks again for flows whose answer could not be used, or decides about those that have waited long enough. */
    public void tick() {
        if (pending.waitingCount() == 0) {
            return;
        }
        for (int flow = 0; flow < pending.capacity(); flow++) {
            if (!pending.waiting(flow)) {
                continue;
            }
            pending.waiting(flow, false);
            if (state.nowMs() - pending.askedSinceMs(flow) < WAIT_MAX_MS) {
                questions.add(flow);
            } else if (pending.intent(flow) == FlowOpenBatch.RECORD_ONLY) {
                adopt(flow);
            } else {
                decideLocally(flow);
            }
        }
        questions.ask();
        state.endBatch();
    }

    /** The authority answered: each flow is installed and its packets released, or they are dropped. */
    public void opened(long[] tickets, FlowOpenedBatch answer) {
        if (answer.flowCount() != tickets.length) {
            openFailed(tickets);
            return;
        }
        window.authorityAnswered(state.nowMs());
        int[] targets =
                answer.targets().stream().mapToInt(state.targets::indexOf).toArray();
        for (int i = 0; i < tickets.length; i++) {
            int flow = questions.flowOf(tickets[i]);
            if (flow != PendingFlows.NONE) {
                opened(flow, answer, i, targets);
            }
        }
        ends.report();
        state.endBatch();
    }

    /** @param targets this shard's indexes of the answer's targets */
    private void opened(int flow, FlowOpenedBatch answer, int position, int[] targets) {
        int outcome = answer.outcomes()[position];
        if (outcome == FlowOpenedBatch.NO_FLOW && pending.intent(flow) != FlowOpenBatch.RECORD_ONLY) {
            // its record was there when the question came and gone when it was answered: asked again, it is a new flow
            pending.waiting(flow, true);
        } else if (outcome == FlowOpenedBatch.NOT_YET) {
            // whoever decides about it now may well have a record
            pending.waiting(flow, true);
        } else if (outcome == FlowOpenedBatch.NO_FLOW && window.open(state.nowMs())) {
            adopt(flow);
        } else if (outcome == FlowOpenedBatch.NO_FLOW) {
            if (!goesWithLearnt(flow)) {
                refuse(flow, DropReason.TCP_NOT_SYN);
            }
        } else if (outcome < 0 && pending.intent(flow) == FlowOpenBatch.MOVE) {
            stay(flow);
        } else if (outcome < 0) {
            refuse(flow, refusal(outcome));
        } else {
            int target = targets[outcome];
            if (target == TargetDirectory.NONE) {
                // the authority knows a configuration this node has not heard of yet
                pending.waiting(flow, true);
            } else {
                acknowledgedCount++;
                install(
                        flow,
                        target,
                        answer.cookies()[position],
                        answer.createdAtMs()[position],
                        FlowMoves.of(answer.moves(), position),
                        false);
            }
        }
    }

    private static DropReason refusal(int outcome) {
        return switch (outcome) {
            case FlowOpenedBatch.NO_ROOM -> DropReason.TABLE_FULL;
            case FlowOpenedBatch.DROPPED -> DropReason.FAIL_OPEN_DROP;
            default -> DropReason.NO_TARGET;
        };
    }

    /**
     * The authority did not answer in time: what may open a flow is decided here and marked provisional; a segment that
     * may not is asked for again, as a record may well exist. So is what begins nothing while flows change nodes: decided
     * here it could part from its record (P1).
     */
    public void openFailed(long[] tickets) {
        boolean mayBeKnown = window.flowsChangeNodes(state.nowMs());
        window.authorityLost();
        for (long ticket : tickets) {
            int flow = questions.flowOf(ticket);
            if (flow != PendingFlows.NONE) {
                byte intent = pending.intent(flow);
                if (intent == FlowOpenBatch.RECORD_ONLY
                        || (mayBeKnown && intent == FlowOpenBatch.OPEN && !pending.opensTcp(flow))) {
                    pending.waiting(flow, true);
                } else {
                    decideLocally(flow);
                }
            }
        }
        ends.report();
        state.endBatch();
    }

    /** Takes over a flow that has no record, though it may have had one (never reset, provisional). */
    private void adopt(int flow) {
        if (!goesWithLearnt(flow)) {
            adoptedCount++;
            decide(flow);
        }
    }

    private void decideLocally(int flow) {
        if (!goesWithLearnt(flow)) {
            decide(flow);
        }
    }

    /**
     * Whether the flow was learnt from a return while its packets waited ({@link FlowRelearning}): they go with it. Not a SYN,
     * which begins another.
     */
    private boolean goesWithLearnt(int flow) {
        if (pending.intent(flow) == FlowOpenBatch.MOVE || pending.opensTcp(flow)) {
            return false;
        }
        pending.copyKey(flow, key, 0);
        int entry = state.table.find(key, 0, pending.hash(flow));
        if (entry == FlowTable.NONE || state.table.expiredAt(entry, state.nowMs())) {
            return false;
        }
        stay(flow);
        return true;
    }

    /** Whether a SYN waits that begins a flow of this key. */
    boolean awaitsOpening(long[] packetKey, long hash) {
        int flow = pending.find(packetKey, hash);
        return flow != PendingFlows.NONE && pending.opensTcp(flow);
    }

    private void decide(int flow) {
        pending.copyKey(flow, key, 0);
        boolean moves = pending.intent(flow) == FlowOpenBatch.MOVE;
        LocalDecider.Answer answer = decider.decide(key, pending.cookie(flow), moves);
        switch (answer) {
            case LocalDecider.Refusal refusal -> {
                if (moves) {
                    stay(flow);
                } else {
                    refuse(flow, refusal.reason());
                }
            }
            case LocalDecider.Decision decision -> {
                int target = state.targets.indexOf(decision.target());
                if (target == TargetDirectory.NONE) {
                    refuse(flow, DropReason.NO_TARGET);
                } else {
                    provisionalCount++;
                    install(flow, target, decision.flowCookie(), decision.createdAtMs(), 0, true);
                }
            }
        }
    }

    /** Puts the flow into the table, or moves it there, and sends what it held, in order. */
    private void install(int flow, int targetIndex, int flowCookie, long createdAtMs, int moves, boolean provisional) {
        pending.copyKey(flow, key, 0);
        EndpointEntry endpoint = state.endpoints().byId(key[FlowKey.ENDPOINT_WORD]);
        if (endpoint == null) {
            release(flow, DropReason.ENDPOINT_UNKNOWN);
            return;
        }
        if (!endpoint.available) {
            release(flow, DropReason.ENDPOINT_NOT_AVAILABLE);
            return;
        }
        long hash = pending.hash(flow);
        int entry = state.table.find(key, 0, hash);
        if (entry != FlowTable.NONE) {
            // it is there already: it moves, or learns what the authority knows. That alone keeps no flow alive (T9)
            movedCount += state.table.targetIndex(entry) == targetIndex ? 0 : 1;
            state.table.retarget(entry, targetIndex, flowCookie, provisional, createdAtMs);
        } else {
            entry = installer.insert(
                    key,
                    hash,
                    targetIndex,
                    flowCookie,
                    createdAtMs,
                    provisional,
                    pending.initiatorIsLower(flow),
                    pending.opensTcp(flow),
                    endpoint);
        }
        if (entry == FlowTable.NONE) {
            release(flow, DropReason.TABLE_FULL);
            return;
        }
        state.table.moves(entry, moves);
        sendHeld(flow, endpoint, entry);
    }

    private void sendHeld(int flow, EndpointEntry endpoint, int entry) {
        long traits = key[FlowKey.TRAITS_WORD];
        long hash = pending.hash(flow);
        for (int slot = pending.takeOldest(flow); slot != PendingFlows.NONE; slot = pending.takeOldest(flow)) {
            pending.load(slot, held);
            boolean opensAnew = TcpTracker.closed(state.table.tcpState(entry))
                    && held.tcp
                    && ShardState.followsTcp(traits)
                    && TcpTracker.opening(held.tcpFlags);
            if (opensAnew) {
                reopen(flow, hash, slot, endpoint, entry);
                return;
            }
            leg.send(held, traits, endpoint, entry);
        }
        pending.close(flow);
    }

    /** A SYN was held behind the segments that closed its tuple's flow: it and all after it are the next one's (F-20). */
    private void reopen(int flow, long hash, int synSlot, EndpointEntry endpoint, int entry) {
        int count = 0;
        for (int slot = pending.takeOldest(flow); slot != PendingFlows.NONE; slot = pending.takeOldest(flow)) {
            rest[count++] = slot;
        }
        int previousCookie = state.table.cookie(entry);
        ends.end(entry);
        ends.report();
        pending.close(flow);
        pending.load(synSlot, held);
        hold(held, key, hash, previousCookie, endpoint);
        for (int i = 0; i < count; i++) {
            pending.load(rest[i], held);
            hold(held, key, hash, NO_COOKIE, endpoint);
        }
        questions.ask();
    }

    /** The flow goes on where it is: there is nowhere to move to (T10), or it was learnt meanwhile. */
    private void stay(int flow) {
        pending.copyKey(flow, key, 0);
        EndpointEntry endpoint = state.endpoints().byId(key[FlowKey.ENDPOINT_WORD]);
        int entry = state.table.find(key, 0, pending.hash(flow));
        if (endpoint == null || entry == FlowTable.NONE) {
            release(flow, endpoint == null ? DropReason.ENDPOINT_UNKNOWN : DropReason.NO_TARGET);
        } else if (!endpoint.available) {
            release(flow, DropReason.ENDPOINT_NOT_AVAILABLE);
        } else {
            sendHeld(flow, endpoint, entry);
        }
    }

    private void refuse(int flow, DropReason reason) {
        refusedCount++;
        release(flow, reason);
    }

    private void release(int flow, DropReason reason) {
        pending.copyKey(flow, key, 0);
        EndpointEntry endpoint = state.endpoints().byId(key[FlowKey.ENDPOINT_WORD]);
        if (reason == DropReason.TCP_NOT_SYN && endpoint != null && endpoint.available && endpoint.resetOnIdleTimeout) {
            for (int slot = pending.takeOldest(flow); slot != PendingFlows.NONE; slot = pending.takeOldest(flow)) {
                reset(slot, endpoint);
            }
        }
        drop(flow, reason);
    }

    private void drop(int flow, DropReason reason) {
        for (int slot = pending.takeOldest(flow); slot != PendingFlows.NONE; slot = pending.takeOldest(flow)) {
            state.drop(slot, reason);
        }
        pending.close(flow);
    }

    /** F-16, T14: a segment of no flow, answered. It was parsed when it came. */
    private void reset(int slot, EndpointEntry endpoint) {
        pending.load(slot, held);
        DecodeStatus status =
                inner.parse(state.slab.memory(), held.innerOffset, held.innerLengthBytes, held.protocolType);
        if (status == DecodeStatus.OK) {
            answers.reset(held, inner, endpoint, DropReason.TCP_NOT_SYN);
        } else {
            state.drop(slot, DropReason.TCP_NOT_SYN);
        }
    }

    /** Drops what still waits, at the end of the shard's life, and everything that would wait from now on. */
    public void close() {
        closing = true;
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

    /** Flows taken over in a recovery window without a record. */
    public long adoptedCount() {
        return adoptedCount;
    }

    /** Flows that left a failed or deregistered target (T5, T6). */
    public long movedCount() {
        return movedCount;
    }

    /** Flows that were refused. */
    public long refusedCount() {
        return refusedCount;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.flow.core.FlowTable;
import io.sluice.flow.core.TcpTracker;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowState;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowListReply;
import io.sluice.model.message.FlowListRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Shows a shard's flows to people, in no particular order, a part of the table at a time, so that packets pass between.
 *
 * <p>A flow that moves in the table meanwhile may be missing or there twice.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Complexity</b>: {@value #VISITS_MAX} slots a step.
 */
public final class FlowListing {

    /** Slots visited a step. */
    static final int VISITS_MAX = 1 << 16;

    private final NodeId node;
    private final ShardState state;
    private final FlowListRequest request;
    private final long[] key = new long[FlowKey.WORDS];
    private final List<FlowListReply.Flow> flows = new ArrayList<>();
    private long counted;
    private int nextSlot;

    /**
     * @param node whose flows they are
     * @param state the shard
     * @param request whose flows, and how many at most
     */
    public FlowListing(NodeId node, ShardState state, FlowListRequest request) {
        this.node = node;
        this.state = state;
        this.request = request;
    }

    /** Visits the next part of the table; answers whether that was the last. */
    public boolean step() {
        FlowTable table = state.table;
        int end = Math.min(table.slots(), nextSlot + VISITS_MAX);
        while (nextSlot < end && !enough()) {
            if (table.occupied(nextSlot)) {
                add(nextSlot);
            }
            nextSlot++;
        }
        state.endBatch();
        return nextSlot == table.slots() || enough();
    }

    /** One target's flows are counted to the last: the table knows only how many there are of all. */
    private boolean enough() {
        return request.wanted().isEmpty() && flows.size() == request.limit();
    }

    private void add(int entry) {
        FlowTable table = state.table;
        long nowMs = state.nowMs();
        TargetRef target = state.targets.ref(table.targetIndex(entry));
        if (target == null || table.expiredAt(entry, nowMs)) {
            return;
        }
        if (request.wanted().isPresent() && !request.wanted().get().is(target)) {
            return;
        }
        counted++;
        if (flows.size() == request.limit()) {
            return;
        }
        table.copyKey(entry, key, 0);
        boolean initiatorIsLower = table.initiatorIsLower(entry);
        flows.add(new FlowListReply.Flow(
                FlowKey.copyOf(key, 0),
                initiatorIsLower,
                target,
                table.cookie(entry),
                ShardState.followsTcp(key[FlowKey.TRAITS_WORD])
                        ? TcpTracker.flowState(table.tcpState(entry))
                        : FlowState.ESTABLISHED,
                table.provisional(entry),
                Math.max(0, table.ageMs(entry, nowMs)),
                Math.max(0, table.idleMs(entry, nowMs)),
                table.packets(entry, initiatorIsLower),
                table.bytes(entry, initiatorIsLower),
                table.packets(entry, !initiatorIsLower),
                table.bytes(entry, !initiatorIsLower)));
    }

    /** The one flow of a key, if it is here; no {@link #step} after it. */
    public void find(FlowKey wanted) {
        wanted.copyTo(key, 0);
        int entry = state.table.find(key, 0, state.hasher.hash(key, 0));
        if (entry != FlowTable.NONE) {
            add(entry);
        }
        state.endBatch();
    }

    /** What was found. */
    public FlowListReply reply() {
        return new FlowListReply(node, request.wanted().isPresent() ? counted : state.table.size(), flows);
    }
}

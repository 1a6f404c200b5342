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
    private final int limit;
    private final long[] key = new long[FlowKey.WORDS];
    private final List<FlowListReply.Flow> flows = new ArrayList<>();
    private int nextSlot;

    /**
     * @param node whose flows they are
     * @param state the shard
     * @param limit entries wanted at most
     */
    public FlowListing(NodeId node, ShardState state, int limit) {
        this.node = node;
        this.state = state;
        this.limit = limit;
    }

    /** Visits the next part of the table; answers whether that was the last. */
    public boolean step() {
        FlowTable table = state.table;
        int end = Math.min(table.slots(), nextSlot + VISITS_MAX);
        while (nextSlot < end && flows.size() < limit) {
            if (table.occupied(nextSlot)) {
                add(nextSlot);
            }
            nextSlot++;
        }
        state.endBatch();
        return nextSlot == table.slots() || flows.size() == limit;
    }

    private void add(int entry) {
        FlowTable table = state.table;
        long nowMs = state.nowMs();
        TargetRef target = state.targets.ref(table.targetIndex(entry));
        if (target == null || table.expiredAt(entry, nowMs)) {
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
        return new FlowListReply(node, state.table.size(), flows);
    }
}

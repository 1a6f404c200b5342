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
 * Shows a shard's flows to people, in no particular order.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Complexity</b>: visits slots until the limit is reached.
 */
public final class FlowListing {

    private FlowListing() {}

    /**
     * Some or all live flows.
     *
     * @param limit entries wanted at most
     */
    public static FlowListReply list(NodeId node, ShardState state, int limit) {
        FlowTable table = state.table;
        long nowMs = state.nowMs();
        long[] key = new long[FlowKey.WORDS];
        List<FlowListReply.Flow> flows = new ArrayList<>();
        for (int entry = table.nextOccupied(0);
                entry != FlowTable.NONE && flows.size() < limit;
                entry = table.nextOccupied(entry + 1)) {
            TargetRef target = state.targets.ref(table.targetIndex(entry));
            if (target == null || table.expiredAt(entry, nowMs)) {
                continue;
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
        state.endBatch();
        return new FlowListReply(node, table.size(), flows);
    }
}

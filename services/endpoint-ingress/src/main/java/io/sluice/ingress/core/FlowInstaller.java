// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.flow.core.FlowTable;
import io.sluice.flow.core.TcpTracker;
import io.sluice.hashing.core.FlowTimeouts;
import io.sluice.model.flow.FlowEnd;
import io.sluice.model.flow.FlowKey;

/**
 * Puts new flows into the table, and makes room for them: where the endpoint's quota or the table is full, that
 * endpoint's own one-way flows go first, the longest idle first; established flows and those of other endpoints never
 * (architecture, section 4).
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
final class FlowInstaller {

    private final ShardState state;
    private final FlowTable table;
    private final FlowEnds ends;
    private final int portSlots;
    private long evictedCount;

    /**
     * @param state the shard
     * @param ends takes flows out
     * @param portSlots source ports towards targets
     */
    FlowInstaller(ShardState state, FlowEnds ends, int portSlots) {
        this.state = state;
        this.table = state.table;
        this.ends = ends;
        this.portSlots = portSlots;
    }

    /** Whether a flow of this endpoint would find room now. */
    boolean hasRoom(EndpointEntry endpoint) {
        return !isFull(endpoint) || table.evictable(endpoint.id, state.nowMs()) != FlowTable.NONE;
    }

    private boolean isFull(EndpointEntry endpoint) {
        return table.full() || table.endpointFlows(endpoint.id) >= endpoint.flowQuota;
    }

    /**
     * Adds a flow.
     *
     * @return its slot, or {@link FlowTable#NONE} where there is no room
     */
    int insert(
            long[] key,
            long hash,
            int targetIndex,
            int flowCookie,
            long createdAtMs,
            boolean provisional,
            boolean initiatorIsLower,
            boolean opensTcp,
            EndpointEntry endpoint) {
        if (isFull(endpoint)) {
            int evicted = table.evictable(endpoint.id, state.nowMs());
            if (evicted == FlowTable.NONE) {
                return FlowTable.NONE;
            }
            evictedCount++;
            ends.end(evicted, FlowEnd.EVICTED);
        }
        return table.insert(
                key,
                0,
                hash,
                targetIndex,
                flowCookie,
                (int) Long.remainderUnsigned(hash, portSlots),
                opensTcp ? TcpTracker.OPENING : TcpTracker.ESTABLISHED,
                initiatorIsLower,
                provisional,
                FlowTimeouts.initialMs(key[FlowKey.TRAITS_WORD], endpoint.tcpIdleTimeoutMs),
                createdAtMs,
                state.nowMs());
    }

    /** One-way flows that had to go for new ones. */
    long evictedCount() {
        return evictedCount;
    }
}

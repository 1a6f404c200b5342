// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.flow.FlowEnd;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowEvents;

/**
 * Hears of every change of a record as it happens. Called on the authority's event loop, once a flow set-up or end, never
 * for a packet.
 */
public interface FlowWatch {

    /** Hears nothing. */
    FlowWatch NONE = (change, end, keys, firstWord, target, cookie, ingress, nowMs) -> {};

    /**
     * A record changed.
     *
     * @param change what became of it
     * @param end why it ended; {@link FlowEnd#IDLE} where it did not
     * @param keys array that holds the flow's key; valid during the call
     * @param firstWord where the key begins
     * @param target where the flow is pinned now; of one that ended, was
     * @param cookie its cookie now; of one that ended, was
     * @param ingress node that asked or told
     * @param nowMs milliseconds since 1970
     */
    void changed(
            FlowEvents.Change change,
            FlowEnd end,
            long[] keys,
            int firstWord,
            TargetRef target,
            int cookie,
            NodeId ingress,
            long nowMs);

    /**
     * A record is another than somebody goes by.
     *
     * @param keys array that holds the flow's key; valid during the call
     * @param firstWord where the key begins
     * @param cookie of the record
     */
    default void corrected(long[] keys, int firstWord, int cookie) {}
}

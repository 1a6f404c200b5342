// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowState;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import java.util.List;

/**
 * Flows of one ingress.
 *
 * @param node the ingress's node
 * @param total flows it holds in all; of the target that was asked for, where one was
 * @param flows some or all of them
 */
public record FlowListReply(NodeId node, long total, List<Flow> flows) {

    /** Keeps a copy. */
    public FlowListReply {
        flows = List.copyOf(flows);
    }

    /**
     * One flow.
     *
     * @param key identity
     * @param initiatorIsLower whether the first packet came from the key's lower side: forward is away from it
     * @param target where it is pinned
     * @param cookie its cookie
     * @param state where it is in its life
     * @param provisional decided locally, not acknowledged by the authority yet
     * @param ageMs since its first packet here
     * @param idleMs since its last
     * @param forwardPackets packets from the initiator
     * @param forwardBytes inner bytes from the initiator
     * @param reversePackets packets towards the initiator
     * @param reverseBytes inner bytes towards the initiator
     */
    public record Flow(
            FlowKey key,
            boolean initiatorIsLower,
            TargetRef target,
            int cookie,
            FlowState state,
            boolean provisional,
            long ageMs,
            long idleMs,
            long forwardPackets,
            long forwardBytes,
            long reversePackets,
            long reverseBytes) {}
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.geneve.core.PacketConduit;
import io.sluice.model.id.NodeId;
import java.util.function.LongSupplier;

/**
 * The parts of one shard's ingress, put together: what a packet runs through, and what keeps its flows.
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
public final class IngressShard {

    private final IngressPipeline pipeline;
    private final FlowOpening opening;
    private final FlowEnds ends;
    private final FlowOffers offers;

    /**
     * @param state what ingress and return share
     * @param conduit the way to targets
     * @param setup the way to the authority
     * @param decider decides when the authority does not
     * @param self this node
     * @param portSlots source ports towards targets
     * @param wallClockMs milliseconds since 1970
     */
    public IngressShard(
            ShardState state,
            PacketConduit conduit,
            FlowSetup setup,
            LocalDecider decider,
            NodeId self,
            int portSlots,
            LongSupplier wallClockMs) {
        ForwardLeg leg = new ForwardLeg(state, conduit);
        opening = new FlowOpening(state, leg, setup, decider, self, portSlots);
        ends = new FlowEnds(state.table, state.targets, setup, self, wallClockMs);
        offers = new FlowOffers(state, setup, self);
        pipeline = new IngressPipeline(state, leg, opening, ends);
    }

    /** Gets the packets of endpoints. */
    public IngressPipeline pipeline() {
        return pipeline;
    }

    /** Sets flows up. */
    public FlowOpening opening() {
        return opening;
    }

    /** Ends them. */
    public FlowEnds ends() {
        return ends;
    }

    /** Brings table and authority together again. */
    public FlowOffers offers() {
        return offers;
    }
}

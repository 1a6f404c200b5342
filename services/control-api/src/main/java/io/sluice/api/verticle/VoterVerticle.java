// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.sluice.api.agree.Voter;
import io.sluice.bus.BusRegistration;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.id.NodeId;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;

/** Gives this node's vote on the configuration to whoever asks for it, whatever the node's roles are. */
public final class VoterVerticle extends VerticleBase {

    private final TypedBus bus;
    private final NodeId self;
    private final Voter voter;

    /**
     * @param bus where it is asked
     * @param self this node
     * @param voter decides
     */
    public VoterVerticle(TypedBus bus, NodeId self, Voter voter) {
        this.bus = bus;
        this.self = self;
        this.voter = voter;
    }

    @Override
    public Future<?> start() {
        // a thread of its own: all others may be waiting for votes
        WorkerExecutor thread = vertx.createSharedWorkerExecutor("sluice-voter", 1);
        BusRegistration registration =
                bus.serve(BusAddresses.CONFIG_VOTE.at(self), vote -> thread.executeBlocking(() -> voter.vote(vote)));
        return registration.ready();
    }
}

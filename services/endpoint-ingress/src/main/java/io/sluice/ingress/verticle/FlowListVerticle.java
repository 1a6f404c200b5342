// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.verticle;

import io.sluice.bus.BusRegistration;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.FlowListReply;
import io.sluice.model.message.FlowListRequest;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Answers which flows a node has: one server a node, which asks every shard and puts the answers together.
 *
 * <p>The shards answer at different moments. Where there are more flows than were asked for, those of the first shards are
 * listed.
 */
public final class FlowListVerticle extends VerticleBase {

    private final TypedBus bus;
    private final NodeId self;
    private final List<Function<FlowListRequest, Future<FlowListReply>>> shards;
    private final List<Function<FlowKey, Future<FlowListReply>>> finders;
    private final List<BusRegistration> registrations = new ArrayList<>();

    /**
     * @param bus where it is asked
     * @param self this node
     * @param shards each shard's answer to a request
     * @param finders each shard's answer for one flow
     */
    public FlowListVerticle(
            TypedBus bus,
            NodeId self,
            List<Function<FlowListRequest, Future<FlowListReply>>> shards,
            List<Function<FlowKey, Future<FlowListReply>>> finders) {
        this.finders = List.copyOf(finders);
        this.bus = bus;
        this.self = self;
        this.shards = List.copyOf(shards);
    }

    @Override
    public Future<?> start() {
        registrations.add(bus.serve(BusAddresses.FLOW_LIST.at(self), this::flows));
        registrations.add(bus.serve(BusAddresses.FLOW_FIND.at(self), request -> find(request.key())));
        return Future.all(registrations.stream().map(BusRegistration::ready).toList());
    }

    @Override
    public Future<?> stop() {
        return Future.join(registrations.stream().map(BusRegistration::close).toList());
    }

    private Future<FlowListReply> flows(FlowListRequest request) {
        return gathered(shards.stream().map(shard -> shard.apply(request)).toList(), request.limit());
    }

    private Future<FlowListReply> find(FlowKey key) {
        return gathered(finders.stream().map(shard -> shard.apply(key)).toList(), Math.max(1, finders.size()));
    }

    private Future<FlowListReply> gathered(List<Future<FlowListReply>> answers, int limit) {
        return Future.all(answers)
                .map(all -> together(answers.stream().map(Future::result).toList(), limit));
    }

    private FlowListReply together(List<FlowListReply> replies, int limit) {
        long total = 0;
        List<FlowListReply.Flow> flows = new ArrayList<>();
        for (FlowListReply reply : replies) {
            total += reply.total();
            flows.addAll(reply.flows().subList(0, Math.min(reply.flows().size(), limit - flows.size())));
        }
        return new FlowListReply(self, total, flows);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.verticle;

import io.sluice.bus.Latest;
import io.sluice.bus.TypedBus;
import io.sluice.geneve.core.ShardObservations;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.TargetObserved;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the targets of a shard whose codec is another process: their numbers follow the configuration, and one shard of the
 * node says each second which returns were accepted. It passes no verdict: the codec sees what all ingresses send.
 *
 * <p><b>Threading</b>: the shard's event loop.
 */
public final class IngressTargetsVerticle extends VerticleBase {

    private static final long OBSERVED_MS = 1_000;

    private final TypedBus bus;
    private final NodeId self;
    private final long bootId;
    private final TargetDirectory targets;
    private final ShardObservations observations;
    private final Latest<ConfigRevision> revisions;
    private final List<Latest.Following> followings = new ArrayList<>();

    /**
     * @param bus where observations go to
     * @param self this node
     * @param bootId when it started, milliseconds since 1970
     * @param targets kept up to date with the configuration
     * @param observations where what was accepted of targets is put, and whether it is published here
     * @param revisions the configuration
     */
    public IngressTargetsVerticle(
            TypedBus bus,
            NodeId self,
            long bootId,
            TargetDirectory targets,
            ShardObservations observations,
            Latest<ConfigRevision> revisions) {
        this.bus = bus;
        this.self = self;
        this.bootId = bootId;
        this.targets = targets;
        this.observations = observations;
        this.revisions = revisions;
    }

    @Override
    public Future<?> start() {
        followings.add(revisions.follow(context, this::update));
        update();
        vertx.setPeriodic(OBSERVED_MS, timer -> observe());
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        followings.forEach(Latest.Following::end);
        return Future.succeededFuture();
    }

    private void update() {
        targets.update(revisions.get().model());
    }

    private void observe() {
        targets.release();
        observations.put(targets.observations());
        if (observations.speaks()) {
            bus.publish(
                    BusAddresses.TARGET_OBSERVED,
                    new TargetObserved(self, bootId, observations.node().sums(), List.of()));
        }
    }
}

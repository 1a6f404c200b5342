// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.verticle;

import io.sluice.bus.BusRegistration;
import io.sluice.bus.Latest;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.TargetSelectBatch;
import io.sluice.model.message.TargetSelectedBatch;
import io.sluice.selection.core.TargetSelector;
import io.sluice.selection.core.TargetSetSnapshot;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Answers which target a new flow goes to, by the newest snapshot.
 *
 * <p>A shell around {@link TargetSelector}. It answers from its first snapshot before anything has been heard: a node decides
 * before it has joined a cluster.
 *
 * <p><b>Threading</b>: one event loop an instance; it makes no snapshot.
 */
public final class TargetSelectionVerticle extends VerticleBase {

    private final TypedBus bus;
    private final NodeId self;
    private final Latest<TargetSetSnapshot> snapshots;
    /** The one this loop was told of: never ahead of the address of a target in the codec next door. */
    private final AtomicReference<TargetSetSnapshot> inForce;

    private final List<BusRegistration> registrations = new ArrayList<>();
    private final List<Latest.Following> followings = new ArrayList<>();

    /**
     * Selection for one node, not yet answering.
     *
     * @param self the node it answers at
     * @param snapshots what it picks from
     */
    public TargetSelectionVerticle(TypedBus bus, NodeId self, Latest<TargetSetSnapshot> snapshots) {
        this.bus = bus;
        this.self = self;
        this.snapshots = snapshots;
        this.inForce = new AtomicReference<>(snapshots.get());
    }

    @Override
    public Future<?> start() {
        followings.add(snapshots.follow(context, this::take));
        take();
        registrations.add(bus.serve(BusAddresses.TARGET_SELECT.at(self), this::select));
        return Future.all(registrations.stream().map(BusRegistration::ready).toList());
    }

    @Override
    public Future<?> stop() {
        followings.forEach(Latest.Following::end);
        return Future.join(registrations.stream().map(BusRegistration::close).toList());
    }

    private void take() {
        inForce.setPlain(snapshots.get());
    }

    private Future<TargetSelectedBatch> select(TargetSelectBatch batch) {
        return Future.succeededFuture(TargetSelector.select(inForce.getPlain(), batch));
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.sluice.api.ClusterView;
import io.sluice.api.event.DropDeltas;
import io.sluice.api.event.EventHub;
import io.sluice.api.event.Events;
import io.sluice.api.event.SnapshotDiff;
import io.sluice.bus.BusRegistration;
import io.sluice.bus.Latest;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.CountersReply;
import io.sluice.model.message.CountersRequest;
import io.sluice.model.message.FlowEvents;
import io.sluice.model.message.FlowEventsWanted;
import io.sluice.selection.core.TargetSetSnapshot;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Brings what happens to the hub, and asks for it only while somebody listens: authorities for flow events, ingresses for
 * their drop counts each {@value #PACE_MS} ms. On the packet path nothing is done for it: drops are differences of counts
 * that are kept anyway.
 */
public final class EventsVerticle extends VerticleBase {

    private static final long PACE_MS = FlowEventsWanted.VALID_MS / 3;

    private final TypedBus bus;
    private final NodeId self;
    private final ClusterView cluster;
    private final EventHub hub;
    private final LongSupplier wallClockMs;
    private final DropDeltas drops = new DropDeltas();
    private final SnapshotDiff diff;
    private final List<BusRegistration> registrations = new ArrayList<>();
    private final List<Latest.Following> followings = new ArrayList<>();

    /**
     * @param bus where things happen
     * @param self this node
     * @param cluster tells of revisions and health
     * @param hub where listeners are
     * @param wallClockMs milliseconds since 1970
     */
    public EventsVerticle(TypedBus bus, NodeId self, ClusterView cluster, EventHub hub, LongSupplier wallClockMs) {
        this.bus = bus;
        this.self = self;
        this.cluster = cluster;
        this.hub = hub;
        this.wallClockMs = wallClockMs;
        this.diff = new SnapshotDiff(cluster.snapshot());
    }

    @Override
    public Future<?> start() {
        registrations.add(bus.listen(BusAddresses.FLOW_EVENTS, this::flows));
        followings.add(cluster.targetSets().snapshots().follow(context, this::changed));
        hub.whenOpened(() -> context.runOnContext(turn -> ask()));
        vertx.setPeriodic(PACE_MS, timer -> ask());
        return Future.all(registrations.stream().map(BusRegistration::ready).toList());
    }

    @Override
    public Future<?> stop() {
        followings.forEach(Latest.Following::end);
        return Future.join(registrations.stream().map(BusRegistration::close).toList());
    }

    private void flows(FlowEvents told) {
        if (!hub.hasListeners()) {
            return;
        }
        if (told.lost() > 0) {
            hub.lost(told.lost());
        }
        told.events().forEach(event -> hub.emit(Events.flow(event)));
    }

    private void changed() {
        TargetSetSnapshot now = cluster.snapshot();
        if (!hub.hasListeners()) {
            diff.pass(now);
            return;
        }
        diff.events(wallClockMs.getAsLong(), now).forEach(hub::emit);
    }

    private void ask() {
        if (!hub.hasListeners()) {
            drops.clear();
            return;
        }
        bus.publish(BusAddresses.FLOW_EVENTS_WANTED, new FlowEventsWanted(self));
        for (NodeId node : cluster.packetNodes()) {
            bus.request(BusAddresses.NODE_COUNTERS.at(node), new CountersRequest())
                    .onSuccess(this::dropped);
        }
    }

    private void dropped(CountersReply reply) {
        long nowMs = wallClockMs.getAsLong();
        drops.since(reply).forEach((reason, packets) -> hub.emit(Events.drop(nowMs, reply.node(), reason, packets)));
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.bus.BusRegistration;
import io.sluice.bus.Latest;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.CountersReply;
import io.sluice.model.message.NodeStatus;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.observe.PacketTotals;
import io.sluice.selection.core.TargetSetSnapshot;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Says each second that this node is there and what it does, and answers what its packets came to. */
final class NodeStatusVerticle extends VerticleBase {

    private static final long STATUS_MS = 1_000;
    private static final String HELD = "held";

    private final TypedBus bus;
    private final NodeId self;
    private final long bootId;
    private final List<String> roles;
    private final PacketTotals totals;
    private final List<BusRegistration> registrations = new ArrayList<>();
    private final Latest<TargetSetSnapshot> snapshots;

    /**
     * @param bus where it says so
     * @param self this node
     * @param bootId when it started, milliseconds since 1970
     * @param roles what it does, in words of the configuration
     * @param totals what its packets came to
     * @param snapshots what it decides by
     */
    NodeStatusVerticle(
            TypedBus bus,
            NodeId self,
            long bootId,
            List<String> roles,
            PacketTotals totals,
            Latest<TargetSetSnapshot> snapshots) {
        this.bus = bus;
        this.self = self;
        this.bootId = bootId;
        this.roles = List.copyOf(roles);
        this.totals = totals;
        this.snapshots = snapshots;
    }

    @Override
    public Future<?> start() {
        registrations.add(
                bus.serve(BusAddresses.NODE_COUNTERS.at(self), request -> Future.succeededFuture(counters())));
        vertx.setPeriodic(STATUS_MS, timer -> say());
        return Future.all(registrations.stream().map(BusRegistration::ready).toList())
                .onSuccess(ready -> say());
    }

    @Override
    public Future<?> stop() {
        return Future.join(registrations.stream().map(BusRegistration::close).toList());
    }

    /** Configuration revision this node decides by; from any thread. */
    long configRevision() {
        return snapshots.get().revisionNumber();
    }

    private void say() {
        bus.publish(BusAddresses.NODE_STATUS, new NodeStatus(self, bootId, roles, configRevision()));
    }

    private CountersReply counters() {
        SortedMap<String, Long> packets = new TreeMap<>();
        for (PacketPlace place : PacketPlace.values()) {
            packets.put(place.text(), totals.packets(place));
        }
        packets.put(HELD, totals.held());
        SortedMap<String, Long> drops = new TreeMap<>();
        for (DropReason reason : DropReason.values()) {
            drops.put(reason.text(), totals.drops(reason));
        }
        return new CountersReply(self, packets, drops);
    }
}

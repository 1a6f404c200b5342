// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ClusterView;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.message.CountersReply;
import io.sluice.model.message.CountersRequest;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code GET /v1/drops}: dropped packets by reason, each with its sentence, and the packet counts they must add up with:
 * in + generated = out + dropped + held, the link between ingress and codec included. Every reason and every place is
 * there, with 0 where nothing happened;
 * {@code nodes} names those it is from, {@code missing} those that were asked and did not answer.
 */
public final class DropsRoute implements AdminRoute {

    private static final String HELD = "held";
    private static final String DROPPED = "dropped";

    private final TypedBus bus;
    private final ClusterView cluster;

    /**
     * @param bus asks ingresses and codecs
     * @param cluster knows them
     */
    public DropsRoute(TypedBus bus, ClusterView cluster) {
        this.bus = bus;
        this.cluster = cluster;
    }

    @Override
    public void bind(Operations operations) {
        operations.on("listDrops", this::list);
    }

    private void list(RoutingContext context) {
        Gathered.from(cluster.packetNodes(), bus, BusAddresses.NODE_COUNTERS, new CountersRequest())
                .map(DropsRoute::body)
                .onComplete(context::json, context::fail);
    }

    private static JsonObject body(Gathered<CountersReply> gathered) {
        Map<String, Long> packets = new TreeMap<>();
        for (PacketPlace place : PacketPlace.values()) {
            packets.put(place.text(), 0L);
        }
        packets.put(HELD, 0L);
        Map<String, Long> drops = new TreeMap<>();
        JsonObject meanings = new JsonObject();
        for (DropReason reason : DropReason.values()) {
            drops.put(reason.text(), 0L);
            meanings.put(reason.text(), reason.sentence());
        }
        for (CountersReply reply : gathered.answers()) {
            reply.packets().forEach((place, count) -> packets.merge(place, count, Long::sum));
            reply.drops().forEach((reason, count) -> drops.merge(reason, count, Long::sum));
        }
        packets.put(DROPPED, drops.values().stream().mapToLong(Long::longValue).sum());
        return gathered.sign(new JsonObject()
                .put("drops", json(drops))
                .put("packets", json(packets))
                .put("meanings", meanings));
    }

    private static JsonObject json(Map<String, Long> counts) {
        JsonObject json = new JsonObject();
        counts.forEach(json::put);
        return json;
    }
}

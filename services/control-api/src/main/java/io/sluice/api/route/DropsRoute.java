// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ClusterView;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.message.CountersReply;
import io.sluice.model.message.CountersRequest;
import io.sluice.model.metric.DropReason;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code GET /v1/drops}: dropped packets by reason, each with its sentence, and the packet counts they must add up with:
 * in + generated = out + dropped + held.
 */
public final class DropsRoute implements AdminRoute {

    private final TypedBus bus;
    private final ClusterView cluster;

    /**
     * @param bus asks the ingresses
     * @param cluster knows them
     */
    public DropsRoute(TypedBus bus, ClusterView cluster) {
        this.bus = bus;
        this.cluster = cluster;
    }

    @Override
    public void mount(Router router) {
        router.get("/v1/drops").handler(this::list);
    }

    private void list(RoutingContext context) {
        IngressPoll.ask(bus, cluster, BusAddresses.NODE_COUNTERS, new CountersRequest())
                .onSuccess(poll -> context.json(body(poll)));
    }

    private static JsonObject body(IngressPoll<CountersReply> poll) {
        Map<String, Long> packets = new TreeMap<>();
        Map<String, Long> drops = new TreeMap<>();
        for (CountersReply reply : poll.replies()) {
            reply.packets().forEach((place, count) -> packets.merge(place, count, Long::sum));
            reply.drops().forEach((reason, count) -> drops.merge(reason, count, Long::sum));
        }
        packets.put(
                "dropped", drops.values().stream().mapToLong(Long::longValue).sum());
        JsonObject meanings = new JsonObject();
        for (DropReason reason : DropReason.values()) {
            meanings.put(reason.text(), reason.sentence());
        }
        JsonObject counted = new JsonObject();
        drops.forEach(counted::put);
        JsonObject places = new JsonObject();
        packets.forEach(places::put);
        return new JsonObject()
                .put("drops", counted)
                .put("packets", places)
                .put("meanings", meanings)
                .put("missing", poll.missingIds());
    }
}

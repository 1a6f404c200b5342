// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ClusterView;
import io.sluice.api.ProblemCode;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.flow.FlowCookie;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.InnerAddress;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.message.FlowListReply;
import io.sluice.model.message.FlowListRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/**
 * {@code GET /v1/flows[?limit=N][&target-group=G&target=T]}: flows of every ingress, or those of one target, with target,
 * cookie, age and counters; how many there are in all; in {@code nodes} whose they are, and in {@code missing} the nodes
 * that were asked and did not answer.
 */
public final class FlowsRoute implements AdminRoute {

    private static final int LIMIT_DEFAULT = 1_000;
    private static final String GROUP = "target-group";
    private static final String TARGET = "target";

    private final TypedBus bus;
    private final ClusterView cluster;

    /**
     * @param bus asks the ingresses
     * @param cluster knows them
     */
    public FlowsRoute(TypedBus bus, ClusterView cluster) {
        this.bus = bus;
        this.cluster = cluster;
    }

    @Override
    public void bind(Operations operations) {
        operations.on("listFlows", this::list);
    }

    private void list(RoutingContext context) {
        Optional<String> group = QueryValues.text(context, GROUP);
        Optional<String> target = QueryValues.text(context, TARGET);
        if (group.isPresent() != target.isPresent()) {
            ProblemReply.send(
                    context,
                    400,
                    ProblemCode.INVALID_PARAMETER,
                    group.isPresent() ? TARGET : GROUP,
                    "this parameter is missing: a target is named by " + GROUP + " and " + TARGET);
            return;
        }
        FlowListRequest request = new FlowListRequest(
                QueryValues.integer(context, "limit", LIMIT_DEFAULT),
                group.flatMap(name ->
                        target.map(id -> new FlowListRequest.Wanted(new TargetGroupId(name), new TargetId(id)))));
        Gathered.from(cluster.ingressNodes(), bus, BusAddresses.FLOW_LIST, request)
                .map(gathered -> body(gathered, request.limit()))
                .onComplete(context::json, context::fail);
    }

    private static JsonObject body(Gathered<FlowListReply> gathered, int limit) {
        JsonArray flows = new JsonArray();
        long total = 0;
        for (FlowListReply reply : gathered.answers()) {
            total += reply.total();
            reply.flows().stream().limit(limit - flows.size()).forEach(flow -> flows.add(flow(reply, flow)));
        }
        return gathered.sign(new JsonObject().put("flows", flows).put("total", total));
    }

    private static JsonObject flow(FlowListReply reply, FlowListReply.Flow flow) {
        FlowKey key = flow.key();
        long traits = key.word(FlowKey.TRAITS_WORD);
        int version = FlowKey.ipVersion(traits);
        String lower = InnerAddress.text(version, key.word(1), key.word(2));
        String upper = InnerAddress.text(version, key.word(3), key.word(4));
        boolean lowerFirst = flow.initiatorIsLower();
        return new JsonObject()
                .put("endpoint", key.endpoint().toString())
                .put("ipVersion", version)
                .put("protocol", FlowKey.protocol(traits))
                .put("source", lowerFirst ? lower : upper)
                .put("sourcePort", lowerFirst ? FlowKey.lowerPort(traits) : FlowKey.upperPort(traits))
                .put("destination", lowerFirst ? upper : lower)
                .put("destinationPort", lowerFirst ? FlowKey.upperPort(traits) : FlowKey.lowerPort(traits))
                .put("target", flow.target().id().value())
                .put("targetGroup", flow.target().group().name())
                .put("cookie", FlowCookie.text(flow.cookie()))
                .put("state", flow.state().text())
                .put("provisional", flow.provisional())
                .put("ageMs", flow.ageMs())
                .put("idleMs", flow.idleMs())
                .put(
                        "forward",
                        new JsonObject().put("packets", flow.forwardPackets()).put("bytes", flow.forwardBytes()))
                .put(
                        "reverse",
                        new JsonObject().put("packets", flow.reversePackets()).put("bytes", flow.reverseBytes()))
                .put("node", reply.node().value());
    }
}

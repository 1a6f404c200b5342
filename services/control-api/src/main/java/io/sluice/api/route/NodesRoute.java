// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ClusterView;
import io.sluice.model.message.NodeStatus;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** {@code GET /v1/nodes}: nodes heard lately, what they do, and the configuration revision each works with. */
public final class NodesRoute implements AdminRoute {

    private final ClusterView cluster;

    /** @param cluster has heard of them */
    public NodesRoute(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public void bind(Operations operations) {
        operations.on("listNodes", this::list);
    }

    private void list(RoutingContext context) {
        JsonArray nodes = new JsonArray();
        cluster.nodes().forEach(status -> nodes.add(node(status)));
        context.json(new JsonObject()
                .put("nodes", nodes)
                .put("configRevision", cluster.revision().number()));
    }

    private static JsonObject node(NodeStatus status) {
        return new JsonObject()
                .put("id", status.node().value())
                .put("roles", new JsonArray(status.roles()))
                .put("configRevision", status.configRevision());
    }
}

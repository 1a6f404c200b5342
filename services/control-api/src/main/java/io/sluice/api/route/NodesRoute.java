// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ClusterView;
import io.sluice.model.message.NodeStatus;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/**
 * {@code GET /v1/nodes}: nodes heard lately, what they do, the configuration revision each works with, and how many nodes
 * there are to be.
 */
public final class NodesRoute implements AdminRoute {

    private final ClusterView cluster;
    private final int expected;

    /**
     * Makes the route.
     *
     * @param cluster has heard of them
     * @param expected how many there are to be, this one among them
     */
    public NodesRoute(ClusterView cluster, int expected) {
        this.cluster = cluster;
        this.expected = expected;
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
                .put("expectedMembers", expected)
                .put("configRevision", cluster.revision().number()));
    }

    private static JsonObject node(NodeStatus status) {
        return new JsonObject()
                .put("id", status.node().value())
                .put("roles", new JsonArray(status.roles()))
                .put("configRevision", status.configRevision());
    }
}

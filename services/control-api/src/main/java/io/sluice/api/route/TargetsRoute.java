// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ClusterView;
import io.sluice.api.resource.TargetHealths;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.message.TargetObserved;
import io.sluice.selection.core.TargetSetSnapshot;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;

/**
 * {@code GET /v1/targets}: every target with state, reason, and what passed through it. One that drains is
 * {@code draining} since it was deregistered, whatever its checks say (T17, T19).
 */
public final class TargetsRoute implements AdminRoute {

    private final ClusterView cluster;

    /** @param cluster knows configuration, health and observations */
    public TargetsRoute(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public void bind(Operations operations) {
        operations.on("listTargets", this::list);
    }

    private void list(RoutingContext context) {
        TargetSetSnapshot snapshot = cluster.snapshot();
        JsonArray targets = new JsonArray();
        for (int index = 0; index < snapshot.targetCount(); index++) {
            targets.add(target(snapshot, index));
        }
        context.json(new JsonObject().put("targets", targets).put("configRevision", snapshot.revisionNumber()));
    }

    private JsonObject target(TargetSetSnapshot snapshot, int index) {
        Target target = snapshot.target(index);
        TargetGroup group = snapshot.groupOf(index);
        TargetHealth health = TargetHealths.of(snapshot, index);
        TargetObserved.Observation seen = cluster.observed(snapshot.targetRef(index));
        JsonObject json = new JsonObject()
                .put("id", target.id().value())
                .put("targetGroup", group.id().name())
                .put("zone", target.zone().name())
                .put("address", target.address().toString())
                .put("port", target.port())
                .put("weight", target.weight())
                .put("healthCheckPort", group.healthCheck().port())
                .put("state", health.state().text());
        if (!health.reason().code().isEmpty()) {
            json.put("reason", health.reason().code())
                    .put("description", health.reason().description());
        }
        if (health.sinceMs() > 0) {
            json.put("since", Instant.ofEpochMilli(health.sinceMs()).toString());
        }
        return json.put("sentPackets", seen.sentPackets())
                .put("sentBytes", seen.sentBytes())
                .put("returnedPackets", seen.returnedPackets())
                .put("returnedBytes", seen.returnedBytes())
                .put("rejectedPackets", seen.rejectedPackets());
    }
}

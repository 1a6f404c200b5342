// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ClusterView;
import io.sluice.api.core.LatestCounts;
import io.sluice.api.resource.TargetHealths;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.TargetObserved;
import io.sluice.selection.core.TargetSetSnapshot;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
        Work.run(context, () -> {
            TargetSetSnapshot snapshot = cluster.snapshot();
            Map<TargetRef, TargetObserved.Observation> observed = cluster.observed();
            Map<TargetRef, LatestCounts.PerSecond> rates = cluster.perSecond();
            List<Map<String, Object>> targets = new ArrayList<>();
            for (int index = 0; index < snapshot.targetCount(); index++) {
                Map<String, Object> shown = target(snapshot, index, observed);
                shown.put(
                        "perSecond",
                        tree(rates.getOrDefault(snapshot.targetRef(index), LatestCounts.PerSecond.NOTHING)));
                targets.add(shown);
            }
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("targets", targets);
            body.put("configRevision", snapshot.revisionNumber());
            return Reply.ok(body);
        });
    }

    private static Map<String, Object> target(
            TargetSetSnapshot snapshot, int index, Map<TargetRef, TargetObserved.Observation> observed) {
        Target target = snapshot.target(index);
        TargetGroup group = snapshot.groupOf(index);
        TargetHealth health = TargetHealths.of(snapshot, index);
        TargetRef ref = snapshot.targetRef(index);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("id", target.id().value());
        tree.put("targetGroup", group.id().name());
        tree.put("zone", target.zone().name());
        tree.put("address", target.address().toString());
        tree.put("port", target.port());
        tree.put("weight", target.weight());
        tree.put("healthCheckPort", group.healthCheck().port());
        tree.put("state", health.state().text());
        if (!health.reason().code().isEmpty()) {
            tree.put("reason", health.reason().code());
            tree.put("description", health.reason().description());
        }
        if (health.sinceMs() > 0) {
            tree.put("since", Instant.ofEpochMilli(health.sinceMs()).toString());
        }
        TargetObserved.Observation seen =
                observed.getOrDefault(ref, new TargetObserved.Observation(ref, 0, 0, 0, 0, 0));
        tree.put("sentPackets", seen.sentPackets());
        tree.put("sentBytes", seen.sentBytes());
        tree.put("returnedPackets", seen.returnedPackets());
        tree.put("returnedBytes", seen.returnedBytes());
        tree.put("rejectedPackets", seen.rejectedPackets());
        return tree;
    }

    private static Map<String, Object> tree(LatestCounts.PerSecond rate) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("sentPackets", tenths(rate.sentPackets()));
        tree.put("sentBytes", tenths(rate.sentBytes()));
        tree.put("returnedPackets", tenths(rate.returnedPackets()));
        tree.put("returnedBytes", tenths(rate.returnedBytes()));
        tree.put("rejectedPackets", tenths(rate.rejectedPackets()));
        return tree;
    }

    /** A count that goes back is of a target that was seen anew: nothing can be said of the rate. */
    private static double tenths(double rate) {
        return Math.max(0, Math.round(rate * 10)) / 10.0;
    }
}

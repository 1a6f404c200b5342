// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ClusterView;
import io.sluice.api.ConfigDocuments;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Tags;
import io.sluice.model.config.TargetGroup;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * {@code /v1/limits}: what the configuration may have at most, and how much of it there is: of the gateway as a whole, or
 * of the resource that has most.
 */
public final class LimitsRoute implements AdminRoute {

    private static final String GATEWAY = "gateway";

    private final ClusterView cluster;

    /** @param cluster has the configuration in force */
    public LimitsRoute(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public void bind(Operations operations) {
        operations.on("listLimits", this::list);
    }

    private void list(RoutingContext context) {
        Work.run(context, () -> {
            ConfigRevision revision = cluster.revision();
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("limits", limits(revision.model()));
            body.put("revision", revision.number());
            return Reply.ok(body);
        });
    }

    private static List<Map<String, Object>> limits(GatewayModel model) {
        List<Map<String, Object>> limits = new ArrayList<>();
        int list = ConfigDocuments.LIST_MAX;
        limits.add(limit("zones", GATEWAY, list, model.zones().size()));
        limits.add(limit("load-balancers", GATEWAY, list, model.loadBalancers().size()));
        limits.add(limit("target-groups", GATEWAY, list, model.targetGroups().size()));
        limits.add(limit(
                "endpoint-services", GATEWAY, list, model.endpointServices().size()));
        limits.add(limit("endpoints", GATEWAY, list, model.endpoints().size()));
        limits.add(limit(
                "listeners-per-load-balancer",
                "load-balancer",
                1,
                model.loadBalancers().isEmpty() ? 0 : 1));
        limits.add(limit(
                "targets-per-target-group",
                "target-group",
                TargetGroup.TARGETS_MAX,
                most(model.targetGroups().stream().mapToInt(LimitsRoute::registered))));
        limits.add(limit(
                "attachments-per-endpoint",
                "endpoint",
                Endpoint.ATTACHMENTS_MAX,
                most(model.endpoints().stream()
                        .mapToInt(endpoint -> endpoint.attachments().size()))));
        limits.add(limit(
                "tags-per-resource",
                "resource",
                Tags.COUNT_MAX,
                most(tags(model).mapToInt(tags -> tags.values().size()))));
        return limits;
    }

    private static int registered(TargetGroup group) {
        return (int)
                group.targets().stream().filter(target -> !target.draining()).count();
    }

    private static Stream<Tags> tags(GatewayModel model) {
        return Stream.of(
                        model.loadBalancers().stream().map(balancer -> balancer.tags()),
                        model.targetGroups().stream().map(group -> group.tags()),
                        model.endpointServices().stream().map(service -> service.tags()),
                        model.endpoints().stream().map(endpoint -> endpoint.tags()))
                .flatMap(tags -> tags);
    }

    private static int most(IntStream counts) {
        return counts.max().orElse(0);
    }

    private static Map<String, Object> limit(String name, String scope, int max, int used) {
        Map<String, Object> limit = new LinkedHashMap<>();
        limit.put("name", name);
        limit.put("scope", scope);
        limit.put("max", max);
        limit.put("used", used);
        return limit;
    }
}

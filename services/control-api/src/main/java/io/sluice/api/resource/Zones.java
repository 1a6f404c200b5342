// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.resource;

import io.sluice.api.InvalidDocument;
import io.sluice.api.Printable;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Zones, with what is in each: targets that drain count, since their flows are there still. */
public record Zones() implements ResourceKind<Zone> {

    private static final String NAME = "name";
    private static final String LOAD_BALANCERS = "load-balancers";
    private static final String ENDPOINTS = "endpoints";
    private static final String TARGETS = "targets";

    @Override
    public String kind() {
        return "zone";
    }

    @Override
    public String plural() {
        return "zones";
    }

    @Override
    public String nameKey() {
        return NAME;
    }

    @Override
    public Set<String> readOnlyKeys() {
        return Set.of(LOAD_BALANCERS, ENDPOINTS, TARGETS, ETAG);
    }

    @Override
    public boolean isBodyOptional() {
        return true;
    }

    @Override
    public Zone read(byte[] fragment) throws InvalidDocument {
        Map<String, @Nullable Object> keys = JsonTree.object(fragment);
        for (String key : keys.keySet()) {
            if (!key.equals(NAME)) {
                throw invalid(Printable.of(key), "unknown key: expected name, or no body");
            }
        }
        if (!(keys.get(NAME) instanceof String name)) {
            throw invalid(NAME, "expected a string");
        }
        try {
            return new Zone(name);
        } catch (IllegalArgumentException refused) {
            throw invalid(NAME, String.valueOf(refused.getMessage()));
        }
    }

    private static InvalidDocument invalid(String key, String detail) {
        return new InvalidDocument(List.of(new InvalidDocument.Problem(1, key, Printable.of(detail))));
    }

    @Override
    public Map<String, Object> write(Zone element) {
        return Map.of(NAME, element.name());
    }

    @Override
    public String name(Zone element) {
        return element.name();
    }

    @Override
    public List<Zone> all(GatewayModel model) {
        return model.zones();
    }

    @Override
    public GatewayModel with(GatewayModel model, List<Zone> elements) {
        return new GatewayModel(
                elements, model.targetGroups(), model.loadBalancers(), model.endpointServices(), model.endpoints());
    }

    @Override
    public void show(Zone element, View view, Map<String, Object> shown) {
        shown.putAll(counts(element, view));
    }

    private static Map<String, Object> counts(Zone zone, View view) {
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put(
                LOAD_BALANCERS,
                balancers(zone, view).map(balancer -> balancer.id().name()).toList());
        counts.put(
                ENDPOINTS,
                view.model().endpoints().stream()
                        .filter(endpoint -> endpoint.zone().equals(zone))
                        .count());
        counts.put(TARGETS, targets(zone, view).count());
        return counts;
    }

    private static Stream<LoadBalancer> balancers(Zone zone, View view) {
        return view.model().loadBalancers().stream()
                .filter(balancer -> balancer.zones().contains(zone));
    }

    private static Stream<String> targets(Zone zone, View view) {
        return view.model().targetGroups().stream()
                .flatMap(group -> group.targets().stream()
                        .filter(target -> target.zone().equals(zone))
                        .map(target -> "target " + group.id() + "/" + target.id()));
    }

    @Override
    public List<String> users(Zone element, View view) {
        List<String> users = new ArrayList<>();
        balancers(element, view).forEach(balancer -> users.add("load-balancer " + balancer.id()));
        view.model().endpoints().stream()
                .filter(endpoint -> endpoint.zone().equals(element))
                .forEach(endpoint -> users.add("endpoint " + endpoint.id()));
        targets(element, view).forEach(users::add);
        return users;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a configuration document says that has to do with where flows go, read by the lab itself.
 *
 * @param groups target groups by name
 * @param balancers load balancers by name
 * @param endpoints endpoints by the number of option 1
 */
record Told(Map<String, Group> groups, Map<String, Balancer> balancers, Map<Long, Endpoint> endpoints) {

    /**
     * A target group.
     *
     * @param rebalances whether flows leave a target that has failed or left (4.2)
     * @param delayMs its deregistration delay
     * @param failOpen {@code forward}, {@code drop} or {@code bypass}
     * @param resetOnUnhealthy see T12
     * @param resetOnDeregistration see T12
     * @param check how its targets are checked
     * @param targets zone of each registered target, by its address
     */
    record Group(
            boolean rebalances,
            long delayMs,
            String failOpen,
            boolean resetOnUnhealthy,
            boolean resetOnDeregistration,
            Check check,
            Map<String, String> targets) {}

    /** Health checks: times in milliseconds, counts of results in a row. */
    record Check(long intervalMs, long timeoutMs, int healthy, int unhealthy) {
        /** The longest from a failure to the verdict (H-5). */
        long failsWithinMs() {
            return intervalMs * unhealthy + timeoutMs + 1_000;
        }

        /** The longest from a recovery, or a registration, to the verdict. */
        long recoversWithinMs() {
            return intervalMs * healthy + timeoutMs + 1_000;
        }
    }

    /** A load balancer. */
    record Balancer(boolean crossZone, List<String> zones, String group) {}

    /** An endpoint: its zone, its load balancer, and whether it may pass. */
    record Endpoint(String zone, String balancer, boolean accepted) {}

    /** Reads a document as this scenario writes them: every key that counts is in it. */
    static Told of(JsonNode document) {
        Map<String, Group> groups = new HashMap<>();
        for (JsonNode group : document.path("target-groups")) {
            Map<String, String> targets = new HashMap<>();
            for (JsonNode target : group.path("targets")) {
                targets.put(target.path("id").asText(), target.path("zone").asText());
            }
            JsonNode check = group.path("health-check");
            groups.put(
                    group.path("name").asText(),
                    new Group(
                            group.path("target-failover").asText().equals("rebalance"),
                            durationMs(group.path("deregistration-delay").asText()),
                            group.path("fail-open").asText(),
                            group.path("send-tcp-reset").path("on-unhealthy").asBoolean(),
                            group.path("send-tcp-reset")
                                    .path("on-deregistration")
                                    .asBoolean(),
                            new Check(
                                    durationMs(check.path("interval").asText()),
                                    durationMs(check.path("timeout").asText()),
                                    check.path("healthy-threshold").asInt(),
                                    check.path("unhealthy-threshold").asInt()),
                            targets));
        }
        Map<String, Balancer> balancers = new HashMap<>();
        for (JsonNode balancer : document.path("load-balancers")) {
            List<String> zones = new ArrayList<>();
            balancer.path("zones").forEach(zone -> zones.add(zone.asText()));
            balancers.put(
                    balancer.path("name").asText(),
                    new Balancer(
                            balancer.path("cross-zone").asBoolean(),
                            zones,
                            balancer.path("listener").path("target-group").asText()));
        }
        Map<Long, Endpoint> endpoints = new HashMap<>();
        for (JsonNode endpoint : document.path("endpoints")) {
            String zone = endpoint.path("zone").asText();
            String balancer = endpoint.has("load-balancer")
                    ? endpoint.path("load-balancer").asText()
                    : serving(document, endpoint.path("service").asText(), zone, balancers);
            endpoints.put(
                    Long.parseUnsignedLong(endpoint.path("id").asText().substring("vpce-0".length()), 16),
                    new Endpoint(
                            zone, balancer, endpoint.path("connection").asText().equals("accepted")));
        }
        return new Told(groups, balancers, endpoints);
    }

    /** Of a service's load balancers the first that is enabled in the zone (E-2). */
    private static String serving(JsonNode document, String name, String zone, Map<String, Balancer> balancers) {
        for (JsonNode service : document.path("endpoint-services")) {
            if (service.path("name").asText().equals(name)) {
                for (JsonNode balancer : service.path("load-balancers")) {
                    Balancer known = balancers.get(balancer.asText());
                    if (known != null && known.zones().contains(zone)) {
                        return balancer.asText();
                    }
                }
            }
        }
        return "";
    }

    private static long durationMs(String text) {
        if (text.endsWith("ms")) {
            return Long.parseLong(text.substring(0, text.length() - 2));
        }
        return Long.parseLong(text.substring(0, text.length() - 1)) * 1_000;
    }

    /** The group that an endpoint's new flows go to; empty where the endpoint leads nowhere. */
    Optional<Group> groupOf(long endpoint) {
        return balancerOf(endpoint).flatMap(balancer -> Optional.ofNullable(groups.get(balancer.group())));
    }

    /** The load balancer of an endpoint. */
    Optional<Balancer> balancerOf(long endpoint) {
        Endpoint known = endpoints.get(endpoint);
        return known == null ? Optional.empty() : Optional.ofNullable(balancers.get(known.balancer()));
    }

    /** Whether an endpoint is there and accepted (E-3, E-4). */
    boolean passes(long endpoint) {
        Endpoint known = endpoints.get(endpoint);
        return known != null && known.accepted();
    }

    /** E(z) of section 4 for an endpoint: the targets that its node may pick from, whatever their health. */
    List<String> eligible(long endpoint) {
        Endpoint known = endpoints.get(endpoint);
        Optional<Balancer> balancer = balancerOf(endpoint);
        Optional<Group> group = groupOf(endpoint);
        if (known == null
                || balancer.isEmpty()
                || group.isEmpty()
                || !balancer.get().zones().contains(known.zone())) {
            return List.of();
        }
        List<String> zones = balancer.get().crossZone() ? balancer.get().zones() : List.of(known.zone());
        return group.get().targets().entrySet().stream()
                .filter(target -> zones.contains(target.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The group that has this target registered. */
    Optional<Group> groupWith(String target) {
        return groups.values().stream()
                .filter(group -> group.targets().containsKey(target))
                .findFirst();
    }

    /** Whether new flows of some endpoint may go to a target's group: else its targets are unused (H-6). */
    boolean uses(String target) {
        return balancers.values().stream()
                .flatMap(balancer -> Stream.ofNullable(groups.get(balancer.group())))
                .anyMatch(group -> group.targets().containsKey(target));
    }
}

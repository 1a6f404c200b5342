// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A configuration document as JSON that is being worked on.
 *
 * @param document the whole of it: every key that matters here is in it, defaults too
 */
record Draft(ObjectNode document) {
    static final String GROUPS = "target-groups";
    static final String BALANCERS = "load-balancers";
    static final String SERVICES = "endpoint-services";
    static final String ENDPOINTS = "endpoints";
    static final String BALANCER = "inspection";
    static final String VISITORS = "visitors";

    private static final String OTHER_ACCOUNT = "222222222222";

    /** What the gateway starts with. */
    static Draft initial() {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.putArray("zones").add("az1").add("az2");
        ObjectNode main = group(document.putArray(GROUPS), Firewall.MAIN_GROUP);
        ObjectNode spares = group(document.withArray(GROUPS), Firewall.SPARE_GROUP);
        Firewall.MAIN.forEach(firewall -> target(main, firewall.address(), firewall.zone()));
        Firewall.SPARES.forEach(firewall -> target(spares, firewall.address(), firewall.zone()));
        balancer(document.putArray(BALANCERS), BALANCER, Firewall.MAIN_GROUP);
        service(document.putArray(SERVICES), VISITORS);
        ArrayNode endpoints = document.putArray(ENDPOINTS);
        Spoke.MAIN.forEach(spoke -> endpoint(endpoints, spoke).put("load-balancer", BALANCER));
        endpoint(endpoints, Spoke.VISITOR).put("service", VISITORS);
        return new Draft(document);
    }

    Draft copy() {
        return new Draft(document.deepCopy());
    }

    static ObjectNode group(ArrayNode groups, String name) {
        ObjectNode group = groups.addObject().put("name", name);
        group.putObject("health-check")
                .put("protocol", "HTTP")
                .put("port", 80)
                .put("path", "/")
                .put("interval", "5s")
                .put("timeout", "2s")
                .put("healthy-threshold", 2)
                .put("unhealthy-threshold", 2);
        group.put("stickiness", "5-tuple")
                .put("target-failover", "no_rebalance")
                .put("deregistration-delay", "8s")
                .put("fail-open", "forward")
                .put("slow-start", "0s")
                .put("return-tuple-check", true);
        group.putObject("send-tcp-reset").put("on-unhealthy", false).put("on-deregistration", false);
        group.putObject("probe").put("data-path", false).put("interval", "1s").put("failures", 5);
        group.putObject("passive-detection").put("enabled", false).put("silence", "20s");
        group.putArray("targets");
        group.putObject("tags");
        return group;
    }

    static ObjectNode target(ObjectNode group, String address, String zone) {
        return group.withArray("targets")
                .addObject()
                .put("id", address)
                .put("zone", zone)
                .put("weight", 1);
    }

    static ObjectNode balancer(ArrayNode balancers, String name, String group) {
        ObjectNode balancer = balancers
                .addObject()
                .put("name", name)
                .put("cross-zone", false)
                .put("ip-address-type", "dualstack")
                .put("deletion-protection", false);
        balancer.putArray("zones").add("az1").add("az2");
        balancer.putObject("listener")
                .put("target-group", group)
                .put("tcp-idle-timeout", "350s")
                .put("send-tcp-reset-on-idle-timeout", false);
        balancer.putObject("packets")
                .put("fragments", "follow")
                .put("icmp-error-affinity", "embedded")
                .put("pmtud", false)
                .put("mss-clamp", 0)
                .put("tcp-midstream-pickup", false)
                .put("mtu", 8500);
        balancer.putObject("tags");
        return balancer;
    }

    static ObjectNode service(ArrayNode services, String name) {
        ObjectNode service = services.addObject().put("name", name);
        service.putArray("load-balancers").add(BALANCER);
        service.put("acceptance-required", true);
        service.putArray("allowed-principals").add("*");
        service.putArray("ip-address-types").add("ipv4");
        service.putObject("tags");
        return service;
    }

    static ObjectNode endpoint(ArrayNode endpoints, Spoke spoke) {
        ObjectNode endpoint = endpoints
                .addObject()
                .put("id", spoke.endpoint())
                .put("vni", spoke.vni())
                .put("zone", spoke.zone())
                .put("account", OTHER_ACCOUNT)
                .put("ip-address-type", "ipv4")
                .put("connection", "accepted")
                .put("flow-quota", 0);
        endpoint.putArray("attachments").add(ChurnNetwork.SPOKE);
        endpoint.putObject("tags");
        return endpoint;
    }

    ArrayNode list(String name) {
        return document.withArray(name);
    }

    /** The element of a list with this {@code name} or {@code id}. */
    Optional<ObjectNode> find(String list, String name) {
        for (JsonNode element : list(list)) {
            if (nameOf(element).equals(name)) {
                return Optional.of((ObjectNode) element);
            }
        }
        return Optional.empty();
    }

    /** The same where it is known to be there. */
    ObjectNode get(String list, String name) {
        return find(list, name).orElseThrow(() -> new IllegalStateException("no " + name + " in " + list));
    }

    void remove(String list, String name) {
        removeFrom(list(list), name);
    }

    static void removeFrom(ArrayNode list, String name) {
        for (int i = 0; i < list.size(); i++) {
            if (nameOf(list.get(i)).equals(name)) {
                list.remove(i);
                return;
            }
        }
    }

    private static String nameOf(JsonNode element) {
        return element.isTextual()
                ? element.asText()
                : element.path(element.has("id") ? "id" : "name").asText();
    }

    /** Registered targets of a group: their addresses. */
    List<String> targets(String group) {
        List<String> targets = new ArrayList<>();
        get(GROUPS, group)
                .path("targets")
                .forEach(target -> targets.add(target.path("id").asText()));
        return targets;
    }

    ObjectNode target(String group, String address) {
        for (JsonNode target : get(GROUPS, group).path("targets")) {
            if (target.path("id").asText().equals(address)) {
                return (ObjectNode) target;
            }
        }
        throw new IllegalStateException("no target " + address);
    }

    /**
     * Whether the gateway must take it where {@code before} is in force: T13 and F-11 for other stickiness, deletion
     * protection, a target in each zone of the groups that carry flows (T3d is no row of this scenario).
     */
    boolean isValidAfter(Draft before) {
        for (JsonNode group : list(GROUPS)) {
            JsonNode resets = group.path("send-tcp-reset");
            boolean plain = group.path("stickiness").asText().equals("5-tuple");
            if (!plain
                    && (resets.path("on-unhealthy").asBoolean()
                            || resets.path("on-deregistration").asBoolean()
                            || usersWithTimeouts(group.path("name").asText()))) {
                return false;
            }
        }
        for (JsonNode balancer : before.list(BALANCERS)) {
            if (balancer.path("deletion-protection").asBoolean()
                    && find(BALANCERS, balancer.path("name").asText()).isEmpty()) {
                return false;
            }
        }
        return populated(Firewall.MAIN_GROUP) && populated(Firewall.SPARE_GROUP);
    }

    private boolean usersWithTimeouts(String group) {
        for (JsonNode balancer : list(BALANCERS)) {
            JsonNode listener = balancer.path("listener");
            if (listener.path("target-group").asText().equals(group)
                    && (!listener.path("tcp-idle-timeout").asText().equals("350s")
                            || listener.path("send-tcp-reset-on-idle-timeout").asBoolean())) {
                return true;
            }
        }
        return false;
    }

    private boolean populated(String group) {
        List<String> targets = targets(group);
        return List.of("10.1.1.", "10.1.2.").stream()
                .allMatch(zone -> targets.stream().anyMatch(target -> target.startsWith(zone)));
    }
}

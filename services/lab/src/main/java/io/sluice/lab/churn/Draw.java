// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Draws valid changes over the whole admin port, by a seed. Equal seeds and equal answers make equal changes.
 *
 * <p><b>Threading</b>: confined to one thread.
 */
final class Draw {
    /** How long a target that registers itself says that it is there. */
    static final int LEASE_S = 6;

    private static final int REVISIONS_KEPT = 12;
    private static final String SIDE = "side";
    private static final String SIDE_TARGET = "10.1.1.50";
    private static final String OTHER_SERVICE = "partners";
    private static final String THIRD_ZONE = "az3";
    private static final String PATCH = "PATCH";

    private record Kept(long revision, Draft document) {}

    private record Kind(String name, int weight, Supplier<Optional<Change>> draw) {}

    private final Random random;
    private final List<Kind> kinds = new ArrayList<>();
    private final Deque<Kept> revisions = new ArrayDeque<>();
    private Draft now;
    private Optional<String> leased = Optional.empty();
    private int tokens;
    private final List<String> liveTokens = new ArrayList<>();

    Draw(long seed, Draft initial) {
        random = new Random(seed);
        now = initial;
        kind("target-register", 9, this::register);
        kind("target-deregister", 9, this::deregister);
        kind("target-weight", 7, this::weigh);
        kind("target-lease", 5, this::lease);
        kind("group-failover", 7, () -> patchGroup("target-failover", "rebalance", "no_rebalance"));
        kind("group-delay", 6, () -> patchGroup("deregistration-delay", "0s", "3s", "8s", "15s"));
        kind("group-fail-open", 3, () -> patchGroup("fail-open", "forward", "drop"));
        kind("group-slow-start", 2, () -> patchGroup("slow-start", "0s", "30s"));
        kind("group-stickiness", 4, () -> patchGroup("stickiness", "5-tuple", "3-tuple", "2-tuple"));
        kind("group-health-check", 5, this::checkHealth);
        kind("group-reset", 5, this::resets);
        kind("group-probe", 2, this::probe);
        kind("group-passive-detection", 2, this::passive);
        kind("group-put", 3, this::putGroup);
        kind(
                "balancer-cross-zone",
                6,
                () -> patchBalancer("cross-zone", !balancer().path("cross-zone").asBoolean()));
        kind(
                "balancer-protection",
                2,
                () -> patchBalancer(
                        "deletion-protection",
                        !balancer().path("deletion-protection").asBoolean()));
        kind("balancer-packets", 4, this::packets);
        kind("balancer-zones", 2, this::balancerZones);
        kind("balancer-put", 2, this::putBalancer);
        kind("listener-attributes", 4, this::listener);
        kind("listener-target-group", 2, this::listenerGroup);
        kind("side-balancer", 4, this::side);
        kind("service", 4, this::service);
        kind("endpoint-admission", 5, this::admission);
        kind("endpoint", 4, this::otherEndpoint);
        kind("endpoint-quota", 2, this::quota);
        kind("zone", 3, this::zone);
        kind("tags", 5, this::tags);
        kind("token", 3, this::token);
        kind("config-put", 6, this::putDocument);
        kind("rollback", 4, this::rollback);
        kind("dry-run", 4, this::dryRun);
    }

    private void kind(String name, int weight, Supplier<Optional<Change>> draw) {
        kinds.add(new Kind(name, weight, draw));
    }

    /** The next change. */
    Change next() {
        int weights = kinds.stream().mapToInt(Kind::weight).sum();
        while (true) {
            int left = random.nextInt(weights);
            for (Kind kind : kinds) {
                left -= kind.weight();
                if (left < 0) {
                    Optional<Change> change =
                            kind.draw().get().filter(drawn -> new Draft(drawn.after()).isValidAfter(now));
                    if (change.isPresent()) {
                        return change.get();
                    }
                    break;
                }
            }
        }
    }

    /** The change is in force. */
    void done(Change change) {
        now = new Draft(change.after());
        if (change.kind().equals("target-lease")) {
            String path = change.path();
            leased = Optional.of(path.substring(path.lastIndexOf('/') + 1, path.indexOf('?')));
        }
    }

    /** What is in force. */
    Draft now() {
        return now;
    }

    /** The revision that says what is in force. */
    void revision(long number) {
        revisions.addLast(new Kept(number, now.copy()));
        if (revisions.size() > REVISIONS_KEPT) {
            revisions.removeFirst();
        }
    }

    /** The target that has a lease. */
    Optional<String> leased() {
        return leased;
    }

    /** The lease has ended, and the registration with it. */
    void leaseEnded() {
        String target = leased.orElseThrow();
        Draft after = now.copy();
        Draft.removeFrom(after.get(Draft.GROUPS, Firewall.MAIN_GROUP).withArray("targets"), target);
        now = after;
        leased = Optional.empty();
    }

    // ------------------------------------------------------------ targets

    private Optional<Change> register() {
        List<Firewall> absent = Firewall.MAIN.stream()
                .filter(firewall -> !now.targets(Firewall.MAIN_GROUP).contains(firewall.address()))
                .toList();
        if (absent.isEmpty()) {
            return Optional.empty();
        }
        Firewall firewall = absent.get(random.nextInt(absent.size()));
        Draft after = now.copy();
        ObjectNode body =
                Draft.target(after.get(Draft.GROUPS, Firewall.MAIN_GROUP), firewall.address(), firewall.zone());
        boolean post = random.nextBoolean();
        return Optional.of(new Change(
                "target-register",
                post ? "POST" : "PUT",
                targets() + (post ? "" : "/" + firewall.address()),
                body.deepCopy(),
                after.document()));
    }

    private Optional<Change> deregister() {
        Firewall firewall = Firewall.MAIN.get(random.nextInt(Firewall.MAIN.size()));
        List<String> staying = now.targets(Firewall.MAIN_GROUP).stream()
                .filter(target -> !leased.equals(Optional.of(target)))
                .toList();
        long ofZone = staying.stream()
                .filter(target -> target.startsWith(firewall.address().substring(0, 7)))
                .count();
        if (!staying.contains(firewall.address()) || ofZone < 2) {
            return Optional.empty();
        }
        Draft after = now.copy();
        Draft.removeFrom(after.get(Draft.GROUPS, Firewall.MAIN_GROUP).withArray("targets"), firewall.address());
        return Optional.of(new Change(
                "target-deregister", "DELETE", targets() + "/" + firewall.address(), null, after.document()));
    }

    private Optional<Change> weigh() {
        List<String> registered = now.targets(Firewall.MAIN_GROUP).stream()
                .filter(target -> !leased.equals(Optional.of(target)))
                .toList();
        String target = registered.get(random.nextInt(registered.size()));
        Draft after = now.copy();
        int weight = 1 + random.nextInt(5);
        after.target(Firewall.MAIN_GROUP, target).put("weight", weight);
        return Optional.of(new Change(
                "target-weight", PATCH, targets() + "/" + target, object().put("weight", weight), after.document()));
    }

    /** Registers a target for a while, or renews that. */
    private Optional<Change> lease() {
        String path = targets() + "/";
        String query = "?lease=" + LEASE_S + "s";
        if (leased.isPresent()) {
            return Optional.of(new Change(
                    "target-lease",
                    "PUT",
                    path + leased.get() + query,
                    null,
                    now.copy().document()));
        }
        return register().map(registered -> {
            var body = Objects.requireNonNull(registered.body(), "a registration has a body");
            return new Change("target-lease", "PUT", path + body.path("id").asText() + query, body, registered.after());
        });
    }

    private static String targets() {
        return "/v1/target-groups/" + Firewall.MAIN_GROUP + "/targets";
    }

    // ------------------------------------------------------------ target groups

    private Optional<Change> patchGroup(String key, String... values) {
        String value = values[random.nextInt(values.length)];
        return patch("group-" + key, Draft.GROUPS, Firewall.MAIN_GROUP, object().put(key, value));
    }

    private Optional<Change> checkHealth() {
        int timeoutS = 2 + random.nextInt(2);
        ObjectNode check = object();
        check.put("interval", (5 + random.nextInt(2)) + "s")
                .put("timeout", timeoutS + "s")
                .put("healthy-threshold", 2 + random.nextInt(2))
                .put("unhealthy-threshold", 2 + random.nextInt(2));
        if (random.nextBoolean()) {
            check.put("path", random.nextBoolean() ? "/" : "/alive");
        } else {
            check.put("protocol", random.nextBoolean() ? "HTTP" : "TCP");
        }
        return patch("group-health-check", Draft.GROUPS, anyGroup(), nested("health-check", check));
    }

    private Optional<Change> resets() {
        ObjectNode resets = object();
        resets.put(random.nextBoolean() ? "on-unhealthy" : "on-deregistration", random.nextInt(3) > 0);
        return patch("group-reset", Draft.GROUPS, Firewall.MAIN_GROUP, nested("send-tcp-reset", resets));
    }

    private Optional<Change> probe() {
        ObjectNode probe = object().put("data-path", random.nextBoolean()).put("interval", 1 + random.nextInt(3) + "s");
        return patch("group-probe", Draft.GROUPS, anyGroup(), nested("probe", probe));
    }

    private Optional<Change> passive() {
        ObjectNode passive =
                object().put("enabled", random.nextBoolean()).put("silence", 20 + random.nextInt(20) + "s");
        return patch("group-passive-detection", Draft.GROUPS, anyGroup(), nested("passive-detection", passive));
    }

    private Optional<Change> putGroup() {
        if (leased.isPresent()) {
            return Optional.empty();
        }
        return sub().map(after -> new Change(
                "group-put",
                "PUT",
                "/v1/target-groups/" + Firewall.MAIN_GROUP,
                after.get(Draft.GROUPS, Firewall.MAIN_GROUP).deepCopy(),
                replaced(Draft.GROUPS, Firewall.MAIN_GROUP, after)));
    }

    private String anyGroup() {
        return random.nextInt(4) == 0 ? Firewall.SPARE_GROUP : Firewall.MAIN_GROUP;
    }

    // ------------------------------------------------------------ load balancers

    private ObjectNode balancer() {
        return now.get(Draft.BALANCERS, Draft.BALANCER);
    }

    private Optional<Change> patchBalancer(String key, boolean value) {
        return patch("balancer-" + key, Draft.BALANCERS, Draft.BALANCER, object().put(key, value));
    }

    private Optional<Change> packets() {
        ObjectNode packets = object();
        switch (random.nextInt(6)) {
            case 0 -> packets.put("pmtud", random.nextBoolean());
            case 1 -> packets.put("mss-clamp", random.nextBoolean() ? 0 : 1_300);
            case 2 -> packets.put("mtu", 1_500 + random.nextInt(7_000));
            case 3 -> packets.put("fragments", random.nextBoolean() ? "follow" : "3-tuple");
            case 4 -> packets.put("icmp-error-affinity", random.nextBoolean() ? "embedded" : "3-tuple");
            default -> packets.put("tcp-midstream-pickup", random.nextBoolean());
        }
        return patch("balancer-packets", Draft.BALANCERS, Draft.BALANCER, nested("packets", packets));
    }

    private Optional<Change> balancerZones() {
        boolean third = now.list("zones").size() > 2;
        if (!third) {
            return Optional.empty();
        }
        ObjectNode body = object();
        body.putArray("zones").add("az1").add("az2");
        if (balancer().path("zones").size() == 2) {
            body.withArray("zones").add(THIRD_ZONE);
        }
        return patch("balancer-zones", Draft.BALANCERS, Draft.BALANCER, body);
    }

    private Optional<Change> putBalancer() {
        return sub().map(after -> new Change(
                "balancer-put",
                "PUT",
                "/v1/load-balancers/" + Draft.BALANCER,
                after.get(Draft.BALANCERS, Draft.BALANCER).deepCopy(),
                replaced(Draft.BALANCERS, Draft.BALANCER, after)));
    }

    private Optional<Change> listener() {
        ObjectNode body = object();
        if (random.nextBoolean()) {
            body.put("tcp-idle-timeout", random.nextBoolean() ? "350s" : 60 + random.nextInt(5_000) + "s");
        } else {
            body.put("send-tcp-reset-on-idle-timeout", random.nextBoolean());
        }
        return listener("listener-attributes", body);
    }

    private Optional<Change> listenerGroup() {
        boolean main = balancer().path("listener").path("target-group").asText().equals(Firewall.MAIN_GROUP);
        return listener(
                "listener-target-group",
                object().put("target-group", main ? Firewall.SPARE_GROUP : Firewall.MAIN_GROUP));
    }

    private Optional<Change> listener(String kind, ObjectNode keys) {
        Draft after = now.copy();
        ObjectNode listener =
                (ObjectNode) after.get(Draft.BALANCERS, Draft.BALANCER).path("listener");
        listener.setAll(keys);
        boolean whole = random.nextInt(3) == 0;
        return Optional.of(new Change(
                kind,
                whole ? "PUT" : PATCH,
                "/v1/load-balancers/" + Draft.BALANCER + "/listener",
                whole ? listener.deepCopy() : keys,
                after.document()));
    }

    /** A load balancer and its group that carry nothing, made and deleted again. */
    private Optional<Change> side() {
        Draft after = now.copy();
        if (now.find(Draft.GROUPS, SIDE).isEmpty()) {
            ObjectNode group = Draft.group(after.list(Draft.GROUPS), SIDE);
            Draft.target(group, SIDE_TARGET, "az1");
            return Optional.of(
                    new Change("side-balancer", "POST", "/v1/target-groups", group.deepCopy(), after.document()));
        }
        if (now.find(Draft.BALANCERS, SIDE).isEmpty()) {
            if (random.nextInt(3) == 0) {
                after.remove(Draft.GROUPS, SIDE);
                return Optional.of(
                        new Change("side-balancer", "DELETE", "/v1/target-groups/" + SIDE, null, after.document()));
            }
            ObjectNode balancer = Draft.balancer(after.list(Draft.BALANCERS), SIDE, SIDE);
            return Optional.of(
                    new Change("side-balancer", "POST", "/v1/load-balancers", balancer.deepCopy(), after.document()));
        }
        after.remove(Draft.BALANCERS, SIDE);
        return Optional.of(new Change("side-balancer", "DELETE", "/v1/load-balancers/" + SIDE, null, after.document()));
    }

    // ------------------------------------------------------------ services, endpoints, the rest

    private Optional<Change> service() {
        Draft after = now.copy();
        Optional<ObjectNode> known = now.find(Draft.SERVICES, OTHER_SERVICE);
        if (known.isEmpty()) {
            ObjectNode service = Draft.service(after.list(Draft.SERVICES), OTHER_SERVICE);
            return Optional.of(
                    new Change("service", "POST", "/v1/endpoint-services", service.deepCopy(), after.document()));
        }
        boolean used =
                now.document().path(Draft.ENDPOINTS).findValuesAsText("service").contains(OTHER_SERVICE);
        if (!used && random.nextInt(3) == 0) {
            after.remove(Draft.SERVICES, OTHER_SERVICE);
            return Optional.of(
                    new Change("service", "DELETE", "/v1/endpoint-services/" + OTHER_SERVICE, null, after.document()));
        }
        return patch(
                "service",
                Draft.SERVICES,
                OTHER_SERVICE,
                object().put(
                                "acceptance-required",
                                !known.get().path("acceptance-required").asBoolean()));
    }

    private Optional<Change> admission() {
        Draft after = now.copy();
        ObjectNode visitor = after.get(Draft.ENDPOINTS, Spoke.VISITOR.endpoint());
        boolean accepted = visitor.path("connection").asText().equals("accepted");
        visitor.put("connection", accepted ? "rejected" : "accepted");
        return Optional.of(new Change(
                "endpoint-admission",
                "POST",
                "/v1/endpoint-services/" + Draft.VISITORS + "/endpoints/" + Spoke.VISITOR.endpoint()
                        + (accepted ? "/reject" : "/accept"),
                null,
                after.document()));
    }

    private Optional<Change> otherEndpoint() {
        Draft after = now.copy();
        Spoke other = Spoke.of(10 + random.nextInt(3), random.nextBoolean() ? "az1" : "az2");
        if (now.find(Draft.ENDPOINTS, other.endpoint()).isPresent()) {
            after.remove(Draft.ENDPOINTS, other.endpoint());
            return Optional.of(
                    new Change("endpoint", "DELETE", "/v1/endpoints/" + other.endpoint(), null, after.document()));
        }
        ObjectNode endpoint = Draft.endpoint(after.list(Draft.ENDPOINTS), other);
        if (now.find(Draft.SERVICES, OTHER_SERVICE).isPresent() && random.nextBoolean()) {
            endpoint.put("service", OTHER_SERVICE).put("connection", random.nextBoolean() ? "pending" : "accepted");
        } else {
            endpoint.put("load-balancer", Draft.BALANCER);
        }
        return Optional.of(new Change("endpoint", "POST", "/v1/endpoints", endpoint.deepCopy(), after.document()));
    }

    private Optional<Change> quota() {
        return patch(
                "endpoint-quota",
                Draft.ENDPOINTS,
                Spoke.MAIN.get(random.nextInt(2)).endpoint(),
                object().put("flow-quota", random.nextBoolean() ? 0 : 30_000 + random.nextInt(20_000)));
    }

    private Optional<Change> zone() {
        Draft after = now.copy();
        if (now.list("zones").size() > 2) {
            if (inUse(THIRD_ZONE)) {
                return Optional.empty();
            }
            after.remove("zones", THIRD_ZONE);
            return Optional.of(new Change("zone", "DELETE", "/v1/zones/" + THIRD_ZONE, null, after.document()));
        }
        after.list("zones").add(THIRD_ZONE);
        return Optional.of(new Change("zone", "PUT", "/v1/zones/" + THIRD_ZONE, null, after.document()));
    }

    private boolean inUse(String zone) {
        for (JsonNode balancer : now.list(Draft.BALANCERS)) {
            for (JsonNode enabled : balancer.path("zones")) {
                if (enabled.asText().equals(zone)) {
                    return true;
                }
            }
        }
        return false;
    }

    private Optional<Change> tags() {
        Map<String, String> resources = new LinkedHashMap<>();
        resources.put("load-balancer/" + Draft.BALANCER, Draft.BALANCERS);
        resources.put("target-group/" + anyGroup(), Draft.GROUPS);
        resources.put("endpoint-service/" + Draft.VISITORS, Draft.SERVICES);
        resources.put("endpoint/" + Spoke.ALL.get(random.nextInt(3)).endpoint(), Draft.ENDPOINTS);
        List<Map.Entry<String, String>> entries = List.copyOf(resources.entrySet());
        Map.Entry<String, String> resource = entries.get(random.nextInt(entries.size()));
        Draft after = now.copy();
        String name = resource.getKey().substring(resource.getKey().indexOf('/') + 1);
        ObjectNode element = after.get(resource.getValue(), name);
        ObjectNode body = object().put("team", "t" + random.nextInt(100));
        boolean whole = random.nextBoolean();
        if (whole) {
            element.set("tags", body.deepCopy());
        } else {
            body.put("stage", "s" + random.nextInt(10));
            ((ObjectNode) element.path("tags")).setAll(body);
        }
        return Optional.of(
                new Change("tags", whole ? "PUT" : PATCH, "/v1/tags/" + resource.getKey(), body, after.document()));
    }

    private Optional<Change> token() {
        if (!liveTokens.isEmpty() && random.nextBoolean()) {
            String name = liveTokens.remove(random.nextInt(liveTokens.size()));
            return Optional.of(new Change(
                    "token", "DELETE", "/v1/tokens/" + name, null, now.copy().document()));
        }
        String name = "reader-" + tokens++;
        liveTokens.add(name);
        return Optional.of(new Change(
                "token",
                "POST",
                "/v1/tokens",
                object().put("name", name).put("role", random.nextBoolean() ? "read-only" : "register:firewalls"),
                now.copy().document()));
    }

    // ------------------------------------------------------------ whole documents

    private Optional<Change> putDocument() {
        if (leased.isPresent()) {
            return Optional.empty();
        }
        Draft before = now;
        int parts = 2 + random.nextInt(3);
        try {
            for (int i = 0; i < parts; i++) {
                now = sub().orElse(now);
            }
            return Optional.of(new Change(
                    "config-put",
                    "PUT",
                    "/v1/config",
                    now.document().deepCopy(),
                    now.copy().document()));
        } finally {
            now = before;
        }
    }

    private Optional<Change> rollback() {
        if (leased.isPresent() || revisions.isEmpty()) {
            return Optional.empty();
        }
        List<Kept> kept = List.copyOf(revisions);
        Kept chosen = kept.get(random.nextInt(kept.size()));
        return Optional.of(new Change(
                "rollback",
                "POST",
                "/v1/config/revisions/" + chosen.revision() + "/rollback",
                null,
                chosen.document().copy().document()));
    }

    private Optional<Change> dryRun() {
        Draft before = now;
        return sub().map(after -> new Change(
                "dry-run",
                "PUT",
                "/v1/config?dry-run=true",
                after.document().deepCopy(),
                before.copy().document()));
    }

    /** What a change that is no whole document makes of this one, where that is valid by itself. */
    private Optional<Draft> sub() {
        List<Supplier<Optional<Change>>> parts = List.of(
                this::register,
                this::deregister,
                this::weigh,
                () -> patchGroup("target-failover", "rebalance", "no_rebalance"),
                () -> patchGroup("deregistration-delay", "0s", "3s", "8s", "15s"),
                this::checkHealth,
                this::packets,
                this::listener,
                () -> patchBalancer("cross-zone", random.nextBoolean()),
                this::tags);
        return parts.get(random.nextInt(parts.size()))
                .get()
                .map(change -> new Draft(change.after()))
                .filter(after -> after.isValidAfter(now));
    }

    private ObjectNode replaced(String list, String name, Draft from) {
        Draft after = now.copy();
        after.get(list, name).setAll(from.get(list, name));
        return after.document();
    }

    /** A merge patch of one resource, and what it makes of the document. */
    private Optional<Change> patch(String kind, String list, String name, ObjectNode body) {
        Draft after = now.copy();
        merge(after.get(list, name), body);
        return Optional.of(new Change(kind, PATCH, "/v1/" + list + "/" + name, body, after.document()));
    }

    private static void merge(ObjectNode into, ObjectNode patch) {
        patch.properties().forEach(entry -> {
            if (entry.getValue() instanceof ObjectNode inner && into.path(entry.getKey()) instanceof ObjectNode known) {
                merge(known, inner);
            } else {
                into.set(entry.getKey(), entry.getValue().deepCopy());
            }
        });
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static ObjectNode nested(String key, ObjectNode value) {
        ObjectNode outer = object();
        outer.set(key, value);
        return outer;
    }
}

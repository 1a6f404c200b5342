// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.model.config.Endpoint;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.EndpointId;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.Vni;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The declarative part of the file: zones, target groups, load balancers, endpoints.
 *
 * <p>Names are declared before they are referred to, in this order, so each broken reference is a problem of the key that
 * makes it.
 */
final class ModelReader {

    private final YamlMapping top;
    private final Zone nodeZone;
    private final Zones zones;
    private final int attachmentPort;
    private final DeclaredNames<TargetGroupId> groups = new DeclaredNames<>("target group", "target-groups");
    private final DeclaredNames<LoadBalancerId> balancers = new DeclaredNames<>("load balancer", "load-balancers");
    private final DeclaredNames<EndpointId> endpoints = new DeclaredNames<>("endpoint", "endpoints");
    private final DeclaredNames<Vni> vnis = new DeclaredNames<>("vni", "endpoints");
    private final Set<TargetGroupId> groupsInUse = new LinkedHashSet<>();
    private final Map<LoadBalancerId, List<Zone>> enabledZones = new HashMap<>();

    /**
     * @param top the whole file
     * @param nodeZone zone of everything that names none
     * @param zones those the file declares, or may name
     * @param attachmentPort port of attachments that name none
     */
    ModelReader(YamlMapping top, Zone nodeZone, Zones zones, int attachmentPort) {
        this.top = top;
        this.nodeZone = nodeZone;
        this.zones = zones;
        this.attachmentPort = attachmentPort;
    }

    /** Everything; nothing at all where the file has a problem. */
    GatewayModel read() {
        List<TargetGroup> readGroups = list("target-groups", this::targetGroup);
        List<LoadBalancer> readBalancers = list("load-balancers", this::loadBalancer);
        List<Endpoint> readEndpoints = list("endpoints", this::endpoint);
        GatewayModel model = top.whole(
                () -> new GatewayModel(zones.all(), readGroups, readBalancers, readEndpoints), top.problemCount() == 0);
        return model == null ? GatewayModel.EMPTY : model;
    }

    private interface ElementReader<T> {
        @Nullable
        T read(YamlMapping element);
    }

    private <T> List<T> list(String key, ElementReader<T> reader) {
        return list(top, key, reader);
    }

    private static <T> List<T> list(YamlMapping parent, String key, ElementReader<T> reader) {
        List<T> list = new ArrayList<>();
        for (YamlMapping element : parent.mappings(key)) {
            T read = reader.read(element);
            if (read != null) {
                list.add(read);
            }
            element.finish();
        }
        return list;
    }

    /** Makes a record when all its parts could be read; what it refuses is a problem of the mapping. */
    private static <T> @Nullable T make(YamlMapping mapping, int problemsBefore, Supplier<T> maker) {
        return mapping.whole(maker, mapping.problemCount() == problemsBefore);
    }

    private Zone zone(YamlMapping mapping) {
        return mapping.has("zone")
                ? mapping.optional("zone", zones::refer, nodeZone)
                : mapping.defaulted("zone", () -> zones.refer(nodeZone), nodeZone);
    }

    private @Nullable TargetGroup targetGroup(YamlMapping group) {
        final int before = group.problemCount();
        group.notYet("deregistration-delay", "send-tcp-reset", "slow-start", "probe", "passive-detection");
        group.only("target-failover", "no_rebalance", "rebalance");
        group.only("fail-open", "forward", "drop", "bypass");
        group.only("return-tuple-check", "true", "false");
        group.only("target-type", "ip", "instance");
        TargetGroupId id =
                group.<@Nullable TargetGroupId>require("name", text -> groups.declare(new TargetGroupId(text)), null);
        if (id == null) {
            groups.incomplete();
        }
        Stickiness stickiness = group.choice(
                "stickiness",
                Map.of(Stickiness.FIVE_TUPLE.text(), Stickiness.FIVE_TUPLE),
                Stickiness.FIVE_TUPLE,
                "3-tuple",
                "2-tuple");
        HealthCheckSpec healthCheck = healthCheck(group.mapping("health-check"));
        DeclaredNames<TargetId> ids = new DeclaredNames<>("target", "targets");
        List<Target> targets = list(group, "targets", target -> target(target, ids));
        if (targets.size() > TargetGroup.TARGETS_MAX) {
            group.problem("targets", targets.size() + " are too many: expected at most " + TargetGroup.TARGETS_MAX);
        }
        return id == null ? null : make(group, before, () -> new TargetGroup(id, healthCheck, stickiness, targets));
    }

    private static HealthCheckSpec healthCheck(@Nullable YamlMapping check) {
        HealthCheckSpec otherwise = HealthCheckSpec.DEFAULT;
        if (check == null) {
            return otherwise;
        }
        final int before = check.problemCount();
        var protocol = check.choice(
                "protocol",
                Map.of("TCP", HealthCheckSpec.Protocol.TCP, "HTTP", HealthCheckSpec.Protocol.HTTP),
                otherwise.protocol(),
                "HTTPS");
        int port = check.integer("port", otherwise.port(), 1, 65_535);
        String path = check.optional("path", ModelReader::checkPath, otherwise.path());
        long intervalMs = check.durationMs("interval", otherwise.intervalMs(), 5_000, 300_000);
        long timeoutMs = check.durationMs("timeout", otherwise.timeoutMs(), 2_000, 120_000);
        int healthyThreshold = check.integer("healthy-threshold", otherwise.healthyThreshold(), 2, 10);
        int unhealthyThreshold = check.integer("unhealthy-threshold", otherwise.unhealthyThreshold(), 2, 10);
        check.finish();
        HealthCheckSpec made = make(
                check,
                before,
                () -> new HealthCheckSpec(
                        protocol, port, path, intervalMs, timeoutMs, healthyThreshold, unhealthyThreshold));
        return made == null ? otherwise : made;
    }

    /** A request target as RFC 9112 §3.2.1 has it: it goes into the probe's request line as it is. */
    private static String checkPath(String text) {
        boolean printable = text.chars().allMatch(c -> c > ' ' && c < 0x7F);
        if (!printable || text.isEmpty() || text.length() > 1_024 || text.charAt(0) != '/') {
            throw new IllegalArgumentException(
                    "'" + text + "': expected 1 to 1024 printable characters starting with '/', without spaces");
        }
        return text;
    }

    private @Nullable Target target(YamlMapping target, DeclaredNames<TargetId> ids) {
        final int before = target.problemCount();
        Ipv4Address address = target.<@Nullable Ipv4Address>require(
                "id",
                text -> {
                    Ipv4Address parsed = Addresses.unicast(text);
                    ids.declare(new TargetId(parsed.toString()));
                    return parsed;
                },
                null);
        Zone zone = zone(target);
        int weight = target.integer("weight", 1, 1, 1_000);
        int port = target.integer("port", Target.GENEVE_PORT, 1, 65_535);
        return address == null
                ? null
                : make(
                        target,
                        before,
                        () -> new Target(new TargetId(address.toString()), address, port, zone, weight, 1));
    }

    private @Nullable LoadBalancer loadBalancer(YamlMapping balancer) {
        final int before = balancer.problemCount();
        balancer.notYet("packets");
        balancer.only("cross-zone", "false", "true");
        balancer.only("ip-address-type", "dualstack", "ipv4");
        balancer.only("deletion-protection", "false", "true");
        LoadBalancerId id = balancer.<@Nullable LoadBalancerId>require(
                "name", text -> balancers.declare(new LoadBalancerId(text)), null);
        if (id == null) {
            balancers.incomplete();
        }
        List<Zone> read = balancer.values("zones", zones::refer);
        List<Zone> enabled = balancer.has("zones")
                ? read
                : List.of(balancer.defaulted("zones", () -> zones.refer(nodeZone), nodeZone));
        if (balancer.isList("zones") && enabled.isEmpty() && balancer.problemCount() == before) {
            balancer.problem("zones", "no zone is given: expected at least one");
        }
        YamlMapping mapping = balancer.mapping("listener");
        if (mapping == null) {
            balancer.problem("listener", "this key is required");
            return null;
        }
        Listener listener = listener(mapping);
        if (id == null || listener == null) {
            return null;
        }
        if (balancer.problemCount() == before) {
            enabledZones.put(id, enabled);
        }
        return make(balancer, before, () -> new LoadBalancer(id, enabled, listener));
    }

    private @Nullable Listener listener(YamlMapping listener) {
        final int before = listener.problemCount();
        listener.only("send-tcp-reset-on-idle-timeout", "false", "true");
        TargetGroupId group = listener.<@Nullable TargetGroupId>require(
                "target-group",
                text -> {
                    TargetGroupId named = groups.refer(new TargetGroupId(text));
                    if (!groupsInUse.add(named)) {
                        throw new IllegalArgumentException("target group " + named
                                + " is used by another load balancer: expected one that no other uses");
                    }
                    return named;
                },
                null);
        long tcpIdleTimeoutMs =
                listener.durationMs("tcp-idle-timeout", Listener.TCP_IDLE_TIMEOUT_DEFAULT_MS, 60_000, 6_000_000);
        listener.finish();
        return group == null ? null : make(listener, before, () -> new Listener(group, tcpIdleTimeoutMs));
    }

    private @Nullable Endpoint endpoint(YamlMapping endpoint) {
        final int before = endpoint.problemCount();
        endpoint.notYet("account", "service", "flow-quota");
        EndpointId id =
                endpoint.<@Nullable EndpointId>require("id", text -> endpoints.declare(EndpointId.parse(text)), null);
        Vni vni = endpoint.<@Nullable Vni>require(
                "vni", text -> vnis.declare(new Vni(YamlMapping.integer(text, 0, Vni.MAX))), null);
        LoadBalancerId balancer = endpoint.<@Nullable LoadBalancerId>require(
                "load-balancer", text -> balancers.refer(new LoadBalancerId(text)), null);
        Zone zone = zone(endpoint);
        List<Zone> enabled = balancer == null ? null : enabledZones.get(balancer);
        if (enabled != null && !enabled.contains(zone)) {
            endpoint.problem(
                    "zone",
                    "load balancer " + balancer + " is not enabled in zone " + zone + ": expected one of "
                            + String.join(", ", enabled.stream().map(Zone::name).toList()));
        }
        endpoint.only("inner", "ip", "ethernet");
        List<Ipv4SocketAddress> attachments =
                endpoint.values("attachments", text -> Addresses.unicast(text, attachmentPort));
        int given = endpoint.length("attachments");
        if (!endpoint.has("attachments")) {
            endpoint.problem("attachments", "this key is required");
        } else if (endpoint.isList("attachments") && (given < 1 || given > Endpoint.ATTACHMENTS_MAX)) {
            endpoint.problem("attachments", given + " are given: expected 1 to " + Endpoint.ATTACHMENTS_MAX);
        }
        return id == null || vni == null || balancer == null
                ? null
                : make(endpoint, before, () -> new Endpoint(id, vni, zone, balancer, attachments));
    }
}

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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The declarative part of the file: zones, target groups, load balancers, endpoints. */
final class ModelReader {

    private static final Ipv4Address NO_ADDRESS = new Ipv4Address(0);

    private final YamlMapping top;
    private final Zone nodeZone;
    private final Set<Zone> named = new LinkedHashSet<>();

    ModelReader(YamlMapping top, Zone nodeZone) {
        this.top = top;
        this.nodeZone = nodeZone;
    }

    GatewayModel read() {
        List<Zone> zones = top.values("zones", Zone::new);
        List<TargetGroup> groups = new ArrayList<>();
        for (YamlMapping group : top.mappings("target-groups")) {
            add(groups, group, () -> targetGroup(group));
        }
        List<LoadBalancer> balancers = new ArrayList<>();
        for (YamlMapping balancer : top.mappings("load-balancers")) {
            add(balancers, balancer, () -> loadBalancer(balancer));
        }
        List<Endpoint> endpoints = new ArrayList<>();
        for (YamlMapping endpoint : top.mappings("endpoints")) {
            add(endpoints, endpoint, () -> endpoint(endpoint));
        }
        try {
            return new GatewayModel(zones.isEmpty() ? List.copyOf(named) : zones, groups, balancers, endpoints);
        } catch (IllegalArgumentException inconsistent) {
            top.problem("", String.valueOf(inconsistent.getMessage()));
            return GatewayModel.EMPTY;
        }
    }

    /** Adds what the reader makes; a record that refuses its values becomes a problem of the mapping. */
    private static <T> void add(List<T> list, YamlMapping mapping, Supplier<@Nullable T> reader) {
        try {
            T made = reader.get();
            if (made != null) {
                list.add(made);
            }
        } catch (IllegalArgumentException refused) {
            mapping.problem("", String.valueOf(refused.getMessage()));
        }
        mapping.finish();
    }

    private Zone zone(String text) {
        Zone zone = new Zone(text);
        named.add(zone);
        return zone;
    }

    private @Nullable TargetGroup targetGroup(YamlMapping group) {
        group.notYet("deregistration-delay", "send-tcp-reset", "slow-start", "probe", "passive-detection");
        group.only("target-failover", "no_rebalance", "rebalance");
        group.only("fail-open", "forward", "drop", "bypass");
        group.only("return-tuple-check", "true", "false");
        TargetGroupId id = group.<@Nullable TargetGroupId>require("name", TargetGroupId::new, null);
        group.only("target-type", "ip", "instance");
        Stickiness stickiness = group.choice(
                "stickiness",
                Map.of(Stickiness.FIVE_TUPLE.text(), Stickiness.FIVE_TUPLE),
                Stickiness.FIVE_TUPLE,
                "3-tuple",
                "2-tuple");
        HealthCheckSpec healthCheck = healthCheck(group.mapping("health-check"));
        List<Target> targets = new ArrayList<>();
        for (YamlMapping target : group.mappings("targets")) {
            add(targets, target, () -> target(target));
        }
        return id == null ? null : new TargetGroup(id, healthCheck, stickiness, targets);
    }

    private static HealthCheckSpec healthCheck(@Nullable YamlMapping check) {
        HealthCheckSpec otherwise = HealthCheckSpec.DEFAULT;
        if (check == null) {
            return otherwise;
        }
        try {
            return new HealthCheckSpec(
                    check.choice(
                            "protocol",
                            Map.of("TCP", HealthCheckSpec.Protocol.TCP, "HTTP", HealthCheckSpec.Protocol.HTTP),
                            otherwise.protocol(),
                            "HTTPS"),
                    check.integer("port", otherwise.port(), 1, 65_535),
                    check.optional("path", text -> text, otherwise.path()),
                    check.durationMs("interval", otherwise.intervalMs(), 5_000, 300_000),
                    check.durationMs("timeout", otherwise.timeoutMs(), 2_000, 120_000),
                    check.integer("healthy-threshold", otherwise.healthyThreshold(), 2, 10),
                    check.integer("unhealthy-threshold", otherwise.unhealthyThreshold(), 2, 10));
        } catch (IllegalArgumentException refused) {
            check.problem("", String.valueOf(refused.getMessage()));
            return otherwise;
        } finally {
            check.finish();
        }
    }

    private @Nullable Target target(YamlMapping target) {
        TargetId id = target.<@Nullable TargetId>require("id", TargetId::new, null);
        Ipv4Address address = target.optional("id", Ipv4Address::parse, NO_ADDRESS);
        Zone zone = target.optional("zone", this::zone, nodeZone);
        named.add(zone);
        int weight = target.integer("weight", 1, 1, 1000);
        int port = target.integer("port", Target.GENEVE_PORT, 1, 65_535);
        return id == null ? null : new Target(id, address, port, zone, weight, 1);
    }

    private @Nullable LoadBalancer loadBalancer(YamlMapping balancer) {
        balancer.notYet("packets");
        balancer.only("cross-zone", "false", "true");
        balancer.only("ip-address-type", "dualstack", "ipv4");
        balancer.only("deletion-protection", "false", "true");
        LoadBalancerId id = balancer.<@Nullable LoadBalancerId>require("name", LoadBalancerId::new, null);
        List<Zone> zones = balancer.values("zones", this::zone);
        YamlMapping listener = balancer.mapping("listener");
        if (listener == null) {
            balancer.problem("listener", "this key is required");
            return null;
        }
        listener.only("send-tcp-reset-on-idle-timeout", "false", "true");
        TargetGroupId group = listener.<@Nullable TargetGroupId>require("target-group", TargetGroupId::new, null);
        long tcpIdleTimeoutMs =
                listener.durationMs("tcp-idle-timeout", Listener.TCP_IDLE_TIMEOUT_DEFAULT_MS, 60_000, 6_000_000);
        listener.finish();
        if (id == null || group == null) {
            return null;
        }
        return new LoadBalancer(id, zones.isEmpty() ? List.of(nodeZone) : zones, new Listener(group, tcpIdleTimeoutMs));
    }

    private @Nullable Endpoint endpoint(YamlMapping endpoint) {
        endpoint.notYet("account", "service", "flow-quota");
        EndpointId id = endpoint.<@Nullable EndpointId>require("id", EndpointId::parse, null);
        Vni vni = endpoint.<@Nullable Vni>require("vni", text -> new Vni(YamlMapping.integer(text, 0, Vni.MAX)), null);
        Zone zone = endpoint.optional("zone", this::zone, nodeZone);
        named.add(zone);
        LoadBalancerId balancer =
                endpoint.<@Nullable LoadBalancerId>require("load-balancer", LoadBalancerId::new, null);
        endpoint.only("inner", "ip", "ethernet");
        List<Ipv4SocketAddress> attachments =
                endpoint.values("attachments", text -> Ipv4SocketAddress.parse(text, ingressPort()));
        if (id == null || vni == null || balancer == null) {
            return null;
        }
        return new Endpoint(id, vni, zone, balancer, attachments);
    }

    /** Replies go to the attachment's configured port, by default the ingress port. */
    private int ingressPort() {
        YamlMapping ingress = top.mapping("ingress");
        return ingress == null
                ? NodeConfigReader.INGRESS_PORT
                : ingress.optional(
                        "listen",
                        text -> Ipv4SocketAddress.parse(text, NodeConfigReader.INGRESS_PORT)
                                .port(),
                        NodeConfigReader.INGRESS_PORT);
    }
}

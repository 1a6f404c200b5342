// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.core;

import io.sluice.model.config.Backing;
import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointService;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.IpAddressType;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PacketPolicy;
import io.sluice.model.config.Tags;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.EndpointServiceId;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a document changes, key by key: the words are those of the document, durations in milliseconds.
 *
 * <p>Both sides are models as documents say them, without what drains. An empty plan means that nothing changes.
 *
 * <p><b>Threading</b>: confined to one call.
 */
public final class ConfigPlan {

    private final List<ConfigChange> changes = new ArrayList<>();

    private ConfigPlan() {}

    /** The changes from one model to another, in the order of the document. */
    public static List<ConfigChange> between(GatewayModel before, GatewayModel after) {
        GatewayModel from = Draining.declared(before);
        GatewayModel to = Draining.declared(after);
        ConfigPlan plan = new ConfigPlan();
        plan.compare("zone", from.zones(), to.zones(), Zone::name, zone -> Map.of());
        plan.compare("target-group", from.targetGroups(), to.targetGroups(), g -> g.id().name(), ConfigPlan::fields);
        Map<String, TargetGroup> groups = new LinkedHashMap<>();
        from.targetGroups().forEach(group -> groups.put(group.id().name(), group));
        for (TargetGroup group : to.targetGroups()) {
            TargetGroup known = groups.remove(group.id().name());
            if (!group.equals(known)) {
                plan.targets(group, known == null ? List.of() : known.targets(), group.targets());
            }
        }
        groups.values().forEach(gone -> plan.targets(gone, gone.targets(), List.of()));
        plan.compare("load-balancer", from.loadBalancers(), to.loadBalancers(), b -> b.id().name(), ConfigPlan::fields);
        plan.compare(
                "endpoint-service",
                from.endpointServices(),
                to.endpointServices(),
                s -> s.id().name(),
                ConfigPlan::fields);
        plan.compare("endpoint", from.endpoints(), to.endpoints(), e -> e.id().toString(), ConfigPlan::fields);
        return List.copyOf(plan.changes);
    }

    private void targets(TargetGroup group, List<Target> from, List<Target> to) {
        compare(
                "target",
                from,
                to,
                target -> group.id().name() + "/" + target.id().value(),
                ConfigPlan::fields);
    }

    private <T> void compare(
            String kind, List<T> from, List<T> to, Function<T, String> name, Function<T, Map<String, String>> fields) {
        Map<String, T> known = new LinkedHashMap<>();
        from.forEach(element -> known.put(name.apply(element), element));
        for (T element : to) {
            String id = name.apply(element);
            T old = known.remove(id);
            if (old == null) {
                changes.add(new ConfigChange(ConfigChange.Action.ADD, kind, id, "", "", ""));
            } else if (!old.equals(element)) {
                Map<String, String> before = fields.apply(old);
                fields.apply(element).forEach((field, value) -> {
                    String was = Objects.requireNonNull(before.get(field), field);
                    if (!value.equals(was)) {
                        changes.add(new ConfigChange(ConfigChange.Action.CHANGE, kind, id, field, was, value));
                    }
                });
            }
        }
        known.keySet().forEach(id -> changes.add(new ConfigChange(ConfigChange.Action.REMOVE, kind, id, "", "", "")));
    }

    private static Map<String, String> fields(TargetGroup group) {
        Fields fields = new Fields();
        HealthCheckSpec check = group.healthCheck();
        fields.put("health-check.protocol", check.protocol().name())
                .put("health-check.port", check.port())
                .put("health-check.path", check.path())
                .put("health-check.interval", ms(check.intervalMs()))
                .put("health-check.timeout", ms(check.timeoutMs()))
                .put("health-check.healthy-threshold", check.healthyThreshold())
                .put("health-check.unhealthy-threshold", check.unhealthyThreshold())
                .put("stickiness", group.stickiness().text());
        FailurePolicy failure = group.failure();
        fields.put("target-failover", failure.failover().text())
                .put("deregistration-delay", ms(failure.deregistrationDelayMs()))
                .put("send-tcp-reset.on-unhealthy", failure.resetOnUnhealthy())
                .put("send-tcp-reset.on-deregistration", failure.resetOnDeregistration())
                .put("fail-open", failure.failOpen().text())
                .put("slow-start", ms(group.slowStartMs()));
        DataPathProbe probe = group.probe();
        return fields.put("probe.data-path", probe.enabled())
                .put("probe.negative", probe.negative())
                .put("probe.interval", ms(probe.intervalMs()))
                .put("probe.failures", probe.failures())
                .put("passive-detection.enabled", group.passiveDetection().enabled())
                .put("passive-detection.silence", ms(group.passiveDetection().silenceMs()))
                .put("return-tuple-check", group.returnTupleCheck())
                .put("tags", words(group.tags()))
                .values();
    }

    private static Map<String, String> fields(Target target) {
        return new Fields()
                .put("zone", target.zone())
                .put("weight", target.weight())
                .put("port", target.port())
                .values();
    }

    private static Map<String, String> fields(LoadBalancer balancer) {
        PacketPolicy packets = balancer.packets();
        return new Fields()
                .put("zones", words(balancer.zones()))
                .put("cross-zone", balancer.crossZone())
                .put("ip-address-type", balancer.ipAddressType().text())
                .put("deletion-protection", balancer.deletionProtection())
                .put("listener.target-group", balancer.listener().targetGroup())
                .put("listener.tcp-idle-timeout", ms(balancer.listener().tcpIdleTimeoutMs()))
                .put(
                        "listener.send-tcp-reset-on-idle-timeout",
                        balancer.listener().resetOnIdleTimeout())
                .put("packets.fragments", packets.fragmentsFollow() ? "follow" : "3-tuple")
                .put("packets.icmp-error-affinity", packets.icmpErrorsFollow() ? "embedded" : "3-tuple")
                .put("packets.pmtud", packets.pmtud())
                .put("packets.mss-clamp", packets.mssClamp())
                .put("packets.tcp-midstream-pickup", packets.tcpMidstreamPickup())
                .put("packets.mtu", packets.mtu())
                .put("tags", words(balancer.tags()))
                .values();
    }

    private static Map<String, String> fields(EndpointService service) {
        return new Fields()
                .put("load-balancers", words(service.loadBalancers()))
                .put("acceptance-required", service.acceptanceRequired())
                .put("allowed-principals", words(service.allowedPrincipals()))
                .put("ip-address-types", service.ipAddressTypes() == IpAddressType.IPV4 ? "ipv4" : "ipv4, ipv6")
                .put("account", service.account())
                .put("tags", words(service.tags()))
                .values();
    }

    private static String words(List<?> elements) {
        return elements.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private static String words(Tags tags) {
        return tags.values().entrySet().stream()
                .map(tag -> tag.getKey() + "=" + tag.getValue())
                .collect(Collectors.joining(", "));
    }

    private static Map<String, String> fields(Endpoint endpoint) {
        return new Fields()
                .put("vni", endpoint.vni())
                .put("zone", endpoint.zone())
                .put("account", endpoint.account())
                .put("service", endpoint.backing() instanceof Backing.Service(EndpointServiceId id) ? id : "")
                .put("load-balancer", endpoint.backing() instanceof Backing.Balancer(LoadBalancerId id) ? id : "")
                .put("attachments", words(endpoint.attachments()))
                .put("inner", endpoint.inner().text())
                .put("ip-address-type", endpoint.ipAddressType().text())
                .put("flow-quota", endpoint.flowQuota())
                .put("connection", endpoint.admission().text())
                .put("tags", words(endpoint.tags()))
                .values();
    }

    private static String ms(long duration) {
        return duration + "ms";
    }

    /** Values by key, in order. */
    private static final class Fields {

        private final Map<String, String> values = new LinkedHashMap<>();

        Fields put(String key, Object value) {
            values.put(key, String.valueOf(value));
            return this;
        }

        Map<String, String> values() {
            return values;
        }
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.model.config.Admission;
import io.sluice.model.config.Backing;
import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointService;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.IpAddressType;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PacketPolicy;
import io.sluice.model.config.Principal;
import io.sluice.model.config.Tags;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.EndpointServiceId;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.Zone;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Resources as the document has them: every key, defaults included, in the document's order, so that the same thing reads
 * the same wherever and whenever it is read.
 *
 * <p>Not in them is what a document cannot say: targets that drain, registrations, and what is undecided. <b>Ownership</b>:
 * every tree is the caller's.
 */
final class FragmentTrees {

    private FragmentTrees() {}

    /** A mapping being made key by key. */
    private static final class Tree {

        private final Map<String, Object> values = new LinkedHashMap<>();

        Tree put(String key, Object value) {
            values.put(key, value);
            return this;
        }

        Map<String, Object> values() {
            return values;
        }
    }

    private static Tree tree() {
        return new Tree();
    }

    static Map<String, Object> of(TargetGroup group) {
        FailurePolicy failure = group.failure();
        DataPathProbe probe = group.probe();
        return tree().put("name", group.id().name())
                .put("target-type", "ip")
                .put("health-check", of(group.healthCheck()))
                .put("stickiness", group.stickiness().text())
                .put("target-failover", failure.failover().text())
                .put("deregistration-delay", duration(failure.deregistrationDelayMs()))
                .put(
                        "send-tcp-reset",
                        tree().put("on-unhealthy", failure.resetOnUnhealthy())
                                .put("on-deregistration", failure.resetOnDeregistration())
                                .values())
                .put("fail-open", failure.failOpen().text())
                .put("slow-start", duration(group.slowStartMs()))
                .put(
                        "probe",
                        tree().put("data-path", probe.enabled())
                                .put("negative", probe.negative())
                                .put("interval", duration(probe.intervalMs()))
                                .put("failures", probe.failures())
                                .values())
                .put(
                        "passive-detection",
                        tree().put("enabled", group.passiveDetection().enabled())
                                .put(
                                        "silence",
                                        duration(group.passiveDetection().silenceMs()))
                                .values())
                .put("return-tuple-check", group.returnTupleCheck())
                .put(
                        "targets",
                        group.targets().stream()
                                .filter(target -> !target.draining())
                                .map(FragmentTrees::of)
                                .toList())
                .put("tags", of(group.tags()))
                .values();
    }

    private static Map<String, Object> of(HealthCheckSpec check) {
        return tree().put("protocol", check.protocol().name())
                .put("port", check.port())
                .put("path", check.path())
                .put("interval", duration(check.intervalMs()))
                .put("timeout", duration(check.timeoutMs()))
                .put("healthy-threshold", check.healthyThreshold())
                .put("unhealthy-threshold", check.unhealthyThreshold())
                .values();
    }

    static Map<String, Object> of(Target target) {
        return tree().put("id", target.address().toString())
                .put("zone", target.zone().name())
                .put("weight", target.weight())
                .put("port", target.port())
                .values();
    }

    static Map<String, Object> of(LoadBalancer balancer) {
        PacketPolicy packets = balancer.packets();
        return tree().put("name", balancer.id().name())
                .put("zones", texts(balancer.zones(), Zone::name))
                .put("cross-zone", balancer.crossZone())
                .put("ip-address-type", balancer.ipAddressType().text())
                .put("deletion-protection", balancer.deletionProtection())
                .put("listener", of(balancer.listener()))
                .put(
                        "packets",
                        tree().put("fragments", packets.fragmentsFollow() ? "follow" : "3-tuple")
                                .put("icmp-error-affinity", packets.icmpErrorsFollow() ? "embedded" : "3-tuple")
                                .put("pmtud", packets.pmtud())
                                .put("mss-clamp", packets.mssClamp())
                                .put("tcp-midstream-pickup", packets.tcpMidstreamPickup())
                                .put("mtu", packets.mtu())
                                .values())
                .put("tags", of(balancer.tags()))
                .values();
    }

    static Map<String, Object> of(Listener listener) {
        return tree().put("target-group", listener.targetGroup().name())
                .put("tcp-idle-timeout", duration(listener.tcpIdleTimeoutMs()))
                .put("send-tcp-reset-on-idle-timeout", listener.resetOnIdleTimeout())
                .values();
    }

    static Map<String, Object> of(EndpointService service) {
        return tree().put("name", service.id().name())
                .put("load-balancers", texts(service.loadBalancers(), LoadBalancerId::name))
                .put("acceptance-required", service.acceptanceRequired())
                .put("allowed-principals", texts(service.allowedPrincipals(), Principal::text))
                .put(
                        "ip-address-types",
                        service.ipAddressTypes() == IpAddressType.IPV4 ? List.of("ipv4") : List.of("ipv4", "ipv6"))
                .put("account", service.account())
                .put("tags", of(service.tags()))
                .values();
    }

    static Map<String, Object> of(Endpoint endpoint) {
        Tree tree = tree().put("id", endpoint.id().toString())
                .put("vni", endpoint.vni().value())
                .put("zone", endpoint.zone().name())
                .put("account", endpoint.account());
        switch (endpoint.backing()) {
            case Backing.Service(EndpointServiceId id) -> tree.put("service", id.name());
            case Backing.Balancer(LoadBalancerId id) -> tree.put("load-balancer", id.name());
        }
        tree.put("attachments", texts(endpoint.attachments(), Ipv4SocketAddress::toString))
                .put("inner", endpoint.inner().text())
                .put("ip-address-type", endpoint.ipAddressType().text())
                .put("flow-quota", endpoint.flowQuota());
        if (endpoint.admission() != Admission.UNDECIDED) {
            tree.put("connection", endpoint.admission().text());
        }
        return tree.put("tags", of(endpoint.tags())).values();
    }

    private static Map<String, Object> of(Tags tags) {
        return new LinkedHashMap<>(tags.values());
    }

    private static <T> List<String> texts(List<T> elements, Function<T, String> text) {
        return elements.stream().map(text).toList();
    }

    private static String duration(long ms) {
        return ms % 1_000 == 0 ? ms / 1_000 + "s" : ms + "ms";
    }
}

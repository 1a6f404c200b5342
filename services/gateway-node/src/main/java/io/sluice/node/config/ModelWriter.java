// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.api.core.Draining;
import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PacketPolicy;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Prints a model as the document that {@link ModelReader} reads: every key of everything, defaults included, so that the
 * page reads the same wherever and whenever it is read.
 *
 * <p>Not in it is what a document cannot say: targets that drain, and registrations.
 */
final class ModelWriter {

    /** Words that need no quotes in any YAML, unless they are among those that some YAML takes for something else. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]*");

    private static final Set<String> NOT_PLAIN =
            Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan");

    private final StringBuilder text = new StringBuilder();

    private ModelWriter() {}

    /** The document of a model. */
    static String write(GatewayModel model) {
        GatewayModel declared = Draining.declared(model);
        ModelWriter writer = new ModelWriter();
        if (!declared.zones().isEmpty()) {
            writer.line("zones: " + list(declared.zones(), zone -> word(zone.name())));
        }
        writer.block("target-groups", declared.targetGroups(), writer::targetGroup);
        writer.block("load-balancers", declared.loadBalancers(), writer::loadBalancer);
        writer.block("endpoints", declared.endpoints(), writer::endpoint);
        return writer.text.isEmpty() ? "{}\n" : writer.text.toString();
    }

    private interface ElementWriter<T> {
        void write(T element);
    }

    private <T> void block(String key, List<T> elements, ElementWriter<T> writer) {
        if (!elements.isEmpty()) {
            line(key + ":");
            elements.forEach(writer::write);
        }
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private void targetGroup(TargetGroup group) {
        HealthCheckSpec check = group.healthCheck();
        FailurePolicy failure = group.failure();
        DataPathProbe probe = group.probe();
        line("  - name: %s".formatted(word(group.id().name())));
        line("    target-type: ip");
        line("    health-check:");
        line("      protocol: %s".formatted(check.protocol().name()));
        line("      port: %d".formatted(check.port()));
        line("      path: %s".formatted(quoted(check.path())));
        line("      interval: %s".formatted(duration(check.intervalMs())));
        line("      timeout: %s".formatted(duration(check.timeoutMs())));
        line("      healthy-threshold: %d".formatted(check.healthyThreshold()));
        line("      unhealthy-threshold: %d".formatted(check.unhealthyThreshold()));
        line("    stickiness: %s".formatted(group.stickiness().text()));
        line("    target-failover: %s".formatted(failure.failover().text()));
        line("    deregistration-delay: %s".formatted(duration(failure.deregistrationDelayMs())));
        line("    send-tcp-reset: {on-unhealthy: %b, on-deregistration: %b}"
                .formatted(failure.resetOnUnhealthy(), failure.resetOnDeregistration()));
        line("    fail-open: %s".formatted(failure.failOpen().text()));
        line("    slow-start: %s".formatted(duration(group.slowStartMs())));
        line("    probe: {data-path: %b, negative: %b, interval: %s, failures: %d}"
                .formatted(probe.enabled(), probe.negative(), duration(probe.intervalMs()), probe.failures()));
        line("    passive-detection: {enabled: %b, silence: %s}"
                .formatted(
                        group.passiveDetection().enabled(),
                        duration(group.passiveDetection().silenceMs())));
        line("    return-tuple-check: %b".formatted(group.returnTupleCheck()));
        line("    targets:%s".formatted(group.targets().isEmpty() ? " []" : ""));
        for (Target target : group.targets()) {
            line("      - {id: %s, zone: %s, weight: %d, port: %d}"
                    .formatted(target.address(), word(target.zone().name()), target.weight(), target.port()));
        }
    }

    private void loadBalancer(LoadBalancer balancer) {
        Listener listener = balancer.listener();
        PacketPolicy packets = balancer.packets();
        line("  - name: %s".formatted(word(balancer.id().name())));
        line("    zones: %s".formatted(list(balancer.zones(), zone -> word(zone.name()))));
        line("    cross-zone: %b".formatted(balancer.crossZone()));
        line("    ip-address-type: %s".formatted(balancer.ipAddressType().text()));
        line("    deletion-protection: %b".formatted(balancer.deletionProtection()));
        line("    listener:");
        line("      target-group: %s".formatted(word(listener.targetGroup().name())));
        line("      tcp-idle-timeout: %s".formatted(duration(listener.tcpIdleTimeoutMs())));
        line("      send-tcp-reset-on-idle-timeout: %b".formatted(listener.resetOnIdleTimeout()));
        line("    packets:");
        line("      fragments: %s".formatted(packets.fragmentsFollow() ? "follow" : "3-tuple"));
        line("      icmp-error-affinity: %s".formatted(packets.icmpErrorsFollow() ? "embedded" : "3-tuple"));
        line("      pmtud: %b".formatted(packets.pmtud()));
        line("      mss-clamp: %d".formatted(packets.mssClamp()));
        line("      tcp-midstream-pickup: %b".formatted(packets.tcpMidstreamPickup()));
        line("      mtu: %d".formatted(packets.mtu()));
    }

    private void endpoint(Endpoint endpoint) {
        line("  - id: %s".formatted(endpoint.id()));
        line("    vni: %s".formatted(endpoint.vni()));
        line("    zone: %s".formatted(word(endpoint.zone().name())));
        line("    account: %s".formatted(quoted(endpoint.account())));
        line("    load-balancer: %s".formatted(word(endpoint.loadBalancer().name())));
        line("    attachments: %s".formatted(list(endpoint.attachments(), address -> quoted(address.toString()))));
        line("    inner: %s".formatted(endpoint.inner().text()));
        line("    flow-quota: %d".formatted(endpoint.flowQuota()));
    }

    private static <T> String list(List<T> elements, Function<T, String> writer) {
        return elements.stream().map(writer).collect(Collectors.joining(", ", "[", "]"));
    }

    /** A name, in quotes where something else could be read in it. */
    private static String word(String name) {
        return PLAIN.matcher(name).matches() && !NOT_PLAIN.contains(name.toLowerCase(Locale.ROOT))
                ? name
                : quoted(name);
    }

    private static String quoted(String value) {
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String duration(long ms) {
        return ms % 1_000 == 0 ? ms / 1_000 + "s" : ms + "ms";
    }
}

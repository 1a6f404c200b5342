// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.FailOpen;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.PassiveDetection;
import io.sluice.model.config.Tags;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetFailover;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.Zone;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One element of {@code target-groups}. */
final class TargetGroupReader {

    /** The AWS word for the port GENEVE goes to, as a health check's port (sheet, 3.1). */
    private static final String TRAFFIC_PORT = "traffic-port";

    /** Registration of a target that a document names and nothing knows better. */
    private static final long FIRST_REGISTRATION = 1;

    private final DeclaredNames<TargetGroupId> groups;
    private final Zones zones;
    private final Zone nodeZone;
    private final Map<TargetGroupId, Stickiness> stickinessOf = new HashMap<>();

    /**
     * @param groups takes the names
     * @param zones takes the zones that are named
     * @param nodeZone zone of targets that name none
     */
    TargetGroupReader(DeclaredNames<TargetGroupId> groups, Zones zones, Zone nodeZone) {
        this.groups = groups;
        this.zones = zones;
        this.nodeZone = nodeZone;
    }

    /** The words of an enumeration that has them. */
    static <T extends Enum<T>> Map<String, T> words(T[] values, Function<T, String> word) {
        return Arrays.stream(values).collect(Collectors.toMap(word, Function.identity()));
    }

    /** The group; null where a part of it cannot be read. */
    @Nullable
    TargetGroup read(YamlMapping group) {
        final int before = group.problemCount();
        group.only("target-type", "ip", "instance");
        TargetGroupId id =
                group.<@Nullable TargetGroupId>require("name", text -> groups.declare(new TargetGroupId(text)), null);
        if (id == null) {
            groups.incomplete();
        }
        final Stickiness stickiness =
                group.choice("stickiness", words(Stickiness.values(), Stickiness::text), Stickiness.FIVE_TUPLE);
        if (id != null) {
            stickinessOf.put(id, stickiness);
        }
        final HealthCheckSpec healthCheck = healthCheck(group.mapping("health-check"));
        final FailurePolicy failure = failure(group, stickiness);
        final DataPathProbe probe = probe(group.mapping("probe"));
        final PassiveDetection detection = passiveDetection(group.mapping("passive-detection"));
        final long slowStartMs = group.durationMs("slow-start", 0, 0, TargetGroup.SLOW_START_MAX_MS);
        final boolean returnTupleCheck = group.flag("return-tuple-check", true);
        final Tags tags = TagsReader.read(group);
        DeclaredNames<TargetId> ids = new DeclaredNames<>("target", "targets");
        var targets = group.elements("targets", target -> target(target, ids));
        if (targets.size() > TargetGroup.TARGETS_MAX) {
            group.problem("targets", targets.size() + " are too many: expected at most " + TargetGroup.TARGETS_MAX);
        }
        return id == null
                ? null
                : group.make(
                        before,
                        () -> new TargetGroup(
                                id,
                                healthCheck,
                                stickiness,
                                failure,
                                probe,
                                detection,
                                slowStartMs,
                                returnTupleCheck,
                                targets,
                                tags));
    }

    /** The stickiness of a group read before, whatever else is wrong with it; that of AWS where there is none. */
    Stickiness stickinessOf(TargetGroupId group) {
        return stickinessOf.getOrDefault(group, Stickiness.FIVE_TUPLE);
    }

    private static HealthCheckSpec healthCheck(@Nullable YamlMapping check) {
        HealthCheckSpec otherwise = HealthCheckSpec.DEFAULT;
        if (check == null) {
            return otherwise;
        }
        final int before = check.problemCount();
        var protocol = check.choice(
                "protocol",
                words(HealthCheckSpec.Protocol.values(), HealthCheckSpec.Protocol::name),
                otherwise.protocol());
        int port = check.optional("port", TargetGroupReader::checkPort, otherwise.port());
        String path = check.optional("path", TargetGroupReader::checkPath, otherwise.path());
        long intervalMs = check.durationMs("interval", otherwise.intervalMs(), 5_000, 300_000);
        long timeoutMs = check.durationMs("timeout", otherwise.timeoutMs(), 2_000, 120_000);
        int healthyThreshold = check.integer("healthy-threshold", otherwise.healthyThreshold(), 2, 10);
        int unhealthyThreshold = check.integer("unhealthy-threshold", otherwise.unhealthyThreshold(), 2, 10);
        check.finish();
        HealthCheckSpec made = check.make(
                before,
                () -> new HealthCheckSpec(
                        protocol, port, path, intervalMs, timeoutMs, healthyThreshold, unhealthyThreshold));
        return made == null ? otherwise : made;
    }

    private static int checkPort(String text) {
        if (text.equals(TRAFFIC_PORT)) {
            return Target.GENEVE_PORT;
        }
        try {
            return YamlValues.integer(text, 1, 65_535);
        } catch (IllegalArgumentException invalid) {
            throw new IllegalArgumentException(
                    invalid.getMessage() + ", or " + TRAFFIC_PORT + " for " + Target.GENEVE_PORT, invalid);
        }
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

    private static FailurePolicy failure(YamlMapping group, Stickiness stickiness) {
        FailurePolicy otherwise = FailurePolicy.DEFAULT;
        TargetFailover failover = group.choice(
                "target-failover", words(TargetFailover.values(), TargetFailover::text), otherwise.failover());
        long delayMs = group.durationMs(
                "deregistration-delay",
                otherwise.deregistrationDelayMs(),
                0,
                FailurePolicy.DEREGISTRATION_DELAY_MAX_MS);
        FailOpen failOpen = group.choice("fail-open", words(FailOpen.values(), FailOpen::text), otherwise.failOpen());
        YamlMapping resets = group.mapping("send-tcp-reset");
        boolean onUnhealthy = false;
        boolean onDeregistration = false;
        if (resets != null) {
            onUnhealthy = reset(resets, "on-unhealthy", stickiness);
            onDeregistration = reset(resets, "on-deregistration", stickiness);
            resets.finish();
        }
        return new FailurePolicy(failover, delayMs, onUnhealthy, onDeregistration, failOpen);
    }

    /** A reset is possible where a flow is one connection (T13). */
    private static boolean reset(YamlMapping mapping, String key, Stickiness stickiness) {
        boolean wanted = mapping.flag(key, false);
        if (wanted && stickiness != Stickiness.FIVE_TUPLE) {
            mapping.problem(
                    key,
                    "resets need stickiness 5-tuple (T13), and the group has " + stickiness.text()
                            + ": expected false");
        }
        return wanted;
    }

    private static DataPathProbe probe(@Nullable YamlMapping probe) {
        DataPathProbe otherwise = DataPathProbe.DEFAULT;
        if (probe == null) {
            return otherwise;
        }
        DataPathProbe read = new DataPathProbe(
                probe.flag("data-path", otherwise.enabled()),
                probe.flag("negative", otherwise.negative()),
                probe.durationMs("interval", otherwise.intervalMs(), 10, 60_000),
                probe.integer("failures", otherwise.failures(), 1, 100));
        probe.finish();
        return read;
    }

    private static PassiveDetection passiveDetection(@Nullable YamlMapping detection) {
        PassiveDetection otherwise = PassiveDetection.DEFAULT;
        if (detection == null) {
            return otherwise;
        }
        PassiveDetection read = new PassiveDetection(
                detection.flag("enabled", otherwise.enabled()),
                detection.durationMs("silence", otherwise.silenceMs(), 100, 60_000));
        detection.finish();
        return read;
    }

    /** One of the group's targets; null where a part of it cannot be read. */
    @Nullable
    Target target(YamlMapping target, DeclaredNames<TargetId> ids) {
        final int before = target.problemCount();
        Ipv4Address address = target.<@Nullable Ipv4Address>require(
                "id",
                text -> {
                    Ipv4Address parsed = Addresses.unicast(text);
                    ids.declare(new TargetId(parsed.toString()));
                    return parsed;
                },
                null);
        Zone zone = zones.of(target, nodeZone);
        int weight = target.integer("weight", 1, 1, 1_000);
        int port = target.integer("port", Target.GENEVE_PORT, 1, 65_535);
        return address == null
                ? null
                : target.make(
                        before,
                        () -> new Target(
                                new TargetId(address.toString()), address, port, zone, weight, FIRST_REGISTRATION));
    }
}

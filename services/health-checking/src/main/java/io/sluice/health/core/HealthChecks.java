// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All checks of one prober: which targets the configuration has it probe, when, and what came of it.
 *
 * <p>Probed is a target of a group that a listener uses, in a zone that the load balancer is enabled in; any other is
 * unused (H-6). A target is probed from its own zone (cross-zone off), by the probers that have an address there: those
 * of other zones do not know it. A prober that was given no address at all takes every zone.
 *
 * <p>A target registered anew, or at another address, starts as initial. An answer to a question that the configuration
 * has changed meanwhile is not counted.
 *
 * <p><b>Threading</b>: confined to one event loop. Times are milliseconds since 1970 of a clock that never goes back.
 */
public final class HealthChecks {

    /** Probes under way at a time, unless told otherwise. */
    public static final int IN_FLIGHT_MAX = 512;

    private static final class Check {
        final Ipv4Address address;
        HealthCheckSpec spec;
        HealthTracker tracker;

        Check(Ipv4Address address, HealthCheckSpec spec, HealthTracker tracker) {
            this.address = address;
            this.spec = spec;
            this.tracker = tracker;
        }
    }

    private final Set<Zone> zones;
    private final ProbeSchedule schedule;
    private ConfigRevision revision;

    /** In order of key, so that reports are. */
    private Map<ProbeKey, Check> checks = new TreeMap<>();

    /** Since when a target is unused. */
    private Map<ProbeKey, Long> unusedSinceMs = new TreeMap<>();

    /**
     * Starts with a configuration.
     *
     * @param self the prober
     * @param zones where it has an address; empty for every zone
     * @param inFlightMax probes under way at a time
     */
    public HealthChecks(NodeId self, Set<Zone> zones, int inFlightMax, ConfigRevision initial, long nowMs) {
        this.zones = Set.copyOf(zones);
        this.schedule = new ProbeSchedule(self.value(), inFlightMax);
        this.revision = initial;
        configure(initial.model(), nowMs);
    }

    /**
     * Takes a configuration if it is newer: a higher number; of equal numbers the greater author's, or, of the same
     * author, one that differs.
     *
     * @return the transitions that it causes: thresholds that the counts at hand already reach
     */
    public List<HealthTransition> accept(ConfigRevision offered, long nowMs) {
        if (!offered.supersedes(revision)) {
            return List.of();
        }
        revision = offered;
        return configure(offered.model(), nowMs);
    }

    /** Number of the configuration in force. */
    public long revisionNumber() {
        return revision.number();
    }

    /** Probes to start now; each must be {@link #completed}. */
    public List<ProbeTask> due(long nowMs) {
        List<ProbeTask> tasks = new ArrayList<>();
        for (ProbeKey key : schedule.due(nowMs)) {
            @Nullable Check check = checks.get(key);
            if (check == null) {
                throw new IllegalStateException("the schedule has " + key + ", which is not checked");
            }
            tasks.add(new ProbeTask(key, check.address, check.spec));
        }
        return tasks;
    }

    /** Takes the result of a probe; answers the transition it causes, if any. */
    public Optional<HealthTransition> completed(ProbeTask task, ProbeResult result, long nowMs) {
        schedule.finished(task.key());
        @Nullable Check check = checks.get(task.key());
        if (check == null || !task.asksTheSameAs(check.address, check.spec)) {
            return Optional.empty();
        }
        return change(task.key(), check, check.tracker.after(result, check.spec, nowMs));
    }

    /** Probes under way. */
    public int inFlightCount() {
        return schedule.inFlightCount();
    }

    /** Everything this prober knows, in order of target. */
    public List<TargetHealth> report() {
        List<TargetHealth> report = new ArrayList<>();
        checks.forEach((key, check) -> report.add(new TargetHealth(
                key.target(), key.zone(), check.tracker.state(), check.tracker.reason(), check.tracker.sinceMs())));
        unusedSinceMs.forEach((key, sinceMs) -> report.add(
                new TargetHealth(key.target(), key.zone(), HealthState.UNUSED, HealthReason.NOT_IN_USE, sinceMs)));
        return report;
    }

    private List<HealthTransition> configure(GatewayModel model, long nowMs) {
        Map<TargetGroupId, LoadBalancer> users = new HashMap<>();
        for (LoadBalancer balancer : model.loadBalancers()) {
            users.put(balancer.listener().targetGroup(), balancer);
        }
        List<HealthTransition> transitions = new ArrayList<>();
        Map<ProbeKey, Check> nextChecks = new TreeMap<>();
        Map<ProbeKey, Long> nextUnused = new TreeMap<>();
        for (TargetGroup group : model.targetGroups()) {
            @Nullable LoadBalancer user = users.get(group.id());
            HealthCheckSpec spec = group.healthCheck();
            for (Target target : group.targets()) {
                if (!zones.isEmpty() && !zones.contains(target.zone())) {
                    continue;
                }
                ProbeKey key =
                        new ProbeKey(new TargetRef(group.id(), target.id(), target.registration()), target.zone());
                if (user == null || !user.zones().contains(target.zone())) {
                    nextUnused.put(key, unusedSinceMs.getOrDefault(key, nowMs));
                    continue;
                }
                @Nullable Check check = checks.get(key);
                if (check == null || !check.address.equals(target.address())) {
                    check = new Check(target.address(), spec, HealthTracker.registered(nowMs));
                    schedule.remove(key);
                }
                check.spec = spec;
                change(key, check, check.tracker.judged(spec, nowMs)).ifPresent(transitions::add);
                nextChecks.put(key, check);
                schedule.put(key, spec.intervalMs(), nowMs);
            }
        }
        for (ProbeKey key : checks.keySet()) {
            if (!nextChecks.containsKey(key)) {
                schedule.remove(key);
            }
        }
        checks = nextChecks;
        unusedSinceMs = nextUnused;
        return transitions;
    }

    private static Optional<HealthTransition> change(ProbeKey key, Check check, HealthTracker next) {
        HealthState from = check.tracker.state();
        check.tracker = next;
        return from == next.state()
                ? Optional.empty()
                : Optional.of(new HealthTransition(key, from, next.state(), next.reason()));
    }
}

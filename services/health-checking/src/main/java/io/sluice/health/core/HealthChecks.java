// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.message.HealthChanged;
import io.sluice.model.message.TargetObserved;
import io.sluice.model.probing.Prober;
import io.sluice.model.probing.ProberAssignment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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
 * unused (H-6). With cross-zone off a target is probed from its own zone, with cross-zone on from every enabled one,
 * each with a verdict of its own (H-2, F-34); always by probers that have an address in the zone it is probed from.
 * A prober that was given no address at all takes every zone. A draining target is still probed, and shown as draining
 * (T19).
 *
 * <p>Of those probers as many as configured probe a target, see {@link io.sluice.model.probing.ProberAssignment}; alone a
 * prober has them all. One that takes a target over goes on from what the others know of it, and one that loses it to
 * another probes on until that one has found itself how it is.
 *
 * <p>A target registered anew, or again while it drained (T20), or at another address, starts as initial. An answer to
 * a question that the configuration has changed meanwhile is not counted. What codecs say of the path through a target
 * holds it unhealthy whatever its probes show, see {@link DataPathVerdicts}.
 *
 * <p><b>Threading</b>: confined to one event loop. Times are milliseconds since 1970 of a clock that never goes back.
 */
public final class HealthChecks {

    /** Probes under way at a time, unless told otherwise. */
    public static final int IN_FLIGHT_MAX = 512;

    private final Set<Zone> zones;
    private final ProbeSchedule schedule;
    private final DataPathVerdicts verdicts = new DataPathVerdicts();
    private final ProberSeats seats;
    private boolean reseated;
    private boolean tookOver;
    private ConfigRevision revision;

    /** In order of key, so that reports are. */
    private Map<ProbeKey, TargetCheck> checks = new TreeMap<>();

    /** Targets that are not probed. */
    private Map<ProbeKey, TargetHealth> unused = new TreeMap<>();

    /**
     * Starts with a configuration.
     *
     * @param self the prober
     * @param zones that it probes from
     * @param inFlightMax probes under way at a time
     * @param probers how many are to probe a target from a zone
     * @param nowMs when the prober started, which tells it from the same one started again
     */
    public HealthChecks(
            NodeId self, Set<Zone> zones, int inFlightMax, int probers, ConfigRevision initial, long nowMs) {
        this.zones = Set.copyOf(zones);
        this.schedule = new ProbeSchedule(self.value(), inFlightMax);
        this.seats = new ProberSeats(new Prober(self, nowMs), probers);
        this.revision = initial;
        configure(initial.model(), nowMs);
    }

    /** The same with as many probers to a target as by default. */
    public HealthChecks(NodeId self, Set<Zone> zones, int inFlightMax, ConfigRevision initial, long nowMs) {
        this(self, zones, inFlightMax, ProberAssignment.PROBERS_DEFAULT, initial, nowMs);
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

    /** Takes what a codec says of the paths through targets; answers the transitions it causes, at once. */
    public List<HealthTransition> accept(TargetObserved observed, long nowMs) {
        verdicts.accept(observed, this::detectsSilence, nowMs);
        verdicts.advance(nowMs);
        return hold(nowMs);
    }

    /**
     * Takes what another prober says; what follows of it comes with {@link #advance}.
     *
     * @return whether the other one has just started, so that it knows nothing of what is known here
     */
    public boolean accept(HealthChanged report, long nowMs) {
        boolean started = seats.isNew(report);
        reseated |= seats.accept(report, nowMs);
        return started;
    }

    /** Takes the time alone: a codec that is gone holds nothing any more, and a prober that is gone leaves its targets. */
    public List<HealthTransition> advance(long nowMs) {
        reseated |= seats.advance(nowMs);
        if (reseated) {
            seat(nowMs);
        }
        return verdicts.advance(nowMs) ? hold(nowMs) : List.of();
    }

    /** Number of the configuration in force. */
    public long revisionNumber() {
        return revision.number();
    }

    /** Probes to start now; each must be {@link #completed}. */
    public List<ProbeTask> due(long nowMs) {
        List<ProbeTask> tasks = new ArrayList<>();
        for (ProbeKey key : schedule.due(nowMs)) {
            @Nullable TargetCheck check = checks.get(key);
            if (check == null) {
                throw new IllegalStateException("the schedule has " + key + ", which is not checked");
            }
            tasks.add(check.task());
        }
        return tasks;
    }

    /** Takes the result of a probe; answers the transition it causes, if any. */
    public Optional<HealthTransition> completed(ProbeTask task, ProbeResult result, long nowMs) {
        schedule.finished(task.key());
        @Nullable TargetCheck check = checks.get(task.key());
        if (check == null || !check.isProbing() || !task.asksTheSameAs(check.task())) {
            return Optional.empty();
        }
        return check.probed(result, nowMs);
    }

    /** Probes under way. */
    public int inFlightCount() {
        return schedule.inFlightCount();
    }

    /** Everything this prober knows, in order of target. */
    public List<TargetHealth> report() {
        List<TargetHealth> report = new ArrayList<>();
        checks.values().forEach(check -> report.add(check.health()));
        report.addAll(unused.values());
        return report;
    }

    /** What it took over with targets and has not found itself yet, in order of target. */
    public List<TargetHealth> inherited() {
        List<TargetHealth> inherited = new ArrayList<>();
        checks.values().forEach(check -> check.inherited().ifPresent(inherited::add));
        return inherited;
    }

    /** Whether it has taken over since this was last asked: others are to know soon, a dead prober's word may be all they have. */
    public boolean tookOver() {
        boolean news = tookOver;
        tookOver = false;
        return news;
    }

    /** Targets that this prober probes, each once for each zone it is probed from. */
    public int probedCount() {
        int count = 0;
        for (TargetCheck check : checks.values()) {
            count += check.isProbing() ? 1 : 0;
        }
        return count;
    }

    /** Takes what falls to this prober, and leaves what others have found themselves. */
    private void seat(long nowMs) {
        reseated = false;
        int taken = 0;
        for (Map.Entry<ProbeKey, TargetCheck> entry : checks.entrySet()) {
            ProbeKey key = entry.getKey();
            TargetCheck check = entry.getValue();
            if (seats.isMine(key)) {
                taken += check.take() ? 1 : 0;
            } else if (check.isProbing() && (!check.isMissed() || seats.othersHaveVerdicts(key))) {
                check.leave(nowMs);
                schedule.remove(key);
            }
            if (check.wantsToHear()) {
                tookOver |= check.heard(seats.known(key, check.isBlank()), nowMs);
            }
        }
        long firstSpreadMs = ProbeSchedule.firstSpreadMs(taken);
        checks.forEach((key, check) -> {
            if (check.isProbing()) {
                schedule.put(key, check.intervalMs(), firstSpreadMs, nowMs);
            }
        });
    }

    private List<HealthTransition> configure(GatewayModel model, long nowMs) {
        Map<TargetGroupId, LoadBalancer> users = new HashMap<>();
        for (LoadBalancer balancer : model.loadBalancers()) {
            users.put(balancer.listener().targetGroup(), balancer);
        }
        List<HealthTransition> transitions = new ArrayList<>();
        Map<ProbeKey, TargetCheck> known = checks;
        Map<ProbeKey, TargetHealth> knownUnused = unused;
        checks = new TreeMap<>();
        unused = new TreeMap<>();
        Set<ProbeKey> begun = new HashSet<>();
        for (TargetGroup group : model.targetGroups()) {
            @Nullable LoadBalancer user = users.get(group.id());
            for (Target target : group.targets()) {
                TargetRef ref = new TargetRef(group.id(), target.id(), target.registration());
                if (user == null || !user.zones().contains(target.zone())) {
                    if (isMine(target.zone())) {
                        ProbeKey key = new ProbeKey(ref, target.zone());
                        unused.put(key, unused(key, target, knownUnused.get(key), nowMs));
                    }
                    continue;
                }
                for (Zone zone : user.crossZone() ? user.zones() : List.of(target.zone())) {
                    if (!isMine(zone)) {
                        continue;
                    }
                    ProbeKey key = new ProbeKey(ref, zone);
                    @Nullable TargetCheck check = known.get(key);
                    if (check == null || !check.isOf(target)) {
                        check = new TargetCheck(key, target, group, check != null, nowMs);
                        schedule.remove(key);
                        begun.add(key);
                    }
                    check.configured(target, group, nowMs).ifPresent(transitions::add);
                    checks.put(key, check);
                }
            }
        }
        for (ProbeKey key : known.keySet()) {
            if (!checks.containsKey(key)) {
                schedule.remove(key);
            }
        }
        seats.able(checks.values().stream().map(TargetCheck::ability).toList(), nowMs);
        seat(nowMs);
        verdicts.keepSilence(key -> detectsSilence(key) && !begun.contains(key));
        verdicts.advance(nowMs);
        transitions.addAll(hold(nowMs));
        return transitions;
    }

    private boolean isMine(Zone zone) {
        return zones.contains(zone);
    }

    private boolean detectsSilence(ProbeKey key) {
        @Nullable TargetCheck check = checks.get(key);
        return check != null && check.detectsSilence();
    }

    private List<HealthTransition> hold(long nowMs) {
        List<HealthTransition> transitions = new ArrayList<>();
        checks.forEach(
                (key, check) -> check.held(verdicts.hold(key, nowMs), nowMs).ifPresent(transitions::add));
        return transitions;
    }

    private static TargetHealth unused(ProbeKey key, Target target, @Nullable TargetHealth before, long nowMs) {
        if (target.draining()) {
            return new TargetHealth(
                    key.target(),
                    key.zone(),
                    HealthState.DRAINING,
                    HealthReason.DEREGISTRATION_IN_PROGRESS,
                    target.deregisteredAtMs());
        }
        long sinceMs = before != null && before.state() == HealthState.UNUSED ? before.sinceMs() : nowMs;
        return new TargetHealth(key.target(), key.zone(), HealthState.UNUSED, HealthReason.NOT_IN_USE, sinceMs);
    }
}

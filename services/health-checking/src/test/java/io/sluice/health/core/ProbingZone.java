// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.DataPathVerdict;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.message.HealthChanged;
import io.sluice.model.message.TargetObserved;
import io.sluice.model.probing.HealthView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Probers of one zone on one clock, their targets, and a node that hears them: everybody hears every report at once.
 *
 * <p>Checks are 5 s apart, 2 up and 2 down.
 */
final class ProbingZone {

    static final long START_MS = 1_790_000_000_000L;
    static final long TICK_MS = 100;
    static final long INTERVAL_MS = 5_000;
    static final HealthCheckSpec SPEC =
            new HealthCheckSpec(HealthCheckSpec.Protocol.HTTP, 80, "/", INTERVAL_MS, 2_000, 2, 2);

    private static final Zone ZONE = new Zone("a");
    private static final TargetGroupId GROUP = new TargetGroupId("inspection");
    private static final long REPORT_EVERY_MS = 2_000;

    private record Running(HealthChecks checks, HealthReports reports) {}

    private final int probers;
    private final List<Target> registered;
    private final List<TargetRef> targets;
    private final SortedMap<NodeId, Running> running = new TreeMap<>();
    private final Map<TargetRef, ProbeResult> failures = new HashMap<>();
    private final Map<TargetRef, Set<NodeId>> probed = new HashMap<>();
    private ConfigRevision revision;
    private HealthView view;
    private long nowMs = START_MS;

    ProbingZone(int probers, int targetCount) {
        this.probers = probers;
        this.view = HealthView.empty(probers);
        registered = IntStream.range(0, targetCount)
                .mapToObj(i -> new Target(
                        new TargetId("t" + i), new Ipv4Address(0x0A00_0001 + i), Target.GENEVE_PORT, ZONE, 1, 1))
                .toList();
        targets = registered.stream()
                .map(target -> new TargetRef(GROUP, target.id(), 1))
                .toList();
        revision = revision(1, registered);
    }

    private static ConfigRevision revision(long number, List<Target> targets) {
        return new ConfigRevision(
                number,
                new NodeId("author"),
                new GatewayModel(
                        List.of(ZONE),
                        List.of(new TargetGroup(GROUP, SPEC, Stickiness.FIVE_TUPLE, targets)),
                        List.of(new LoadBalancer(
                                new LoadBalancerId("gw"), List.of(ZONE), new Listener(GROUP, 350_000))),
                        List.of()));
    }

    List<TargetRef> targets() {
        return targets;
    }

    long nowMs() {
        return nowMs;
    }

    /** Starts a prober, or starts it again: another boot. */
    void start(NodeId node) {
        running.put(
                node,
                new Running(
                        new HealthChecks(node, Set.of(ZONE), 512, probers, revision, nowMs),
                        new HealthReports(node, nowMs, REPORT_EVERY_MS)));
        publish(node);
    }

    /** Ends it without a word. */
    void kill(NodeId node) {
        running.remove(node);
    }

    /** Ends it as an operator does. */
    void stop(NodeId node) {
        Running gone = running.remove(node);
        hear(gone.reports().last(gone.checks().report(), gone.checks().inherited()));
    }

    void fail(TargetRef target, ProbeResult how) {
        failures.put(target, how);
    }

    void recover(TargetRef target) {
        failures.remove(target);
    }

    /** Deregisters all targets: they drain. */
    void drain() {
        configure(registered.stream().map(target -> target.deregistered(nowMs)).toList());
    }

    /** Registers all targets again while they drain. */
    void registerAgain() {
        configure(registered);
    }

    /** Everybody has it at once, and says so. */
    private void configure(List<Target> all) {
        revision = revision(revision.number() + 1, all);
        running.values().forEach(prober -> prober.checks().accept(revision, nowMs));
        List.copyOf(running.keySet()).forEach(this::publish);
    }

    /** A codec says this of the paths through all targets, and everybody hears it. */
    void observe(DataPathVerdict.State state) {
        List<DataPathVerdict> verdicts = targets.stream()
                .map(target -> new DataPathVerdict(target, ZONE, state))
                .toList();
        TargetObserved observed = new TargetObserved(new NodeId("codec"), 1, List.of(), verdicts);
        running.values().forEach(prober -> prober.checks().accept(observed, nowMs));
        List.copyOf(running.keySet()).forEach(this::publish);
    }

    /** Lets so much time pass; the watcher looks after each tick. */
    void pass(long ms, Consumer<ProbingZone> watcher) {
        for (long end = nowMs + ms; nowMs < end; ) {
            nowMs += TICK_MS;
            for (NodeId node : List.copyOf(running.keySet())) {
                tick(node);
            }
            watcher.accept(this);
        }
    }

    void pass(long ms) {
        pass(ms, zone -> {});
    }

    private void tick(NodeId node) {
        Running prober = running.get(node);
        List<HealthTransition> transitions = new ArrayList<>(prober.checks().advance(nowMs));
        for (ProbeTask task : prober.checks().due(nowMs)) {
            TargetRef target = task.key().target();
            probed.computeIfAbsent(target, t -> new HashSet<>()).add(node);
            prober.checks()
                    .completed(task, failures.getOrDefault(target, new ProbeResult.Success()), nowMs)
                    .ifPresent(transitions::add);
        }
        boolean tookOver = prober.checks().tookOver();
        if (tookOver || !transitions.isEmpty() || prober.reports().isDue(nowMs)) {
            publish(node);
        }
    }

    private void publish(NodeId node) {
        Running prober = running.get(node);
        hear(prober.reports().next(prober.checks().report(), prober.checks().inherited(), nowMs));
    }

    /** Who has just started is answered at once. */
    private void hear(HealthChanged report) {
        view = view.with(report, nowMs);
        List<NodeId> answering = new ArrayList<>();
        running.forEach((node, prober) -> {
            if (prober.checks().accept(report, nowMs)) {
                answering.add(node);
            }
        });
        answering.forEach(this::publish);
    }

    /** What a node without a prober makes of all that. */
    TargetHealth seen(TargetRef target) {
        return view.health(target, ZONE, nowMs);
    }

    HealthState state(TargetRef target) {
        return seen(target).state();
    }

    boolean allAre(HealthState state) {
        return targets.stream().allMatch(target -> state(target) == state);
    }

    /** Who has probed each target since this was last asked. */
    Map<TargetRef, Set<NodeId>> probed() {
        Map<TargetRef, Set<NodeId>> since = Map.copyOf(probed);
        probed.clear();
        return since;
    }

    /** How many targets a prober probes. */
    int share(NodeId node) {
        return running.get(node).checks().probedCount();
    }

    /** What a prober itself says of a target. */
    TargetHealth word(NodeId node, TargetRef target) {
        return running.get(node).checks().report().stream()
                .filter(health -> health.target().equals(target))
                .findFirst()
                .orElseThrow();
    }

    /** What a node that has just come, and heard each living prober once, makes of it. */
    HealthState seenByANewcomer(TargetRef target) {
        HealthView fresh = HealthView.empty(probers);
        for (Map.Entry<NodeId, Running> entry : running.entrySet()) {
            HealthChecks checks = entry.getValue().checks();
            fresh = fresh.with(
                    new HealthChanged(entry.getKey(), 1, 1, false, checks.report(), checks.inherited()), nowMs);
        }
        return fresh.health(target, ZONE, nowMs).state();
    }
}

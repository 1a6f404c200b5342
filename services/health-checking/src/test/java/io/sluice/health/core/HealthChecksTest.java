// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.IpAddressType;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PacketPolicy;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthReason;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HealthChecksTest {

    private static final long SEED = 20_261_124;
    private static final long START_MS = 1_790_000_000_000L;
    private static final NodeId SELF = new NodeId("node-1");
    private static final Zone A = new Zone("a");
    private static final Zone B = new Zone("b");
    private static final TargetGroupId USED = new TargetGroupId("used");
    private static final TargetGroupId IDLE = new TargetGroupId("idle");
    private static final HealthCheckSpec QUICK =
            new HealthCheckSpec(HealthCheckSpec.Protocol.TCP, 80, "/", 5_000, 2_000, 2, 2);

    @Test
    void h6ProbesTargetsInUseAndCallsTheOthersUnused() {
        HealthChecks checks = checks(Set.of(A, B), QUICK, target("a1", 1, A, 1), target("b1", 2, B, 1));

        assertThat(ids(checks.due(START_MS + 1_000)))
                .as("zone b is not enabled, group idle not used")
                .containsExactly("a1");
        Map<String, TargetHealth> report = report(checks);
        assertThat(report).containsOnlyKeys("a1", "b1", "idle-1");
        assertThat(report.get("a1").state()).isEqualTo(HealthState.INITIAL);
        for (String unused : List.of("b1", "idle-1")) {
            assertThat(report.get(unused).state()).isEqualTo(HealthState.UNUSED);
            assertThat(report.get(unused).reason()).isEqualTo(HealthReason.NOT_IN_USE);
            assertThat(report.get(unused).sinceMs()).isEqualTo(START_MS);
        }
    }

    @Test
    void knowsOnlyTargetsOfZonesItHasAnAddressIn() {
        HealthChecks checks = checks(Set.of(B), QUICK, target("a1", 1, A, 1), target("b1", 2, B, 1));

        assertThat(checks.due(START_MS + 1_000)).isEmpty();
        assertThat(report(checks)).containsOnlyKeys("b1", "idle-1");
    }

    @Test
    void transitionsAreToldOnceAndReportsSayWhatHolds() {
        HealthChecks checks = checks(Set.of(A), QUICK, target("a1", 1, A, 1));
        long now = START_MS;
        List<HealthTransition> told = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            now += 5_000;
            ProbeTask task = checks.due(now).getFirst();
            checks.completed(task, i < 4 ? new ProbeResult.Success() : new ProbeResult.TimedOut(), now)
                    .ifPresent(told::add);
        }

        assertThat(told.stream().map(HealthTransition::to)).containsExactly(HealthState.HEALTHY, HealthState.UNHEALTHY);
        assertThat(told.stream().map(HealthTransition::from)).containsExactly(HealthState.INITIAL, HealthState.HEALTHY);
        assertThat(told.getLast().reason()).isEqualTo(HealthReason.FAILED_HEALTH_CHECKS);
        assertThat(report(checks).get("a1").sinceMs()).isEqualTo(START_MS + 6 * 5_000);
    }

    @Test
    void targetRegisteredAnewOrAtAnotherAddressStartsAsInitial() {
        HealthChecks checks = checks(Set.of(A, B), QUICK, target("a1", 1, A, 1));
        makeHealthy(checks, START_MS);

        checks.accept(revision(2, QUICK, true, target("a1", 1, A, 1)), START_MS + 20_000);
        assertThat(report(checks).get("a1").state()).as("nothing of it changed").isEqualTo(HealthState.HEALTHY);

        checks.accept(revision(3, QUICK, true, target("a1", 1, A, 2)), START_MS + 20_000);
        assertThat(report(checks).get("a1").state()).isEqualTo(HealthState.INITIAL);
        assertThat(report(checks).get("a1").sinceMs()).isEqualTo(START_MS + 20_000);
        assertThat(report(checks).get("a1").target().registration()).isEqualTo(2);

        makeHealthy(checks, START_MS + 20_000);
        checks.accept(revision(4, QUICK, true, target("a1", 9, A, 2)), START_MS + 40_000);
        assertThat(report(checks).get("a1").state()).isEqualTo(HealthState.INITIAL);
    }

    @Test
    void whatIsTakenOverIsToldOnceAndIsNoVerdictOnTheDataPath() {
        HealthChecks checks = checks(Set.of(A, B), QUICK, target("a1", 1, A, 1));
        TargetRef target = report(checks).get("a1").target();
        checks.accept(last(1, target, HealthState.UNHEALTHY, HealthReason.DATA_PATH_SILENT), START_MS);
        checks.advance(START_MS);
        assertThat(checks.tookOver()).as("no probe has shown that").isFalse();
        assertThat(checks.inherited()).isEmpty();

        checks.accept(last(2, target, HealthState.UNHEALTHY, HealthReason.TIMEOUT), START_MS);
        checks.advance(START_MS);
        assertThat(checks.tookOver()).isTrue();
        assertThat(checks.tookOver()).isFalse();
        assertThat(checks.inherited())
                .singleElement()
                .satisfies(word -> assertThat(word.reason()).isEqualTo(HealthReason.TIMEOUT));

        checks.accept(last(3, target, HealthState.UNHEALTHY, HealthReason.TIMEOUT), START_MS);
        checks.advance(START_MS);
        assertThat(checks.tookOver()).as("nothing new").isFalse();
    }

    private static HealthChanged last(long sequence, TargetRef target, HealthState state, HealthReason reason) {
        TargetHealth word = new TargetHealth(target, A, state, reason, START_MS);
        return new HealthChanged(new NodeId("node-2"), 1, sequence, true, List.of(word), List.of());
    }

    @Test
    void loweredThresholdTakesEffectWithTheConfiguration() {
        HealthCheckSpec patient = new HealthCheckSpec(HealthCheckSpec.Protocol.TCP, 80, "/", 5_000, 2_000, 5, 2);
        HealthChecks checks = checks(Set.of(A, B), patient, target("a1", 1, A, 1));
        makeHealthy(checks, START_MS);
        assertThat(report(checks).get("a1").state()).isEqualTo(HealthState.INITIAL);

        List<HealthTransition> told = checks.accept(revision(2, QUICK, true, target("a1", 1, A, 1)), START_MS + 20_000);

        assertThat(told).hasSize(1);
        assertThat(report(checks).get("a1").state()).isEqualTo(HealthState.HEALTHY);
    }

    @Test
    void answerToAQuestionThatChangedMeanwhileIsNotCounted() {
        HealthChecks checks = checks(Set.of(A, B), QUICK, target("a1", 1, A, 1));
        makeHealthy(checks, START_MS);
        ProbeTask first = checks.due(START_MS + 20_000).getFirst();
        checks.completed(first, new ProbeResult.TimedOut(), START_MS + 22_000);
        ProbeTask second = checks.due(START_MS + 27_000).getFirst();
        HealthCheckSpec otherPort = new HealthCheckSpec(HealthCheckSpec.Protocol.TCP, 8080, "/", 5_000, 2_000, 2, 2);
        checks.accept(revision(2, otherPort, true, target("a1", 1, A, 1)), START_MS + 27_100);

        assertThat(checks.completed(second, new ProbeResult.TimedOut(), START_MS + 29_000))
                .isEmpty();
        assertThat(report(checks).get("a1").state()).isEqualTo(HealthState.HEALTHY);
        assertThat(checks.inFlightCount()).isZero();
    }

    @Test
    void answerOfATargetThatIsGoneOnlyFreesItsPlace() {
        HealthChecks checks = checks(Set.of(A, B), QUICK, target("a1", 1, A, 1));
        ProbeTask task = checks.due(START_MS + 1_000).getFirst();
        checks.accept(revision(2, QUICK, true), START_MS + 1_500);
        assertThat(checks.inFlightCount()).isEqualTo(1);

        assertThat(checks.completed(task, new ProbeResult.Success(), START_MS + 2_000))
                .isEmpty();
        assertThat(checks.inFlightCount()).isZero();
        assertThat(report(checks)).containsOnlyKeys("idle-1");
        assertThat(checks.due(START_MS + 60_000)).isEmpty();
    }

    @Test
    void h6GroupThatLosesItsListenerIsProbedNoMore() {
        HealthChecks checks = checks(Set.of(A, B), QUICK, target("a1", 1, A, 1));
        makeHealthy(checks, START_MS);

        checks.accept(revision(2, QUICK, false, target("a1", 1, A, 1)), START_MS + 20_000);
        assertThat(report(checks).get("a1").state()).isEqualTo(HealthState.UNUSED);
        assertThat(checks.due(START_MS + 60_000)).isEmpty();

        checks.accept(revision(3, QUICK, true, target("a1", 1, A, 1)), START_MS + 60_000);
        assertThat(report(checks).get("a1").state())
                .as("its old verdict is worth nothing")
                .isEqualTo(HealthState.INITIAL);
        assertThat(checks.due(START_MS + 61_000)).hasSize(1);
    }

    @Test
    void h2WithCrossZoneEachZoneProbesTheTargetsOfAllEnabledZonesWithItsOwnVerdict() {
        Target[] targets = {target("a1", 1, A, 1), target("b1", 2, B, 1)};
        HealthChecks ofA = new HealthChecks(SELF, Set.of(A), 512, crossZone(1, true, targets), START_MS);
        HealthChecks ofBoth = new HealthChecks(SELF, Set.of(A, B), 512, crossZone(1, true, targets), START_MS);

        assertThat(keys(ofA)).containsExactly("a1 from a", "b1 from a");
        assertThat(keys(new HealthChecks(SELF, Set.of(A, B), 512, crossZone(1, true, targets), START_MS)))
                .containsExactly("a1 from a", "a1 from b", "b1 from a", "b1 from b");
        for (int round = 1; round <= 2; round++) {
            long now = START_MS + round * 5_000L;
            ofBoth.due(now)
                    .forEach(task -> ofBoth.completed(
                            task,
                            task.key().zone().equals(A) ? new ProbeResult.Success() : new ProbeResult.TimedOut(),
                            now));
        }
        assertThat(ofBoth.report())
                .allMatch(h -> h.state() == (h.probedFrom().equals(A) ? HealthState.HEALTHY : HealthState.UNHEALTHY));
    }

    @Test
    void h2WithCrossZoneOffATargetIsProbedFromItsOwnZoneOnly() {
        Target[] targets = {target("a1", 1, A, 1), target("b1", 2, B, 1)};
        HealthChecks checks = new HealthChecks(SELF, Set.of(A, B), 512, crossZone(1, true, targets), START_MS);
        checks.accept(crossZone(2, false, targets), START_MS + 100);

        assertThat(keys(checks)).containsExactly("a1 from a", "b1 from b");
    }

    @Test
    void t19DrainingTargetIsStillProbedAndShownAsDraining() {
        HealthChecks checks = checks(Set.of(A), QUICK, target("a1", 1, A, 1));
        makeHealthy(checks, START_MS);
        List<HealthTransition> told = checks.accept(
                revision(2, QUICK, true, target("a1", 1, A, 1).deregistered(START_MS + 19_000)), START_MS + 20_000);

        assertThat(told.stream().map(HealthTransition::to)).containsExactly(HealthState.DRAINING);
        for (int i = 1; i <= 4; i++) {
            long now = START_MS + 20_000 + i * 5_000L;
            assertThat(ids(checks.due(now))).as("probed").containsExactly("a1");
            ProbeTask task = new ProbeTask(
                    new ProbeKey(report(checks).get("a1").target(), A), new Ipv4Address(0x0A00_0001), QUICK);
            assertThat(checks.completed(task, new ProbeResult.TimedOut(), now)).isEmpty();
        }
        TargetHealth health = report(checks).get("a1");
        assertThat(health.state()).isEqualTo(HealthState.DRAINING);
        assertThat(health.reason()).isEqualTo(HealthReason.DEREGISTRATION_IN_PROGRESS);
        assertThat(health.sinceMs()).isEqualTo(START_MS + 19_000);
    }

    @Test
    void t19DrainingTargetThatIsNotInUseIsShownAsDraining() {
        HealthChecks checks = new HealthChecks(
                SELF,
                Set.of(A),
                512,
                revision(1, QUICK, false, target("a1", 1, A, 1).deregistered(START_MS - 7)),
                START_MS);

        assertThat(report(checks).get("a1").state()).isEqualTo(HealthState.DRAINING);
        assertThat(report(checks).get("a1").sinceMs()).isEqualTo(START_MS - 7);
        assertThat(checks.due(START_MS + 60_000)).isEmpty();
    }

    @Test
    void t20TargetRegisteredAgainWhileDrainingIsInitial() {
        Target target = target("a1", 1, A, 1);
        HealthChecks checks = checks(Set.of(A), QUICK, target);
        makeHealthy(checks, START_MS);
        checks.accept(revision(2, QUICK, true, target.deregistered(START_MS + 20_000)), START_MS + 20_000);
        checks.accept(revision(3, QUICK, true, target), START_MS + 25_000);

        assertThat(report(checks).get("a1").state()).isEqualTo(HealthState.INITIAL);
        assertThat(report(checks).get("a1").reason()).isEqualTo(HealthReason.REGISTRATION_IN_PROGRESS);
        assertThat(report(checks).get("a1").sinceMs()).isEqualTo(START_MS + 25_000);
        makeHealthy(checks, START_MS + 25_000);
        assertThat(report(checks).get("a1").state()).isEqualTo(HealthState.HEALTHY);
    }

    private static ConfigRevision crossZone(long number, boolean crossZone, Target... targets) {
        LoadBalancer balancer = new LoadBalancer(
                new LoadBalancerId("gw"),
                List.of(A, B),
                new Listener(USED, 350_000),
                crossZone,
                IpAddressType.DUALSTACK,
                false,
                PacketPolicy.DEFAULT);
        TargetGroup group = new TargetGroup(USED, QUICK, Stickiness.FIVE_TUPLE, List.of(targets));
        return new ConfigRevision(
                number, SELF, new GatewayModel(List.of(A, B), List.of(group), List.of(balancer), List.of()));
    }

    /** All that is probed within two seconds, in order of name. */
    private static List<String> keys(HealthChecks checks) {
        return checks.due(START_MS + 2_000).stream()
                .map(task -> task.key().target().id() + " from " + task.key().zone())
                .sorted()
                .toList();
    }

    @Test
    void olderAndEqualRevisionsAreIgnored() {
        HealthChecks checks = checks(Set.of(A, B), QUICK, target("a1", 1, A, 1));
        checks.accept(revision(7, QUICK, true, target("a1", 1, A, 1)), START_MS);
        checks.accept(revision(6, QUICK, true), START_MS);
        checks.accept(revision(7, QUICK, true, target("a1", 1, A, 1)), START_MS);

        assertThat(checks.revisionNumber()).isEqualTo(7);
        assertThat(report(checks)).containsKey("a1");
    }

    /**
     * H-5 on a virtual clock: ticks of 100 ms with jitter, targets that answer in up to half a timeout while they live
     * and not at all when they are dead, or refuse at once. Measured is from death to verdict.
     */
    @Test
    void h5DetectsADeadTargetWithinTheBound() {
        System.out.println("seed: " + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int run = 0; run < 60; run++) {
            long intervalMs = 5_000 + random.nextLong(20_000);
            long timeoutMs = run % 4 == 0 ? intervalMs : 2_000 + random.nextLong(intervalMs - 2_000 + 1);
            int threshold = 2 + random.nextInt(9);
            HealthCheckSpec spec = new HealthCheckSpec(
                    HealthCheckSpec.Protocol.HTTP, 80, "/", intervalMs, timeoutMs, 2 + random.nextInt(4), threshold);
            Simulation simulation = new Simulation(random.split(), spec, 1 + random.nextInt(40));
            long worstMs = simulation.worstDetectionMs();
            System.out.printf(
                    "worst detection %d ms of %d allowed%n", worstMs, intervalMs * threshold + timeoutMs + 1_000);

            assertThat(worstMs)
                    .as("interval %d, timeout %d, threshold %d", intervalMs, timeoutMs, threshold)
                    .isPositive()
                    .isLessThanOrEqualTo(intervalMs * threshold + timeoutMs + 1_000);
        }
    }

    private static final class Simulation {

        private record Answer(long atMs, ProbeTask task, ProbeResult result) {}

        private final SplittableRandom random;
        private final HealthCheckSpec spec;
        private final HealthChecks checks;
        private final Map<String, Long> diesAtMs = new HashMap<>();
        private final Map<String, Boolean> refuses = new HashMap<>();
        private final PriorityQueue<Answer> answers = new PriorityQueue<>(Comparator.comparingLong(Answer::atMs));

        Simulation(SplittableRandom random, HealthCheckSpec spec, int targetCount) {
            this.random = random;
            this.spec = spec;
            Target[] targets = new Target[targetCount];
            for (int i = 0; i < targetCount; i++) {
                targets[i] = target("t" + i, i, A, 1);
                // late enough that every target is healthy: thresholds are 5 at most
                diesAtMs.put("t" + i, START_MS + 8 * spec.intervalMs() + random.nextLong(4 * spec.intervalMs()));
                refuses.put("t" + i, random.nextInt(3) == 0);
            }
            checks = checks(Set.of(A), spec, targets);
        }

        long worstDetectionMs() {
            long worstMs = 0;
            int detected = 0;
            long nextTickMs = START_MS;
            while (detected < diesAtMs.size()) {
                long now = answers.isEmpty()
                        ? nextTickMs
                        : Math.min(nextTickMs, answers.peek().atMs());
                while (!answers.isEmpty() && answers.peek().atMs() <= now) {
                    Answer answer = answers.remove();
                    String id = answer.task().key().target().id().value();
                    for (HealthTransition transition : checks.completed(answer.task(), answer.result(), now).stream()
                            .toList()) {
                        if (transition.to() == HealthState.UNHEALTHY) {
                            assertThat(transition.from()).isEqualTo(HealthState.HEALTHY);
                            worstMs = Math.max(worstMs, now - diesAtMs.get(id));
                            detected++;
                        }
                    }
                }
                if (now == nextTickMs) {
                    nextTickMs += 100 + random.nextLong(40);
                }
                launch(now);
                assertThat(now).as("everybody dies").isLessThan(START_MS + 60 * spec.intervalMs());
            }
            return worstMs;
        }

        private void launch(long now) {
            for (ProbeTask task : checks.due(now)) {
                String id = task.key().target().id().value();
                long latencyMs = 1 + random.nextLong(spec.timeoutMs() / 2);
                boolean alive = now + latencyMs < diesAtMs.get(id);
                if (alive) {
                    answers.add(new Answer(now + latencyMs, task, new ProbeResult.Success()));
                } else if (refuses.get(id)) {
                    answers.add(new Answer(
                            Math.max(now, diesAtMs.get(id)) + 1, task, new ProbeResult.ConnectFailed("refused")));
                } else {
                    // timers of an event loop fire a little late
                    answers.add(new Answer(
                            now + task.spec().timeoutMs() + random.nextLong(5), task, new ProbeResult.TimedOut()));
                }
            }
        }
    }

    private static void makeHealthy(HealthChecks checks, long fromMs) {
        for (long now = fromMs + 5_000; now <= fromMs + 15_000; now += 5_000) {
            long at = now;
            checks.due(now).forEach(task -> checks.completed(task, new ProbeResult.Success(), at));
        }
    }

    private static HealthChecks checks(Set<Zone> zones, HealthCheckSpec spec, Target... targets) {
        return new HealthChecks(SELF, zones, HealthChecks.IN_FLIGHT_MAX, revision(1, spec, true, targets), START_MS);
    }

    /** Zone a is enabled, zone b is not. */
    private static ConfigRevision revision(long number, HealthCheckSpec spec, boolean listener, Target... targets) {
        TargetGroup used = new TargetGroup(USED, spec, Stickiness.FIVE_TUPLE, List.of(targets));
        TargetGroup idle = new TargetGroup(IDLE, spec, Stickiness.FIVE_TUPLE, List.of(target("idle-1", 200, B, 1)));
        List<LoadBalancer> balancers = listener
                ? List.of(new LoadBalancer(new LoadBalancerId("gw"), List.of(A), new Listener(USED, 350_000)))
                : List.of();
        return new ConfigRevision(
                number, SELF, new GatewayModel(List.of(A, B), List.of(used, idle), balancers, List.of()));
    }

    private static Target target(String id, int lastOctet, Zone zone, long registration) {
        return new Target(new TargetId(id), new Ipv4Address(0x0A00_0000 | lastOctet), 6081, zone, 1, registration);
    }

    private static List<String> ids(List<ProbeTask> tasks) {
        return tasks.stream().map(task -> task.key().target().id().value()).toList();
    }

    private static Map<String, TargetHealth> report(HealthChecks checks) {
        Map<String, TargetHealth> byId = new HashMap<>();
        for (TargetHealth health : checks.report()) {
            byId.put(health.target().id().value(), health);
        }
        return byId;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PassiveDetection;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.DataPathVerdict;
import io.sluice.model.health.DataPathVerdict.State;
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
import io.sluice.model.message.TargetObserved;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What codecs say of the path through a target, as it meets what its probes say. */
class DataPathVerdictsTest {

    private static final long START_MS = 1_790_000_000_000L;
    private static final NodeId SELF = new NodeId("node-1");
    private static final NodeId CODEC = new NodeId("codec-1");
    private static final NodeId OTHER = new NodeId("codec-2");
    private static final Zone A = new Zone("a");
    private static final TargetGroupId GROUP = new TargetGroupId("inspection");
    private static final HealthCheckSpec QUICK =
            new HealthCheckSpec(HealthCheckSpec.Protocol.TCP, 80, "/", 5_000, 2_000, 2, 2);
    private static final Target TARGET =
            new Target(new TargetId("10.0.0.1"), new Ipv4Address(0x0A00_0001), Target.GENEVE_PORT, A, 1, 1);
    private static final TargetRef REF = new TargetRef(GROUP, TARGET.id(), 1);

    private final HealthChecks checks = new HealthChecks(SELF, Set.of(A), 8, revision(1, true, TARGET), START_MS);
    private long nowMs = START_MS;

    @ParameterizedTest
    @CsvSource({"FAILING,DATA_PATH_FAILED", "LEAKING,DATA_PATH_LEAKING", "SILENT,DATA_PATH_SILENT"})
    void badVerdictMakesAHealthyTargetUnhealthyAtOnce(State verdict, HealthReason reason) {
        probes(true, 2);

        List<HealthTransition> told = says(CODEC, 1, verdict);

        assertThat(told).hasSize(1);
        assertThat(told.getFirst().from()).isEqualTo(HealthState.HEALTHY);
        assertThat(told.getFirst().to()).isEqualTo(HealthState.UNHEALTHY);
        assertThat(told.getFirst().reason()).isEqualTo(reason);
        assertThat(health()).isEqualTo(new TargetHealth(REF, A, HealthState.UNHEALTHY, reason, nowMs));
        assertThat(says(CODEC, 1, verdict)).as("told once").isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = State.class,
            names = {"FAILING", "LEAKING", "SILENT"})
    void whileHeldSuccessfulProbesDoNotMakeItHealthyAndAPassedOneDoesAtOnce(State verdict) {
        says(CODEC, 1, verdict);
        for (int i = 0; i < 10; i++) {
            assertThat(probes(true, 1)).isEmpty();
            says(CODEC, 1, verdict);
            assertThat(health().state()).isEqualTo(HealthState.UNHEALTHY);
        }

        List<HealthTransition> told = says(CODEC, 1, State.PASSING);

        assertThat(told.stream().map(HealthTransition::to)).containsExactly(HealthState.HEALTHY);
        assertThat(health().reason()).isEqualTo(HealthReason.NONE);
        assertThat(health().sinceMs()).as("a slow start begins here").isEqualTo(nowMs);
    }

    @Test
    void whenTheHoldEndsTheProbesOwnVerdictCounts() {
        says(CODEC, 1, State.FAILING);
        probes(false, 2);
        assertThat(health().reason()).isEqualTo(HealthReason.DATA_PATH_FAILED);

        assertThat(says(CODEC, 1, State.PASSING)).as("unhealthy it stays").isEmpty();
        assertThat(health().reason()).isEqualTo(HealthReason.FAILED_HEALTH_CHECKS);

        probes(true, 1);
        says(CODEC, 1, State.FAILING);
        says(CODEC, 1, State.PASSING);
        assertThat(health().state()).as("one success is not two").isEqualTo(HealthState.UNHEALTHY);
        probes(true, 1);
        assertThat(health().state()).isEqualTo(HealthState.HEALTHY);
    }

    @Test
    void passingPathAloneMakesNothingHealthy() {
        says(CODEC, 1, State.PASSING);
        assertThat(health().state()).isEqualTo(HealthState.INITIAL);
        probes(false, 2);
        says(CODEC, 1, State.PASSING);
        assertThat(health().state()).isEqualTo(HealthState.UNHEALTHY);
    }

    @ParameterizedTest
    @EnumSource(
            value = State.class,
            names = {"FAILING", "LEAKING"})
    void verdictOfACodecThatIsGoneCountsNoMore(State verdict) {
        probes(true, 2);
        says(CODEC, 1, verdict);
        nowMs += 5_000;
        assertThat(checks.advance(nowMs)).isEmpty();
        assertThat(health().state()).isEqualTo(HealthState.UNHEALTHY);

        nowMs += 1;
        assertThat(checks.advance(nowMs).stream().map(HealthTransition::to)).containsExactly(HealthState.HEALTHY);
    }

    @Test
    void silenceEndsByAPassedProbeAlone() {
        probes(true, 2);
        says(CODEC, 1, State.SILENT);

        nowMs += 3_600_000;
        assertThat(checks.advance(nowMs)).as("the codec is gone").isEmpty();
        assertThat(says(CODEC, 2)).as("started anew, it says nothing").isEmpty();
        assertThat(says(CODEC, 2, State.FAILING))
                .as("nor does another reason end it")
                .isEmpty();
        assertThat(health().reason()).isEqualTo(HealthReason.DATA_PATH_FAILED);
        nowMs += 3_600_000;
        checks.advance(nowMs);
        assertThat(health().reason()).as("which goes with its codec").isEqualTo(HealthReason.DATA_PATH_SILENT);

        says(CODEC, 2, State.PASSING);
        assertThat(health().state()).isEqualTo(HealthState.HEALTHY);
    }

    @Test
    void silenceOfACodecThatIsGoneEndsByAnothersPassedProbe() {
        probes(true, 2);
        says(CODEC, 1, State.SILENT);
        nowMs += 5_001;
        says(OTHER, 1);
        assertThat(health().reason()).isEqualTo(HealthReason.DATA_PATH_SILENT);

        says(OTHER, 1, State.PASSING);
        assertThat(health().state()).isEqualTo(HealthState.HEALTHY);
        says(OTHER, 1);
        assertThat(health().state()).as("for good").isEqualTo(HealthState.HEALTHY);
    }

    @Test
    void silenceOfACodecThatTalksIsEndedByNoOther() {
        probes(true, 2);
        says(CODEC, 1, State.SILENT);
        says(OTHER, 1, State.PASSING);
        assertThat(health().state()).as("a tie").isEqualTo(HealthState.HEALTHY);

        says(OTHER, 1);
        assertThat(health().reason()).isEqualTo(HealthReason.DATA_PATH_SILENT);
    }

    @Test
    void silenceEndsWhereItIsNotLookedForAnyMore() {
        probes(true, 2);
        says(CODEC, 1, State.SILENT);
        checks.accept(revision(2, false, TARGET), nowMs);
        assertThat(health().state()).isEqualTo(HealthState.HEALTHY);
        assertThat(says(CODEC, 1, State.SILENT)).as("a codec that is behind").isEmpty();

        checks.accept(revision(3, true, TARGET), nowMs);
        says(CODEC, 1);
        assertThat(health().state()).isEqualTo(HealthState.HEALTHY);
    }

    @Test
    void t20SilenceEndsWithTheRegistration() {
        says(CODEC, 1, State.SILENT);
        checks.accept(revision(2, true, TARGET.deregistered(nowMs)), nowMs);
        assertThat(health().state()).isEqualTo(HealthState.DRAINING);
        checks.accept(revision(3, true, TARGET), nowMs);
        assertThat(health().state()).isEqualTo(HealthState.INITIAL);
    }

    @Test
    void majorityOfCodecsCountsAndATieIsHealthy() {
        probes(true, 2);
        says(CODEC, 1, State.PASSING);
        says(OTHER, 1, State.FAILING);
        assertThat(health().state()).isEqualTo(HealthState.HEALTHY);

        says(new NodeId("codec-3"), 1, State.LEAKING);
        assertThat(health().reason()).isEqualTo(HealthReason.DATA_PATH_FAILED);

        says(OTHER, 1, State.PASSING);
        assertThat(health().state()).isEqualTo(HealthState.HEALTHY);
    }

    @Test
    void codecThatNoLongerMentionsATargetWithdrawsItsVerdict() {
        probes(true, 2);
        says(CODEC, 1, State.FAILING);
        says(CODEC, 1);

        assertThat(health().state()).isEqualTo(HealthState.HEALTHY);
    }

    @Test
    void earlierBootIsIgnoredWhileTheKnownOneTalks() {
        probes(true, 2);
        says(CODEC, 10, State.PASSING);
        says(CODEC, 9, State.FAILING);
        assertThat(health().state()).isEqualTo(HealthState.HEALTHY);

        nowMs += 5_001;
        says(CODEC, 9, State.FAILING);
        assertThat(health().state()).as("its clock was set back").isEqualTo(HealthState.UNHEALTHY);
    }

    @Test
    void f34VerdictIsOfItsZoneOnly() {
        probes(true, 2);
        checks.accept(
                new TargetObserved(
                        CODEC, 1, List.of(), List.of(new DataPathVerdict(REF, new Zone("b"), State.FAILING))),
                nowMs);

        assertThat(health().state()).isEqualTo(HealthState.HEALTHY);
    }

    @Test
    void oneCodecTooManyDisplacesTheOneHeardLongestAgo() {
        probes(true, 2);
        says(CODEC, 1, State.SILENT);
        for (int i = 0; i < DataPathVerdicts.CODECS_MAX - 1; i++) {
            nowMs++;
            says(new NodeId("other-" + i), 1);
        }
        assertThat(health().state()).isEqualTo(HealthState.UNHEALTHY);

        nowMs++;
        says(OTHER, 1);
        assertThat(health().state()).isEqualTo(HealthState.HEALTHY);
    }

    private List<HealthTransition> says(NodeId codec, long bootId, State... verdicts) {
        List<DataPathVerdict> all = List.of(verdicts).stream()
                .map(state -> new DataPathVerdict(REF, A, state))
                .toList();
        return checks.accept(new TargetObserved(codec, bootId, List.of(), all), nowMs);
    }

    /** Lets that many probes pass or fail, one an interval, with every codec silent meanwhile. */
    private List<HealthTransition> probes(boolean pass, int times) {
        List<HealthTransition> told = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            nowMs += 5_000;
            for (ProbeTask task : checks.due(nowMs)) {
                checks.completed(task, pass ? new ProbeResult.Success() : new ProbeResult.TimedOut(), nowMs)
                        .ifPresent(told::add);
            }
        }
        return told;
    }

    private TargetHealth health() {
        return checks.report().getFirst();
    }

    private static ConfigRevision revision(long number, boolean detects, Target target) {
        TargetGroup group = new TargetGroup(
                GROUP,
                QUICK,
                Stickiness.FIVE_TUPLE,
                FailurePolicy.DEFAULT,
                new DataPathProbe(true, true, 100, 3),
                new PassiveDetection(detects, 300),
                0,
                true,
                List.of(target));
        return new ConfigRevision(
                number,
                SELF,
                new GatewayModel(
                        List.of(A),
                        List.of(group),
                        List.of(new LoadBalancer(new LoadBalancerId("gw"), List.of(A), new Listener(GROUP, 350_000))),
                        List.of()));
    }
}

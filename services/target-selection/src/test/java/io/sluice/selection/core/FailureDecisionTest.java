// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.FailOpen;
import io.sluice.model.health.HealthState;
import io.sluice.model.id.Zone;
import io.sluice.selection.core.FailureDecision.Candidate;
import io.sluice.selection.core.FailureDecision.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The decision table, row by row, then every world of up to four targets in two zones against an oracle.
 *
 * <p>States by letter: Healthy, Unhealthy, Initial, Draining, unuSed. Targets of AZ1 come first, numbered from 0.
 */
class FailureDecisionTest {

    private static final Zone AZ1 = new Zone("az1");
    private static final Zone AZ2 = new Zone("az2");
    private static final Set<Zone> BOTH = Set.of(AZ1, AZ2);
    private static final boolean OFF = false;
    private static final boolean ON = true;

    @Test
    void t1aOnlyHealthyTargetsOfTheZoneGetNewFlows() {
        assertThat(decide(AZ1, OFF, "HUH", "HH")).isEqualTo(picks(Outcome.HEALTHY, 0, 2));
        assertThat(decide(AZ1, OFF, "UUH", "HH")).isEqualTo(picks(Outcome.HEALTHY, 2));
    }

    @Test
    void t1bZoneWithoutHealthyTargetsFailsOpenOverItsOwnAndNeverUsesAnother() {
        assertThat(decide(AZ1, OFF, "UU", "HH")).isEqualTo(picks(Outcome.FAIL_OPEN, 0, 1));
    }

    @Test
    void t2aWithCrossZoneTheOtherZonesHealthyTargetsTakeOver() {
        assertThat(decide(AZ1, ON, "UU", "HH")).isEqualTo(picks(Outcome.HEALTHY, 2, 3));
    }

    @Test
    void t2bWithCrossZoneHealthyTargetsOfBothZonesAreEqual() {
        assertThat(decide(AZ1, ON, "UH", "HH")).isEqualTo(picks(Outcome.HEALTHY, 1, 2, 3));
    }

    @Test
    void t2cWithCrossZoneAndNoneHealthyAnywhereAllTargetsOfAllZonesAreUsed() {
        assertThat(decide(AZ1, ON, "UU", "U")).isEqualTo(picks(Outcome.FAIL_OPEN, 0, 1, 2));
    }

    @Test
    void t3aHealthyZoneIsNormalWhileTheOtherFailsOpenOnItsOwn() {
        assertThat(decide(AZ1, OFF, "HH", "UU")).isEqualTo(picks(Outcome.HEALTHY, 0, 1));
        assertThat(decide(AZ2, OFF, "HH", "UU")).isEqualTo(picks(Outcome.FAIL_OPEN, 2, 3));
    }

    @Test
    void t3bEachZoneFailsOpenOnItsOwnTargets() {
        assertThat(decide(AZ1, OFF, "UU", "UU")).isEqualTo(picks(Outcome.FAIL_OPEN, 0, 1));
        assertThat(decide(AZ2, OFF, "UU", "UU")).isEqualTo(picks(Outcome.FAIL_OPEN, 2, 3));
    }

    @Test
    void t3cWithCrossZoneBothNodesUseTheHealthyZone() {
        assertThat(decide(AZ1, ON, "HH", "UU")).isEqualTo(picks(Outcome.HEALTHY, 0, 1));
        assertThat(decide(AZ2, ON, "HH", "UU")).isEqualTo(picks(Outcome.HEALTHY, 0, 1));
    }

    @ParameterizedTest
    @EnumSource(FailOpen.class)
    void t3dZoneWithoutRegisteredTargetHasNothingToPickWhateverThePolicy(FailOpen policy) {
        assertThat(decide(AZ1, OFF, BOTH, policy, "", "HH")).isEqualTo(picks(Outcome.NO_TARGET));
        assertThat(decide(AZ1, ON, BOTH, policy, "", "")).isEqualTo(picks(Outcome.NO_TARGET));
        assertThat(decide(AZ1, OFF, BOTH, policy, "DD", "HH"))
                .as("none but draining ones")
                .isEqualTo(picks(Outcome.NO_TARGET));
    }

    @Test
    void t3gNewFlowsUseTheEligibleSetOfTheCrossZoneInForce() {
        assertThat(decide(AZ1, OFF, "HU", "HH")).isEqualTo(picks(Outcome.HEALTHY, 0));
        assertThat(decide(AZ1, ON, "HU", "HH")).isEqualTo(picks(Outcome.HEALTHY, 0, 2, 3));
    }

    @Test
    void t3hFailOpenSetHasInitialAndUnhealthyButNoDrainingTargets() {
        assertThat(decide(AZ1, OFF, "UIDU", "H")).isEqualTo(picks(Outcome.FAIL_OPEN, 0, 1, 3));
        assertThat(decide(AZ1, ON, "UD", "DI")).isEqualTo(picks(Outcome.FAIL_OPEN, 0, 3));
    }

    @Test
    void t3iZonesOfUnevenSizeShareTargetByTarget() {
        assertThat(decide(AZ1, ON, "H", "HHH")).isEqualTo(picks(Outcome.HEALTHY, 0, 1, 2, 3));
        assertThat(decide(AZ2, ON, "H", "HHH")).isEqualTo(decide(AZ1, ON, "H", "HHH"));
        assertThat(decide(AZ1, OFF, "H", "HHH")).isEqualTo(picks(Outcome.HEALTHY, 0));
    }

    @Test
    void t18DrainingTargetGetsNoNewFlow() {
        assertThat(decide(AZ1, OFF, "DH", "")).isEqualTo(picks(Outcome.HEALTHY, 1));
        assertThat(decide(AZ1, OFF, "DU", "")).isEqualTo(picks(Outcome.FAIL_OPEN, 1));
    }

    @Test
    void h7InitialTargetGetsNoNewFlowWhileOneIsHealthy() {
        assertThat(decide(AZ1, OFF, "IHI", "")).isEqualTo(picks(Outcome.HEALTHY, 1));
        assertThat(decide(AZ1, OFF, "II", "H")).as("as at a start").isEqualTo(picks(Outcome.FAIL_OPEN, 0, 1));
    }

    @Test
    void onlyTargetsOfEnabledZonesCount() {
        assertThat(decide(AZ1, ON, Set.of(AZ1), FailOpen.FORWARD, "UU", "HH"))
                .isEqualTo(picks(Outcome.FAIL_OPEN, 0, 1));
        assertThat(decide(AZ1, ON, Set.of(AZ2), FailOpen.FORWARD, "HH", "HH"))
                .as("a zone that is not enabled has no node")
                .isEqualTo(picks(Outcome.NO_TARGET));
    }

    @Test
    void policyDropsOrBypassesOnlyWhereNoneIsHealthy() {
        for (boolean crossZone : new boolean[] {OFF, ON}) {
            assertThat(decide(AZ1, crossZone, BOTH, FailOpen.DROP, "UI", "U")).isEqualTo(picks(Outcome.DROP));
            assertThat(decide(AZ1, crossZone, BOTH, FailOpen.BYPASS, "UI", "U")).isEqualTo(picks(Outcome.BYPASS));
            for (FailOpen policy : FailOpen.values()) {
                assertThat(decide(AZ1, crossZone, BOTH, policy, "UHI", "U")).isEqualTo(picks(Outcome.HEALTHY, 1));
            }
        }
    }

    @Test
    void f34ZonesDecideIndependently() {
        for (String az2 : List.of("", "H", "U", "IDS", "HHHH")) {
            assertThat(decide(AZ1, OFF, "HU", az2)).isEqualTo(decide(AZ1, OFF, "HU", ""));
            assertThat(decide(AZ1, OFF, "UU", az2)).isEqualTo(decide(AZ1, OFF, "UU", ""));
        }
    }

    /** Every set of enabled zones, cross-zone, policy, and world of at most four targets. */
    @Test
    void agreesWithTheOracleInEverySmallWorld() {
        int worlds = 0;
        HealthState[] states = HealthState.values();
        for (int count = 0; count <= 4; count++) {
            int kinds = 2 * states.length;
            for (int code = 0; code < Math.pow(kinds, count); code++) {
                List<Candidate> world = new ArrayList<>();
                int rest = code;
                for (int i = 0; i < count; i++) {
                    world.add(new Candidate(10 + i, rest % 2 == 0 ? AZ1 : AZ2, states[rest / 2 % states.length]));
                    rest /= kinds;
                }
                for (Set<Zone> enabled : List.of(Set.<Zone>of(), Set.of(AZ1), Set.of(AZ2), BOTH)) {
                    for (FailOpen policy : FailOpen.values()) {
                        for (boolean crossZone : new boolean[] {OFF, ON}) {
                            String got = text(FailureDecision.decide(AZ1, crossZone, enabled, policy, world));
                            String expected = oracle(crossZone, enabled, policy, world);
                            if (!got.equals(expected)) {
                                assertThat(got)
                                        .as("%s cross-zone %s enabled %s %s", world, crossZone, enabled, policy)
                                        .isEqualTo(expected);
                            }
                            worlds++;
                        }
                    }
                }
            }
        }
        assertThat(worlds).isEqualTo((1 + 10 + 100 + 1_000 + 10_000) * 24);
    }

    /** Counts instead of filtering: which targets a node of AZ1 may see, then what the counts allow. */
    private static String oracle(boolean crossZone, Set<Zone> enabled, FailOpen policy, List<Candidate> world) {
        StringBuilder all = new StringBuilder();
        StringBuilder healthy = new StringBuilder();
        for (Candidate c : world) {
            boolean own = c.zone().name().equals("az1") && enabled.contains(AZ1);
            boolean foreign = c.zone().name().equals("az2") && enabled.size() == 2 && crossZone;
            if ((own || foreign) && !c.state().text().equals("draining")) {
                all.append(' ').append(c.targetIndex());
                healthy.append(c.state().text().equals("healthy") ? " " + c.targetIndex() : "");
            }
        }
        if (all.isEmpty()) {
            return "NO_TARGET";
        }
        if (!healthy.isEmpty()) {
            return "HEALTHY" + healthy;
        }
        return policy == FailOpen.FORWARD ? "FAIL_OPEN" + all : policy.name();
    }

    private static String text(FailureDecision decision) {
        StringBuilder text = new StringBuilder(decision.outcome().name());
        decision.eligible().forEach(c -> text.append(' ').append(c.targetIndex()));
        return text.toString();
    }

    private record Picks(Outcome outcome, List<Integer> targets) {}

    private static Picks picks(Outcome outcome, Integer... targets) {
        return new Picks(outcome, List.of(targets));
    }

    private static Picks decide(Zone zone, boolean crossZone, String az1, String az2) {
        return decide(zone, crossZone, BOTH, FailOpen.FORWARD, az1, az2);
    }

    private static Picks decide(
            Zone zone, boolean crossZone, Set<Zone> enabled, FailOpen policy, String az1, String az2) {
        List<Candidate> candidates = new ArrayList<>();
        for (char letter : (az1 + az2).toCharArray()) {
            int index = candidates.size();
            HealthState state = switch (letter) {
                case 'H' -> HealthState.HEALTHY;
                case 'U' -> HealthState.UNHEALTHY;
                case 'I' -> HealthState.INITIAL;
                case 'D' -> HealthState.DRAINING;
                default -> HealthState.UNUSED;
            };
            candidates.add(new Candidate(index, index < az1.length() ? AZ1 : AZ2, state));
        }
        FailureDecision decision = FailureDecision.decide(zone, crossZone, enabled, policy, candidates);
        return new Picks(
                decision.outcome(),
                decision.eligible().stream().map(Candidate::targetIndex).toList());
    }
}

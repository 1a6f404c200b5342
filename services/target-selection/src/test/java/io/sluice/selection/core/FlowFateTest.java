// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import static io.sluice.selection.core.Fixture.A;
import static io.sluice.selection.core.Fixture.A1;
import static io.sluice.selection.core.Fixture.A2;
import static io.sluice.selection.core.Fixture.B1;
import static io.sluice.selection.core.Fixture.ENDPOINT_A;
import static io.sluice.selection.core.Fixture.ENDPOINT_B;
import static io.sluice.selection.core.Fixture.GROUP;
import static io.sluice.selection.core.Fixture.IDLE;
import static io.sluice.selection.core.Fixture.NODE_1;
import static io.sluice.selection.core.Fixture.NOW_MS;
import static io.sluice.selection.core.Fixture.group;
import static io.sluice.selection.core.Fixture.model;
import static io.sluice.selection.core.Fixture.ref;
import static io.sluice.selection.core.Fixture.report;
import static io.sluice.selection.core.Fixture.says;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.FailOpen;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetFailover;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.TargetRef;
import io.sluice.model.probing.HealthView;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of existing flows, as a function of policy and state, and through the snapshot. */
class FlowFateTest {

    private static final FailurePolicy HOLD = FailurePolicy.DEFAULT;
    private static final FailurePolicy REBALANCE = policy(TargetFailover.REBALANCE, false, false);
    private static final FailurePolicy RESETS = policy(TargetFailover.NO_REBALANCE, true, true);
    private static final FailurePolicy REBALANCE_AND_RESETS = policy(TargetFailover.REBALANCE, true, true);

    @Test
    void t5RebalanceMovesFlowsOfATargetWhileItIsUnhealthyAndOnlyThen() {
        for (HealthState state : HealthState.values()) {
            assertThat(FlowFate.of(REBALANCE, Stickiness.FIVE_TUPLE, state))
                    .as(state.text())
                    .isEqualTo(state == HealthState.UNHEALTHY ? FlowFate.MOVE : FlowFate.KEEP);
        }
        TargetSetSnapshot snapshot =
                snapshot(REBALANCE, says(A1, HealthState.UNHEALTHY), says(A2, HealthState.HEALTHY));
        assertThat(snapshot.fateOf(ref(A1))).isEqualTo(FlowFate.MOVE);
        assertThat(snapshot.fateOf(ref(A2))).isEqualTo(FlowFate.KEEP);
        assertThat(snapshot.targetRef(snapshot.pickForMove(ENDPOINT_A, 42))).isEqualTo(ref(A2));
    }

    @Test
    void t6RebalanceMovesFlowsOfADeregisteredTargetOnlyAfterItsDelay() {
        TargetSetSnapshot draining = snapshot(REBALANCE, List.of(A1.deregistered(NOW_MS), A2));
        TargetSetSnapshot gone = snapshot(REBALANCE, List.of(A2));

        assertThat(draining.fateOf(ref(A1))).isEqualTo(FlowFate.KEEP);
        assertThat(gone.fateOf(ref(A1))).isEqualTo(FlowFate.MOVE);
    }

    @Test
    void t7WithoutRebalanceFlowsStayWithATargetThatIsGone() {
        assertThat(snapshot(HOLD, List.of(A2)).fateOf(ref(A1))).isEqualTo(FlowFate.KEEP);
        assertThat(snapshot(HOLD, List.of(A2)).fateOf(ref(A1), ENDPOINT_A)).isEqualTo(FlowFate.KEEP);
    }

    @Test
    void t1aFlowsOfAFailedTargetStayPinned() {
        TargetSetSnapshot snapshot = snapshot(HOLD, says(A1, HealthState.UNHEALTHY), says(A2, HealthState.HEALTHY));

        assertThat(snapshot.fateOf(ref(A1))).isEqualTo(FlowFate.KEEP);
        assertThat(snapshot.fateOf(ref(A2))).isEqualTo(FlowFate.KEEP);
    }

    @Test
    void t3eFlowThatFailedOpenStaysThoughAnotherTargetTurnsHealthy() {
        TargetSetSnapshot open = snapshot(HOLD, says(A1, HealthState.UNHEALTHY), says(A2, HealthState.UNHEALTHY));
        long key = 0;
        while (!open.targetRef(open.pick(ENDPOINT_A, key)).equals(ref(A1))) {
            key++;
        }
        TargetSetSnapshot after = snapshot(HOLD, says(A1, HealthState.UNHEALTHY), says(A2, HealthState.HEALTHY));

        assertThat(after.targetRef(after.pick(ENDPOINT_A, key)))
                .as("a new flow")
                .isEqualTo(ref(A2));
        assertThat(after.fateOf(ref(A1))).isEqualTo(FlowFate.KEEP);
    }

    @ParameterizedTest
    @EnumSource(TargetFailover.class)
    void t3fFlowsOfATargetThatRecoversSimplyStay(TargetFailover failover) {
        FailurePolicy policy = policy(failover, true, true);

        assertThat(snapshot(policy, says(A1, HealthState.UNHEALTHY)).fateOf(ref(A1)))
                .isNotEqualTo(FlowFate.KEEP);
        assertThat(snapshot(policy, says(A1, HealthState.HEALTHY)).fateOf(ref(A1)))
                .isEqualTo(FlowFate.KEEP);
    }

    @Test
    void t3gTogglingCrossZoneLeavesFlowsInOtherZonesAlone() {
        for (boolean crossZone : new boolean[] {true, false}) {
            TargetSetSnapshot snapshot = snapshot(
                    model(group(REBALANCE_AND_RESETS, Stickiness.FIVE_TUPLE, 0, List.of(A1, B1)), crossZone),
                    says(A1, HealthState.HEALTHY),
                    says(B1, HealthState.HEALTHY));
            assertThat(snapshot.fateOf(ref(B1), ENDPOINT_A)).isEqualTo(FlowFate.KEEP);
        }
    }

    @Test
    void t8RecoveryOfTheOldTargetDoesNotCallMovedFlowsBack() {
        TargetSetSnapshot recovered = snapshot(REBALANCE, says(A1, HealthState.HEALTHY), says(A2, HealthState.HEALTHY));

        assertThat(recovered.fateOf(ref(A2))).isEqualTo(FlowFate.KEEP);
    }

    @Test
    void t10WithoutAHealthyTargetFlowsStayWhereTheyAre() {
        for (FailOpen failOpen : FailOpen.values()) {
            FailurePolicy policy = new FailurePolicy(TargetFailover.REBALANCE, 0, false, false, failOpen);
            TargetSetSnapshot snapshot =
                    snapshot(policy, says(A1, HealthState.UNHEALTHY), says(A2, HealthState.UNHEALTHY));
            for (long key = 0; key < 100; key++) {
                assertThat(snapshot.pickForMove(ENDPOINT_A, key)).isEqualTo(TargetSetSnapshot.UNMOVED);
            }
        }
    }

    @Test
    void t12ResetsAreOffUnlessAskedForEachOnItsOwn() {
        Stickiness five = Stickiness.FIVE_TUPLE;
        FailurePolicy onUnhealthy = policy(TargetFailover.NO_REBALANCE, true, false);
        FailurePolicy onDeregistration = policy(TargetFailover.NO_REBALANCE, false, true);

        assertThat(FlowFate.of(HOLD, five, HealthState.UNHEALTHY)).isEqualTo(FlowFate.KEEP);
        assertThat(FlowFate.ofDeparted(HOLD, five)).isEqualTo(FlowFate.KEEP);
        assertThat(FlowFate.of(onUnhealthy, five, HealthState.UNHEALTHY)).isEqualTo(FlowFate.RESET_UNHEALTHY);
        assertThat(FlowFate.ofDeparted(onUnhealthy, five)).isEqualTo(FlowFate.KEEP);
        assertThat(FlowFate.of(onDeregistration, five, HealthState.UNHEALTHY)).isEqualTo(FlowFate.KEEP);
        assertThat(FlowFate.ofDeparted(onDeregistration, five)).isEqualTo(FlowFate.RESET_DEREGISTERED);
    }

    @Test
    void t13ResetsNeedFiveTuplesAndYieldToRebalance() {
        for (Stickiness stickiness : Stickiness.values()) {
            boolean five = stickiness == Stickiness.FIVE_TUPLE;
            assertThat(FlowFate.of(RESETS, stickiness, HealthState.UNHEALTHY))
                    .isEqualTo(five ? FlowFate.RESET_UNHEALTHY : FlowFate.KEEP);
            assertThat(FlowFate.ofDeparted(RESETS, stickiness))
                    .isEqualTo(five ? FlowFate.RESET_DEREGISTERED : FlowFate.KEEP);
            assertThat(FlowFate.of(REBALANCE_AND_RESETS, stickiness, HealthState.UNHEALTHY))
                    .isEqualTo(FlowFate.MOVE);
            assertThat(FlowFate.ofDeparted(REBALANCE_AND_RESETS, stickiness)).isEqualTo(FlowFate.MOVE);
        }
    }

    @Test
    void t14ResetOnDeregistrationWaitsUntilTheTargetHasDrained() {
        assertThat(snapshot(RESETS, List.of(A1.deregistered(NOW_MS), A2)).fateOf(ref(A1)))
                .isEqualTo(FlowFate.KEEP);
        assertThat(snapshot(RESETS, List.of(A2)).fateOf(ref(A1))).isEqualTo(FlowFate.RESET_DEREGISTERED);
    }

    @Test
    void t19DrainingTargetKeepsItsFlowsWhateverItsChecksSay() {
        for (FailurePolicy policy : List.of(HOLD, REBALANCE, RESETS)) {
            TargetSetSnapshot snapshot = snapshot(
                    model(group(policy, Stickiness.FIVE_TUPLE, 0, List.of(A1.deregistered(NOW_MS), A2)), false),
                    says(A1, HealthState.UNHEALTHY));
            assertThat(snapshot.fateOf(ref(A1))).isEqualTo(FlowFate.KEEP);
            assertThat(snapshot.fateOf(ref(A1), ENDPOINT_A)).isEqualTo(FlowFate.KEEP);
        }
    }

    @Test
    void t20FlowsOfATargetThatIsRegisteredAgainStay() {
        Target again = new Target(A1.id(), A1.address(), A1.port(), A1.zone(), 1, A1.registration() + 7);
        Target before = new Target(A1.id(), A1.address(), A1.port(), A1.zone(), 1, 0);
        for (Target other : List.of(again, before)) {
            TargetSetSnapshot snapshot = snapshot(REBALANCE_AND_RESETS, List.of(A2, other, B1));
            assertThat(snapshot.fateOf(ref(A1))).isEqualTo(FlowFate.KEEP);
            assertThat(snapshot.fateOf(ref(A1), ENDPOINT_A)).isEqualTo(FlowFate.KEEP);
        }
    }

    @Test
    void t22DeletedGroupOrLoadBalancerEndsItsFlowsAndAReplacedGroupKeepsThem() {
        GatewayModel model = model(group(REBALANCE, Stickiness.FIVE_TUPLE, 0, List.of(A1)), false);
        GatewayModel nothing = new GatewayModel(model.zones(), List.of(), List.of(), List.of());
        GatewayModel noBalancer = new GatewayModel(model.zones(), model.targetGroups(), List.of(), List.of());

        assertThat(snapshot(nothing).fateOf(ref(A1))).isEqualTo(FlowFate.END);
        assertThat(snapshot(nothing).fateOf(TargetRef.bypass(GROUP))).isEqualTo(FlowFate.END);
        assertThat(snapshot(noBalancer).fateOf(ref(A1), ENDPOINT_A)).isEqualTo(FlowFate.END);
        assertThat(snapshot(noBalancer).fateOf(ref(A1)))
                .as("of the group alone: it may have been replaced")
                .isEqualTo(FlowFate.KEEP);
        assertThat(snapshot(model, says(IDLE, HealthState.UNHEALTHY)).fateOf(ref(IDLE), ENDPOINT_A))
                .as("a group that no listener uses any more")
                .isEqualTo(FlowFate.KEEP);
    }

    @Test
    void bypassStaysWhileItsGroupBypassesMovesUnderRebalanceAndElseEnds() {
        for (TargetFailover failover : TargetFailover.values()) {
            FlowFate expected = failover == TargetFailover.REBALANCE ? FlowFate.MOVE : FlowFate.KEEP;
            for (FailOpen failOpen : FailOpen.values()) {
                FailurePolicy policy = new FailurePolicy(failover, 300_000, true, true, failOpen);
                for (List<Target> targets : List.of(List.of(A1), List.<Target>of())) {
                    FlowFate fate = failOpen == FailOpen.BYPASS ? expected : FlowFate.END;
                    assertThat(snapshot(policy, targets).fateOf(TargetRef.bypass(GROUP)))
                            .as("%s, %s", failover, failOpen)
                            .isEqualTo(fate);
                    assertThat(snapshot(policy, targets).fateOf(TargetRef.bypass(GROUP), ENDPOINT_A))
                            .as("%s, %s, by endpoint", failover, failOpen)
                            .isEqualTo(fate);
                }
            }
        }
    }

    @Test
    void f34FlowsGoByHealthAsTheirOwnZoneSeesIt() {
        TargetSetSnapshot snapshot = snapshot(
                model(group(REBALANCE, Stickiness.FIVE_TUPLE, 0, List.of(A1, B1)), true),
                says(A1, HealthState.HEALTHY),
                says(B1, A, HealthState.UNHEALTHY, 1),
                says(B1, HealthState.HEALTHY));

        assertThat(snapshot.fateOf(ref(B1), ENDPOINT_A)).isEqualTo(FlowFate.MOVE);
        assertThat(snapshot.fateOf(ref(B1), ENDPOINT_B)).isEqualTo(FlowFate.KEEP);
        assertThat(snapshot.fateOf(ref(B1))).as("what its own zone says").isEqualTo(FlowFate.KEEP);
    }

    @Test
    void targetThatItsOwnZoneDoesNotProbeGoesByAZoneThatDoes() {
        TargetSetSnapshot snapshot = snapshot(
                model(group(REBALANCE, Stickiness.FIVE_TUPLE, 0, List.of(A1, B1)), true),
                says(B1, A, HealthState.UNHEALTHY, 1));

        assertThat(snapshot.fateOf(ref(B1))).isEqualTo(FlowFate.MOVE);
    }

    private static FailurePolicy policy(TargetFailover failover, boolean onUnhealthy, boolean onDeregistration) {
        return new FailurePolicy(failover, 300_000, onUnhealthy, onDeregistration, FailOpen.FORWARD);
    }

    private static TargetSetSnapshot snapshot(FailurePolicy policy, TargetHealth... says) {
        return snapshot(model(group(policy, Stickiness.FIVE_TUPLE, 0, List.of(A1, A2)), false), says);
    }

    private static TargetSetSnapshot snapshot(FailurePolicy policy, List<Target> targets) {
        return snapshot(model(group(policy, Stickiness.FIVE_TUPLE, 0, targets), false));
    }

    private static TargetSetSnapshot snapshot(GatewayModel model, TargetHealth... says) {
        return TargetSetSnapshot.of(
                new ConfigRevision(1, NODE_1, model),
                HealthView.EMPTY.with(report(NODE_1, 1, 1, says), NOW_MS),
                NOW_MS);
    }
}

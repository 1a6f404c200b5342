// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import static io.sluice.selection.core.Fixture.A;
import static io.sluice.selection.core.Fixture.A1;
import static io.sluice.selection.core.Fixture.A2;
import static io.sluice.selection.core.Fixture.B1;
import static io.sluice.selection.core.Fixture.ENDPOINT_A;
import static io.sluice.selection.core.Fixture.ENDPOINT_A2;
import static io.sluice.selection.core.Fixture.ENDPOINT_B;
import static io.sluice.selection.core.Fixture.ENDPOINT_C;
import static io.sluice.selection.core.Fixture.IDLE;
import static io.sluice.selection.core.Fixture.NODE_1;
import static io.sluice.selection.core.Fixture.NODE_2;
import static io.sluice.selection.core.Fixture.model;
import static io.sluice.selection.core.Fixture.ref;
import static io.sluice.selection.core.Fixture.report;
import static io.sluice.selection.core.Fixture.revision;
import static io.sluice.selection.core.Fixture.says;
import static io.sluice.selection.core.Fixture.target;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Target;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.TargetSelectBatch;
import io.sluice.model.message.TargetSelectedBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TargetSetSnapshotTest {

    @Test
    void picksOnlyTargetsOfTheEndpointsZone() {
        TargetSetSnapshot snapshot = snapshot(healthy(A1, A2, B1));

        assertThat(picked(snapshot, ENDPOINT_A)).containsExactly("a1", "a2");
        assertThat(picked(snapshot, ENDPOINT_B)).containsExactly("b1");
    }

    @Test
    void picksOnlyHealthyTargetsWhileThereIsOne() { // T1a, H-7
        TargetSetSnapshot snapshot =
                snapshot(HealthView.EMPTY.with(report(NODE_1, 1, 1, says(A2, HealthState.HEALTHY))));

        assertThat(picked(snapshot, ENDPOINT_A)).containsExactly("a2");
        assertThat(snapshot.outcome(snapshot.endpointIndex(ENDPOINT_A))).isEqualTo(FailureDecision.Outcome.HEALTHY);
    }

    @Test
    void failsOpenOverTheZoneAndNeverOverAnother() { // T1b, T3h
        TargetSetSnapshot snapshot = snapshot(HealthView.EMPTY.with(
                report(NODE_1, 1, 1, says(A1, HealthState.UNHEALTHY), says(B1, HealthState.HEALTHY))));

        assertThat(picked(snapshot, ENDPOINT_A)).containsExactly("a1", "a2");
        assertThat(snapshot.outcome(snapshot.endpointIndex(ENDPOINT_A))).isEqualTo(FailureDecision.Outcome.FAIL_OPEN);
        assertThat(picked(snapshot, ENDPOINT_B)).containsExactly("b1");
    }

    @Test
    void zoneWithoutTargetsPicksNothing() { // T3d
        TargetSetSnapshot snapshot = snapshot(healthy(A1, A2, B1));

        assertThat(snapshot.pick(ENDPOINT_C, 42)).isEqualTo(TargetSetSnapshot.NO_TARGET);
        assertThat(snapshot.outcome(snapshot.endpointIndex(ENDPOINT_C))).isEqualTo(FailureDecision.Outcome.NO_TARGET);
    }

    @Test
    void endpointThatIsNotConfiguredIsUnknown() {
        TargetSetSnapshot snapshot = snapshot(HealthView.EMPTY);

        assertThat(snapshot.pick(ENDPOINT_A + 1, 42)).isEqualTo(TargetSetSnapshot.UNKNOWN_ENDPOINT);
        assertThat(snapshot.endpointIndex(0)).isEqualTo(TargetSetSnapshot.UNKNOWN_ENDPOINT);
    }

    @Test
    void nothingConfiguredKnowsNothing() {
        TargetSetSnapshot snapshot =
                TargetSetSnapshot.of(new ConfigRevision(0, NODE_1, GatewayModel.EMPTY), HealthView.EMPTY);

        assertThat(snapshot.targetCount()).isZero();
        assertThat(snapshot.endpointCount()).isZero();
        assertThat(snapshot.pick(ENDPOINT_A, 42)).isEqualTo(TargetSetSnapshot.UNKNOWN_ENDPOINT);
    }

    @Test
    void numbersTargetsByTheirReference() {
        TargetSetSnapshot snapshot = TargetSetSnapshot.of(revision(1, B1, A2, A1), HealthView.EMPTY);

        assertThat(snapshot.targets()).containsExactly(ref(IDLE), ref(A1), ref(A2), ref(B1));
        for (int index = 0; index < snapshot.targetCount(); index++) {
            assertThat(snapshot.indexOf(snapshot.targetRef(index))).isEqualTo(index);
            assertThat(snapshot.target(index).id())
                    .isEqualTo(snapshot.targetRef(index).id());
            assertThat(snapshot.groupOf(index).id())
                    .isEqualTo(snapshot.targetRef(index).group());
        }
        assertThat(snapshot.indexOf(ref(target("a3", "10.0.0.12", A, 1)))).isNegative();
    }

    @Test
    void targetOfAGroupWithoutListenerIsUnused() { // H-6
        TargetSetSnapshot snapshot = snapshot(healthy(A1));

        TargetHealth idle = snapshot.healthOf(snapshot.indexOf(ref(IDLE)));
        assertThat(idle.state()).isEqualTo(HealthState.UNUSED);
        assertThat(idle.reason()).isEqualTo(HealthReason.NOT_IN_USE);
        assertThat(snapshot.healthOf(snapshot.indexOf(ref(A1))).state()).isEqualTo(HealthState.HEALTHY);
        assertThat(snapshot.healthOf(snapshot.indexOf(ref(A2))).state()).isEqualTo(HealthState.INITIAL);
    }

    @Test
    void configuredTcpTimeoutAppliesToFiveTuplesOnly() { // F-10, F-11
        for (Stickiness stickiness : Stickiness.values()) {
            TargetSetSnapshot snapshot = TargetSetSnapshot.of(
                    new ConfigRevision(1, NODE_1, model(stickiness, List.of(A1))), HealthView.EMPTY);
            int endpoint = snapshot.endpointIndex(ENDPOINT_A);

            assertThat(snapshot.stickiness(endpoint)).isEqualTo(stickiness);
            assertThat(snapshot.tcpIdleTimeoutMs(endpoint))
                    .isEqualTo(stickiness == Stickiness.FIVE_TUPLE ? 600_000 : 350_000);
            assertThat(snapshot.endpointId(endpoint)).isEqualTo(ENDPOINT_A);
            assertThat(snapshot.groupOfEndpoint(endpoint).id()).isEqualTo(Fixture.GROUP);
        }
    }

    @Test
    void picksDependOnInputsAndNotOnTheirOrder() {
        TargetSetSnapshot one = TargetSetSnapshot.of(revision(1, A1, A2, B1), HealthView.EMPTY);
        TargetSetSnapshot other = TargetSetSnapshot.of(revision(2, B1, A2, A1), HealthView.EMPTY);

        assertThat(other.identity()).isEqualTo(one.identity()).hasSize(64);
        for (long key = 0; key < 1_000; key++) {
            assertThat(other.pick(ENDPOINT_A, key)).isEqualTo(one.pick(ENDPOINT_A, key));
            assertThat(one.pick(ENDPOINT_A2, key)).as("endpoints of one zone").isEqualTo(one.pick(ENDPOINT_A, key));
        }
    }

    @Test
    void identityFollowsWhatDecides() {
        TargetSetSnapshot base = snapshot(healthy(A1));
        Target heavier = new Target(A1.id(), A1.address(), A1.port(), A1.zone(), 2, A1.registration());
        Target anew = new Target(A1.id(), A1.address(), A1.port(), A1.zone(), 1, 2);
        Target moved = new Target(A1.id(), A2.address(), A1.port(), A1.zone(), 1, A1.registration());
        Set<String> identities = new TreeSet<>();
        identities.add(base.identity());
        identities.add(snapshot(HealthView.EMPTY).identity());
        identities.add(snapshot(healthy(A2)).identity());
        for (Target changed : List.of(heavier, anew, moved)) {
            identities.add(TargetSetSnapshot.of(revision(1, changed, A2, B1), healthy(A1))
                    .identity());
        }
        identities.add(TargetSetSnapshot.of(
                        new ConfigRevision(1, NODE_1, model(Stickiness.TWO_TUPLE, List.of(A1, A2, B1))), healthy(A1))
                .identity());
        assertThat(identities).hasSize(7);

        HealthView laterAndByAnother =
                HealthView.EMPTY.with(report(NODE_2, 9, 9, says(A1, HealthState.HEALTHY, 9_999)));
        assertThat(snapshot(laterAndByAnother).identity()).isEqualTo(base.identity());
    }

    @Test
    void targetRegisteredAnewKeepsItsShareOfKeys() { // T20, P2
        Target anew = new Target(A1.id(), A1.address(), A1.port(), A1.zone(), 1, 77);
        TargetSetSnapshot before = TargetSetSnapshot.of(revision(1, A1, A2), HealthView.EMPTY);
        TargetSetSnapshot after = TargetSetSnapshot.of(revision(2, anew, A2), HealthView.EMPTY);

        for (long key = 0; key < 1_000; key++) {
            assertThat(after.target(after.pick(ENDPOINT_A, key)).id())
                    .isEqualTo(before.target(before.pick(ENDPOINT_A, key)).id());
        }
    }

    @Test
    void targetThatFailsGivesUpItsOwnFlowsOnly() {
        List<Target> targets = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            targets.add(target("t" + i, "10.0.0." + (10 + i), A, 1));
        }
        Target[] all = targets.toArray(Target[]::new);
        TargetSetSnapshot before = TargetSetSnapshot.of(revision(1, all), healthy(all));
        for (Target failed : targets) {
            Target[] left = targets.stream().filter(t -> !t.equals(failed)).toArray(Target[]::new);
            TargetSetSnapshot after = TargetSetSnapshot.of(revision(1, all), healthy(left));
            for (long key = 0; key < 500; key++) {
                int was = before.pick(ENDPOINT_A, key);
                if (before.target(was).equals(failed)) {
                    assertThat(after.target(after.pick(ENDPOINT_A, key))).isNotEqualTo(failed);
                } else {
                    assertThat(after.pick(ENDPOINT_A, key)).isEqualTo(was);
                }
            }
        }
    }

    @Test
    void batchNamesEachPickedTargetOnce() {
        TargetSetSnapshot snapshot = snapshot(healthy(A1, A2, B1));
        int flows = 100;
        long[] endpoints = new long[flows];
        long[] keys = new long[flows];
        for (int flow = 0; flow < flows; flow++) {
            endpoints[flow] = flow % 10 == 9 ? ENDPOINT_C : flow % 10 == 8 ? 12_345 : ENDPOINT_A;
            keys[flow] = flow;
        }

        TargetSelectedBatch answer =
                TargetSelector.select(snapshot, new TargetSelectBatch(endpoints, keys, new byte[keys.length]));

        assertThat(answer.targets()).containsExactlyInAnyOrder(ref(A1), ref(A2));
        assertThat(answer.flowCount()).isEqualTo(flows);
        for (int flow = 0; flow < flows; flow++) {
            if (flow % 10 >= 8) {
                assertThat(answer.picks()[flow]).isEqualTo(FlowOpenedBatch.NO_TARGET);
            } else {
                assertThat(answer.targets().get(answer.picks()[flow]))
                        .isEqualTo(snapshot.targetRef(snapshot.pick(ENDPOINT_A, flow)));
            }
        }
    }

    @Test
    void emptyBatchHasAnEmptyAnswer() {
        TargetSelectedBatch answer = TargetSelector.select(
                snapshot(HealthView.EMPTY), new TargetSelectBatch(new long[0], new long[0], new byte[0]));

        assertThat(answer.flowCount()).isZero();
        assertThat(answer.targets()).isEmpty();
    }

    private static TargetSetSnapshot snapshot(HealthView view) {
        return TargetSetSnapshot.of(revision(1, A1, A2, B1), view);
    }

    private static HealthView healthy(Target... targets) {
        TargetHealth[] says = new TargetHealth[targets.length];
        for (int i = 0; i < targets.length; i++) {
            says[i] = says(targets[i], HealthState.HEALTHY);
        }
        return HealthView.EMPTY.with(report(NODE_1, 1, 1, says));
    }

    private static Set<String> picked(TargetSetSnapshot snapshot, long endpointId) {
        Set<String> ids = new TreeSet<>();
        for (long key = 0; key < 200; key++) {
            ids.add(snapshot.target(snapshot.pick(endpointId, key)).id().value());
        }
        return ids;
    }
}

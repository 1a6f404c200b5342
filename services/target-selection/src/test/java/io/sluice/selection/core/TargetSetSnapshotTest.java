// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import static io.sluice.selection.core.Fixture.A;
import static io.sluice.selection.core.Fixture.A1;
import static io.sluice.selection.core.Fixture.A2;
import static io.sluice.selection.core.Fixture.B;
import static io.sluice.selection.core.Fixture.B1;
import static io.sluice.selection.core.Fixture.ENDPOINT_A;
import static io.sluice.selection.core.Fixture.ENDPOINT_A2;
import static io.sluice.selection.core.Fixture.ENDPOINT_B;
import static io.sluice.selection.core.Fixture.ENDPOINT_C;
import static io.sluice.selection.core.Fixture.IDLE;
import static io.sluice.selection.core.Fixture.NODE_1;
import static io.sluice.selection.core.Fixture.NODE_2;
import static io.sluice.selection.core.Fixture.NOW_MS;
import static io.sluice.selection.core.Fixture.group;
import static io.sluice.selection.core.Fixture.model;
import static io.sluice.selection.core.Fixture.ref;
import static io.sluice.selection.core.Fixture.report;
import static io.sluice.selection.core.Fixture.revision;
import static io.sluice.selection.core.Fixture.says;
import static io.sluice.selection.core.Fixture.target;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.dynatrace.hash4j.hashing.Hashing;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.FailOpen;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetFailover;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.TargetSelectBatch;
import io.sluice.model.message.TargetSelectedBatch;
import io.sluice.model.probing.HealthView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetSetSnapshotTest {

    private static final long SEED = 20_261_125;

    @Test
    void picksOnlyTargetsOfTheEndpointsZone() {
        TargetSetSnapshot snapshot = snapshot(healthy(A1, A2, B1));

        assertThat(picked(snapshot, ENDPOINT_A)).containsExactly("a1", "a2");
        assertThat(picked(snapshot, ENDPOINT_B)).containsExactly("b1");
    }

    @Test
    void t1aPicksOnlyHealthyTargetsWhileThereIsOne() {
        TargetSetSnapshot snapshot =
                snapshot(HealthView.EMPTY.with(report(NODE_1, 1, 1, says(A2, HealthState.HEALTHY)), NOW_MS));

        assertThat(picked(snapshot, ENDPOINT_A)).containsExactly("a2");
        assertThat(snapshot.outcome(snapshot.endpointIndex(ENDPOINT_A))).isEqualTo(FailureDecision.Outcome.HEALTHY);
    }

    @Test
    void t1bFailsOpenOverTheZoneAndNeverOverAnother() {
        TargetSetSnapshot snapshot = snapshot(HealthView.EMPTY.with(
                report(NODE_1, 1, 1, says(A1, HealthState.UNHEALTHY), says(B1, HealthState.HEALTHY)), NOW_MS));

        assertThat(picked(snapshot, ENDPOINT_A)).containsExactly("a1", "a2");
        assertThat(snapshot.outcome(snapshot.endpointIndex(ENDPOINT_A))).isEqualTo(FailureDecision.Outcome.FAIL_OPEN);
        assertThat(picked(snapshot, ENDPOINT_B)).containsExactly("b1");
    }

    @Test
    void t3dZoneWithoutTargetsPicksNothing() {
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
                TargetSetSnapshot.of(new ConfigRevision(0, NODE_1, GatewayModel.EMPTY), HealthView.EMPTY, NOW_MS);

        assertThat(snapshot.targetCount()).isZero();
        assertThat(snapshot.endpointCount()).isZero();
        assertThat(snapshot.pick(ENDPOINT_A, 42)).isEqualTo(TargetSetSnapshot.UNKNOWN_ENDPOINT);
    }

    @Test
    void numbersTargetsByTheirReference() {
        TargetSetSnapshot snapshot = TargetSetSnapshot.of(revision(1, B1, A2, A1), HealthView.EMPTY, NOW_MS);

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
    void h6TargetOfAGroupWithoutListenerIsUnused() {
        TargetSetSnapshot snapshot = snapshot(healthy(A1));

        TargetHealth idle = snapshot.healthOf(snapshot.indexOf(ref(IDLE)));
        assertThat(idle.state()).isEqualTo(HealthState.UNUSED);
        assertThat(idle.reason()).isEqualTo(HealthReason.NOT_IN_USE);
        assertThat(snapshot.healthOf(snapshot.indexOf(ref(A1))).state()).isEqualTo(HealthState.HEALTHY);
        assertThat(snapshot.healthOf(snapshot.indexOf(ref(A2))).state()).isEqualTo(HealthState.INITIAL);
    }

    @Test
    void f11ConfiguredTcpTimeoutAppliesToFiveTuplesOnly() {
        for (Stickiness stickiness : Stickiness.values()) {
            TargetSetSnapshot snapshot = TargetSetSnapshot.of(
                    new ConfigRevision(1, NODE_1, model(stickiness, List.of(A1))), HealthView.EMPTY, NOW_MS);
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
        TargetSetSnapshot one = TargetSetSnapshot.of(revision(1, A1, A2, B1), HealthView.EMPTY, NOW_MS);
        TargetSetSnapshot other = TargetSetSnapshot.of(revision(2, B1, A2, A1), HealthView.EMPTY, NOW_MS);

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
            identities.add(TargetSetSnapshot.of(revision(1, changed, A2, B1), healthy(A1), NOW_MS)
                    .identity());
        }
        identities.add(TargetSetSnapshot.of(
                        new ConfigRevision(1, NODE_1, model(Stickiness.TWO_TUPLE, List.of(A1, A2, B1))),
                        healthy(A1),
                        NOW_MS)
                .identity());
        assertThat(identities).hasSize(7);

        HealthView laterAndByAnother =
                HealthView.EMPTY.with(report(NODE_2, 9, 9, says(A1, HealthState.HEALTHY, 9_999)), NOW_MS);
        assertThat(snapshot(laterAndByAnother).identity()).isEqualTo(base.identity());
    }

    @Test
    void t20TargetRegisteredAnewKeepsItsShareOfKeys() {
        Target anew = new Target(A1.id(), A1.address(), A1.port(), A1.zone(), 1, 77);
        TargetSetSnapshot before = TargetSetSnapshot.of(revision(1, A1, A2), HealthView.EMPTY, NOW_MS);
        TargetSetSnapshot after = TargetSetSnapshot.of(revision(2, anew, A2), HealthView.EMPTY, NOW_MS);

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
        TargetSetSnapshot before = TargetSetSnapshot.of(revision(1, all), healthy(all), NOW_MS);
        for (Target failed : targets) {
            Target[] left = targets.stream().filter(t -> !t.equals(failed)).toArray(Target[]::new);
            TargetSetSnapshot after = TargetSetSnapshot.of(revision(1, all), healthy(left), NOW_MS);
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
    void t2aWithCrossZoneAZoneWithoutHealthyTargetsUsesTheOthers() {
        TargetSetSnapshot snapshot = crossZone(
                FailurePolicy.DEFAULT,
                says(A1, HealthState.UNHEALTHY),
                says(A2, HealthState.UNHEALTHY),
                says(B1, A, HealthState.HEALTHY, 1));

        assertThat(picked(snapshot, ENDPOINT_A)).containsExactly("b1");
    }

    @Test
    void t3dWithCrossZoneAZoneWithoutTargetsHasThoseOfTheOthers() {
        assertThat(picked(crossZone(FailurePolicy.DEFAULT), ENDPOINT_C)).containsExactly("a1", "a2", "b1");
        assertThat(snapshot(HealthView.EMPTY).pick(ENDPOINT_C, 1)).isEqualTo(TargetSetSnapshot.NO_TARGET);
    }

    @Test
    void f34HealthIsThatSeenFromThePickingZone() {
        TargetSetSnapshot snapshot = crossZone(
                FailurePolicy.DEFAULT,
                says(A1, HealthState.HEALTHY),
                says(A1, B, HealthState.UNHEALTHY, 1),
                says(B1, HealthState.HEALTHY),
                says(B1, A, HealthState.UNHEALTHY, 1));

        assertThat(picked(snapshot, ENDPOINT_A)).containsExactly("a1");
        assertThat(picked(snapshot, ENDPOINT_B)).containsExactly("b1");
        assertThat(snapshot.healthOf(snapshot.indexOf(ref(A1))).state())
                .as("shown is what its own zone says")
                .isEqualTo(HealthState.HEALTHY);
    }

    @Test
    void zoneWithoutProberBorrowsAnothersVerdict() {
        TargetSetSnapshot snapshot = crossZone(
                FailurePolicy.DEFAULT,
                says(A1, HealthState.HEALTHY),
                says(A2, HealthState.UNHEALTHY),
                says(B1, A, HealthState.UNHEALTHY, 1));

        assertThat(picked(snapshot, ENDPOINT_C)).containsExactly("a1");
        assertThat(snapshot.healthOf(snapshot.indexOf(ref(B1))).state()).isEqualTo(HealthState.UNHEALTHY);
        assertThat(snapshot(HealthView.EMPTY.with(report(NODE_1, 1, 1, says(B1, A, HealthState.UNHEALTHY, 1)), NOW_MS))
                        .healthOf(snapshot.indexOf(ref(B1)))
                        .state())
                .as("not with cross-zone off")
                .isEqualTo(HealthState.INITIAL);
    }

    @Test
    void t3gJustAfterCrossZoneIsOnTheOtherZonesVerdictsCountUntilThisZoneHasItsOwn() {
        TargetSetSnapshot justSwitched = crossZone(
                FailurePolicy.DEFAULT,
                says(A1, HealthState.UNHEALTHY),
                says(A2, HealthState.UNHEALTHY),
                says(B1, HealthState.HEALTHY),
                says(B1, A, HealthState.INITIAL, 1));
        assertThat(picked(justSwitched, ENDPOINT_A)).containsExactly("b1");
        assertThat(justSwitched.outcome(justSwitched.endpointIndex(ENDPOINT_A)))
                .isEqualTo(FailureDecision.Outcome.HEALTHY);

        TargetSetSnapshot probed = crossZone(
                FailurePolicy.DEFAULT,
                says(A1, HealthState.HEALTHY),
                says(B1, HealthState.HEALTHY),
                says(B1, A, HealthState.UNHEALTHY, 1));
        assertThat(picked(probed, ENDPOINT_A)).containsExactly("a1");
    }

    @Test
    void t3iSharesAreEqualTargetByTargetWithCrossZoneAndWithinTheZoneWithout() {
        TargetSetSnapshot on = crossZone(FailurePolicy.DEFAULT);
        TargetSetSnapshot off = snapshot(HealthView.EMPTY);
        int[] ofZoneB = new int[4];
        int[] ofZoneAAlone = new int[4];
        SplittableRandom random = new SplittableRandom(SEED);
        System.out.println("seed: " + SEED);
        for (int flow = 0; flow < 10_000; flow++) {
            long key = random.nextLong();
            ofZoneB[on.pick(ENDPOINT_B, key)]++;
            ofZoneAAlone[off.pick(ENDPOINT_A, key)]++;
        }
        for (int target = 1; target <= 3; target++) {
            assertThat((double) ofZoneB[target]).isBetween(0.9 * 10_000 / 3, 1.1 * 10_000 / 3);
        }
        for (int target = 1; target <= 2; target++) {
            assertThat((double) ofZoneAAlone[target]).isBetween(0.9 * 10_000 / 2, 1.1 * 10_000 / 2);
        }
        assertThat(ofZoneAAlone[3]).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 8})
    void f9TenThousandFlowsSpreadWithinTenPercentAndOneOfNTargetsMovesItsShare(int count) {
        System.out.println("seed: " + SEED);
        SplittableRandom random = new SplittableRandom(SEED + count);
        Target[] all = new Target[count];
        for (int i = 0; i < count; i++) {
            all[i] = target("10.0.0." + (10 + i), "10.0.0." + (10 + i), A, 1);
        }
        TargetSetSnapshot before = TargetSetSnapshot.of(revision(1, all), healthy(all), NOW_MS);
        TargetSetSnapshot after =
                TargetSetSnapshot.of(revision(1, all), healthy(Arrays.copyOf(all, count - 1)), NOW_MS);
        int[] shares = new int[count + 1];
        int moved = 0;
        long[] words = new long[FlowKey.WORDS];
        for (int flow = 0; flow < 10_000; flow++) {
            words[0] = ENDPOINT_A;
            words[2] = random.nextInt() & 0xFFFF_FFFFL;
            words[4] = random.nextInt() & 0xFFFF_FFFFL;
            words[5] = FlowKey.traits(random.nextInt(65_536), random.nextInt(65_536), 6, 4, Stickiness.FIVE_TUPLE);
            long key = Hashing.xxh3_64(SEED).hashStream().putLongArray(words).getAsLong();
            shares[before.pick(ENDPOINT_A, key)]++;
            moved += before.pick(ENDPOINT_A, key) == after.pick(ENDPOINT_A, key) ? 0 : 1;
        }
        double share = 10_000.0 / count;
        int first = before.targetCount() - count;
        for (int i = 0; i < count; i++) {
            assertThat((double) shares[first + i]).isBetween(0.9 * share, 1.1 * share);
        }
        assertThat((double) moved).isBetween(0.9 * share, 1.1 * share);
    }

    @Test
    void t17DrainingTargetIsNumberedAndShownAsDrainingSinceItsDeregistration() {
        Target draining = A1.deregistered(NOW_MS - 5);
        TargetSetSnapshot snapshot = TargetSetSnapshot.of(revision(1, draining, A2, B1), healthy(A1, A2), NOW_MS);

        TargetHealth health = snapshot.healthOf(snapshot.indexOf(ref(A1)));
        assertThat(health.state()).isEqualTo(HealthState.DRAINING);
        assertThat(health.reason()).isEqualTo(HealthReason.DEREGISTRATION_IN_PROGRESS);
        assertThat(health.sinceMs()).isEqualTo(NOW_MS - 5);
        assertThat(snapshot.target(snapshot.indexOf(ref(A1)))).isEqualTo(draining);
    }

    @Test
    void t18DrainingTargetIsNeverPickedNotEvenByFailingOpen() {
        Target draining = A1.deregistered(NOW_MS);
        for (HealthView view : List.of(healthy(A1, A2), healthy(A1), HealthView.EMPTY)) {
            TargetSetSnapshot snapshot = TargetSetSnapshot.of(revision(1, draining, A2), view, NOW_MS);
            assertThat(picked(snapshot, ENDPOINT_A)).containsExactly("a2");
        }
        assertThat(TargetSetSnapshot.of(revision(1, draining), healthy(A1), NOW_MS)
                        .pick(ENDPOINT_A, 1))
                .isEqualTo(TargetSetSnapshot.NO_TARGET);
    }

    @Test
    void failOpenPolicyDropsOrBypasses() {
        TargetSetSnapshot drop = crossZone(policy(FailOpen.DROP), says(A1, HealthState.UNHEALTHY));
        TargetSetSnapshot bypass = crossZone(policy(FailOpen.BYPASS), says(A1, HealthState.UNHEALTHY));
        TargetSetSnapshot healthy = crossZone(policy(FailOpen.BYPASS), says(A1, HealthState.HEALTHY));

        assertThat(drop.pick(ENDPOINT_A, 1)).isEqualTo(TargetSetSnapshot.DROPPED);
        assertThat(bypass.pick(ENDPOINT_A, 1)).isEqualTo(TargetSetSnapshot.BYPASS);
        assertThat(bypass.bypassRef(ENDPOINT_A)).isEqualTo(TargetRef.bypass(Fixture.GROUP));
        assertThat(picked(healthy, ENDPOINT_A)).containsExactly("a1");
        assertThat(Set.of(drop.identity(), bypass.identity(), healthy.identity()))
                .hasSize(3);
        assertThatThrownBy(() -> bypass.bypassRef(12_345)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void t10BatchHonoursMovesAndNamesBypassesOnce() {
        TargetSelectBatch batch = new TargetSelectBatch(
                new long[] {ENDPOINT_A, ENDPOINT_A, ENDPOINT_B, 12_345, 12_345},
                new long[] {1, 2, 3, 4, 5},
                new byte[] {0, 1, 0, 0, 1});
        TargetSetSnapshot bypass = crossZone(policy(FailOpen.BYPASS), says(A1, HealthState.UNHEALTHY));
        TargetSelectedBatch answer = TargetSelector.select(bypass, batch);
        assertThat(answer.targets()).containsExactly(TargetRef.bypass(Fixture.GROUP));
        assertThat(answer.picks())
                .containsExactly(0, FlowOpenedBatch.UNMOVED, 0, FlowOpenedBatch.NO_TARGET, FlowOpenedBatch.UNMOVED);

        TargetSetSnapshot drop = crossZone(policy(FailOpen.DROP));
        assertThat(TargetSelector.select(drop, batch).picks())
                .containsExactly(
                        FlowOpenedBatch.DROPPED,
                        FlowOpenedBatch.UNMOVED,
                        FlowOpenedBatch.DROPPED,
                        FlowOpenedBatch.NO_TARGET,
                        FlowOpenedBatch.UNMOVED);

        TargetSetSnapshot open = crossZone(FailurePolicy.DEFAULT, says(A1, HealthState.UNHEALTHY));
        assertThat(TargetSelector.select(open, batch).picks()[1])
                .as("a move never fails open")
                .isEqualTo(FlowOpenedBatch.UNMOVED);
        TargetSetSnapshot healthy = crossZone(FailurePolicy.DEFAULT, says(A2, HealthState.HEALTHY));
        TargetSelectedBatch moved = TargetSelector.select(healthy, batch);
        assertThat(moved.targets().get(moved.picks()[1])).isEqualTo(ref(A2));
    }

    @Test
    void identityFollowsPolicyCrossZoneAndWhatEachZoneSees() {
        Set<String> identities = new TreeSet<>();
        identities.add(snapshot(HealthView.EMPTY).identity());
        identities.add(crossZone(FailurePolicy.DEFAULT).identity());
        identities.add(crossZone(policy(FailOpen.DROP)).identity());
        identities.add(crossZone(new FailurePolicy(TargetFailover.REBALANCE, 300_000, false, false, FailOpen.FORWARD))
                .identity());
        identities.add(crossZone(new FailurePolicy(TargetFailover.NO_REBALANCE, 300_000, true, false, FailOpen.FORWARD))
                .identity());
        identities.add(crossZone(new FailurePolicy(TargetFailover.NO_REBALANCE, 300_000, false, true, FailOpen.FORWARD))
                .identity());
        identities.add(
                crossZone(FailurePolicy.DEFAULT, says(A1, HealthState.INITIAL), says(A1, B, HealthState.UNHEALTHY, 1))
                        .identity());
        identities.add(TargetSetSnapshot.of(revision(1, A1.deregistered(1), A2, B1), HealthView.EMPTY, NOW_MS)
                .identity());
        assertThat(identities).hasSize(8);
    }

    private static FailurePolicy policy(FailOpen failOpen) {
        return new FailurePolicy(TargetFailover.NO_REBALANCE, 300_000, false, false, failOpen);
    }

    private static TargetSetSnapshot crossZone(FailurePolicy policy, TargetHealth... says) {
        return TargetSetSnapshot.of(
                new ConfigRevision(
                        1, NODE_1, model(group(policy, Stickiness.FIVE_TUPLE, 0, List.of(A1, A2, B1)), true)),
                HealthView.EMPTY.with(report(NODE_1, 1, 1, says), NOW_MS),
                NOW_MS);
    }

    @Test
    void emptyBatchHasAnEmptyAnswer() {
        TargetSelectedBatch answer = TargetSelector.select(
                snapshot(HealthView.EMPTY), new TargetSelectBatch(new long[0], new long[0], new byte[0]));

        assertThat(answer.flowCount()).isZero();
        assertThat(answer.targets()).isEmpty();
    }

    private static TargetSetSnapshot snapshot(HealthView view) {
        return TargetSetSnapshot.of(revision(1, A1, A2, B1), view, NOW_MS);
    }

    private static HealthView healthy(Target... targets) {
        TargetHealth[] says = new TargetHealth[targets.length];
        for (int i = 0; i < targets.length; i++) {
            says[i] = says(targets[i], HealthState.HEALTHY);
        }
        return HealthView.EMPTY.with(report(NODE_1, 1, 1, says), NOW_MS);
    }

    private static Set<String> picked(TargetSetSnapshot snapshot, long endpointId) {
        Set<String> ids = new TreeSet<>();
        for (long key = 0; key < 200; key++) {
            ids.add(snapshot.target(snapshot.pick(endpointId, key)).id().value());
        }
        return ids;
    }
}

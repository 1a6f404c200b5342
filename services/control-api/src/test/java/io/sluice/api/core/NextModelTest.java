// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.core;

import static io.sluice.api.Samples.AZ1;
import static io.sluice.api.Samples.AZ2;
import static io.sluice.api.Samples.GROUP;
import static io.sluice.api.Samples.revision;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetFailover;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Registration and draining by documents, with a clock that the test moves. */
class NextModelTest {

    private static final GatewayModel START = revision(1).model();
    private static final String A = "10.1.0.11";
    private static final String B = "10.1.0.12";
    private static final long DELAY_MS = 300_000;

    private long nowMs = 1_700_000_000_000L;
    private long number = 1;
    private GatewayModel model = START;

    private static Target target(String id, Zone zone, int port) {
        return new Target(new TargetId(id), Ipv4Address.parse(id), port, zone, 1, 1);
    }

    private static Target target(String id) {
        return target(id, AZ1, Target.GENEVE_PORT);
    }

    private static GatewayModel with(FailurePolicy failure, List<Target> targets) {
        TargetGroup group = START.targetGroups().getFirst();
        TargetGroup other = new TargetGroup(
                group.id(),
                group.healthCheck(),
                group.stickiness(),
                failure,
                group.probe(),
                group.passiveDetection(),
                group.slowStartMs(),
                group.returnTupleCheck(),
                targets);
        return new GatewayModel(START.zones(), List.of(other), START.loadBalancers(), START.endpoints());
    }

    private static GatewayModel with(Target... targets) {
        return with(FailurePolicy.DEFAULT, List.of(targets));
    }

    private static GatewayModel delayed(long delayMs, Target... targets) {
        return with(
                new FailurePolicy(TargetFailover.NO_REBALANCE, delayMs, false, false, FailurePolicy.DEFAULT.failOpen()),
                List.of(targets));
    }

    private void put(GatewayModel desired) {
        model = NextModel.of(model, desired, nowMs, ++number);
    }

    private OptionalLong pass(long ms) {
        nowMs += ms;
        Draining.AfterDelays after = Draining.afterDelays(model, nowMs);
        model = after.model();
        return after.nextMs();
    }

    private List<Target> targets() {
        return model.targetGroup(GROUP).orElseThrow().targets();
    }

    private Target find(String id) {
        return targets().stream()
                .filter(target -> target.id().value().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void t17ADeregisteredTargetDrainsForExactlyItsDelay() {
        put(with(target(A)));
        assertThat(find(B).draining()).isTrue();
        assertThat(find(B).deregisteredAtMs()).isEqualTo(nowMs);
        assertThat(pass(DELAY_MS - 1)).hasValue(nowMs + 1);
        assertThat(find(B).draining()).isTrue();
        assertThat(pass(1)).isEmpty();
        assertThat(targets()).extracting(target -> target.id().value()).containsExactly(A);
    }

    @Test
    void t17ADelayOfZeroEndsItAtOnce() {
        put(delayed(0, target(A)));
        assertThat(targets()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1_000, 3_600_000})
    void t17TheDelayIsTheGroups(long delayMs) {
        put(delayed(delayMs, target(A)));
        assertThat(pass(delayMs - 1)).hasValue(nowMs + 1);
        assertThat(targets()).hasSize(2);
        pass(1);
        assertThat(targets()).hasSize(1);
    }

    @Test
    void t17FurtherDocumentsNeitherProlongNorEndIt() {
        put(with(target(A)));
        long since = nowMs;
        pass(DELAY_MS / 2);
        put(with(target(A)));
        assertThat(find(B).deregisteredAtMs()).isEqualTo(since);
        pass(DELAY_MS / 2);
        assertThat(targets()).hasSize(1);
    }

    @Test
    void t18OneThatDrainsIsNotAmongTheRegisteredOnes() {
        put(with(target(A)));
        assertThat(find(A).draining()).isFalse();
        assertThat(Draining.declared(model).targetGroups().getFirst().targets()).containsExactly(find(A));
        assertThat(find(B).registration()).as("its flows find it").isEqualTo(1);
    }

    @Test
    void t19WhatBeginsToDrainKeepsAllElseOfIt() {
        Target before = find(B);
        put(with(target(A)));
        assertThat(find(B)).isEqualTo(before.deregistered(nowMs));
    }

    @Test
    void t20RegisteringAgainWhileItDrainsIsTheSameRegistration() {
        put(with(target(A)));
        pass(DELAY_MS - 1);
        put(with(target(A), target(B, AZ2, Target.GENEVE_PORT)));
        assertThat(find(B).draining()).isFalse();
        assertThat(find(B).registration()).isEqualTo(1);
        assertThat(pass(DELAY_MS)).isEmpty();
        assertThat(targets()).hasSize(2);
    }

    @Test
    void t20RegisteringAnewAfterItLeftIsANewRegistration() {
        put(with(target(A)));
        pass(DELAY_MS);
        put(with(target(A), target(B, AZ2, Target.GENEVE_PORT)));
        assertThat(find(B).registration()).isEqualTo(number).isEqualTo(3);
        assertThat(find(A).registration()).isEqualTo(1);
    }

    @Test
    void t21LeavingOutWhatIsNotThereSucceedsAndChangesNothing() {
        put(with(target(A)));
        pass(DELAY_MS);
        GatewayModel before = model;
        put(with(target(A)));
        assertThat(model).isEqualTo(before);
        assertThat(ConfigPlan.between(before, model)).isEmpty();
    }

    @Test
    void t22LeavingOutAGroupEndsItAtOnceWithWhatDrains() {
        put(with(target(A)));
        put(new GatewayModel(START.zones(), List.of(), List.of(), List.of()));
        assertThat(model.targetGroups()).isEmpty();
        assertThat(model.loadBalancers()).isEmpty();
        assertThat(pass(0)).isEmpty();
    }

    @Test
    void t22AnotherGroupOfTheListenerLeavesTheOldOnesTargetsAlone() {
        TargetGroup old = START.targetGroups().getFirst();
        TargetGroup fresh = new TargetGroup(
                new TargetGroupId("fresh"), old.healthCheck(), old.stickiness(), List.of(target("10.1.0.99")));
        LoadBalancer balancer = START.loadBalancers().getFirst();
        put(new GatewayModel(
                START.zones(),
                List.of(old, fresh),
                List.of(new LoadBalancer(balancer.id(), balancer.zones(), new Listener(fresh.id(), 350_000))),
                START.endpoints()));
        assertThat(targets()).isEqualTo(old.targets());
    }

    @Test
    void anotherWeightIsTheSameTargetAnotherPortOrZoneIsNot() {
        put(with(
                new Target(new TargetId(A), Ipv4Address.parse(A), Target.GENEVE_PORT, AZ1, 9, 1),
                target(B, AZ2, 7_000)));
        assertThat(find(A).registration()).isEqualTo(1);
        assertThat(find(A).weight()).isEqualTo(9);
        assertThat(find(B).registration()).isEqualTo(2);
        put(with(target(A, AZ2, Target.GENEVE_PORT)));
        assertThat(find(A).registration()).isEqualTo(3);
    }

    @Test
    void keepsAZoneForAsLongAsSomethingDrainsInIt() {
        GatewayModel narrow = new GatewayModel(
                List.of(AZ1),
                List.of(START.targetGroups().getFirst().withTargets(List.of(target(A)))),
                List.of(new LoadBalancer(
                        START.loadBalancers().getFirst().id(), List.of(AZ1), new Listener(GROUP, 350_000))),
                START.endpoints());
        put(narrow);
        assertThat(model.zones()).containsExactly(AZ1, AZ2);
        assertThat(Draining.declared(model)).isEqualTo(narrow);
        pass(DELAY_MS);
        assertThat(model).isEqualTo(narrow);
    }

    @Test
    void holdsNoMoreDrainingTargetsThanAGroupMayHaveAndLetsTheLongestDrainingGo() {
        for (int round = 0; round < 5; round++) {
            int third = round;
            put(with(
                    FailurePolicy.DEFAULT,
                    IntStream.range(0, TargetGroup.TARGETS_MAX)
                            .mapToObj(n -> target("10.%d.%d.%d".formatted(third + 1, n / 100, n % 100 + 1)))
                            .toList()));
            nowMs++;
        }
        assertThat(targets()).hasSize(TargetGroup.TARGETS_WITH_DRAINING_MAX);
        assertThat(targets().stream().filter(Target::draining))
                .allMatch(target -> target.id().value().startsWith("10.4."));
    }

    @Test
    void refusesToLeaveOutAProtectedLoadBalancer() {
        LoadBalancer balancer = START.loadBalancers().getFirst();
        GatewayModel kept = new GatewayModel(
                START.zones(),
                START.targetGroups(),
                List.of(new LoadBalancer(
                        balancer.id(),
                        balancer.zones(),
                        balancer.listener(),
                        false,
                        balancer.ipAddressType(),
                        true,
                        balancer.packets())),
                START.endpoints());
        assertThat(NextModel.protectedFromDeletion(kept, GatewayModel.EMPTY)).containsExactly(balancer.id());
        assertThat(NextModel.protectedFromDeletion(kept, START))
                .as("it only loses its protection")
                .isEmpty();
        assertThat(NextModel.protectedFromDeletion(START, GatewayModel.EMPTY)).isEmpty();
    }

    /** Whatever documents come when: the registered ones are the document's, and no registration is used twice. */
    @Test
    void keepsItsPromisesInAnyOrderOfDocuments() {
        long seed = Long.getLong("sluice.seed", 20_261_125L);
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            int step = round;
            List<Target> wanted = new ArrayList<>();
            for (int n = 1; n <= 6; n++) {
                if (random.nextBoolean()) {
                    wanted.add(target("10.1.0." + n));
                }
            }
            GatewayModel before = model;
            put(with(FailurePolicy.DEFAULT, wanted));
            assertThat(targets().stream().filter(target -> !target.draining()).map(Target::id))
                    .as("seed %d step %d", seed, step)
                    .containsExactlyElementsOf(wanted.stream().map(Target::id).toList());
            for (Target target : targets()) {
                before.targetGroups().getFirst().targets().stream()
                        .filter(old -> old.id().equals(target.id()))
                        .forEach(old -> assertThat(target.registration())
                                .as("seed %d step %d", seed, step)
                                .isEqualTo(old.registration()));
            }
            OptionalLong next = pass(random.nextLong(DELAY_MS));
            assertThat(next.orElse(nowMs + 1)).as("seed %d step %d", seed, step).isGreaterThan(nowMs);
        }
    }
}

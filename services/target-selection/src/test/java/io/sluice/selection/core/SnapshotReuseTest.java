// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import static io.sluice.selection.core.Fixture.A;
import static io.sluice.selection.core.Fixture.B;
import static io.sluice.selection.core.Fixture.NODE_1;
import static io.sluice.selection.core.Fixture.NODE_2;
import static io.sluice.selection.core.Fixture.NOW_MS;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.FailOpen;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.IpAddressType;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PacketPolicy;
import io.sluice.model.config.PassiveDetection;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetFailover;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.EndpointId;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Vni;
import io.sluice.model.id.Zone;
import io.sluice.model.message.HealthChanged;
import io.sluice.model.probing.HealthView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken over from the snapshot before is what would be made anew, and nothing else is made anew. */
class SnapshotReuseTest {

    private static final int GROUPS = 6;
    private static final int TARGETS = 5;
    private static final int STEPS = 400;
    private static final List<FailOpen> FAIL_OPEN = List.of(FailOpen.values());

    private final Map<Integer, Integer> weights = new HashMap<>();
    private int groupCount = GROUPS;
    private FailOpen failOpen = FailOpen.FORWARD;
    private boolean crossZone;
    private long slowStartMs;

    private static TargetGroupId group(int number) {
        return new TargetGroupId("group-%02d".formatted(number));
    }

    private static TargetRef target(int group, int number) {
        return new TargetRef(group(group), new TargetId("10.%d.0.%d".formatted(group, number + 1)), 1);
    }

    /** Every group has a load balancer and an endpoint but the last, which nobody uses. */
    private ConfigRevision revision(long number) {
        List<TargetGroup> groups = new ArrayList<>();
        List<LoadBalancer> balancers = new ArrayList<>();
        List<Endpoint> endpoints = new ArrayList<>();
        for (int g = 0; g < groupCount; g++) {
            List<Target> targets = new ArrayList<>();
            for (int t = TARGETS - 1; t >= 0; t--) {
                TargetRef ref = target(g, t);
                targets.add(new Target(
                        ref.id(),
                        Ipv4Address.parse(ref.id().value()),
                        Target.GENEVE_PORT,
                        t % 2 == 0 ? A : B,
                        weights.getOrDefault(g, 1),
                        1));
            }
            groups.add(new TargetGroup(
                    group(g),
                    HealthCheckSpec.DEFAULT,
                    Stickiness.FIVE_TUPLE,
                    new FailurePolicy(TargetFailover.REBALANCE, 300_000, false, false, failOpen),
                    DataPathProbe.DEFAULT,
                    PassiveDetection.DEFAULT,
                    slowStartMs,
                    true,
                    targets));
            if (g < GROUPS - 1) {
                LoadBalancerId balancer = new LoadBalancerId("lb-" + g);
                balancers.add(new LoadBalancer(
                        balancer,
                        List.of(A, B),
                        new Listener(group(g), 350_000),
                        crossZone,
                        IpAddressType.DUALSTACK,
                        false,
                        PacketPolicy.DEFAULT));
                endpoints.add(new Endpoint(
                        new EndpointId(1_000 - g),
                        new Vni(100 + g),
                        g % 2 == 0 ? A : B,
                        balancer,
                        List.of(new Ipv4SocketAddress(Ipv4Address.parse("10.200.0.1"), 6080))));
            }
        }
        return new ConfigRevision(number, NODE_1, new GatewayModel(List.of(A, B), groups, balancers, endpoints));
    }

    private HealthChanged report(NodeId source, long sequence, Map<TargetRef, TargetHealth> states) {
        return new HealthChanged(source, 1, sequence, List.copyOf(states.values()));
    }

    private static TargetHealth health(TargetRef target, int number, HealthState state, long sinceMs) {
        Zone zone = number % 2 == 0 ? A : B;
        HealthReason reason = state == HealthState.UNHEALTHY ? HealthReason.FAILED_HEALTH_CHECKS : HealthReason.NONE;
        return new TargetHealth(target, zone, state, reason, sinceMs);
    }

    private static void assertAlike(TargetSetSnapshot taken, TargetSetSnapshot made, SplittableRandom random) {
        assertThat(taken.identity()).isEqualTo(made.identity());
        assertThat(taken.targets()).isEqualTo(made.targets());
        assertThat(taken.keepsAll()).isEqualTo(made.keepsAll());
        assertThat(taken.nextStepMs()).isEqualTo(made.nextStepMs());
        for (int index = 0; index < taken.targetCount(); index++) {
            assertThat(taken.healthOf(index)).isEqualTo(made.healthOf(index));
            assertThat(taken.target(index)).isEqualTo(made.target(index));
            TargetRef ref = taken.targetRef(index);
            assertThat(taken.indexOf(ref)).isEqualTo(index);
            assertThat(taken.fateOf(ref)).isEqualTo(made.fateOf(ref));
        }
        for (int endpoint = 0; endpoint < taken.endpointCount(); endpoint++) {
            long id = taken.endpointId(endpoint);
            assertThat(taken.outcome(endpoint)).isEqualTo(made.outcome(endpoint));
            assertThat(taken.canMove(id)).isEqualTo(made.pickForMove(id, 0) >= 0);
            for (int i = 0; i < 4; i++) {
                long key = random.nextLong();
                assertThat(taken.pick(id, key)).isEqualTo(made.pick(id, key));
                assertThat(taken.fateOf(taken.targetRef(i), id)).isEqualTo(made.fateOf(made.targetRef(i), id));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whatIsTakenOverIsWhatWouldBeMade(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long nowMs = NOW_MS;
        ConfigRevision revision = revision(1);
        HealthView view = HealthView.EMPTY;
        SelectionInputs inputs = new SelectionInputs(revision);
        List<Map<TargetRef, TargetHealth>> states = List.of(new HashMap<>(), new HashMap<>());
        List<NodeId> probers = List.of(NODE_1, NODE_2);
        for (int step = 2; step < STEPS; step++) {
            nowMs += random.nextInt(3_000);
            inputs.advance(nowMs);
            switch (random.nextInt(8)) {
                case 0 -> weights.put(random.nextInt(GROUPS), 1 + random.nextInt(9));
                case 1 -> groupCount = GROUPS - random.nextInt(2);
                case 2 -> failOpen = FAIL_OPEN.get(random.nextInt(FAIL_OPEN.size()));
                case 3 -> crossZone = random.nextBoolean();
                case 4 -> slowStartMs = random.nextBoolean() ? 0 : 30_000;
                default -> {
                    int prober = random.nextInt(2);
                    for (int i = 0; i < 3; i++) {
                        int number = random.nextInt(TARGETS);
                        TargetRef ref = target(random.nextInt(GROUPS), number);
                        HealthState state = random.nextBoolean() ? HealthState.HEALTHY : HealthState.UNHEALTHY;
                        states.get(prober).put(ref, health(ref, number, state, nowMs));
                    }
                    HealthChanged report = report(probers.get(prober), step, states.get(prober));
                    view = view.with(report, nowMs);
                    inputs.accept(report, nowMs);
                }
            }
            if (random.nextInt(4) == 0) {
                revision = revision(step);
                inputs.accept(revision);
            }
            assertAlike(inputs.snapshot(), TargetSetSnapshot.of(revision, view, nowMs), random);
        }
    }

    @Test
    void healthOfOneGroupMakesNothingAnewOfTheOthers() {
        Map<TargetRef, TargetHealth> states = new HashMap<>();
        for (int g = 0; g < GROUPS; g++) {
            for (int t = 0; t < TARGETS; t++) {
                states.put(target(g, t), health(target(g, t), t, HealthState.HEALTHY, 1));
            }
        }
        SelectionInputs inputs = new SelectionInputs(revision(1));
        inputs.accept(report(NODE_1, 1, states), NOW_MS);
        TargetSetSnapshot before = inputs.snapshot();
        states.put(target(3, 0), health(target(3, 0), 0, HealthState.UNHEALTHY, 2));
        inputs.accept(report(NODE_1, 2, states), NOW_MS);
        TargetSetSnapshot after = inputs.snapshot();
        assertThat(anew(before, after)).containsOnly(group(3));
        weights.put(1, 7);
        inputs.accept(revision(2));
        assertThat(anew(after, inputs.snapshot())).containsOnly(group(1));
    }

    /** Groups whose targets are other objects than they were. */
    private static List<TargetGroupId> anew(TargetSetSnapshot before, TargetSetSnapshot after) {
        assertThat(after.targets()).isEqualTo(before.targets());
        List<TargetGroupId> anew = new ArrayList<>();
        for (int index = 0; index < after.targetCount(); index++) {
            if (!isSame(before.targetRef(index), after.targetRef(index))) {
                anew.add(after.targetRef(index).group());
            }
        }
        return anew;
    }

    @SuppressWarnings("ReferenceEquality") // whether it was made anew is the question
    private static boolean isSame(TargetRef one, TargetRef other) {
        return one == other;
    }
}

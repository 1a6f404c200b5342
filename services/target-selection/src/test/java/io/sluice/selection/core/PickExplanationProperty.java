// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import static io.sluice.selection.core.Fixture.A;
import static io.sluice.selection.core.Fixture.B;
import static io.sluice.selection.core.Fixture.C;
import static io.sluice.selection.core.Fixture.ENDPOINT_A;
import static io.sluice.selection.core.Fixture.ENDPOINT_B;
import static io.sluice.selection.core.Fixture.ENDPOINT_C;
import static io.sluice.selection.core.Fixture.NODE_1;
import static io.sluice.selection.core.Fixture.NOW_MS;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.FailOpen;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetFailover;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.Zone;
import io.sluice.model.probing.HealthView;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whatever the gateway, the health and the flow: an explanation says what the decision does. */
class PickExplanationProperty {

    private static final int GATEWAYS = 3_000;
    private static final int FLOWS = 20;
    private static final List<Zone> ZONES = List.of(A, B, C);
    private static final long[] ENDPOINTS = {ENDPOINT_A, ENDPOINT_B, ENDPOINT_C};

    /** The best of those explained as eligible is the pick; rows and reasons fit what was decided. */
    @Test
    void theBestOfTheExplainedIsThePick() {
        long seed = Long.getLong("sluice.seed", System.nanoTime());
        System.out.println("seed=" + seed);
        Random random = new Random(seed);
        Set<PolicyRow> rows = EnumSet.noneOf(PolicyRow.class);
        for (int round = 0; round < GATEWAYS; round++) {
            TargetSetSnapshot snapshot = snapshot(random);
            for (int flow = 0; flow < FLOWS; flow++) {
                long endpoint = ENDPOINTS[random.nextInt(ENDPOINTS.length)];
                long keyHash = random.nextLong();
                PickExplanation said = snapshot.explain(endpoint, keyHash);
                String where = "seed %d, gateway %d, flow %d: %s".formatted(seed, round, flow, said);
                agrees(snapshot, endpoint, keyHash, said, where);
                rows.add(said.row());
            }
        }
        assertThat(rows).as("seed %d meets every row", seed).containsExactlyInAnyOrder(PolicyRow.values());
    }

    private static void agrees(
            TargetSetSnapshot snapshot, long endpoint, long keyHash, PickExplanation said, String where) {
        int index = snapshot.endpointIndex(endpoint);
        assertThat(said.picked()).as(where).isEqualTo(snapshot.pick(endpoint, keyHash));
        assertThat(said.outcome()).as(where).isEqualTo(snapshot.outcome(index));
        List<PickExplanation.Ranked> eligible =
                said.ranking().stream().filter(PickExplanation.Ranked::eligible).toList();
        assertThat(said.ranking())
                .as(where)
                .hasSize(snapshot.groupOfEndpoint(index).targets().size());
        if (said.picked() >= 0) {
            assertThat(eligible.getFirst().targetIndex()).as(where).isEqualTo(said.picked());
            assertThat(eligible).as(where).isSortedAccordingTo((a, b) -> Long.compare(a.score(), b.score()));
            assertThat(eligible).as(where).allMatch(ranked -> ranked.effectiveWeight() >= ranked.weight());
        } else {
            assertThat(eligible).as(where).isEmpty();
        }
        boolean fits = switch (said.row()) {
            case T1A, T2A, T2B, T3A, T3C, T3I -> said.outcome() == FailureDecision.Outcome.HEALTHY;
            case T1B, T2C, T3B, T3H -> said.outcome() == FailureDecision.Outcome.FAIL_OPEN;
            case T3D, T18 -> said.outcome() == FailureDecision.Outcome.NO_TARGET;
            case FAIL_OPEN_DROP -> said.outcome() == FailureDecision.Outcome.DROP;
            case FAIL_OPEN_BYPASS -> said.outcome() == FailureDecision.Outcome.BYPASS;
        };
        assertThat(fits).as(where).isTrue();
        for (PickExplanation.Ranked ranked : said.ranking()) {
            boolean right = switch (ranked.exclusion()) {
                case NONE -> ranked.health().state() != HealthState.DRAINING;
                case DRAINING -> ranked.health().state() == HealthState.DRAINING;
                case NOT_HEALTHY ->
                    ranked.health().state() != HealthState.HEALTHY && said.outcome() == FailureDecision.Outcome.HEALTHY;
                case NONE_HEALTHY -> ranked.health().state() != HealthState.HEALTHY;
                case OTHER_ZONE ->
                    !said.crossZone()
                            && !snapshot.target(ranked.targetIndex()).zone().equals(said.zone());
                case ENDPOINT_ZONE_NOT_ENABLED, TARGET_ZONE_NOT_ENABLED -> false; // all zones are enabled here
            };
            assertThat(right).as(where).isTrue();
        }
    }

    private static TargetSetSnapshot snapshot(Random random) {
        List<Target> targets = new ArrayList<>();
        List<TargetHealth> says = new ArrayList<>();
        HealthState[] states = {HealthState.HEALTHY, HealthState.UNHEALTHY, HealthState.INITIAL};
        // most gateways of few states, so that rows of "all" and "none" are met often
        int kinds = 1 + random.nextInt(states.length);
        int first = random.nextInt(states.length);
        int count = random.nextInt(7);
        for (int i = 0; i < count; i++) {
            Zone zone = ZONES.get(random.nextInt(ZONES.size()));
            Target target = new Target(
                    new TargetId("t" + i),
                    Ipv4Address.parse("10.0.0." + (10 + i)),
                    Target.GENEVE_PORT,
                    zone,
                    1 + random.nextInt(5),
                    1);
            boolean drains = random.nextInt(6) == 0;
            targets.add(drains ? target.deregistered(NOW_MS - 1) : target);
            HealthState state = states[(first + random.nextInt(kinds)) % states.length];
            for (Zone from : ZONES) {
                says.add(Fixture.says(target, from, state, NOW_MS - random.nextInt(60_000)));
            }
        }
        FailOpen[] failOpens = FailOpen.values();
        FailurePolicy policy = new FailurePolicy(
                TargetFailover.NO_REBALANCE,
                300_000,
                false,
                false,
                random.nextInt(3) > 0 ? FailOpen.FORWARD : failOpens[random.nextInt(failOpens.length)]);
        long slowStartMs = random.nextBoolean() ? 0 : 30_000;
        return TargetSetSnapshot.of(
                new ConfigRevision(
                        1,
                        NODE_1,
                        Fixture.model(
                                Fixture.group(policy, Stickiness.FIVE_TUPLE, slowStartMs, targets),
                                random.nextBoolean())),
                HealthView.EMPTY.with(Fixture.report(NODE_1, 1, 1, says.toArray(TargetHealth[]::new)), NOW_MS),
                NOW_MS);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A pick with its reasons. What is eligible, weights and scores are read from the very pool and ranking that picked.
 *
 * @param loadBalancer where the endpoint leads
 * @param zone the zone that decides
 * @param crossZone whether targets of other zones count
 * @param row the row of the decision table
 * @param outcome what the zone does with new flows
 * @param picked what {@link TargetSetSnapshot#pick} answers
 * @param ranking every target of the group: those that are ranked by score, the best first, then the others
 */
public record PickExplanation(
        LoadBalancerId loadBalancer,
        Zone zone,
        boolean crossZone,
        PolicyRow row,
        FailureDecision.Outcome outcome,
        int picked,
        List<Ranked> ranking) {

    /** Keeps a copy. */
    public PickExplanation {
        ranking = List.copyOf(ranking);
    }

    /**
     * A target as the pick sees it.
     *
     * @param targetIndex its index in the snapshot
     * @param health as seen from the deciding zone
     * @param exclusion why it is not ranked
     * @param weight its own
     * @param effectiveWeight the one it is ranked with: tenths of it while some target starts slowly; 0 where not ranked
     * @param score the least wins; meaningless where not ranked
     */
    public record Ranked(
            int targetIndex, TargetHealth health, Exclusion exclusion, int weight, int effectiveWeight, long score) {

        /** Whether it is ranked. */
        public boolean eligible() {
            return exclusion == Exclusion.NONE;
        }
    }

    static PickExplanation of(TargetSetSnapshot snapshot, TargetPool pool, int first, int picked, long keyHash) {
        Map<Integer, Integer> positions = new HashMap<>();
        for (int i = 0; i < pool.positions().length; i++) {
            positions.put(first + pool.positions()[i], i);
        }
        Set<Zone> enabled = Set.copyOf(pool.balancer().zones());
        List<FailureDecision.Candidate> candidates = new ArrayList<>();
        List<Ranked> ranking = new ArrayList<>();
        for (int i = 0; i < pool.seen().length; i++) {
            int index = first + i;
            TargetHealth health = pool.seen()[i];
            var candidate =
                    new FailureDecision.Candidate(index, snapshot.target(index).zone(), health.state());
            candidates.add(candidate);
            Integer position = positions.get(index);
            ranking.add(
                    position == null
                            ? new Ranked(
                                    index,
                                    health,
                                    exclusion(candidate, pool, enabled),
                                    snapshot.target(index).weight(),
                                    0,
                                    Long.MAX_VALUE)
                            : new Ranked(
                                    index,
                                    health,
                                    Exclusion.NONE,
                                    snapshot.target(index).weight(),
                                    pool.weights()[position],
                                    pool.ranking().score(keyHash, position)));
        }
        // a stable sort: of equal scores the first target wins, as in the ranking
        ranking.sort(Comparator.comparing(Ranked::eligible).reversed().thenComparingLong(Ranked::score));
        PolicyRow row =
                PolicyRow.of(pool.outcome(), pool.zone(), pool.balancer().crossZone(), enabled, candidates);
        return new PickExplanation(
                pool.balancer().id(), pool.zone(), pool.balancer().crossZone(), row, pool.outcome(), picked, ranking);
    }

    /** Why a target that is not ranked is not. */
    private static Exclusion exclusion(FailureDecision.Candidate candidate, TargetPool pool, Set<Zone> enabled) {
        if (!enabled.contains(pool.zone())) {
            return Exclusion.ENDPOINT_ZONE_NOT_ENABLED;
        }
        if (candidate.state() == HealthState.DRAINING) {
            return Exclusion.DRAINING;
        }
        if (!enabled.contains(candidate.zone())) {
            return Exclusion.TARGET_ZONE_NOT_ENABLED;
        }
        if (!pool.balancer().crossZone() && !candidate.zone().equals(pool.zone())) {
            return Exclusion.OTHER_ZONE;
        }
        return pool.outcome() == FailureDecision.Outcome.HEALTHY ? Exclusion.NOT_HEALTHY : Exclusion.NONE_HEALTHY;
    }
}

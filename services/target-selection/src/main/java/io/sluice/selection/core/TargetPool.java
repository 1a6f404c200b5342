// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What all endpoints of one load balancer in one zone share: the decision of {@link FailureDecision} and the ranking of
 * the targets it lets through.
 *
 * <p>In a group with slow start a pool of two healthy targets or more weighs each by its {@linkplain SlowStart step}; a
 * single one gets everything anyway.
 *
 * @param balancer the load balancer
 * @param zone the zone
 * @param group the group of the load balancer's listener
 * @param bypass what new flows are pinned to that are delivered uninspected
 * @param tcpIdleTimeoutMs how long a silent TCP flow lives (F-10, F-11)
 * @param outcome what the zone does with new flows
 * @param ranking of the eligible targets; empty unless there are some
 * @param positions of the eligible targets in the group
 * @param weights of the eligible targets
 * @param seen health of every target of the group as seen from the zone, by position
 * @param nextStepMs when a target that starts slowly gets more, or {@link SlowStart#NEVER}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never handed out
record TargetPool(
        LoadBalancer balancer,
        Zone zone,
        TargetGroup group,
        TargetRef bypass,
        long tcpIdleTimeoutMs,
        FailureDecision.Outcome outcome,
        RendezvousRanking ranking,
        int[] positions,
        int[] weights,
        TargetHealth[] seen,
        long nextStepMs) {

    /**
     * The pool of a load balancer in a zone.
     *
     * @param members all targets of the listener's group, by position
     * @param shown what is shown of each of them
     */
    static TargetPool of(
            LoadBalancer balancer,
            TargetGroup group,
            Zone zone,
            NumberedTarget[] members,
            TargetHealth[] shown,
            TargetSight sight) {
        TargetHealth[] seen = new TargetHealth[members.length];
        List<FailureDecision.Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < seen.length; i++) {
            HealthState state = shown[i].state();
            // with cross-zone off targets of other zones are not this pool's: what is shown decides on old flows (T3g)
            boolean judged = state != HealthState.DRAINING && state != HealthState.UNUSED && balancer.crossZone();
            seen[i] = judged ? sight.from(zone, members[i], balancer) : shown[i];
            candidates.add(new FailureDecision.Candidate(i, members[i].target().zone(), seen[i].state()));
        }
        FailureDecision decision = FailureDecision.decide(
                zone,
                balancer.crossZone(),
                Set.copyOf(balancer.zones()),
                group.failure().failOpen(),
                candidates);
        int count = decision.eligible().size();
        int[] positions = new int[count];
        long[] fingerprints = new long[count];
        int[] weights = new int[count];
        for (int i = 0; i < count; i++) {
            positions[i] = decision.eligible().get(i).targetIndex();
            NumberedTarget member = members[positions[i]];
            fingerprints[i] =
                    RendezvousRanking.fingerprint(group.id(), member.target().id());
            weights[i] = member.target().weight();
        }
        long nextStepMs = SlowStart.NEVER;
        if (decision.outcome() == FailureDecision.Outcome.HEALTHY && count > 1) {
            long[] sinceMs = new long[count];
            for (int i = 0; i < count; i++) {
                sinceMs[i] = seen[positions[i]].sinceMs();
            }
            nextStepMs = SlowStart.ramp(group.slowStartMs(), sinceMs, sight.nowMs(), weights);
        }
        return new TargetPool(
                balancer,
                zone,
                group,
                TargetRef.bypass(group.id()),
                group.stickiness() == Stickiness.FIVE_TUPLE
                        ? balancer.listener().tcpIdleTimeoutMs()
                        : Listener.TCP_IDLE_TIMEOUT_DEFAULT_MS,
                decision.outcome(),
                new RendezvousRanking(fingerprints, weights),
                positions,
                weights,
                seen,
                nextStepMs);
    }

    /** Whether no target costs flows that entered in the zone anything. */
    boolean keepsAll() {
        for (TargetHealth health : seen) {
            if (FlowFate.of(group.failure(), group.stickiness(), health.state()) != FlowFate.KEEP) {
                return false;
            }
        }
        return true;
    }

    void addTo(InputDigest digest) {
        digest.put(zone.name()).put(tcpIdleTimeoutMs).put(outcome.name()).put(positions.length);
        for (int i = 0; i < positions.length; i++) {
            digest.put(positions[i]).put(weights[i]);
        }
        for (TargetHealth health : seen) {
            digest.put(health.state().text());
        }
    }
}

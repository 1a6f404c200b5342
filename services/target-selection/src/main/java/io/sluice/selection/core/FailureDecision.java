// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.health.HealthState;
import io.sluice.model.id.Zone;
import java.util.List;

/**
 * Which registered targets may get new flows at the node of one zone: the decision table of the sheet's section 4.1,
 * rows with cross-zone off.
 *
 * <p>The eligible set E(z) is every registered target of the zone. Its healthy targets get the flows (T1a, T3a); with
 * none healthy the zone fails open over all of E(z), initial and unhealthy ones included (T1b, T3b, T3h); with E(z)
 * empty there is nothing to pick (T3d). Other zones' targets never count, whatever their state (F-34, T1b).
 *
 * @param outcome what the zone does
 * @param eligible the targets to rank, in the order given; empty exactly when the outcome is {@link Outcome#NO_TARGET}
 */
public record FailureDecision(Outcome outcome, List<Candidate> eligible) {

    /** What a zone does with a new flow. */
    public enum Outcome {
        /** Picks among the healthy targets of the zone (T1a, T3a). */
        HEALTHY,
        /** None is healthy: picks among all targets of the zone (T1b, T3b, T3h). */
        FAIL_OPEN,
        /** None is registered in the zone: drops (T3d). */
        NO_TARGET
    }

    /**
     * A registered target as the decision sees it.
     *
     * @param targetIndex its index in the snapshot
     * @param zone its zone
     * @param state its state, seen from the deciding zone
     */
    public record Candidate(int targetIndex, Zone zone, HealthState state) {}

    /** Keeps a copy. */
    public FailureDecision {
        eligible = List.copyOf(eligible);
    }

    /**
     * Decides for one zone.
     *
     * @param zone the zone of the deciding node, which is the endpoint's (AZ affinity)
     * @param registered all registered targets of the group, in any zone
     */
    public static FailureDecision decide(Zone zone, List<Candidate> registered) {
        List<Candidate> ofZone =
                registered.stream().filter(c -> c.zone().equals(zone)).toList();
        if (ofZone.isEmpty()) {
            return new FailureDecision(Outcome.NO_TARGET, List.of());
        }
        // H-7: an initial target is not healthy yet, so it gets no flow while another one is
        List<Candidate> healthy =
                ofZone.stream().filter(c -> c.state() == HealthState.HEALTHY).toList();
        return healthy.isEmpty()
                ? new FailureDecision(Outcome.FAIL_OPEN, ofZone)
                : new FailureDecision(Outcome.HEALTHY, healthy);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.config.FailOpen;
import io.sluice.model.health.HealthState;
import io.sluice.model.id.Zone;
import java.util.List;
import java.util.Set;

/**
 * Which targets may get new flows at the node of one zone: the decision table of the sheet's section 4.1, T1a to T3i.
 *
 * <p>The eligible set E(z) is every registered target that does not drain: of the zone itself with cross-zone off, of
 * all enabled zones with it on. Targets of zones that are not enabled never count, nor do those of other zones while
 * cross-zone is off, whatever their state (F-34, T1b).
 *
 * <pre>
 *  E(z) empty                       NO_TARGET             T3d, T18
 *  one of E(z) or more healthy      HEALTHY: those        T1a, T2a, T2b, T3a, T3c
 *  none healthy, fail-open forward  FAIL_OPEN: all E(z)   T1b, T2c, T3b, T3h
 *  none healthy, fail-open drop     DROP: none            beyond AWS
 *  none healthy, fail-open bypass   BYPASS: none          beyond AWS
 * </pre>
 *
 * @param outcome what the zone does
 * @param eligible the targets to rank, in the order given; empty unless the outcome is {@link Outcome#HEALTHY} or
 *     {@link Outcome#FAIL_OPEN}
 */
public record FailureDecision(Outcome outcome, List<Candidate> eligible) {

    /** What a zone does with a new flow. */
    public enum Outcome {
        /** Picks among the healthy targets of E(z) (T1a, T2a, T2b, T3a, T3c). */
        HEALTHY,
        /** None is healthy: picks among all of E(z) (T1b, T2c, T3b, T3h). */
        FAIL_OPEN,
        /** E(z) is empty: there is nothing to pick (T3d). */
        NO_TARGET,
        /** None is healthy, and the group wants new flows dropped then. */
        DROP,
        /** None is healthy, and the group wants new flows delivered uninspected then. */
        BYPASS
    }

    /**
     * A target of the group as the decision sees it.
     *
     * @param targetIndex what the asker knows it by
     * @param zone its zone
     * @param state its state, seen from the deciding zone; {@link HealthState#DRAINING} if it is no longer registered
     */
    public record Candidate(int targetIndex, Zone zone, HealthState state) {}

    /** Keeps a copy. */
    public FailureDecision {
        eligible = List.copyOf(eligible);
    }

    /**
     * Decides for one zone.
     *
     * <p>Pure: no time, no randomness, nothing but the arguments. A zone that is not enabled has no node, so it has
     * nothing to pick.
     *
     * @param zone the zone of the deciding node, which is the endpoint's (AZ affinity)
     * @param crossZone whether targets of every enabled zone are eligible
     * @param enabledZones zones the load balancer is enabled in
     * @param failOpen what the group does when none is healthy
     * @param candidates all targets of the group, registered or draining, in any zone
     */
    public static FailureDecision decide(
            Zone zone, boolean crossZone, Set<Zone> enabledZones, FailOpen failOpen, List<Candidate> candidates) {
        if (!enabledZones.contains(zone)) {
            return new FailureDecision(Outcome.NO_TARGET, List.of());
        }
        List<Candidate> ofZone = candidates.stream()
                .filter(c ->
                        crossZone ? enabledZones.contains(c.zone()) : c.zone().equals(zone))
                .filter(c -> c.state() != HealthState.DRAINING)
                .toList();
        if (ofZone.isEmpty()) {
            return new FailureDecision(Outcome.NO_TARGET, List.of());
        }
        // H-7: an initial target is not healthy yet, so it gets no flow while another one is
        List<Candidate> healthy =
                ofZone.stream().filter(c -> c.state() == HealthState.HEALTHY).toList();
        if (!healthy.isEmpty()) {
            return new FailureDecision(Outcome.HEALTHY, healthy);
        }
        return switch (failOpen) {
            case FORWARD -> new FailureDecision(Outcome.FAIL_OPEN, ofZone);
            case DROP -> new FailureDecision(Outcome.DROP, List.of());
            case BYPASS -> new FailureDecision(Outcome.BYPASS, List.of());
        };
    }
}

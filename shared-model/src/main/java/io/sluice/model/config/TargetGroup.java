// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Appliances that share load, with how they are checked and what sticks to them.
 *
 * @param id name
 * @param healthCheck how targets are probed
 * @param stickiness what identifies a flow of this group (F-7)
 * @param failure what happens when targets fail or leave
 * @param probe GENEVE probes through the targets
 * @param passiveDetection whether silence makes a target unhealthy
 * @param slowStartMs how long the share of a target that has become healthy rises to its weight, 0-900,000; 0 for at once
 * @param returnTupleCheck whether a returned packet must have its flow's tuple (W-21)
 * @param targets registered and draining ones, at most {@value #TARGETS_MAX} registered, ids unique
 * @param tags of no meaning to packets
 */
public record TargetGroup(
        TargetGroupId id,
        HealthCheckSpec healthCheck,
        Stickiness stickiness,
        FailurePolicy failure,
        DataPathProbe probe,
        PassiveDetection passiveDetection,
        long slowStartMs,
        boolean returnTupleCheck,
        List<Target> targets,
        Tags tags) {

    /** Quota of the sheet's section 5. */
    public static final int TARGETS_MAX = 300;

    /** Draining targets are kept beside the registered ones, at most so many in all. */
    public static final int TARGETS_WITH_DRAINING_MAX = 2 * TARGETS_MAX;

    /** Longest slow start. */
    public static final long SLOW_START_MAX_MS = 900_000;

    /** A group without tags. */
    public TargetGroup(
            TargetGroupId id,
            HealthCheckSpec healthCheck,
            Stickiness stickiness,
            FailurePolicy failure,
            DataPathProbe probe,
            PassiveDetection passiveDetection,
            long slowStartMs,
            boolean returnTupleCheck,
            List<Target> targets) {
        this(
                id,
                healthCheck,
                stickiness,
                failure,
                probe,
                passiveDetection,
                slowStartMs,
                returnTupleCheck,
                targets,
                Tags.NONE);
    }

    /** A group with the defaults of the AWS API. */
    public TargetGroup(TargetGroupId id, HealthCheckSpec healthCheck, Stickiness stickiness, List<Target> targets) {
        this(
                id,
                healthCheck,
                stickiness,
                FailurePolicy.DEFAULT,
                DataPathProbe.DEFAULT,
                PassiveDetection.DEFAULT,
                0,
                true,
                targets);
    }

    /** Checks count and unique ids, keeps a copy. */
    public TargetGroup {
        targets = List.copyOf(targets);
        long registered = targets.stream().filter(target -> !target.draining()).count();
        Ranges.require("number of targets in group " + id, registered, 0, TARGETS_MAX);
        Ranges.require("number of targets in group " + id, targets.size(), 0, TARGETS_WITH_DRAINING_MAX);
        Ranges.require("slow-start of group " + id + " (ms)", slowStartMs, 0, SLOW_START_MAX_MS);
        Set<TargetId> seen = new HashSet<>();
        for (Target target : targets) {
            if (!seen.add(target.id())) {
                throw new IllegalArgumentException("target " + target.id() + " is twice in group " + id);
            }
        }
    }

    /** The same group with other targets. */
    public TargetGroup withTargets(List<Target> others) {
        return new TargetGroup(
                id,
                healthCheck,
                stickiness,
                failure,
                probe,
                passiveDetection,
                slowStartMs,
                returnTupleCheck,
                others,
                tags);
    }
}

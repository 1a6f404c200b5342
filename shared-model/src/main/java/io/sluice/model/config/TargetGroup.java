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
 * @param targets at most {@value #TARGETS_MAX}, ids unique
 */
public record TargetGroup(TargetGroupId id, HealthCheckSpec healthCheck, Stickiness stickiness, List<Target> targets) {

    /** Quota of the sheet's section 5. */
    public static final int TARGETS_MAX = 300;

    /** Checks count and unique ids, keeps a copy. */
    public TargetGroup {
        targets = List.copyOf(targets);
        Ranges.require("number of targets in group " + id, targets.size(), 0, TARGETS_MAX);
        Set<TargetId> seen = new HashSet<>();
        for (Target target : targets) {
            if (!seen.add(target.id())) {
                throw new IllegalArgumentException("target " + target.id() + " is twice in group " + id);
            }
        }
    }
}

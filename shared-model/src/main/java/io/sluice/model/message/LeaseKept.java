// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;

/**
 * A node was asked to keep a target registered for some time, or for good: whoever else has a lease of the target's goes by that.
 *
 * @param node the node that was asked
 * @param group the target group
 * @param target the target's id in it
 * @param durationMs how long its lease lasts from now on; 0 for no lease
 */
public record LeaseKept(NodeId node, TargetGroupId group, TargetId target, long durationMs) {

    /** Checks the duration. */
    public LeaseKept {
        if (durationMs < 0) {
            throw new IllegalArgumentException("a lease of " + durationMs + " ms: expected 0 or more");
        }
    }
}

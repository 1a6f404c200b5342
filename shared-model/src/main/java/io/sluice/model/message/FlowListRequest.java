// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import java.util.Optional;

/**
 * Asks an ingress for flows of its tables.
 *
 * @param limit entries wanted at most, 1-10,000
 * @param wanted the target whose flows are listed and counted; empty for all flows
 */
public record FlowListRequest(int limit, Optional<Wanted> wanted) {

    /** The most one answer carries. */
    public static final int LIMIT_MAX = 10_000;

    /**
     * A target, whatever its registration: one that registers again keeps its flows.
     *
     * @param group its group
     * @param target its id there
     */
    public record Wanted(TargetGroupId group, TargetId target) {

        /** Whether it is that target. */
        public boolean is(TargetRef ref) {
            return ref.id().equals(target) && ref.group().equals(group);
        }
    }

    /** Checks the range. */
    public FlowListRequest {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw new IllegalArgumentException("limit " + limit + " is out of range: expected 1 to " + LIMIT_MAX);
        }
    }

    /** Asks for flows of every target. */
    public FlowListRequest(int limit) {
        this(limit, Optional.empty());
    }
}

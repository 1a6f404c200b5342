// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.id;

/**
 * One registration of one target in one group: what a flow is pinned to.
 *
 * @param group the target group
 * @param id the target
 * @param registration registration incarnation, so that a target registered anew is not mistaken for its predecessor
 */
public record TargetRef(TargetGroupId group, TargetId id, long registration) implements Comparable<TargetRef> {

    private static final TargetId BYPASS = new TargetId("bypass");

    /**
     * What flows of a group are pinned to that are delivered uninspected ({@code fail-open: bypass}): no target, but as
     * sticky and as visible as one. Ids of targets are addresses, so none is mistaken for it.
     */
    public static TargetRef bypass(TargetGroupId group) {
        return new TargetRef(group, BYPASS, 0);
    }

    /** Whether it stands for delivery without inspection. */
    public boolean isBypass() {
        return id.equals(BYPASS);
    }

    @Override
    public int compareTo(TargetRef other) {
        int byGroup = group.compareTo(other.group);
        if (byGroup != 0) {
            return byGroup;
        }
        int byId = id.compareTo(other.id);
        return byId != 0 ? byId : Long.compare(registration, other.registration);
    }

    @Override
    public String toString() {
        return group + "/" + id + "#" + registration;
    }
}

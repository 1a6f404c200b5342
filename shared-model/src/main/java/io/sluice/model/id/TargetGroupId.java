// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.id;

/**
 * Names a target group.
 *
 * @param name 1-32 letters, digits and hyphens (sheet 7.2)
 */
public record TargetGroupId(String name) implements Comparable<TargetGroupId> {

    /** Checks the name. */
    public TargetGroupId {
        Names.require("target group", name);
    }

    @Override
    public int compareTo(TargetGroupId other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}

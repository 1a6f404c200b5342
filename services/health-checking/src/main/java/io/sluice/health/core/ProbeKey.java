// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;

/**
 * What is probed, and from where.
 *
 * @param target one registration of a target
 * @param zone the zone whose node address the probe comes from (H-1)
 */
public record ProbeKey(TargetRef target, Zone zone) implements Comparable<ProbeKey> {

    @Override
    public int compareTo(ProbeKey other) {
        int byTarget = target.compareTo(other.target);
        return byTarget != 0 ? byTarget : zone.compareTo(other.zone);
    }

    @Override
    public String toString() {
        return target + " from " + zone;
    }
}

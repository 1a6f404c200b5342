// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.config.LoadBalancer;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.probing.GroupVerdicts;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How the targets of one group look from zones at one time: what probers say, and what configuration says above that.
 *
 * @param verdicts what probers say
 * @param nowMs milliseconds since 1970
 */
record TargetSight(GroupVerdicts verdicts, long nowMs) {

    /**
     * What people are shown of a target: draining while its delay runs, whatever its checks say (T17, T19); unused
     * where no listener or enabled zone leads to it (H-6); else its health from its own zone.
     *
     * @param user the load balancer whose listener uses the group, if any
     */
    TargetHealth shown(NumberedTarget entry, @Nullable LoadBalancer user) {
        Zone zone = entry.target().zone();
        if (entry.target().draining()) {
            return new TargetHealth(
                    entry.ref(),
                    zone,
                    HealthState.DRAINING,
                    HealthReason.DEREGISTRATION_IN_PROGRESS,
                    entry.target().deregisteredAtMs());
        }
        return user != null && user.zones().contains(zone)
                ? from(zone, entry, user)
                : new TargetHealth(entry.ref(), zone, HealthState.UNUSED, HealthReason.NOT_IN_USE, 0);
    }

    /**
     * Health of a registered target in use, seen from a zone that may pick it (F-34).
     *
     * <p>Where no prober has a verdict from there, as the zone has none or cross-zone has just been switched on, the view
     * from the target's own zone is taken instead, then that from another enabled one: somebody's verdict is better than
     * none.
     */
    TargetHealth from(Zone zone, NumberedTarget entry, LoadBalancer user) {
        TargetRef ref = entry.ref();
        TargetHealth seen = verdicts.health(ref, zone);
        if (!user.crossZone() || seen.state() != HealthState.INITIAL) {
            return seen;
        }
        TargetHealth home = verdicts.health(ref, entry.target().zone());
        if (home.state() != HealthState.INITIAL) {
            return home;
        }
        for (Zone other : new TreeSet<>(user.zones())) {
            TargetHealth elsewhere = verdicts.health(ref, other);
            if (elsewhere.state() != HealthState.INITIAL) {
                return elsewhere;
            }
        }
        return seen;
    }
}

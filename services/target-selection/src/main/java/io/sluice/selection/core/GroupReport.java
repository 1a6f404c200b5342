// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one prober says of one group's targets.
 *
 * <p><b>Threading</b>: immutable. <b>Complexity</b>: two of them that are one object are equal at once, and a prober's next
 * report shares the objects of groups that it says nothing new of: see {@link HealthView#with}.
 */
final class GroupReport {

    private record Subject(TargetRef target, Zone probedFrom) {}

    private final List<TargetHealth> asReported;
    private final Map<Subject, TargetHealth> bySubject = new HashMap<>();

    /**
     * Keeps a copy.
     *
     * @param targets all of one group; of two words on one subject the later counts
     */
    GroupReport(List<TargetHealth> targets) {
        asReported = List.copyOf(targets);
        for (TargetHealth health : asReported) {
            bySubject.put(new Subject(health.target(), health.probedFrom()), health);
        }
    }

    /** Whether it says just this, in this order: quicker than {@link #equals}. */
    boolean isOf(List<TargetHealth> targets) {
        return asReported.equals(targets);
    }

    /** Its word on a target seen from a zone, or null. */
    @Nullable
    TargetHealth of(TargetRef target, Zone probedFrom) {
        return bySubject.get(new Subject(target, probedFrom));
    }

    /** Whether it calls a target healthy or unhealthy: a prober whose configuration is behind may call it otherwise. */
    boolean hasVerdict(TargetRef target, Zone probedFrom) {
        TargetHealth health = of(target, probedFrom);
        return health != null && (health.state() == HealthState.HEALTHY || health.state() == HealthState.UNHEALTHY);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || (other instanceof GroupReport report && bySubject.equals(report.bySubject));
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(bySubject);
    }
}

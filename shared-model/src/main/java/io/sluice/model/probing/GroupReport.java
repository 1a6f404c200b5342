// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.probing;

import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one prober says of one group's targets.
 *
 * <p><b>Threading</b>: immutable. <b>Complexity</b>: two of them that are one object are equal at once, and a prober's next
 * report shares the objects of groups that it says nothing new of: see {@link HealthView#with}.
 */
final class GroupReport {

    private record Subject(TargetRef target, Zone probedFrom) {

        static Subject of(TargetHealth health) {
            return new Subject(health.target(), health.probedFrom());
        }
    }

    /** Of a prober that does not mention the group. */
    static final GroupReport NOTHING = new GroupReport(List.of(), List.of());

    private final List<TargetHealth> asReported;
    private final List<TargetHealth> asInherited;
    private final Map<Subject, TargetHealth> bySubject = new HashMap<>();
    private final Map<Subject, TargetHealth> inherited = new HashMap<>();
    private final Set<TargetRef> draining = new HashSet<>();

    /**
     * Keeps copies.
     *
     * @param targets all of one group; of two words on one subject the later counts
     * @param inherited states of some of them that it took over and has not found itself
     */
    GroupReport(List<TargetHealth> targets, List<TargetHealth> inherited) {
        asReported = List.copyOf(targets);
        asInherited = List.copyOf(inherited);
        asReported.forEach(health -> {
            bySubject.put(Subject.of(health), health);
            if (health.state() == HealthState.DRAINING) {
                draining.add(health.target());
            }
        });
        asInherited.forEach(health -> this.inherited.put(Subject.of(health), health));
    }

    /** Whether it says just this, in this order: quicker than {@link #equals}. */
    boolean isOf(List<TargetHealth> targets, List<TargetHealth> inheritedOnes) {
        return asReported.equals(targets) && asInherited.equals(inheritedOnes);
    }

    /** Its word on a target seen from a zone, or null. */
    @Nullable
    TargetHealth of(TargetRef target, Zone probedFrom) {
        return bySubject.get(new Subject(target, probedFrom));
    }

    /** Its word where it is healthy or unhealthy: a prober whose configuration is behind may call a target otherwise. */
    @Nullable
    TargetHealth verdict(TargetRef target, Zone probedFrom) {
        TargetHealth health = of(target, probedFrom);
        return health != null && isVerdict(health) ? health : null;
    }

    /** The verdict that it took over and has not found itself, or null. */
    @Nullable
    TargetHealth inherited(TargetRef target, Zone probedFrom) {
        return inherited.get(new Subject(target, probedFrom));
    }

    /**
     * Its verdicts on what a later report has none on; this one where that is all it has.
     *
     * @param later null for a report that does not mention the group
     */
    @Nullable
    GroupReport beside(@Nullable GroupReport later) {
        List<TargetHealth> left = new ArrayList<>();
        for (TargetHealth health : bySubject.values()) {
            if (isVerdict(health) && (later == null || later.verdict(health.target(), health.probedFrom()) == null)) {
                left.add(health);
            }
        }
        if (left.isEmpty()) {
            return null;
        }
        return left.size() == bySubject.size() && inherited.isEmpty() ? this : new GroupReport(left, List.of());
    }

    /** Targets that it calls draining and an earlier one did not. */
    Set<TargetRef> drainingSince(GroupReport earlier) {
        if (draining.isEmpty()) {
            return Set.of();
        }
        Set<TargetRef> since = new HashSet<>(draining);
        since.removeAll(earlier.draining);
        return since;
    }

    /** It without verdicts on targets that drain since, which it still mentions. */
    GroupReport drained(Set<TargetRef> targets) {
        List<TargetHealth> left = asReported.stream()
                .map(health -> targets.contains(health.target()) && isVerdict(health) ? drained(health) : health)
                .toList();
        List<TargetHealth> leftInherited = asInherited.stream()
                .filter(health -> !targets.contains(health.target()))
                .toList();
        return isOf(left, leftInherited) ? this : new GroupReport(left, leftInherited);
    }

    private static TargetHealth drained(TargetHealth verdict) {
        return new TargetHealth(
                verdict.target(),
                verdict.probedFrom(),
                HealthState.DRAINING,
                HealthReason.DEREGISTRATION_IN_PROGRESS,
                verdict.sinceMs());
    }

    private static boolean isVerdict(TargetHealth health) {
        return health.state() == HealthState.HEALTHY || health.state() == HealthState.UNHEALTHY;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof GroupReport report
                        && bySubject.equals(report.bySubject)
                        && inherited.equals(report.inherited));
    }

    @Override
    public int hashCode() {
        return Objects.hash(bySubject, inherited);
    }
}

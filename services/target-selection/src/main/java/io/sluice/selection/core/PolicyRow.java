// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.health.HealthState;
import io.sluice.model.id.Zone;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The row of the decision table (sheet, section 4.1) that a zone is in: a name for what {@link FailureDecision} decided.
 *
 * <p>Rows of the table speak of two zones. With more, "the other zone" is any other enabled one with registered targets:
 * {@code T1b}, {@code T3a} and {@code T3c} as soon as one of them fits.
 */
public enum PolicyRow {
    /** Cross-zone off, some of the zone's targets are healthy, some not. */
    T1A("T1a", "cross-zone is off: a healthy target of the zone"),
    /** Cross-zone off, none of the zone is healthy, another zone has healthy ones. */
    T1B("T1b", "cross-zone is off and no target of the zone is healthy: fails open over the zone's, never another's"),
    /** Cross-zone on, none of the zone is healthy, another zone has healthy ones. */
    T2A("T2a", "cross-zone is on and no target of the zone is healthy: a healthy target of another zone"),
    /** Cross-zone on, healthy ones in the zone and in others, some not. */
    T2B("T2b", "cross-zone is on: a healthy target of any zone"),
    /** Cross-zone on, none is healthy. */
    T2C("T2c", "cross-zone is on and no target is healthy: fails open over those of all zones"),
    /** Cross-zone off, all of the zone are healthy, none of another zone. */
    T3A("T3a", "cross-zone is off: the zone's targets are healthy, and another zone's failure does not matter"),
    /** Cross-zone off, none is healthy anywhere. */
    T3B("T3b", "cross-zone is off and no target is healthy anywhere: fails open over the zone's own"),
    /** Cross-zone on, healthy ones in the zone, none in another. */
    T3C("T3c", "cross-zone is on and another zone has no healthy target: a healthy one of those left"),
    /** Nothing is registered. */
    T3D("T3d", "no target is registered for the zone: dropped as no_target"),
    /** Fails open over a set that has initial targets in it. */
    T3H("T3h", "no target is healthy: fails open over initial and unhealthy ones"),
    /** All are healthy. */
    T3I("T3i", "all targets are healthy: each gets its share"),
    /** All that are there drain. */
    T18("T18", "all targets are being deregistered: dropped as no_target"),
    /** None is healthy, and the group drops then: beyond the table. */
    FAIL_OPEN_DROP("fail-open-drop", "no target is healthy, and the group's fail-open is drop"),
    /** None is healthy, and the group bypasses then: beyond the table. */
    FAIL_OPEN_BYPASS("fail-open-bypass", "no target is healthy, and the group's fail-open is bypass: uninspected");

    private final String id;
    private final String sentence;

    PolicyRow(String id, String sentence) {
        this.id = id;
        this.sentence = sentence;
    }

    /** The row's name in the sheet. */
    public String id() {
        return id;
    }

    /** What it says. */
    public String sentence() {
        return sentence;
    }

    /**
     * Names a decision.
     *
     * @param outcome what {@link FailureDecision#decide} decided from the other arguments
     * @param zone as there
     * @param crossZone as there
     * @param enabledZones as there
     * @param candidates as there
     */
    static PolicyRow of(
            FailureDecision.Outcome outcome,
            Zone zone,
            boolean crossZone,
            Set<Zone> enabledZones,
            List<FailureDecision.Candidate> candidates) {
        List<FailureDecision.Candidate> registered = candidates.stream()
                .filter(c -> enabledZones.contains(c.zone()) && c.state() != HealthState.DRAINING)
                .toList();
        Set<Zone> withTargets = new HashSet<>();
        Set<Zone> withHealthy = new HashSet<>();
        for (FailureDecision.Candidate c : registered) {
            withTargets.add(c.zone());
            if (c.state() == HealthState.HEALTHY) {
                withHealthy.add(c.zone());
            }
        }
        boolean otherHealthy = withHealthy.stream().anyMatch(z -> !z.equals(zone));
        boolean otherFailed = withTargets.stream().anyMatch(z -> !z.equals(zone) && !withHealthy.contains(z));
        List<FailureDecision.Candidate> own = registered.stream()
                .filter(c -> crossZone || c.zone().equals(zone))
                .toList();
        boolean allHealthy = own.stream().allMatch(c -> c.state() == HealthState.HEALTHY);
        return switch (outcome) {
            case NO_TARGET -> {
                boolean drains = enabledZones.contains(zone)
                        && candidates.stream()
                                .anyMatch(c -> c.state() == HealthState.DRAINING
                                        && (crossZone
                                                ? enabledZones.contains(c.zone())
                                                : c.zone().equals(zone)));
                yield drains ? T18 : T3D;
            }
            case DROP -> FAIL_OPEN_DROP;
            case BYPASS -> FAIL_OPEN_BYPASS;
            case FAIL_OPEN -> {
                if (own.stream().anyMatch(c -> c.state() != HealthState.UNHEALTHY)) {
                    yield T3H;
                }
                yield crossZone ? T2C : otherFailed && !otherHealthy ? T3B : T1B;
            }
            case HEALTHY -> {
                if (!crossZone) {
                    yield !allHealthy ? T1A : otherFailed ? T3A : T3I;
                }
                if (allHealthy) {
                    yield T3I;
                }
                yield !withHealthy.contains(zone) ? T2A : otherFailed ? T3C : T2B;
            }
        };
    }
}

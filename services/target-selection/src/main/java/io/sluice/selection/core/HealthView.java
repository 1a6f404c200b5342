// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.message.HealthChanged;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What all probers say, each by its newest report (architecture, section 5, "Inputs").
 *
 * <p>Of two reports of one source the one of the later boot is newer, of one boot the one with the higher sequence. The
 * state of a target in a zone is the majority of verdicts, healthy or unhealthy; a tie is healthy; without a verdict it
 * is initial. A prober that is gone keeps its last word. At most {@value #SOURCES_MAX} sources are kept: one more
 * displaces the one that booted first.
 *
 * <p><b>Threading</b>: immutable.
 */
public final class HealthView {

    /** Sources kept. */
    public static final int SOURCES_MAX = 64;

    /** No report yet. */
    public static final HealthView EMPTY = new HealthView(new TreeMap<>());

    private record Subject(TargetRef target, Zone probedFrom) {}

    private record Report(long bootId, long sequence, Map<Subject, TargetHealth> targets) {

        boolean isOlderThan(HealthChanged message) {
            return bootId < message.bootId() || (bootId == message.bootId() && sequence < message.sequence());
        }
    }

    /** In order of node id, so that equal inputs give equal answers whatever order they came in. */
    private final SortedMap<NodeId, Report> reports;

    private HealthView(SortedMap<NodeId, Report> reports) {
        this.reports = reports;
    }

    /** The view with one more report; this one where the report is not news. */
    public HealthView with(HealthChanged message) {
        Report known = reports.get(message.source());
        if (known != null && !known.isOlderThan(message)) {
            return this;
        }
        Map<Subject, TargetHealth> targets = new HashMap<>();
        for (TargetHealth health : message.targets()) {
            targets.put(new Subject(health.target(), health.probedFrom()), health);
        }
        SortedMap<NodeId, Report> next = new TreeMap<>(reports);
        next.put(message.source(), new Report(message.bootId(), message.sequence(), Map.copyOf(targets)));
        if (next.size() > SOURCES_MAX) {
            next.entrySet().stream()
                    .min(Comparator.comparingLong(e -> e.getValue().bootId()))
                    .ifPresent(oldest -> next.remove(oldest.getKey()));
        }
        return new HealthView(next);
    }

    /** Whether both views say the same of every target, whenever they heard it. */
    public boolean saysTheSameAs(HealthView other) {
        if (!reports.keySet().equals(other.reports.keySet())) {
            return false;
        }
        for (Map.Entry<NodeId, Report> entry : reports.entrySet()) {
            Report theirs = other.reports.get(entry.getKey());
            if (theirs == null || !entry.getValue().targets().equals(theirs.targets())) {
                return false;
            }
        }
        return true;
    }

    /**
     * State of a target that is in use, seen from a zone.
     *
     * <p>A prober whose configuration is behind may call it unused: that is no verdict. The reason is that of the first
     * prober, by node id, that is of the majority; the state began when the first of the majority said so.
     */
    public TargetHealth health(TargetRef target, Zone probedFrom) {
        Subject subject = new Subject(target, probedFrom);
        int healthyCount = 0;
        int unhealthyCount = 0;
        for (Report report : reports.values()) {
            TargetHealth health = report.targets().get(subject);
            if (health != null && health.state() == HealthState.HEALTHY) {
                healthyCount++;
            } else if (health != null && health.state() == HealthState.UNHEALTHY) {
                unhealthyCount++;
            }
        }
        HealthState state = healthyCount + unhealthyCount == 0
                ? HealthState.INITIAL
                : healthyCount >= unhealthyCount ? HealthState.HEALTHY : HealthState.UNHEALTHY;
        HealthReason reason = null;
        long sinceMs = 0;
        for (Report report : reports.values()) {
            TargetHealth health = report.targets().get(subject);
            if (health != null && health.state() == state) {
                sinceMs = reason == null ? health.sinceMs() : Math.min(sinceMs, health.sinceMs());
                reason = reason == null ? health.reason() : reason;
            }
        }
        if (reason == null) {
            reason = HealthReason.REGISTRATION_IN_PROGRESS; // initial, and no prober has mentioned it
        }
        return new TargetHealth(target, probedFrom, state, reason, sinceMs);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.HealthChanged;
import io.sluice.model.probing.HealthView;
import io.sluice.model.probing.ProberAssignment;
import java.util.Set;

/**
 * The newest configuration and health that have been heard, the time, and the snapshot they make.
 *
 * <p>Inputs are published again and again; the snapshot is made anew only when one of them says something new, when a
 * prober falls silent or speaks again, or when a step of a slow start is due; and not before it is asked for, so that
 * inputs that come together cost one snapshot. Which of two revisions counts is {@link ConfigRevision#supersedes}.
 *
 * <p><b>Units</b>: {@code nowMs} is milliseconds since 1970; slow starts are measured with it.
 *
 * <p><b>Threading</b>: confined to one thread at a time, which is none that packets wait for. The snapshots it hands out
 * are immutable.
 */
public final class SelectionInputs {

    private ConfigRevision revision;
    private HealthView health;
    private long lastMs;
    private Set<NodeId> liveSources = Set.of();
    private TargetSetSnapshot snapshot;
    private boolean outdated;

    /** Starts with a configuration and no health: every target is initial; with as many probers to a target as by default. */
    public SelectionInputs(ConfigRevision initial) {
        this(initial, ProberAssignment.PROBERS_DEFAULT);
    }

    /**
     * Starts with a configuration and no health: every target is initial.
     *
     * @param probers how many are to probe a target from a zone
     */
    public SelectionInputs(ConfigRevision initial, int probers) {
        revision = initial;
        health = HealthView.empty(probers);
        snapshot = TargetSetSnapshot.of(initial, health, lastMs);
    }

    /**
     * Takes a configuration.
     *
     * @return whether the snapshot changes
     */
    public boolean accept(ConfigRevision offered) {
        if (!offered.supersedes(revision)) {
            return false;
        }
        revision = offered;
        outdate();
        return true;
    }

    /**
     * Takes a prober's report, and the time.
     *
     * @param nowMs when it was heard
     * @return whether the snapshot changes
     */
    public boolean accept(HealthChanged report, long nowMs) {
        HealthView before = health;
        health = before.with(report, nowMs);
        if (health != before && !health.saysTheSameAs(before)) {
            lastMs = nowMs;
            outdate();
            return true;
        }
        return advance(nowMs);
    }

    /**
     * Takes the time alone; to be called every second or so.
     *
     * @return whether the snapshot changes
     */
    public boolean advance(long nowMs) {
        lastMs = nowMs;
        boolean stepDue = !outdated && nowMs >= snapshot.nextStepMs();
        if (!stepDue && health.liveSources(nowMs).equals(liveSources)) {
            return false;
        }
        outdate();
        return true;
    }

    private void outdate() {
        outdated = true;
        liveSources = health.liveSources(lastMs);
    }

    /** The newest configuration. */
    public ConfigRevision revision() {
        return revision;
    }

    /** What the newest inputs make. */
    public TargetSetSnapshot snapshot() {
        if (outdated) {
            outdated = false;
            snapshot = snapshot.next(revision, health, lastMs);
        }
        return snapshot;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.message.HealthChanged;

/**
 * The newest configuration and health that one event loop has heard, and the snapshot they make.
 *
 * <p>Inputs are published again and again; the snapshot is built anew only when one of them says something new.
 *
 * <p>Of two revisions the one with the higher number wins. Two different ones with the same number settle the same way
 * on every node whatever order they come in: the greater author wins; of one author, who must have started over, the
 * later.
 *
 * <p><b>Threading</b>: confined to one event loop. The snapshots it hands out are immutable.
 */
public final class SelectionInputs {

    private ConfigRevision revision;
    private HealthView health = HealthView.EMPTY;
    private TargetSetSnapshot snapshot;

    /** Starts with a configuration and no health: every target is initial. */
    public SelectionInputs(ConfigRevision initial) {
        revision = initial;
        snapshot = TargetSetSnapshot.of(initial, health);
    }

    /**
     * Takes a configuration.
     *
     * @return whether the snapshot changed
     */
    public boolean accept(ConfigRevision offered) {
        if (!offered.supersedes(revision)) {
            return false;
        }
        revision = offered;
        snapshot = TargetSetSnapshot.of(revision, health);
        return true;
    }

    /**
     * Takes a prober's report.
     *
     * @return whether the snapshot changed
     */
    public boolean accept(HealthChanged report) {
        HealthView before = health;
        health = before.with(report);
        if (health == before || health.saysTheSameAs(before)) {
            return false;
        }
        snapshot = TargetSetSnapshot.of(revision, health);
        return true;
    }

    /** The newest configuration. */
    public ConfigRevision revision() {
        return revision;
    }

    /** What the newest inputs make. */
    public TargetSetSnapshot snapshot() {
        return snapshot;
    }
}

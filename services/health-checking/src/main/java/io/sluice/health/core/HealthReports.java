// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.HealthChanged;
import java.util.List;

/**
 * Numbers the reports of one boot of a prober, and says when the next one is due: although nothing changed after a while, and
 * after a change at once, unless the last one is younger than {@value #GAP_MS} ms. A report has all targets: ten thousand that
 * turn healthy one by one must not make ten thousand of them.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
public final class HealthReports {

    /** Shortest time between a report and one that a change asks for. */
    static final long GAP_MS = 50;

    private final NodeId self;
    private final long bootId;
    private final long everyMs;
    private long sequence;
    private long lastMs;
    private boolean changed;

    /**
     * Reports of a boot.
     *
     * @param bootId when the prober started, milliseconds since 1970
     * @param everyMs longest time between two reports, so that a lost one heals
     */
    public HealthReports(NodeId self, long bootId, long everyMs) {
        this.self = self;
        this.bootId = bootId;
        this.everyMs = everyMs;
        this.lastMs = bootId;
    }

    /** Whether the last report is old enough for another. */
    public boolean isDue(long nowMs) {
        return nowMs - lastMs >= everyMs;
    }

    /**
     * There is something new to say.
     *
     * @return whether it is the first since the last report, so that one is to be made in {@link #waitMs}
     */
    public boolean changed() {
        boolean first = !changed;
        changed = true;
        return first;
    }

    /** How long the next report has to wait, so that reports do not crowd; 0 for not at all. */
    public long waitMs(long nowMs) {
        return sequence == 0 ? 0 : Math.clamp(lastMs + GAP_MS - nowMs, 0, GAP_MS);
    }

    /** The next report: of what was found, and of what was taken over and not found yet. */
    public HealthChanged next(List<TargetHealth> targets, List<TargetHealth> inherited, long nowMs) {
        lastMs = nowMs;
        changed = false;
        return new HealthChanged(self, bootId, ++sequence, false, targets, inherited);
    }

    /** The last report: others may take over. */
    public HealthChanged last(List<TargetHealth> targets, List<TargetHealth> inherited) {
        return new HealthChanged(self, bootId, ++sequence, true, targets, inherited);
    }
}

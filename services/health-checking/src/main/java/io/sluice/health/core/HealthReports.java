// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.HealthChanged;
import java.util.List;

/**
 * Numbers the reports of one boot of a prober, and says when the next one is due although nothing changed.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
public final class HealthReports {

    private final NodeId self;
    private final long bootId;
    private final long everyMs;
    private long sequence;
    private long lastMs;

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

    /** The next report. */
    public HealthChanged next(List<TargetHealth> targets, long nowMs) {
        lastMs = nowMs;
        return new HealthChanged(self, bootId, ++sequence, targets);
    }
}

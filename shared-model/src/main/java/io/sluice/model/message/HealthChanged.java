// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.NodeId;
import java.util.List;

/**
 * Everything one prober knows, published on each transition and again every few seconds.
 *
 * <p>Of two reports of one source the newer wins: a later boot, or of one boot the higher sequence.
 *
 * @param source the probing node
 * @param bootId when that node's prober started, milliseconds since 1970
 * @param sequence rises with each report of one boot
 * @param leaving it is the last report of this boot: others may probe its targets from now on
 * @param targets its full state, by its own probes; one that it could probe and leaves to others is unused
 * @param inherited states that it took over with their targets and has not found itself yet; {@code targets} calls them initial
 */
public record HealthChanged(
        NodeId source,
        long bootId,
        long sequence,
        boolean leaving,
        List<TargetHealth> targets,
        List<TargetHealth> inherited) {

    /** Keeps copies. */
    public HealthChanged {
        targets = List.copyOf(targets);
        inherited = List.copyOf(inherited);
    }

    /** A report of a prober that stays and has found all it says itself. */
    public HealthChanged(NodeId source, long bootId, long sequence, List<TargetHealth> targets) {
        this(source, bootId, sequence, false, targets, List.of());
    }

    /** Whether it says anything that {@link #HealthChanged(NodeId, long, long, List)} cannot. */
    public boolean isOfTakeOver() {
        return leaving || !inherited.isEmpty();
    }
}

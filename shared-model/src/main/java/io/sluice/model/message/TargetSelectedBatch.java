// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.id.TargetRef;
import java.util.Arrays;
import java.util.List;

/**
 * The picks for a {@link TargetSelectBatch}, in the same order.
 *
 * @param targets the targets this answer names, each once
 * @param picks for each flow an index into {@code targets}, or {@link FlowOpenedBatch#NO_TARGET}, {@link
 *     FlowOpenedBatch#DROPPED} or {@link FlowOpenedBatch#UNMOVED}
 */
@SuppressWarnings("ArrayRecordComponent") // see FlowOpenBatch
public record TargetSelectedBatch(List<TargetRef> targets, int[] picks) {

    /** Checks that each pick names a target, keeps a copy of the list. */
    public TargetSelectedBatch {
        targets = List.copyOf(targets);
        for (int pick : picks) {
            boolean refusal = pick == FlowOpenedBatch.NO_TARGET
                    || pick == FlowOpenedBatch.DROPPED
                    || pick == FlowOpenedBatch.UNMOVED;
            if (!refusal && (pick < 0 || pick >= targets.size())) {
                throw new IllegalArgumentException("pick " + pick + " names none of " + targets.size() + " targets");
            }
        }
    }

    /** Flows answered. */
    public int flowCount() {
        return picks.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TargetSelectedBatch batch
                && targets.equals(batch.targets)
                && Arrays.equals(picks, batch.picks);
    }

    @Override
    public int hashCode() {
        return 31 * targets.hashCode() + Arrays.hashCode(picks);
    }
}

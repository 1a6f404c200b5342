// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.TargetSelectBatch;
import io.sluice.model.message.TargetSelectedBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Answers a batch of selections from one snapshot. */
public final class TargetSelector {

    private TargetSelector() {}

    /**
     * Picks for each flow of the batch.
     *
     * @return picks in the batch's order; {@link FlowOpenedBatch#NO_TARGET} where the zone has no target, and where the
     *     snapshot does not know the endpoint
     */
    public static TargetSelectedBatch select(TargetSetSnapshot snapshot, TargetSelectBatch batch) {
        int[] positionOf = new int[snapshot.targetCount()];
        Arrays.fill(positionOf, -1);
        List<TargetRef> named = new ArrayList<>();
        int[] picks = new int[batch.flowCount()];
        for (int flow = 0; flow < picks.length; flow++) {
            int target = snapshot.pick(batch.endpointIds()[flow], batch.keyHashes()[flow]);
            if (target < 0) {
                picks[flow] = FlowOpenedBatch.NO_TARGET;
                continue;
            }
            if (positionOf[target] < 0) {
                positionOf[target] = named.size();
                named.add(snapshot.targetRef(target));
            }
            picks[flow] = positionOf[target];
        }
        return new TargetSelectedBatch(named, picks);
    }
}

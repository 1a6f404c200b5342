// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.TargetSelectBatch;
import io.sluice.model.message.TargetSelectedBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Answers a batch of selections from one snapshot. */
public final class TargetSelector {

    private TargetSelector() {}

    /**
     * Picks for each flow of the batch.
     *
     * @return picks in the batch's order. Of a new flow: {@link FlowOpenedBatch#NO_TARGET} where the zone has no target
     *     and where the snapshot does not know the endpoint, {@link FlowOpenedBatch#DROPPED} where its group drops, and
     *     the group's {@link TargetRef#bypass} where its group delivers uninspected. Of a flow that moves:
     *     {@link FlowOpenedBatch#UNMOVED} where no target is healthy (T10)
     */
    public static TargetSelectedBatch select(TargetSetSnapshot snapshot, TargetSelectBatch batch) {
        // as large as the batch, not as the snapshot
        Map<Integer, Integer> positions = new HashMap<>();
        Map<TargetRef, Integer> bypasses = new HashMap<>();
        List<TargetRef> named = new ArrayList<>();
        int[] picks = new int[batch.flowCount()];
        for (int flow = 0; flow < picks.length; flow++) {
            long endpointId = batch.endpointIds()[flow];
            int target = batch.moves()[flow] != 0
                    ? snapshot.pickForMove(endpointId, batch.keyHashes()[flow])
                    : snapshot.pick(endpointId, batch.keyHashes()[flow]);
            if (target == TargetSetSnapshot.BYPASS) {
                picks[flow] = bypasses.computeIfAbsent(snapshot.bypassRef(endpointId), bypass -> {
                    named.add(bypass);
                    return named.size() - 1;
                });
            } else if (target < 0) {
                picks[flow] = target == TargetSetSnapshot.UNKNOWN_ENDPOINT ? FlowOpenedBatch.NO_TARGET : target;
            } else {
                picks[flow] = positions.computeIfAbsent(target, index -> {
                    named.add(snapshot.targetRef(index));
                    return named.size() - 1;
                });
            }
        }
        return new TargetSelectedBatch(named, picks);
    }
}

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

/**
 * Answers a batch of selections from one snapshot.
 *
 * <p><b>Allocation</b>: some objects a batch, none a flow.
 */
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
        int[] picks = new int[batch.flowCount()];
        Named named = new Named(picks.length);
        for (int flow = 0; flow < picks.length; flow++) {
            long endpointId = batch.endpointIds()[flow];
            int target = batch.moves()[flow] != 0
                    ? snapshot.pickForMove(endpointId, batch.keyHashes()[flow])
                    : snapshot.pick(endpointId, batch.keyHashes()[flow]);
            if (target == TargetSetSnapshot.BYPASS) {
                picks[flow] = named.bypass(snapshot.bypassRef(endpointId));
            } else if (target < 0) {
                picks[flow] = target == TargetSetSnapshot.UNKNOWN_ENDPOINT ? FlowOpenedBatch.NO_TARGET : target;
            } else {
                picks[flow] = named.target(target, snapshot);
            }
        }
        return new TargetSelectedBatch(named.refs, picks);
    }

    /** The targets that an answer names, each once: a table by index, as large as the batch and not as the snapshot. */
    private static final class Named {

        private static final int FREE = -1;

        private final List<TargetRef> refs = new ArrayList<>();
        private final int[] indexes;
        private final int[] places;

        Named(int flows) {
            indexes = new int[Integer.highestOneBit(Math.max(1, flows)) << 2];
            places = new int[indexes.length];
            Arrays.fill(indexes, FREE);
        }

        /** @param index of the target in the snapshot */
        int target(int index, TargetSetSnapshot snapshot) {
            int at = index & (indexes.length - 1);
            while (indexes[at] != index) {
                if (indexes[at] == FREE) {
                    indexes[at] = index;
                    places[at] = refs.size();
                    refs.add(snapshot.targetRef(index));
                    break;
                }
                at = (at + 1) & (indexes.length - 1);
            }
            return places[at];
        }

        /** Groups that bypass are a handful at most. */
        int bypass(TargetRef ref) {
            int place = refs.indexOf(ref);
            if (place < 0) {
                refs.add(ref);
                return refs.size() - 1;
            }
            return place;
        }
    }
}

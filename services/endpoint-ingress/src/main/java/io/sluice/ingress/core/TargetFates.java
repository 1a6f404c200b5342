// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.geneve.core.TargetDirectory;
import io.sluice.model.id.TargetRef;
import io.sluice.selection.core.FlowFate;
import io.sluice.selection.core.TargetSetSnapshot;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the flows of each target, by the index a flow holds: read for every packet, made anew when a snapshot
 * or the directory changes (T5 … T7, T14).
 *
 * <p>A fate counts for the registration it was made for only: an index that has been given to another target since has
 * the fate {@link FlowFate#KEEP} until the next refresh.
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
final class TargetFates {

    private final TargetDirectory targets;
    private FlowFate[] fates = new FlowFate[0];
    private @Nullable TargetRef[] refs = new @Nullable TargetRef[0];
    private boolean[] canMove = new boolean[0];
    private boolean quiet = true;

    TargetFates(TargetDirectory targets) {
        this.targets = targets;
    }

    /** Makes them anew. */
    void refresh(TargetSetSnapshot snapshot, List<EndpointEntry> endpoints) {
        int size = targets.size();
        if (fates.length < size) {
            fates = Arrays.copyOf(fates, Math.max(16, size * 2));
            refs = Arrays.copyOf(refs, fates.length);
        }
        boolean allKept = true;
        for (int index = 0; index < fates.length; index++) {
            TargetRef ref = index < size ? targets.ref(index) : null;
            refs[index] = ref;
            fates[index] = ref == null ? FlowFate.KEEP : snapshot.fateOf(ref);
            allKept &= fates[index] == FlowFate.KEEP;
        }
        boolean[] movable = new boolean[endpoints.size()];
        for (EndpointEntry endpoint : endpoints) {
            movable[endpoint.index] = snapshot.pickForMove(endpoint.id, 0) >= 0;
        }
        canMove = movable;
        quiet = allKept;
    }

    /** What happens to a flow of this target at its next packet. */
    @SuppressWarnings("ReferenceEquality") // an index keeps its very ref for as long as it stands for it
    FlowFate of(int targetIndex, EndpointEntry endpoint) {
        if (quiet || targetIndex >= fates.length || refs[targetIndex] != targets.ref(targetIndex)) {
            return FlowFate.KEEP;
        }
        FlowFate fate = fates[targetIndex];
        // T10: with nowhere to go it stays
        return fate == FlowFate.MOVE && !(endpoint.index < canMove.length && canMove[endpoint.index])
                ? FlowFate.KEEP
                : fate;
    }

    /** Whether the flows of this target end whatever they do (T22). */
    boolean ends(int targetIndex, EndpointEntry endpoint) {
        return of(targetIndex, endpoint) == FlowFate.END;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.geneve.core.TargetDirectory;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetRef;
import io.sluice.selection.core.FlowFate;
import io.sluice.selection.core.TargetSetSnapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the flows of each target, by the index a flow holds and the zone it entered in: read for every packet,
 * made anew when a snapshot or the directory changes (T5 … T7, T14). Each zone has its own view of a target (F-34).
 *
 * <p>A fate counts for the registration it was made for only: an index that has been given to another target since has
 * the fate {@link FlowFate#KEEP} until the next refresh.
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
final class TargetFates {

    private final TargetDirectory targets;
    /** By zone index, then by target index. */
    private FlowFate[][] fates = new FlowFate[0][];

    private @Nullable TargetRef[] refs = new @Nullable TargetRef[0];
    /** By endpoint index: whether there is a healthy target to move to (T10). */
    private boolean[] canMove = new boolean[0];

    private boolean quiet = true;

    TargetFates(TargetDirectory targets) {
        this.targets = targets;
    }

    /**
     * Makes them anew.
     *
     * @param endpoints all of this node's
     * @param zones zones served here
     */
    void refresh(TargetSetSnapshot snapshot, List<EndpointEntry> endpoints, int zones) {
        int size = targets.size();
        refs = new @Nullable TargetRef[size];
        for (int index = 0; index < size; index++) {
            refs[index] = targets.ref(index);
        }
        boolean[] movable = new boolean[endpoints.size()];
        List<Map<TargetGroupId, Long>> seenFrom = new ArrayList<>();
        for (int zone = 0; zone < zones; zone++) {
            seenFrom.add(new HashMap<>());
        }
        for (EndpointEntry endpoint : endpoints) {
            movable[endpoint.index] = snapshot.pickForMove(endpoint.id, 0) >= 0;
            int known = snapshot.endpointIndex(endpoint.id);
            if (known >= 0) {
                // endpoints of one group and zone see its targets alike: any of them stands for all
                seenFrom.get(endpoint.zoneIndex)
                        .put(snapshot.groupOfEndpoint(known).id(), endpoint.id);
            }
        }
        FlowFate[][] made = new FlowFate[zones][];
        boolean allKept = true;
        for (int zone = 0; zone < zones; zone++) {
            made[zone] = new FlowFate[size];
            Arrays.fill(made[zone], FlowFate.KEEP);
            for (int index = 0; index < size; index++) {
                TargetRef ref = refs[index];
                if (ref != null) {
                    Long viewer = seenFrom.get(zone).get(ref.group());
                    made[zone][index] = viewer == null ? snapshot.fateOf(ref) : snapshot.fateOf(ref, viewer);
                    allKept &= made[zone][index] == FlowFate.KEEP;
                }
            }
        }
        fates = made;
        canMove = movable;
        quiet = allKept;
    }

    /** What happens to a flow of this target at its next packet. */
    @SuppressWarnings("ReferenceEquality") // an index keeps its very ref for as long as it stands for it
    FlowFate of(int targetIndex, EndpointEntry endpoint) {
        if (quiet || targetIndex >= refs.length || refs[targetIndex] != targets.ref(targetIndex)) {
            return FlowFate.KEEP;
        }
        FlowFate fate = fates[endpoint.zoneIndex][targetIndex];
        // T10: with nowhere to go it stays, and a flow that failed open is not reset for it (T1b, T2c)
        boolean leaves = fate == FlowFate.MOVE || fate == FlowFate.RESET_UNHEALTHY;
        return leaves && !(endpoint.index < canMove.length && canMove[endpoint.index]) ? FlowFate.KEEP : fate;
    }

    /** Whether the flows of this target end whatever they do (T22). */
    boolean ends(int targetIndex, EndpointEntry endpoint) {
        return of(targetIndex, endpoint) == FlowFate.END;
    }
}

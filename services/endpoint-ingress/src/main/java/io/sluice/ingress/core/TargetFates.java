// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.geneve.core.TargetDirectory;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetRef;
import io.sluice.selection.core.FlowFate;
import io.sluice.selection.core.TargetSetSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the flows of each target, by the index a flow holds and the zone it entered in: read for every packet,
 * begun anew when a snapshot comes (T5 … T7, T14). Each zone has its own view of a target (F-34).
 *
 * <p>While every target keeps its flows, which is nearly always, nothing is looked up. Else a fate is looked up when a packet
 * or a sweep first asks for it: packets wait for this loop, and most of ten thousand targets have no flow in this shard.
 *
 * <p>A fate counts for the registration it was made for only: an index that has been given to another target since has
 * the fate {@link FlowFate#KEEP} until the next snapshot.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Complexity</b>: to begin anew copies one reference a target and
 * visits each endpoint; a fate asked for the first time is a look-up of group and target.
 */
final class TargetFates {

    private final TargetDirectory targets;
    private @Nullable TargetSetSnapshot snapshot;

    /** By zone index, then by target index; null where nobody has asked yet. */
    private @Nullable FlowFate[][] fates = new @Nullable FlowFate[0][];

    private @Nullable TargetRef[] refs = new @Nullable TargetRef[0];

    /** By zone index: for each group an endpoint that sees its targets from there, and stands for all that do. */
    private List<Map<TargetGroupId, Long>> viewers = List.of();
    /** By endpoint index: whether there is a healthy target to move to (T10). */
    private boolean[] canMove = new boolean[0];

    private boolean quiet = true;

    TargetFates(TargetDirectory targets) {
        this.targets = targets;
    }

    /**
     * Begins anew.
     *
     * @param endpoints all of this node's
     * @param zones zones served here
     */
    void refresh(TargetSetSnapshot newer, List<EndpointEntry> endpoints, int zones) {
        snapshot = newer;
        quiet = newer.keepsAll() && targets.departedCount() == 0;
        int size = quiet ? 0 : targets.size();
        refs = new @Nullable TargetRef[size];
        for (int index = 0; index < size; index++) {
            refs[index] = targets.ref(index);
        }
        fates = new @Nullable FlowFate[zones][size];
        boolean[] movable = new boolean[endpoints.size()];
        List<Map<TargetGroupId, Long>> seenFrom = new ArrayList<>();
        for (int zone = 0; zone < zones; zone++) {
            seenFrom.add(new HashMap<>());
        }
        for (EndpointEntry endpoint : endpoints) {
            movable[endpoint.index] = newer.canMove(endpoint.id);
            int known = newer.endpointIndex(endpoint.id);
            if (known >= 0) {
                seenFrom.get(endpoint.zoneIndex)
                        .put(newer.groupOfEndpoint(known).id(), endpoint.id);
            }
        }
        viewers = seenFrom;
        canMove = movable;
    }

    /** What happens to a flow of this target at its next packet. */
    @SuppressWarnings("ReferenceEquality") // an index keeps its very ref for as long as it stands for it
    FlowFate of(int targetIndex, EndpointEntry endpoint) {
        if (quiet || targetIndex >= refs.length || refs[targetIndex] != targets.ref(targetIndex)) {
            return FlowFate.KEEP;
        }
        FlowFate known = fates[endpoint.zoneIndex][targetIndex];
        FlowFate fate = known == null ? lookUp(targetIndex, endpoint.zoneIndex) : known;
        // T10: with nowhere to go it stays, and a flow that failed open is not reset for it (T1b, T2c)
        boolean leaves = fate == FlowFate.MOVE || fate == FlowFate.RESET_UNHEALTHY;
        return leaves && !(endpoint.index < canMove.length && canMove[endpoint.index]) ? FlowFate.KEEP : fate;
    }

    private FlowFate lookUp(int targetIndex, int zoneIndex) {
        TargetRef ref = refs[targetIndex];
        TargetSetSnapshot from = snapshot;
        FlowFate fate = FlowFate.KEEP;
        if (ref != null && from != null) {
            Long viewer = viewers.get(zoneIndex).get(ref.group());
            fate = viewer == null ? from.fateOf(ref) : from.fateOf(ref, viewer);
        }
        fates[zoneIndex][targetIndex] = fate;
        return fate;
    }

    /** Whether the flows of this target end whatever they do (T22). */
    boolean ends(int targetIndex, EndpointEntry endpoint) {
        return of(targetIndex, endpoint) == FlowFate.END;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowMoves;
import io.sluice.model.flow.FlowParts;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import java.util.Arrays;
import java.util.List;

/**
 * Flows of an ingress's table, offered to their authority: those it decided alone while nobody answered, and all of a
 * partition that another decides about now. The authority takes each over as it is, unless it has a record, which then wins
 * (a provisional entry never replaces an acknowledged one), but where it is the same flow and has moved less often.
 * Answered flow by flow with a {@link FlowOpenedBatch}.
 *
 * @param requester the node whose table holds them
 * @param keys {@link FlowKey#WORDS} longs for each flow
 * @param targets the targets this batch names, each once
 * @param picks for each flow an index into {@code targets}
 * @param cookies for each flow the cookie it has
 * @param createdAtMs for each flow its creation, milliseconds since 1970
 * @param moves for each flow how often an authority has moved it, 0 where this node decided alone; none where the sender does
 *     not know of them
 */
@SuppressWarnings("ArrayRecordComponent") // see FlowOpenBatch
public record FlowAdoptBatch(
        NodeId requester,
        long[] keys,
        List<TargetRef> targets,
        int[] picks,
        int[] cookies,
        long[] createdAtMs,
        int[] moves) {

    /** Checks that the arrays agree and each pick names a target, keeps a copy of the list. */
    public FlowAdoptBatch {
        targets = List.copyOf(targets);
        int flows = picks.length;
        if (keys.length != flows * FlowKey.WORDS
                || cookies.length != flows
                || createdAtMs.length != flows
                || flows > FlowOpenBatch.FLOWS_MAX) {
            throw new IllegalArgumentException(
                    "a batch of %d key words, %d picks, %d cookies, %d times: expected %d words a flow, at most %d flows"
                            .formatted(
                                    keys.length,
                                    flows,
                                    cookies.length,
                                    createdAtMs.length,
                                    FlowKey.WORDS,
                                    FlowOpenBatch.FLOWS_MAX));
        }
        FlowMoves.check(moves, flows);
        for (int pick : picks) {
            if (pick < 0 || pick >= targets.size()) {
                throw new IllegalArgumentException("pick " + pick + " names none of " + targets.size() + " targets");
            }
        }
    }

    /** An offer of somebody who knows of no numbers of moves. */
    public FlowAdoptBatch(
            NodeId requester, long[] keys, List<TargetRef> targets, int[] picks, int[] cookies, long[] createdAtMs) {
        this(requester, keys, targets, picks, cookies, createdAtMs, FlowMoves.none());
    }

    /** The same for an authority that knows of no numbers of moves. */
    public FlowAdoptBatch withoutMoves() {
        return new FlowAdoptBatch(requester, keys, targets, picks, cookies, createdAtMs);
    }

    /** Flows to take over. */
    public int flowCount() {
        return picks.length;
    }

    /** A batch of some of the flows, by their places in this one. */
    public FlowAdoptBatch part(int[] flows) {
        return new FlowAdoptBatch(
                requester,
                FlowParts.keys(keys, flows),
                targets,
                FlowParts.ints(picks, flows),
                FlowParts.ints(cookies, flows),
                FlowParts.longs(createdAtMs, flows),
                FlowMoves.part(moves, flows));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FlowAdoptBatch batch
                && requester.equals(batch.requester)
                && Arrays.equals(keys, batch.keys)
                && targets.equals(batch.targets)
                && Arrays.equals(picks, batch.picks)
                && Arrays.equals(cookies, batch.cookies)
                && Arrays.equals(createdAtMs, batch.createdAtMs)
                && Arrays.equals(moves, batch.moves);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(keys) + Arrays.hashCode(cookies);
    }
}

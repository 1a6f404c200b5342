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
 * Refreshes the authority's records of flows that packets still use, at most once per half idle timeout and flow.
 *
 * <p>It carries what a record is made of, so that one the authority has lost is put back at the next refresh without a
 * question and an answer: a flow that lives at an ingress has a record again within half an idle timeout. A record that is
 * there is not replaced; an ingress that holds another flow of the key hears so by a correction.
 *
 * @param sender the node whose table holds them
 * @param keys {@link FlowKey#WORDS} longs for each flow
 * @param targets the targets this batch names, each once
 * @param picks for each flow an index into {@code targets}
 * @param cookies for each flow the cookie it has
 * @param createdAtMs for each flow its creation, milliseconds since 1970
 * @param lastSeenMs for each flow its last packet, milliseconds since 1970
 * @param moves for each flow how often an authority has moved it; none where the sender does not know of them
 */
@SuppressWarnings("ArrayRecordComponent") // see FlowOpenBatch
public record FlowTouchedBatch(
        NodeId sender,
        long[] keys,
        List<TargetRef> targets,
        int[] picks,
        int[] cookies,
        long[] createdAtMs,
        long[] lastSeenMs,
        int[] moves) {

    /**
     * How long after a refresh is due, half an idle timeout after the last, an ingress may tell of it: its table is swept
     * that often. Records are kept that much longer.
     */
    public static final long LATE_MAX_MS = 15_000;

    /** Checks that the arrays agree and each pick names a target, keeps a copy of the list. */
    public FlowTouchedBatch {
        targets = List.copyOf(targets);
        int flows = picks.length;
        if (keys.length != flows * FlowKey.WORDS
                || cookies.length != flows
                || createdAtMs.length != flows
                || lastSeenMs.length != flows) {
            throw new IllegalArgumentException("a batch of %d key words, %d picks, %d cookies, %d creations, %d times"
                    .formatted(keys.length, flows, cookies.length, createdAtMs.length, lastSeenMs.length));
        }
        FlowMoves.check(moves, flows);
        for (int pick : picks) {
            if (pick < 0 || pick >= targets.size()) {
                throw new IllegalArgumentException("pick " + pick + " names none of " + targets.size() + " targets");
            }
        }
    }

    /** A refresh by somebody who knows of no numbers of moves. */
    public FlowTouchedBatch(
            NodeId sender,
            long[] keys,
            List<TargetRef> targets,
            int[] picks,
            int[] cookies,
            long[] createdAtMs,
            long[] lastSeenMs) {
        this(sender, keys, targets, picks, cookies, createdAtMs, lastSeenMs, FlowMoves.none());
    }

    /** The same for an authority that knows of no numbers of moves. */
    public FlowTouchedBatch withoutMoves() {
        return new FlowTouchedBatch(sender, keys, targets, picks, cookies, createdAtMs, lastSeenMs);
    }

    /** Flows refreshed. */
    public int flowCount() {
        return cookies.length;
    }

    /** A batch of some of the flows, by their places in this one. */
    public FlowTouchedBatch part(int[] flows) {
        return new FlowTouchedBatch(
                sender,
                FlowParts.keys(keys, flows),
                targets,
                FlowParts.ints(picks, flows),
                FlowParts.ints(cookies, flows),
                FlowParts.longs(createdAtMs, flows),
                FlowParts.longs(lastSeenMs, flows),
                FlowMoves.part(moves, flows));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FlowTouchedBatch batch
                && sender.equals(batch.sender)
                && Arrays.equals(keys, batch.keys)
                && targets.equals(batch.targets)
                && Arrays.equals(picks, batch.picks)
                && Arrays.equals(cookies, batch.cookies)
                && Arrays.equals(createdAtMs, batch.createdAtMs)
                && Arrays.equals(lastSeenMs, batch.lastSeenMs)
                && Arrays.equals(moves, batch.moves);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(keys) + Arrays.hashCode(cookies);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.flow.FlowMoves;
import io.sluice.model.id.TargetRef;
import java.util.Arrays;
import java.util.List;

/**
 * The authority's answer to a {@link FlowOpenBatch}, flow by flow in the same order.
 *
 * @param targets the targets this answer names, each once
 * @param outcomes for each flow an index into {@code targets}, or {@link #NO_FLOW}, {@link #NO_TARGET},
 *     {@link #NO_ROOM}, {@link #DROPPED}, {@link #UNMOVED} or {@link #NOT_YET}
 * @param cookies for each flow its cookie, 0 where refused
 * @param createdAtMs for each flow its creation, milliseconds since 1970, 0 where refused
 * @param moves for each flow how often it was moved, 0 where refused; none where the asker does not know of them
 */
@SuppressWarnings("ArrayRecordComponent") // see FlowOpenBatch
public record FlowOpenedBatch(List<TargetRef> targets, int[] outcomes, int[] cookies, long[] createdAtMs, int[] moves) {

    /** There is no record, and the packet may not open a flow (F-16). */
    public static final int NO_FLOW = -1;

    /** No target can be picked (T3d). */
    public static final int NO_TARGET = -2;

    /** The authority remembers as many flows as it may. */
    public static final int NO_ROOM = -3;

    /** No target is healthy, and the group drops new flows then ({@code fail-open: drop}). */
    public static final int DROPPED = -4;

    /** No target is healthy, so the flow stays where it is (T10). */
    public static final int UNMOVED = -5;

    /**
     * Nothing is known yet: another authority decides about the flow now, or its record has still to be fetched. To be asked
     * again.
     */
    public static final int NOT_YET = -6;

    /** Checks that the arrays agree, keeps a copy of the list. */
    public FlowOpenedBatch {
        targets = List.copyOf(targets);
        if (outcomes.length != cookies.length || outcomes.length != createdAtMs.length) {
            throw new IllegalArgumentException("outcomes, cookies and creation times differ in number: %d, %d, %d"
                    .formatted(outcomes.length, cookies.length, createdAtMs.length));
        }
        FlowMoves.check(moves, outcomes.length);
        for (int outcome : outcomes) {
            if (outcome < NOT_YET || outcome >= targets.size()) {
                throw new IllegalArgumentException(
                        "outcome " + outcome + " names none of " + targets.size() + " targets");
            }
        }
    }

    /** An answer to somebody who knows of no numbers of moves. */
    public FlowOpenedBatch(List<TargetRef> targets, int[] outcomes, int[] cookies, long[] createdAtMs) {
        this(targets, outcomes, cookies, createdAtMs, FlowMoves.none());
    }

    /** The answer for some of the flows. */
    public FlowOpenedBatch part(int[] positions) {
        int[] partOutcomes = new int[positions.length];
        int[] partCookies = new int[positions.length];
        long[] partCreatedAtMs = new long[positions.length];
        int[] partMoves = moves.length == 0 ? moves : new int[positions.length];
        for (int i = 0; i < positions.length; i++) {
            partOutcomes[i] = outcomes[positions[i]];
            partCookies[i] = cookies[positions[i]];
            partCreatedAtMs[i] = createdAtMs[positions[i]];
            if (moves.length > 0) {
                partMoves[i] = moves[positions[i]];
            }
        }
        return new FlowOpenedBatch(targets, partOutcomes, partCookies, partCreatedAtMs, partMoves);
    }

    /** Puts the answer for some flows of a question into the place of theirs; the others are {@link #NOT_YET}. */
    public FlowOpenedBatch spread(int[] positions, int flows) {
        int[] spreadOutcomes = new int[flows];
        Arrays.fill(spreadOutcomes, NOT_YET);
        int[] spreadCookies = new int[flows];
        long[] spreadCreatedAtMs = new long[flows];
        int[] spreadMoves = moves.length == 0 ? moves : new int[flows];
        for (int i = 0; i < positions.length; i++) {
            spreadOutcomes[positions[i]] = outcomes[i];
            spreadCookies[positions[i]] = cookies[i];
            spreadCreatedAtMs[positions[i]] = createdAtMs[i];
            if (moves.length > 0) {
                spreadMoves[positions[i]] = moves[i];
            }
        }
        return new FlowOpenedBatch(targets, spreadOutcomes, spreadCookies, spreadCreatedAtMs, spreadMoves);
    }

    /** Flows answered. */
    public int flowCount() {
        return outcomes.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FlowOpenedBatch batch
                && targets.equals(batch.targets)
                && Arrays.equals(outcomes, batch.outcomes)
                && Arrays.equals(cookies, batch.cookies)
                && Arrays.equals(createdAtMs, batch.createdAtMs)
                && Arrays.equals(moves, batch.moves);
    }

    @Override
    public int hashCode() {
        return 31 * targets.hashCode() + Arrays.hashCode(cookies);
    }
}

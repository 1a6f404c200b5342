// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.flow;

/**
 * How often the flows of a batch were moved to another target, as their authority counts ({@link FlowRecord#moves}): one
 * number for each flow, or none at all in a batch of somebody who does not know of them. A flow whose number is not said
 * counts as never moved: whatever is known otherwise wins. Stateless.
 */
public final class FlowMoves {

    private FlowMoves() {}

    /** A batch without numbers. */
    public static int[] none() {
        return new int[0];
    }

    /**
     * Checks the numbers of a batch.
     *
     * @throws IllegalArgumentException where there are some but not one for each flow, or one is out of range
     */
    public static void check(int[] moves, int flows) {
        if (moves.length != 0 && moves.length != flows) {
            throw new IllegalArgumentException(
                    "%d numbers of moves for %d flows: expected one each, or none".formatted(moves.length, flows));
        }
        for (int number : moves) {
            if (number < 0 || number > FlowRecord.MOVES_MAX) {
                throw new IllegalArgumentException("moves " + number + ": expected 0 to " + FlowRecord.MOVES_MAX);
            }
        }
    }

    /** The number of one flow of a batch; 0 where none is said. */
    public static int of(int[] moves, int flow) {
        return moves.length == 0 ? 0 : moves[flow];
    }

    /** The numbers of some flows, by their places in a batch. */
    public static int[] part(int[] moves, int[] flows) {
        return moves.length == 0 ? moves : FlowParts.ints(moves, flows);
    }
}

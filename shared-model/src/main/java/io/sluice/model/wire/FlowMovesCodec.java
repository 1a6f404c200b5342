// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.flow.FlowMoves;

/** The numbers of moves of a batch, 32 bits each, behind its other fields; their number is that of the flows. */
final class FlowMovesCodec {

    private FlowMovesCodec() {}

    /**
     * Reads them.
     *
     * @param said whether the message is of a version that has them; there are flows then
     */
    static int[] read(WireReader reader, int flows, boolean said) {
        if (!said) {
            return FlowMoves.none();
        }
        int[] moves = reader.ints("moves", flows);
        if (flows == 0) {
            throw reader.wrong("no number of moves: expected version 1 then");
        }
        return moves;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowParts;
import io.sluice.model.id.NodeId;
import java.util.Arrays;

/**
 * Asks the authority for the flows that missed in one batch of packets.
 *
 * @param requester the node that asks
 * @param keys {@link FlowKey#WORDS} longs for each flow
 * @param intents one for each flow: {@link #RECORD_ONLY}, {@link #OPEN} or {@link #MOVE}
 * @param cookies for each flow the cookie it has where it is to move, that of the flow before it where its tuple is opened
 *     again, else 0
 * @param wantsMoves whether the asker knows of numbers of moves: then the answer has them
 */
@SuppressWarnings("ArrayRecordComponent") // a batch is arrays, not a list of objects; equality is by content below
public record FlowOpenBatch(NodeId requester, long[] keys, byte[] intents, int[] cookies, boolean wantsMoves) {

    /** Only a record counts: the packet may not open a flow (F-16). */
    public static final byte RECORD_ONLY = 0;

    /** The packet may open a flow. */
    public static final byte OPEN = 1;

    /** The flow's target failed or left, and the flow is to leave it (T5, T6). */
    public static final byte MOVE = 2;

    /** Flows one batch may ask for. */
    public static final int FLOWS_MAX = 1024;

    /** Checks that the arrays agree. */
    public FlowOpenBatch {
        if (keys.length != intents.length * FlowKey.WORDS
                || cookies.length != intents.length
                || intents.length > FLOWS_MAX) {
            throw new IllegalArgumentException(
                    "a batch of %d key words and %d cookies for %d flows: expected %d words a flow and at most %d flows"
                            .formatted(keys.length, cookies.length, intents.length, FlowKey.WORDS, FLOWS_MAX));
        }
        for (byte intent : intents) {
            if (intent < RECORD_ONLY || intent > MOVE) {
                throw new IllegalArgumentException("intent " + intent + ": expected 0 to " + MOVE);
            }
        }
    }

    /** A question of somebody who knows of no numbers of moves. */
    public FlowOpenBatch(NodeId requester, long[] keys, byte[] intents, int[] cookies) {
        this(requester, keys, intents, cookies, false);
    }

    /** The same for an authority that knows of no numbers of moves. */
    public FlowOpenBatch withoutMoves() {
        return new FlowOpenBatch(requester, keys, intents, cookies);
    }

    /** Flows asked for. */
    public int flowCount() {
        return intents.length;
    }

    /** A batch of some of the flows, by their places in this one. */
    public FlowOpenBatch part(int[] flows) {
        return new FlowOpenBatch(
                requester,
                FlowParts.keys(keys, flows),
                FlowParts.bytes(intents, flows),
                FlowParts.ints(cookies, flows),
                wantsMoves);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FlowOpenBatch batch
                && requester.equals(batch.requester)
                && Arrays.equals(keys, batch.keys)
                && Arrays.equals(intents, batch.intents)
                && Arrays.equals(cookies, batch.cookies)
                && wantsMoves == batch.wantsMoves;
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(keys) + Arrays.hashCode(intents);
    }
}

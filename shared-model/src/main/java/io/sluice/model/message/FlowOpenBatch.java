// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.NodeId;
import java.util.Arrays;

/**
 * Asks the authority for the flows that missed in one batch of packets.
 *
 * @param requester the node that asks
 * @param keys {@link FlowKey#WORDS} longs for each flow
 * @param mayOpen one for each flow: 1 where the packet may open a flow, 0 where only a record counts (F-16)
 */
@SuppressWarnings("ArrayRecordComponent") // a batch is two arrays, not a list of objects; equality is by content below
public record FlowOpenBatch(NodeId requester, long[] keys, byte[] mayOpen) {

    /** Flows one batch may ask for. */
    public static final int FLOWS_MAX = 1024;

    /** Checks that the arrays agree. */
    public FlowOpenBatch {
        if (keys.length != mayOpen.length * FlowKey.WORDS || mayOpen.length > FLOWS_MAX) {
            throw new IllegalArgumentException(
                    "a batch of %d key words for %d flows: expected %d words a flow and at most %d flows"
                            .formatted(keys.length, mayOpen.length, FlowKey.WORDS, FLOWS_MAX));
        }
    }

    /** Flows asked for. */
    public int flowCount() {
        return mayOpen.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FlowOpenBatch batch
                && requester.equals(batch.requester)
                && Arrays.equals(keys, batch.keys)
                && Arrays.equals(mayOpen, batch.mayOpen);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(keys) + Arrays.hashCode(mayOpen);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.NodeId;
import java.util.Arrays;

/**
 * Tells the authority that flows ended (idle, closed, evicted), so that it forgets them.
 *
 * @param sender the node whose table they left
 * @param keys {@link FlowKey#WORDS} longs for each flow
 * @param cookies for each flow the cookie it had: a record with another one is a newer flow and stays
 */
@SuppressWarnings("ArrayRecordComponent") // see FlowOpenBatch
public record FlowClosedBatch(NodeId sender, long[] keys, int[] cookies) {

    /** Checks that the arrays agree. */
    public FlowClosedBatch {
        if (keys.length != cookies.length * FlowKey.WORDS) {
            throw new IllegalArgumentException(
                    "a batch of %d key words for %d flows".formatted(keys.length, cookies.length));
        }
    }

    /** Flows that ended. */
    public int flowCount() {
        return cookies.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FlowClosedBatch batch
                && sender.equals(batch.sender)
                && Arrays.equals(keys, batch.keys)
                && Arrays.equals(cookies, batch.cookies);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(keys) + Arrays.hashCode(cookies);
    }
}

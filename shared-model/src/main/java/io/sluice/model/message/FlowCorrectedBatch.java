// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.NodeId;
import java.util.Arrays;

/**
 * Tells ingresses that the authority goes by another record of these flows than somebody knows of: a merge has brought a
 * newer one, or a node that refreshed one named another. Who has such a flow under another cookie asks what holds.
 *
 * @param authority the node that decides about them
 * @param keys {@link FlowKey#WORDS} longs for each flow
 * @param cookies for each flow the cookie of its record
 */
@SuppressWarnings("ArrayRecordComponent") // see FlowOpenBatch
public record FlowCorrectedBatch(NodeId authority, long[] keys, int[] cookies) {

    /** Checks that the arrays agree. */
    public FlowCorrectedBatch {
        if (keys.length != cookies.length * FlowKey.WORDS) {
            throw new IllegalArgumentException(
                    "a batch of %d key words for %d flows".formatted(keys.length, cookies.length));
        }
    }

    /** Flows that are named. */
    public int flowCount() {
        return cookies.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FlowCorrectedBatch batch
                && authority.equals(batch.authority)
                && Arrays.equals(keys, batch.keys)
                && Arrays.equals(cookies, batch.cookies);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(keys) + Arrays.hashCode(cookies);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.NodeId;
import java.util.Arrays;

/**
 * Refreshes the authority's records of flows that packets still use, at most once per half idle timeout and flow.
 *
 * @param sender the node whose table holds them
 * @param keys {@link FlowKey#WORDS} longs for each flow
 * @param cookies for each flow the cookie it has
 * @param lastSeenMs for each flow its last packet, milliseconds since 1970
 */
@SuppressWarnings("ArrayRecordComponent") // see FlowOpenBatch
public record FlowTouchedBatch(NodeId sender, long[] keys, int[] cookies, long[] lastSeenMs) {

    /**
     * How long after a refresh is due, half an idle timeout after the last, an ingress may tell of it: its table is swept
     * that often. Records are kept that much longer.
     */
    public static final long LATE_MAX_MS = 15_000;

    /** Checks that the arrays agree. */
    public FlowTouchedBatch {
        if (keys.length != cookies.length * FlowKey.WORDS || cookies.length != lastSeenMs.length) {
            throw new IllegalArgumentException("a batch of %d key words, %d cookies, %d times"
                    .formatted(keys.length, cookies.length, lastSeenMs.length));
        }
    }

    /** Flows refreshed. */
    public int flowCount() {
        return cookies.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FlowTouchedBatch batch
                && sender.equals(batch.sender)
                && Arrays.equals(keys, batch.keys)
                && Arrays.equals(cookies, batch.cookies)
                && Arrays.equals(lastSeenMs, batch.lastSeenMs);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(keys) + Arrays.hashCode(cookies);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.flow.FlowEnd;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowParts;
import io.sluice.model.id.NodeId;
import java.util.Arrays;

/**
 * Tells the authority that flows ended (idle, closed, evicted), so that it forgets them.
 *
 * @param sender the node whose table they left
 * @param keys {@link FlowKey#WORDS} longs for each flow
 * @param cookies for each flow the cookie it had: a record with another one is a newer flow and stays
 * @param ends for each flow the {@link FlowEnd#code} of why it ended
 */
@SuppressWarnings("ArrayRecordComponent") // see FlowOpenBatch
public record FlowClosedBatch(NodeId sender, long[] keys, int[] cookies, byte[] ends) {

    /** Flows that were idle. */
    public FlowClosedBatch(NodeId sender, long[] keys, int[] cookies) {
        this(sender, keys, cookies, idle(cookies.length));
    }

    private static byte[] idle(int flows) {
        byte[] ends = new byte[flows];
        Arrays.fill(ends, (byte) FlowEnd.IDLE.code());
        return ends;
    }

    /** Checks that the arrays agree, and that every end is one. */
    public FlowClosedBatch {
        if (keys.length != cookies.length * FlowKey.WORDS || ends.length != cookies.length) {
            throw new IllegalArgumentException("a batch of %d key words and %d ends for %d flows"
                    .formatted(keys.length, ends.length, cookies.length));
        }
        for (byte end : ends) {
            FlowEnd.ofCode(end);
        }
    }

    /** Flows that ended. */
    public int flowCount() {
        return cookies.length;
    }

    /** A batch of some of the flows, by their places in this one. */
    public FlowClosedBatch part(int[] flows) {
        return new FlowClosedBatch(
                sender, FlowParts.keys(keys, flows), FlowParts.ints(cookies, flows), FlowParts.bytes(ends, flows));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FlowClosedBatch batch
                && sender.equals(batch.sender)
                && Arrays.equals(keys, batch.keys)
                && Arrays.equals(cookies, batch.cookies)
                && Arrays.equals(ends, batch.ends);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(keys) + Arrays.hashCode(cookies);
    }
}

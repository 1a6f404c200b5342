// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.ingress.core.ReturnSearch;
import io.sluice.model.metric.DropReason;
import io.sluice.sharding.ShardOutbox;
import java.nio.ByteBuffer;

/**
 * Looks for the flow of a return at the other shards, over the rings between them.
 *
 * @param outbox of the shard that asks
 */
record StrayReturns(ShardOutbox outbox) implements ReturnSearch {

    @Override
    public int otherShards() {
        return outbox.otherShards();
    }

    @Override
    public boolean pass(
            ByteBuffer from,
            int innerOffset,
            int innerLengthBytes,
            int protocolType,
            long endpointId,
            int flowCookie,
            int outerSourceAddress,
            DropReason verdict,
            int shardsLeft,
            long trail) {
        return outbox.pass(
                from,
                innerOffset,
                innerLengthBytes,
                protocolType,
                endpointId,
                flowCookie,
                outerSourceAddress,
                verdict,
                shardsLeft,
                trail);
    }
}

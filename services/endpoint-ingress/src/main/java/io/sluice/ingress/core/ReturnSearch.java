// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.model.metric.DropReason;
import java.nio.ByteBuffer;

/**
 * Where a return is looked for whose flow is not in this shard's table: an appliance that changed the inner addresses
 * returns it to another shard than its flow's, and only the cookie still tells (W-21).
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
public interface ReturnSearch {

    /** There is one shard: what is not here is nowhere. */
    ReturnSearch NOWHERE = new ReturnSearch() {
        @Override
        public int otherShards() {
            return 0;
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
            return false;
        }
    };

    /** How many other shards there are. */
    int otherShards();

    /**
     * Passes a return on to the next shard.
     *
     * <p><b>Ownership</b>: copies the bytes.
     *
     * @param from the shard's packet memory
     * @param innerOffset absolute offset of the inner IP header
     * @param innerLengthBytes bytes present from there on
     * @param protocolType of the inner packet
     * @param endpointId option 1 as returned
     * @param flowCookie option 3 as returned
     * @param outerSourceAddress IPv4 address that returned it
     * @param verdict what it is dropped for unless it is found
     * @param shardsLeft shards that have not been asked once the next one has
     * @param trail its {@link io.sluice.geneve.core.ReturnTrail}
     * @return whether there was room for it
     */
    boolean pass(
            ByteBuffer from,
            int innerOffset,
            int innerLengthBytes,
            int protocolType,
            long endpointId,
            int flowCookie,
            int outerSourceAddress,
            DropReason verdict,
            int shardsLeft,
            long trail);
}

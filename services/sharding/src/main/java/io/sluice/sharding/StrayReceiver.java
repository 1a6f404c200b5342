// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import io.sluice.model.metric.DropReason;

/** Gets returns whose flow was not found where their addresses belong, on the shard's event loop. */
public interface StrayReceiver {

    /**
     * One stray return.
     *
     * <p><b>Ownership</b>: consumes the slot.
     *
     * @param slot slot of the shard's slab that holds it
     * @param innerOffset absolute offset of the inner IP header
     * @param innerLengthBytes bytes present from there on
     * @param protocolType of the inner packet
     * @param endpointId option 1 as returned
     * @param flowCookie option 3 as returned
     * @param outerSourceAddress IPv4 address that returned it
     * @param verdict what it is dropped for unless it is found here or at the shards left
     * @param shardsLeft shards that have not been asked yet
     * @param trail what else was given with it
     */
    void onStray(
            int slot,
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

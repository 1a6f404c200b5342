// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

/** The way back from a codec to its ingress: what a target returned, parsed, its sender known to be a target. */
public interface ReturnReceiver {

    /**
     * One returned packet.
     *
     * <p><b>Ownership</b>: consumes the slot.
     *
     * @param slot slot of the shard's slab that holds the packet
     * @param innerOffset absolute offset of the inner IP header
     * @param innerLengthBytes bytes present from there on, trailing bytes included
     * @param protocolType GENEVE protocol type of the inner packet: 0x0800 or 0x86DD
     * @param endpointId option 1 as returned
     * @param flowCookie option 3 as returned
     * @param outerSourceAddress IPv4 address that returned it
     */
    void onReturn(
            int slot,
            int innerOffset,
            int innerLengthBytes,
            int protocolType,
            long endpointId,
            int flowCookie,
            int outerSourceAddress);

    /** The batch of returned packets is over. */
    void onReturnBatchEnd();
}

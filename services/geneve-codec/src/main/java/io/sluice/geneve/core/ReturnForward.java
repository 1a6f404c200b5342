// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

/**
 * Where a return goes that came to another process than its flow's: to an ingress beside this one.
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
public interface ReturnForward {

    /** There is no other ingress: what is not here is nowhere. */
    ReturnForward NOWHERE = new ReturnForward() {
        @Override
        public long trail() {
            return ReturnTrail.NONE;
        }

        @Override
        public boolean forward(
                int slot,
                int innerOffset,
                int innerLengthBytes,
                int protocolType,
                long endpointId,
                int flowCookie,
                int outerSourceAddress,
                long trail,
                boolean flowKnown) {
            return false;
        }
    };

    /** The {@link ReturnTrail} of the return in hand: of the one that has just come over the link. */
    long trail();

    /**
     * Passes a return on to the next ingress, or back to the one that has its flow where no other is left.
     *
     * <p><b>Ownership</b>: consumes the slot where it answers true; else it stays the caller's, unchanged, and this ingress is
     * the last one asked.
     *
     * @param slot slot of the shard's slab that holds the packet
     * @param innerOffset absolute offset of the inner IP header
     * @param innerLengthBytes bytes present from there on
     * @param protocolType of the inner packet
     * @param endpointId option 1 as returned
     * @param flowCookie option 3 as returned
     * @param outerSourceAddress IPv4 address that returned it
     * @param trail its {@link ReturnTrail}
     * @param flowKnown whether the flow is here, and only its packets of this direction have not come in here
     * @return whether it was passed on
     */
    boolean forward(
            int slot,
            int innerOffset,
            int innerLengthBytes,
            int protocolType,
            long endpointId,
            int flowCookie,
            int outerSourceAddress,
            long trail,
            boolean flowKnown);
}

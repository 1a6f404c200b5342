// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

/**
 * The way from an ingress to its codec: one inner packet, with what the codec needs to encapsulate it.
 *
 * <p>In one process this is a direct call on the shard's event loop that moves ownership of the slot; across processes a
 * datagram link carries the same fields. Bytes towards the target are the same either way.
 */
public interface PacketConduit {

    /**
     * Sends an inner packet to a target.
     *
     * <p><b>Ownership</b>: consumes the slot. <b>Errors</b>: none; a packet that cannot be sent is dropped and counted.
     *
     * @param slot slot of the shard's slab that holds the packet
     * @param innerOffset absolute offset of the inner IP header; {@link io.sluice.packet.geneve.GwlbOptions
     *     ENCAPSULATION_BYTES} bytes before it are free to be overwritten
     * @param innerLengthBytes inner total length
     * @param protocolType GENEVE protocol type of the inner packet: 0x0800 or 0x86DD
     * @param endpointId endpoint the flow belongs to, option 1
     * @param flowCookie the flow's cookie, option 3
     * @param zoneIndex index of the endpoint's zone among the zones served here: which node address sends (W-2)
     * @param targetIndex index of the target in the shard's {@link TargetDirectory}
     * @param portSlot which of the zone's source ports: stable for a flow (W-5)
     * @param returnExpected whether the flow had returns before, so that one is expected of this packet too
     */
    void toTarget(
            int slot,
            int innerOffset,
            int innerLengthBytes,
            int protocolType,
            long endpointId,
            int flowCookie,
            int zoneIndex,
            int targetIndex,
            int portSlot,
            boolean returnExpected);
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.packet.geneve.GwlbOptions;
import java.nio.ByteBuffer;

/**
 * The conduit inside one shard: encapsulates in place and hands the slot to the zone's socket.
 *
 * <p>Writes the GENEVE header and the three options (W-14) into the 40 bytes before the inner packet, which is never
 * copied. VNI 0, attachment id 0 (section 1.2).
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
public final class DirectConduit implements PacketConduit {

    private static final long ATTACHMENT_ID = 0;

    private final ByteBuffer memory;
    private final TargetDirectory targets;
    private final TargetSockets sockets;

    /**
     * @param memory the shard's slab
     * @param targets the shard's targets
     * @param sockets the bound sockets
     */
    public DirectConduit(ByteBuffer memory, TargetDirectory targets, TargetSockets sockets) {
        this.memory = memory;
        this.targets = targets;
        this.sockets = sockets;
    }

    @Override
    public void toTarget(
            int slot,
            int innerOffset,
            int innerLengthBytes,
            int protocolType,
            long endpointId,
            int flowCookie,
            int zoneIndex,
            int targetIndex,
            int portSlot,
            boolean returnExpected) {
        if (returnExpected) {
            targets.expectsReturn(targetIndex);
        }
        targets.sent(targetIndex, innerLengthBytes);
        toAddress(
                slot,
                innerOffset,
                innerLengthBytes,
                protocolType,
                endpointId,
                flowCookie,
                zoneIndex,
                targets.address(targetIndex),
                targets.port(targetIndex),
                portSlot);
    }

    /**
     * Sends an inner packet to whoever is at an address, and counts nothing; else as {@link #toTarget}.
     *
     * @param address IPv4 address of a target
     * @param port its UDP port
     */
    public void toAddress(
            int slot,
            int innerOffset,
            int innerLengthBytes,
            int protocolType,
            long endpointId,
            int flowCookie,
            int zoneIndex,
            int address,
            int port,
            int portSlot) {
        int start = innerOffset - GwlbOptions.ENCAPSULATION_BYTES;
        GwlbOptions.write(memory, start, protocolType, endpointId, ATTACHMENT_ID, flowCookie);
        sockets.of(zoneIndex, portSlot)
                .send(slot, start, GwlbOptions.ENCAPSULATION_BYTES + innerLengthBytes, address, port);
    }
}

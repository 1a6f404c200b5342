// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.packet.InnerPacket;
import io.sluice.packet.ip.IpProtocol;

/**
 * One packet of an endpoint as the pipeline passes it on: where its bytes are, and what the flow needs to know of it.
 *
 * <p>There is one object a shard, filled anew for each packet. What outlives the packet's turn is kept as two ints and a
 * long, {@link #traits()}:
 *
 * <pre>
 *  63..48 protocol type | 47..32 TCP payload bytes | 31..16 attachment | 15..8 TCP flags | 7..2 zero | 1 TCP | 0 from lower
 * </pre>
 */
final class EndpointPacket {

    int slot;
    int innerOffset;
    int innerLengthBytes;
    int protocolType;
    int attachment;
    boolean fromLower;
    boolean tcp;
    /** 0 unless the packet has its TCP header. */
    int tcpFlags;

    int tcpPayloadBytes;

    /** Takes over what was parsed. */
    void of(int packetSlot, int offset, int type, int attachmentIndex, InnerPacket inner) {
        slot = packetSlot;
        innerOffset = offset;
        innerLengthBytes = inner.totalLengthBytes();
        protocolType = type;
        attachment = attachmentIndex;
        tcp = inner.protocol() == IpProtocol.TCP;
        tcpFlags = inner.tcpFlags();
        tcpPayloadBytes = inner.tcpPayloadBytes();
    }

    /** Takes over what was kept. */
    void of(int packetSlot, int offset, int lengthBytes, long traits) {
        slot = packetSlot;
        innerOffset = offset;
        innerLengthBytes = lengthBytes;
        protocolType = (int) (traits >>> 48);
        tcpPayloadBytes = (int) (traits >>> 32) & 0xFFFF;
        attachment = (int) (traits >>> 16) & 0xFFFF;
        tcpFlags = (int) (traits >>> 8) & 0xFF;
        tcp = (traits & 2) != 0;
        fromLower = (traits & 1) != 0;
    }

    long traits() {
        return (long) protocolType << 48
                | (long) (tcpPayloadBytes & 0xFFFF) << 32
                | (long) (attachment & 0xFFFF) << 16
                | (long) (tcpFlags & 0xFF) << 8
                | (tcp ? 2 : 0)
                | (fromLower ? 1 : 0);
    }
}

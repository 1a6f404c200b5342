// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.datagram.PacketSlab;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.geneve.GeneveFlyweight;
import io.sluice.packet.ip.IpProtocol;

/**
 * One packet of an endpoint as the pipeline passes it on: where its bytes are, and what the flow needs to know of it.
 *
 * <p>There is one object a shard, filled anew for each packet. What outlives the packet's turn is kept as two ints and a
 * long, {@link #traits()}:
 *
 * <pre>
 *  63..60 zero | 59..44 attachment | 43..32 frame header | 31..16 TCP payload bytes | 15..8 TCP flags
 *  7..4 zero | 3 IPv6 | 2 ICMP error of the flow | 1 TCP | 0 from lower
 * </pre>
 */
final class EndpointPacket {

    int slot;
    int innerOffset;
    int innerLengthBytes;
    int protocolType;
    int attachment;
    /** Index of its Ethernet header in {@link FrameHeaders}; 0 for none. */
    int frame;

    boolean fromLower;
    /** An ICMP error about the flow: it travels with the flow and says nothing of its life (F-24). */
    boolean icmpError;

    /** Whether it has a TCP header: not so later fragments. */
    boolean tcp;

    /** 0 unless {@link #tcp}. */
    int tcpFlags;

    int tcpPayloadBytes;

    /** Takes over what was parsed. */
    void of(int packetSlot, int offset, int type, int attachmentIndex, int frameHeader, InnerPacket inner) {
        slot = packetSlot;
        innerOffset = offset;
        innerLengthBytes = inner.totalLengthBytes();
        protocolType = type;
        attachment = attachmentIndex;
        frame = frameHeader;
        tcp = inner.protocol() == IpProtocol.TCP && !inner.nonFirstFragment();
        tcpFlags = inner.tcpFlags();
        tcpPayloadBytes = inner.tcpPayloadBytes();
    }

    /** Takes over what was kept. */
    void of(int packetSlot, int offset, int lengthBytes, long traits) {
        slot = packetSlot;
        innerOffset = offset;
        innerLengthBytes = lengthBytes;
        attachment = (int) (traits >>> 44) & 0xFFFF;
        frame = (int) (traits >>> 32) & 0xFFF;
        tcpPayloadBytes = (int) (traits >>> 16) & 0xFFFF;
        tcpFlags = (int) (traits >>> 8) & 0xFF;
        protocolType = (traits & 8) != 0 ? GeneveFlyweight.PROTOCOL_IPV6 : GeneveFlyweight.PROTOCOL_IPV4;
        icmpError = (traits & 4) != 0;
        tcp = (traits & 2) != 0;
        fromLower = (traits & 1) != 0;
    }

    /** Makes the packet outlast its turn; false where there is no slot for it. */
    boolean keep(PacketSlab slab) {
        int kept = slab.keep(slot, innerOffset, innerLengthBytes);
        if (kept != PacketSlab.NONE && kept != slot) {
            slot = kept;
            innerOffset = slab.dataStart(kept);
        }
        return kept != PacketSlab.NONE;
    }

    long traits() {
        return (long) (attachment & 0xFFFF) << 44
                | (long) (frame & 0xFFF) << 32
                | (long) (tcpPayloadBytes & 0xFFFF) << 16
                | (long) (tcpFlags & 0xFF) << 8
                | (protocolType == GeneveFlyweight.PROTOCOL_IPV6 ? 8 : 0)
                | (icmpError ? 4 : 0)
                | (tcp ? 2 : 0)
                | (fromLower ? 1 : 0);
    }
}

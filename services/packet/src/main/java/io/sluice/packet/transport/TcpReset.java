// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.transport;

import io.sluice.packet.Checksums;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.ip.GeneratedIpHeader;
import io.sluice.packet.ip.InnerDestination;
import io.sluice.packet.ip.IpProtocol;
import io.sluice.packet.ip.Ipv4Flyweight;
import io.sluice.packet.ip.Ipv6Flyweight;
import java.nio.ByteBuffer;

/**
 * Turns a TCP packet in place into the reset that answers it (T14, T15).
 *
 * <p>With ACK set, the reset has the sequence number SEG.ACK and no ACK. Without, it has sequence number 0 and
 * acknowledges SEG.SEQ + SEG.LEN, where SYN and FIN count as one byte each. Addresses and ports are reversed, IP and TCP
 * options and extension headers left out, window and urgent pointer 0. So the answer is 40 bytes in IPv4 and 60 in IPv6,
 * never more than the packet answered.
 *
 * <p>No reset answers a reset, a fragment, another protocol, or a packet with a source or destination that is not
 * unicast or is bound to one link (RFC 1122 section 4.2.3.10).
 *
 * <p><b>Ownership:</b> borrows the buffer for the call. <b>Errors:</b> none thrown. <b>Allocation:</b> none.
 * <b>Source:</b> RFC 9293 section 3.10.7.1, group 1 of section 3.5.2; T15.
 */
public final class TcpReset {
    private TcpReset() {}

    /**
     * Writes the reset over the packet.
     *
     * @param buffer big-endian buffer that holds the packet
     * @param innerOffset absolute index of the packet's IP header; the reset begins there too
     * @param inner the packet, parsed without error; its accessors then describe what was there before
     * @return length of the reset in bytes, 0 where none may be sent and nothing was written
     */
    public static int write(ByteBuffer buffer, int innerOffset, InnerPacket inner) {
        if (inner.protocol() != IpProtocol.TCP
                || inner.isFragment()
                || (inner.tcpFlags() & TcpFlyweight.RST) != 0
                || !InnerDestination.unicast(inner)) {
            return 0;
        }
        boolean ipv4 = inner.ipVersion() == 4;
        if (!(ipv4
                ? InnerDestination.unicastIpv4(inner.sourceLow())
                : InnerDestination.unicastIpv6(inner.sourceHigh(), inner.sourceLow()))) {
            return 0;
        }
        int headerBytes = ipv4 ? Ipv4Flyweight.HEADER_BYTES_MIN : Ipv6Flyweight.HEADER_BYTES;
        int at = innerOffset + headerBytes;
        int totalLengthBytes = headerBytes + TcpFlyweight.HEADER_BYTES_MIN;
        assert totalLengthBytes <= inner.totalLengthBytes() : "a reset fits into any TCP packet";

        writeSegment(buffer, at, inner);
        int checksum;
        if (ipv4) {
            GeneratedIpHeader.writeIpv4(buffer, innerOffset, totalLengthBytes, IpProtocol.TCP, inner);
            checksum = Checksums.overIpv4(buffer, innerOffset, IpProtocol.TCP, at, TcpFlyweight.HEADER_BYTES_MIN);
        } else {
            GeneratedIpHeader.writeIpv6(buffer, innerOffset, TcpFlyweight.HEADER_BYTES_MIN, IpProtocol.TCP, inner);
            checksum = Checksums.overIpv6(buffer, innerOffset, IpProtocol.TCP, at, TcpFlyweight.HEADER_BYTES_MIN);
        }
        buffer.putShort(at + 16, (short) checksum);
        return totalLengthBytes;
    }

    /** Writes the 20 bytes of the segment, its checksum 0. */
    private static void writeSegment(ByteBuffer buffer, int at, InnerPacket inner) {
        int flags = inner.tcpFlags();
        int sequenceNumber = 0;
        int acknowledgmentNumber = 0;
        int resetFlags = TcpFlyweight.RST;
        if ((flags & TcpFlyweight.ACK) != 0) {
            sequenceNumber = (int) inner.tcpAcknowledgmentNumber();
        } else {
            int segmentLength = inner.tcpPayloadBytes()
                    + ((flags & TcpFlyweight.SYN) != 0 ? 1 : 0)
                    + ((flags & TcpFlyweight.FIN) != 0 ? 1 : 0);
            acknowledgmentNumber = (int) inner.tcpSequenceNumber() + segmentLength;
            resetFlags |= TcpFlyweight.ACK;
        }
        buffer.putInt(at, inner.destinationPort() << 16 | inner.sourcePort());
        buffer.putInt(at + 4, sequenceNumber);
        buffer.putInt(at + 8, acknowledgmentNumber);
        buffer.putInt(at + 12, (TcpFlyweight.HEADER_BYTES_MIN >>> 2) << 28 | resetFlags << 16);
        buffer.putInt(at + 16, 0);
    }
}

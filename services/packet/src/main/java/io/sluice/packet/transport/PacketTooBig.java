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
 * Puts the answer to a packet that is too large before it: ICMP "fragmentation needed" or ICMPv6 "packet too big".
 *
 * <p>Headers are written to the left of the packet, whose first bytes stay where they are and become the quote:
 *
 * <pre>
 *  innerOffset - 28 (IPv4), - 48 (IPv6)        innerOffset
 * | IP header: destination -> source | ICMP    | first bytes of the packet | rest, no longer needed
 * </pre>
 *
 * <p>So at most {@link #HEADROOM_BYTES} bytes before {@code innerOffset} are overwritten and none behind it. The answer
 * is at most 576 bytes in IPv4 (RFC 1812 section 4.3.2.3) and 1,280 in IPv6 (RFC 4443 section 2.4), and never longer
 * than the packet it answers.
 *
 * <p><b>None is sent</b> (RFC 1122 section 3.2.2, RFC 1812 section 4.3.2.7, RFC 4443 section 2.4 (e)) for an IPv4 packet
 * without DF, an ICMP error or redirect, a fragment other than the first (the first is as large and draws the answer),
 * a destination that is not unicast, a source that names no single reachable host; where there is no room before the
 * packet; and where the quote would hold less than the fixed header with options and 8 bytes.
 *
 * <p><b>Ownership:</b> borrows the buffer for the call. <b>Errors:</b> none thrown. <b>Allocation:</b> none.
 * <b>Source:</b> RFC 1191 section 4, RFC 4443 section 3.2; Q-4.
 */
public final class PacketTooBig {
    /** Most bytes written before the packet: an IPv6 and an ICMPv6 header. */
    public static final int HEADROOM_BYTES = Ipv6Flyweight.HEADER_BYTES + IcmpFlyweight.HEADER_BYTES;

    private static final int IPV4_ANSWER_BYTES_MAX = 576;
    private static final int IPV6_ANSWER_BYTES_MAX = 1280;
    private static final int QUOTED_DATA_BYTES_MIN = 8;
    private static final int FRAGMENTATION_NEEDED = 4;
    private static final int DONT_FRAGMENT = 0x4000;
    private static final int V4_SOURCE_QUENCH = 4;
    private static final int V4_REDIRECT = 5;
    private static final int V6_ERROR_TYPE_MAX = 127;
    private static final int V6_REDIRECT = 137;

    private PacketTooBig() {}

    /**
     * Writes the answer.
     *
     * @param buffer big-endian buffer that holds the packet
     * @param innerOffset absolute index of the packet's IP header
     * @param inner the packet, parsed without error
     * @param mtu largest packet that passes, in bytes, 1 to 65,535
     * @return offset and length of the answer, to be read by {@link #offset} and {@link #lengthBytes}; 0 where none may
     *     be sent and nothing was written
     */
    public static long write(ByteBuffer buffer, int innerOffset, InnerPacket inner, int mtu) {
        assert mtu > 0 && mtu <= 0xFFFF : "an MTU of 16 bits";
        if (inner.nonFirstFragment() || isIcmpError(buffer, inner) || !InnerDestination.unicast(inner)) {
            return 0;
        }
        return inner.ipVersion() == 4
                ? writeIpv4(buffer, innerOffset, inner, mtu)
                : writeIpv6(buffer, innerOffset, inner, mtu);
    }

    /** Absolute index of the answer's IP header in a result of {@link #write}. */
    public static int offset(long answer) {
        return (int) (answer >>> 32);
    }

    /** Length of the answer in bytes in a result of {@link #write}, 0 if there is none. */
    public static int lengthBytes(long answer) {
        return (int) answer;
    }

    private static long writeIpv4(ByteBuffer buffer, int innerOffset, InnerPacket inner, int mtu) {
        int icmpOffset = innerOffset - IcmpFlyweight.HEADER_BYTES;
        int offset = icmpOffset - Ipv4Flyweight.HEADER_BYTES_MIN;
        int totalLengthBytes = Math.min(inner.totalLengthBytes(), IPV4_ANSWER_BYTES_MAX);
        int quotedBytes = totalLengthBytes - (innerOffset - offset);
        if (offset < 0
                || quotedBytes < inner.transportOffset() - innerOffset + QUOTED_DATA_BYTES_MIN
                || (buffer.getShort(innerOffset + 6) & DONT_FRAGMENT) == 0
                || !singleHostIpv4(inner.sourceLow())) {
            return 0;
        }
        GeneratedIpHeader.writeIpv4(buffer, offset, totalLengthBytes, IpProtocol.ICMP, inner);
        buffer.putInt(icmpOffset, IcmpFlyweight.V4_DESTINATION_UNREACHABLE << 24 | FRAGMENTATION_NEEDED << 16);
        buffer.putInt(icmpOffset + 4, mtu);
        int icmpBytes = IcmpFlyweight.HEADER_BYTES + quotedBytes;
        buffer.putShort(icmpOffset + 2, (short) Checksums.internet(buffer, icmpOffset, icmpBytes));
        return (long) offset << 32 | totalLengthBytes;
    }

    private static long writeIpv6(ByteBuffer buffer, int innerOffset, InnerPacket inner, int mtu) {
        int icmpOffset = innerOffset - IcmpFlyweight.HEADER_BYTES;
        int offset = icmpOffset - Ipv6Flyweight.HEADER_BYTES;
        int totalLengthBytes = Math.min(inner.totalLengthBytes(), IPV6_ANSWER_BYTES_MAX);
        int quotedBytes = totalLengthBytes - (innerOffset - offset);
        if (offset < 0
                || quotedBytes < Ipv6Flyweight.HEADER_BYTES + QUOTED_DATA_BYTES_MIN
                || !singleHostIpv6(inner.sourceHigh(), inner.sourceLow())) {
            return 0;
        }
        int icmpBytes = IcmpFlyweight.HEADER_BYTES + quotedBytes;
        GeneratedIpHeader.writeIpv6(buffer, offset, icmpBytes, IpProtocol.ICMPV6, inner);
        buffer.putInt(icmpOffset, IcmpFlyweight.V6_PACKET_TOO_BIG << 24);
        buffer.putInt(icmpOffset + 4, mtu);
        buffer.putShort(
                icmpOffset + 2, (short) Checksums.overIpv6(buffer, offset, IpProtocol.ICMPV6, icmpOffset, icmpBytes));
        return (long) offset << 32 | totalLengthBytes;
    }

    /** Errors and redirects; a message too short to have a type may be one. */
    private static boolean isIcmpError(ByteBuffer buffer, InnerPacket inner) {
        int icmp = inner.ipVersion() == 4 ? IpProtocol.ICMP : IpProtocol.ICMPV6;
        if (inner.protocol() != icmp) {
            return false;
        }
        if (inner.transportOffset() == inner.endOffset()) {
            return true;
        }
        int type = buffer.get(inner.transportOffset()) & 0xFF;
        return inner.ipVersion() == 4
                ? type == IcmpFlyweight.V4_DESTINATION_UNREACHABLE
                        || type == V4_SOURCE_QUENCH
                        || type == V4_REDIRECT
                        || type == IcmpFlyweight.V4_TIME_EXCEEDED
                        || type == IcmpFlyweight.V4_PARAMETER_PROBLEM
                : type <= V6_ERROR_TYPE_MAX || type == V6_REDIRECT;
    }

    /** Neither loopback nor class E, besides what {@link InnerDestination} refuses. */
    private static boolean singleHostIpv4(long source) {
        return InnerDestination.unicastIpv4(source) && source >>> 24 != 127 && source >>> 28 != 0xF;
    }

    private static boolean singleHostIpv6(long high, long low) {
        return InnerDestination.unicastIpv6(high, low) && !(high == 0 && low == 1);
    }
}

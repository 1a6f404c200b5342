// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

import io.sluice.packet.ip.IpProtocol;
import io.sluice.packet.transport.IcmpFlyweight;
import java.nio.ByteBuffer;

/**
 * A reusable view of the packet that an ICMP or ICMPv6 error quotes: which flow the error is about (F-24).
 *
 * <p>Errors are the ICMP types 3, 4, 5, 11 and 12, and the ICMPv6 types 1 to 4. Routers quote the beginning of a packet
 * only, so lengths in the quoted headers are not held against what is there. Needed are the IP header, options included
 * (F-28), all extension headers up to the transport by the rules of {@link InnerPacket} (F-26), and for TCP and UDP the
 * four bytes of the ports, except in a later fragment, which has none.
 *
 * <p><b>Not taken</b> are errors that are fragments themselves, since only the first of them could be looked into, and
 * errors that do not go to the quoted packet's source: those are no answer to it (RFC 1122 section 3.2.2, RFC 4443
 * section 2.2). All of these can still be keyed by their own addresses.
 *
 * <p><b>Threading:</b> confined to one event loop. <b>Ownership:</b> borrows the buffer during {@link #parse} only.
 * <b>Errors:</b> none thrown for any content; where {@link #parse} says false the accessors have no meaning.
 * <b>Source:</b> RFC 792, RFC 1812 section 4.3.2.3, RFC 4443 section 3; F-24.
 */
public final class QuotedPacket {
    private static final int V4_SOURCE_QUENCH = 4;
    private static final int V4_REDIRECT = 5;
    private static final int IPV4_HEADER_BYTES_MIN = 20;
    private static final int IPV6_HEADER_BYTES = 40;
    private static final int EXTENSION_HEADER_BYTES_MIN = 8;
    private static final int PORTS_BYTES = 4;
    private static final int IPV4_MORE_FRAGMENTS = 0x2000;
    private static final int IPV4_FRAGMENT_OFFSET = 0x1FFF;
    private static final int IPV6_MORE_FRAGMENTS = 0x0001;
    private static final int IPV6_FRAGMENT_OFFSET = 0xFFF8;

    private int ipVersion;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int protocol;
    private int sourcePort;
    private int destinationPort;
    private boolean firstFragment;
    private boolean nonFirstFragment;
    private int fragmentProtocol;

    /**
     * Reads the quote of an error; the accessors hold until the next call if the result is true.
     *
     * @param buffer big-endian buffer that holds the error, borrowed for the call
     * @param error a packet that was parsed without error from that buffer
     * @return whether it is an ICMP error that quotes enough to name a flow
     */
    public boolean parse(ByteBuffer buffer, InnerPacket error) {
        int at = error.transportOffset() + IcmpFlyweight.HEADER_BYTES;
        int end = error.endOffset();
        if (error.isFragment() || at >= end) {
            return false;
        }
        int type = buffer.get(error.transportOffset()) & 0xFF;
        boolean quoted;
        if (error.ipVersion() == 4) {
            quoted = error.protocol() == IpProtocol.ICMP && isIcmpError(type) && parseIpv4(buffer, at, end);
        } else {
            quoted = error.protocol() == IpProtocol.ICMPV6 && isIcmpv6Error(type) && parseIpv6(buffer, at, end);
        }
        return quoted && sourceHigh == error.destinationHigh() && sourceLow == error.destinationLow();
    }

    /** 4 or 6, the version of the error too. */
    public int ipVersion() {
        return ipVersion;
    }

    /** First 64 bits of the quoted source address; 0 in IPv4. */
    public long sourceHigh() {
        return sourceHigh;
    }

    /** Last 64 bits of the quoted source address; in IPv4 the address as an unsigned 32-bit number. */
    public long sourceLow() {
        return sourceLow;
    }

    /** First 64 bits of the quoted destination address; 0 in IPv4. */
    public long destinationHigh() {
        return destinationHigh;
    }

    /** Last 64 bits of the quoted destination address; in IPv4 the address as an unsigned 32-bit number. */
    public long destinationLow() {
        return destinationLow;
    }

    /** Protocol after the extension headers; for a later IPv6 fragment {@link #fragmentProtocol}. */
    public int protocol() {
        return protocol;
    }

    /** Quoted source port of TCP and UDP; 0 for other protocols and later fragments. */
    public int sourcePort() {
        return sourcePort;
    }

    /** Quoted destination port of TCP and UDP; 0 for other protocols and later fragments. */
    public int destinationPort() {
        return destinationPort;
    }

    /** Whether the quoted packet is part of a larger one. */
    public boolean isFragment() {
        return firstFragment || nonFirstFragment;
    }

    /** Whether the quoted packet is a later part of a larger one, without ports. */
    public boolean nonFirstFragment() {
        return nonFirstFragment;
    }

    /** Protocol that all fragments of the quoted packet agree on, see {@link InnerPacket#fragmentProtocol}. */
    public int fragmentProtocol() {
        return fragmentProtocol;
    }

    private static boolean isIcmpError(int type) {
        return type == IcmpFlyweight.V4_DESTINATION_UNREACHABLE
                || type == V4_SOURCE_QUENCH
                || type == V4_REDIRECT
                || type == IcmpFlyweight.V4_TIME_EXCEEDED
                || type == IcmpFlyweight.V4_PARAMETER_PROBLEM;
    }

    private static boolean isIcmpv6Error(int type) {
        return type >= IcmpFlyweight.V6_DESTINATION_UNREACHABLE && type <= IcmpFlyweight.V6_PARAMETER_PROBLEM;
    }

    private boolean parseIpv4(ByteBuffer buffer, int at, int end) {
        if (end - at < IPV4_HEADER_BYTES_MIN || (buffer.get(at) & 0xF0) != 0x40) {
            return false;
        }
        int headerLengthBytes = (buffer.get(at) & 0x0F) << 2;
        if (headerLengthBytes < IPV4_HEADER_BYTES_MIN || headerLengthBytes > end - at) {
            return false;
        }
        int fragment = buffer.getShort(at + 6);
        ipVersion = 4;
        protocol = buffer.get(at + 9) & 0xFF;
        sourceHigh = 0;
        sourceLow = buffer.getInt(at + 12) & 0xFFFF_FFFFL;
        destinationHigh = 0;
        destinationLow = buffer.getInt(at + 16) & 0xFFFF_FFFFL;
        nonFirstFragment = (fragment & IPV4_FRAGMENT_OFFSET) != 0;
        firstFragment = !nonFirstFragment && (fragment & IPV4_MORE_FRAGMENTS) != 0;
        fragmentProtocol = isFragment() ? protocol : 0;
        return parsePorts(buffer, at + headerLengthBytes, end);
    }

    private boolean parseIpv6(ByteBuffer buffer, int at, int end) {
        if (end - at < IPV6_HEADER_BYTES || (buffer.get(at) & 0xF0) != 0x60) {
            return false;
        }
        ipVersion = 6;
        sourceHigh = buffer.getLong(at + 8);
        sourceLow = buffer.getLong(at + 16);
        destinationHigh = buffer.getLong(at + 24);
        destinationLow = buffer.getLong(at + 32);
        firstFragment = false;
        nonFirstFragment = false;
        fragmentProtocol = 0;
        return walkExtensionHeaders(buffer, buffer.get(at + 6) & 0xFF, at + IPV6_HEADER_BYTES, end);
    }

    /** Walks extension headers from {@code at}; {@code nextHeader} is the type of what lies there. */
    private boolean walkExtensionHeaders(ByteBuffer buffer, int nextHeader, int at, int end) {
        boolean fragmentHeaderSeen = false;
        int headerAt = at;
        for (int walked = 0; InnerPacket.isExtensionHeader(nextHeader) && !nonFirstFragment; walked++) {
            if (walked == InnerPacket.EXTENSION_HEADERS_MAX || end - headerAt < EXTENSION_HEADER_BYTES_MIN) {
                return false;
            }
            int header = buffer.getInt(headerAt);
            int headerLengthBytes = EXTENSION_HEADER_BYTES_MIN;
            if (nextHeader == IpProtocol.FRAGMENT) {
                if (fragmentHeaderSeen) {
                    return false;
                }
                fragmentHeaderSeen = true;
                nonFirstFragment = (header & IPV6_FRAGMENT_OFFSET) != 0;
                firstFragment = !nonFirstFragment && (header & IPV6_MORE_FRAGMENTS) != 0;
                fragmentProtocol = isFragment() ? header >>> 24 : 0;
            } else if (nextHeader == IpProtocol.HOP_BY_HOP && walked != 0) {
                return false;
            } else {
                headerLengthBytes += (header >>> 16 & 0xFF) << 3;
            }
            if (headerLengthBytes > end - headerAt) {
                return false;
            }
            nextHeader = header >>> 24;
            headerAt += headerLengthBytes;
        }
        protocol = nextHeader;
        return parsePorts(buffer, headerAt, end);
    }

    /** Reads the ports at {@code at}; fragment fields and protocol are set before. */
    private boolean parsePorts(ByteBuffer buffer, int at, int end) {
        sourcePort = 0;
        destinationPort = 0;
        if (nonFirstFragment || (protocol != IpProtocol.TCP && protocol != IpProtocol.UDP)) {
            return true;
        }
        if (end - at < PORTS_BYTES) {
            return false;
        }
        int ports = buffer.getInt(at);
        sourcePort = ports >>> 16;
        destinationPort = ports & 0xFFFF;
        return true;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

import io.sluice.packet.geneve.GeneveFlyweight;
import io.sluice.packet.ip.IpProtocol;
import io.sluice.packet.transport.TcpFlyweight;
import io.sluice.packet.transport.UdpFlyweight;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A reusable one-pass parser of the inner packet: what a flow key and the life of a flow need, and nothing else.
 *
 * <p>IPv4 options are stepped over by the IHL (F-28). In IPv6 hop-by-hop, routing, destination-option and fragment
 * headers are walked to find the transport (F-26), at most {@link #EXTENSION_HEADERS_MAX} of them. The walk ends at any
 * other header and that is the protocol: so AH and ESP are protocols of their own with a 3-tuple key, in IPv6 as in
 * IPv4 (F-2, F-27). The destination is the one of the IPv6 header even before a routing header.
 *
 * <p><b>Lengths.</b> The inner total length decides: more than the bytes present is {@link
 * DecodeStatus#INNER_TRUNCATED}; fewer, and the rest is padding which {@link #totalLengthBytes} leaves out. A total
 * that its own headers exceed is {@link DecodeStatus#INNER_MALFORMED}, and so is an IPv6 jumbogram (payload length 0
 * before a hop-by-hop header, RFC 2675).
 *
 * <p><b>Transport.</b> The key needs ports and the flow table TCP flags, so TCP must hold its 20 fixed bytes and a
 * possible data offset, and UDP its 8 bytes. That also holds for first fragments: one too small to show its flags
 * is the tiny-fragment attack (RFC 1858 section 3; RFC 7112 for IPv6), refused for hiding them, not for being a
 * fragment (F-23). A first fragment may end within the TCP options. Non-first fragments have ports and flags 0. An IPv6
 * fragment of the whole packet (offset 0, no more to come) is no fragment (RFC 6946). Other protocols may be of any
 * length, zero included.
 *
 * <p><b>Not checked</b> (W-22): header and transport checksums, the UDP length field, time to live, DSCP, options.
 *
 * <p><b>Threading:</b> confined to one event loop. <b>Ownership:</b> borrows the buffer during {@link #parse} only.
 * <b>Errors:</b> none thrown for any content; after a status other than {@link DecodeStatus#OK} the accessors have no
 * meaning. <b>Source:</b> RFC 791, RFC 8200, RFC 9293, RFC 768.
 */
public final class InnerPacket {
    /** Most IPv6 extension headers walked; RFC 8200 section 4.1 recommends at most six, one of them twice. */
    public static final int EXTENSION_HEADERS_MAX = 8;

    /** See {@link TcpFlyweight#FIN}. */
    public static final int FIN = TcpFlyweight.FIN;

    /** See {@link TcpFlyweight#SYN}. */
    public static final int SYN = TcpFlyweight.SYN;

    /** See {@link TcpFlyweight#RST}. */
    public static final int RST = TcpFlyweight.RST;

    /** See {@link TcpFlyweight#PSH}. */
    public static final int PSH = TcpFlyweight.PSH;

    /** See {@link TcpFlyweight#ACK}. */
    public static final int ACK = TcpFlyweight.ACK;

    private static final int IPV4_HEADER_BYTES_MIN = 20;
    private static final int IPV6_HEADER_BYTES = 40;
    private static final int EXTENSION_HEADER_BYTES_MIN = 8;
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
    private int tcpFlags;
    private int tcpPayloadBytes;
    private long tcpSequenceNumber;
    private long tcpAcknowledgmentNumber;
    private boolean firstFragment;
    private boolean nonFirstFragment;
    private int fragmentIdentification;
    private int fragmentProtocol;
    private int transportOffset;
    private int endOffset;
    private int totalLengthBytes;
    private int ttl;

    /**
     * Parses one inner packet; the accessors hold until the next call if the result is {@link DecodeStatus#OK}.
     *
     * @param buffer big-endian buffer, borrowed for the call
     * @param offset absolute index of the IP header
     * @param lengthBytes bytes present; {@code offset + lengthBytes} is within the buffer's limit
     * @param protocolType the GENEVE protocol type, {@link GeneveFlyweight#PROTOCOL_IPV4} or {@link
     *     GeneveFlyweight#PROTOCOL_IPV6}; any other is {@link DecodeStatus#GENEVE_PROTOCOL_TYPE}
     */
    public DecodeStatus parse(ByteBuffer buffer, int offset, int lengthBytes, int protocolType) {
        assert buffer.order() == ByteOrder.BIG_ENDIAN : "network order expected";
        assert offset >= 0 && lengthBytes <= buffer.limit() - offset : "length beyond the buffer";
        return switch (protocolType) {
            case GeneveFlyweight.PROTOCOL_IPV4 -> parseIpv4(buffer, offset, lengthBytes);
            case GeneveFlyweight.PROTOCOL_IPV6 -> parseIpv6(buffer, offset, lengthBytes);
            default -> DecodeStatus.GENEVE_PROTOCOL_TYPE;
        };
    }

    /** 4 or 6. */
    public int ipVersion() {
        return ipVersion;
    }

    /** First 64 bits of the source address; 0 in IPv4. */
    public long sourceHigh() {
        return sourceHigh;
    }

    /** Last 64 bits of the source address; in IPv4 the address as an unsigned 32-bit number. */
    public long sourceLow() {
        return sourceLow;
    }

    /** First 64 bits of the destination address; 0 in IPv4. */
    public long destinationHigh() {
        return destinationHigh;
    }

    /** Last 64 bits of the destination address; in IPv4 the address as an unsigned 32-bit number. */
    public long destinationLow() {
        return destinationLow;
    }

    /** Protocol after the extension headers; for a non-first IPv6 fragment {@link #fragmentProtocol}. */
    public int protocol() {
        return protocol;
    }

    /** Source port of TCP and UDP; 0 for other protocols and non-first fragments. */
    public int sourcePort() {
        return sourcePort;
    }

    /** Destination port of TCP and UDP; 0 for other protocols and non-first fragments. */
    public int destinationPort() {
        return destinationPort;
    }

    /** The eight TCP flags; 0 where {@link #transportOffset} is not at a TCP header. */
    public int tcpFlags() {
        return tcpFlags;
    }

    /** Bytes of TCP data in this packet; 0 where {@link #transportOffset} is not at a TCP header. */
    public int tcpPayloadBytes() {
        return tcpPayloadBytes;
    }

    /** TCP sequence number, 0 to 2^32-1; 0 where {@link #transportOffset} is not at a TCP header. */
    public long tcpSequenceNumber() {
        return tcpSequenceNumber;
    }

    /** TCP acknowledgment number, 0 to 2^32-1, as it stands, with or without {@link #ACK}. */
    public long tcpAcknowledgmentNumber() {
        return tcpAcknowledgmentNumber;
    }

    /** Whether this is part of a larger packet. */
    public boolean isFragment() {
        return firstFragment || nonFirstFragment;
    }

    /** Whether this is the first part of a larger packet, the one with the transport header. */
    public boolean firstFragment() {
        return firstFragment;
    }

    /** Whether this is a later part of a larger packet, one without ports. */
    public boolean nonFirstFragment() {
        return nonFirstFragment;
    }

    /** Identification shared by the fragments of a packet: 16 bits in IPv4, 32 in IPv6; 0 if this is no fragment. */
    public int fragmentIdentification() {
        return fragmentIdentification;
    }

    /**
     * Protocol that all fragments of a packet agree on, 0 if this is no fragment: the one to key a fragment map with.
     * It differs from {@link #protocol} where an IPv6 destination-option header lies in the fragmented part.
     */
    public int fragmentProtocol() {
        return fragmentProtocol;
    }

    /** Absolute index of the transport header, or of the data of a non-first fragment. */
    public int transportOffset() {
        return transportOffset;
    }

    /** Absolute index behind the packet's last byte, as its own header says. */
    public int endOffset() {
        return endOffset;
    }

    /** Length of the inner packet by its own header: how many of the bytes present to forward. */
    public int totalLengthBytes() {
        return totalLengthBytes;
    }

    /** Time to live or hop limit. */
    public int ttl() {
        return ttl;
    }

    private DecodeStatus parseIpv4(ByteBuffer buffer, int offset, int lengthBytes) {
        DecodeStatus present = checkPresent(buffer, offset, lengthBytes, 4, IPV4_HEADER_BYTES_MIN);
        if (present != DecodeStatus.OK) {
            return present;
        }
        int first = buffer.getInt(offset);
        int headerLengthBytes = (first >>> 24 & 0x0F) << 2;
        int total = first & 0xFFFF;
        if (headerLengthBytes < IPV4_HEADER_BYTES_MIN || total < headerLengthBytes) {
            return DecodeStatus.INNER_MALFORMED;
        }
        if (total > lengthBytes) {
            return DecodeStatus.INNER_TRUNCATED;
        }
        int fragment = buffer.getInt(offset + 4);
        int timeAndProtocol = buffer.getShort(offset + 8);
        ipVersion = 4;
        totalLengthBytes = total;
        ttl = timeAndProtocol >>> 8 & 0xFF;
        protocol = timeAndProtocol & 0xFF;
        sourceHigh = 0;
        sourceLow = buffer.getInt(offset + 12) & 0xFFFF_FFFFL;
        destinationHigh = 0;
        destinationLow = buffer.getInt(offset + 16) & 0xFFFF_FFFFL;
        nonFirstFragment = (fragment & IPV4_FRAGMENT_OFFSET) != 0;
        firstFragment = !nonFirstFragment && (fragment & IPV4_MORE_FRAGMENTS) != 0;
        fragmentIdentification = isFragment() ? fragment >>> 16 : 0;
        fragmentProtocol = isFragment() ? protocol : 0;
        return parseTransport(buffer, offset + headerLengthBytes, offset + total);
    }

    private DecodeStatus parseIpv6(ByteBuffer buffer, int offset, int lengthBytes) {
        DecodeStatus present = checkPresent(buffer, offset, lengthBytes, 6, IPV6_HEADER_BYTES);
        if (present != DecodeStatus.OK) {
            return present;
        }
        int lengthAndNext = buffer.getInt(offset + 4);
        int payloadLengthBytes = lengthAndNext >>> 16;
        int nextHeader = lengthAndNext >>> 8 & 0xFF;
        int total = IPV6_HEADER_BYTES + payloadLengthBytes;
        if (payloadLengthBytes == 0 && nextHeader == IpProtocol.HOP_BY_HOP) {
            return DecodeStatus.INNER_MALFORMED;
        }
        if (total > lengthBytes) {
            return DecodeStatus.INNER_TRUNCATED;
        }
        ipVersion = 6;
        totalLengthBytes = total;
        ttl = lengthAndNext & 0xFF;
        sourceHigh = buffer.getLong(offset + 8);
        sourceLow = buffer.getLong(offset + 16);
        destinationHigh = buffer.getLong(offset + 24);
        destinationLow = buffer.getLong(offset + 32);
        firstFragment = false;
        nonFirstFragment = false;
        fragmentIdentification = 0;
        fragmentProtocol = 0;
        int end = offset + total;
        int at = offset + IPV6_HEADER_BYTES;
        if (isExtensionHeader(nextHeader)) {
            return walkExtensionHeaders(buffer, nextHeader, at, end);
        }
        protocol = nextHeader;
        return parseTransport(buffer, at, end);
    }

    /** Walks extension headers from {@code at}; {@code nextHeader} is the type of the one that lies there. */
    private DecodeStatus walkExtensionHeaders(ByteBuffer buffer, int nextHeader, int at, int end) {
        boolean fragmentHeaderSeen = false;
        for (int walked = 0; isExtensionHeader(nextHeader); walked++) {
            if (walked == EXTENSION_HEADERS_MAX) {
                return DecodeStatus.INNER_EXTENSION_HEADERS;
            }
            if (end - at < EXTENSION_HEADER_BYTES_MIN) {
                return DecodeStatus.INNER_MALFORMED;
            }
            int header = buffer.getInt(at);
            int headerLengthBytes = EXTENSION_HEADER_BYTES_MIN;
            if (nextHeader == IpProtocol.FRAGMENT) {
                if (fragmentHeaderSeen) {
                    return DecodeStatus.INNER_MALFORMED;
                }
                fragmentHeaderSeen = true;
                nonFirstFragment = (header & IPV6_FRAGMENT_OFFSET) != 0;
                firstFragment = !nonFirstFragment && (header & IPV6_MORE_FRAGMENTS) != 0;
                if (isFragment()) {
                    fragmentIdentification = buffer.getInt(at + 4);
                    fragmentProtocol = header >>> 24;
                }
                if (nonFirstFragment) {
                    protocol = fragmentProtocol;
                    return parseTransport(buffer, at + EXTENSION_HEADER_BYTES_MIN, end);
                }
            } else {
                // Hop-by-hop options stand directly after the IPv6 header or not at all (RFC 8200 section 4.1).
                if (nextHeader == IpProtocol.HOP_BY_HOP && walked != 0) {
                    return DecodeStatus.INNER_MALFORMED;
                }
                headerLengthBytes += (header >>> 16 & 0xFF) << 3;
                if (headerLengthBytes > end - at) {
                    return DecodeStatus.INNER_MALFORMED;
                }
            }
            nextHeader = header >>> 24;
            at += headerLengthBytes;
        }
        protocol = nextHeader;
        return parseTransport(buffer, at, end);
    }

    /** Reads ports and TCP fields between {@code at} and {@code end}; fragment fields and protocol are set before. */
    private DecodeStatus parseTransport(ByteBuffer buffer, int at, int end) {
        transportOffset = at;
        endOffset = end;
        int presentBytes = end - at;
        if (protocol == IpProtocol.TCP && !nonFirstFragment) {
            return parseTcp(buffer, at, presentBytes);
        }
        tcpFlags = 0;
        tcpPayloadBytes = 0;
        tcpSequenceNumber = 0;
        tcpAcknowledgmentNumber = 0;
        if (protocol == IpProtocol.UDP && !nonFirstFragment) {
            if (presentBytes < UdpFlyweight.HEADER_BYTES) {
                return DecodeStatus.INNER_MALFORMED;
            }
            ports(buffer.getInt(at));
        } else {
            ports(0);
        }
        return DecodeStatus.OK;
    }

    private DecodeStatus parseTcp(ByteBuffer buffer, int at, int presentBytes) {
        if (presentBytes < TcpFlyweight.HEADER_BYTES_MIN) {
            return DecodeStatus.INNER_MALFORMED;
        }
        int offsetAndFlags = buffer.getShort(at + 12);
        int dataOffsetBytes = (offsetAndFlags >>> 12 & 0x0F) << 2;
        if (dataOffsetBytes < TcpFlyweight.HEADER_BYTES_MIN || (dataOffsetBytes > presentBytes && !firstFragment)) {
            return DecodeStatus.INNER_MALFORMED;
        }
        ports(buffer.getInt(at));
        tcpSequenceNumber = buffer.getInt(at + 4) & 0xFFFF_FFFFL;
        tcpAcknowledgmentNumber = buffer.getInt(at + 8) & 0xFFFF_FFFFL;
        tcpFlags = offsetAndFlags & 0xFF;
        tcpPayloadBytes = Math.max(0, presentBytes - dataOffsetBytes);
        return DecodeStatus.OK;
    }

    private void ports(int word) {
        sourcePort = word >>> 16;
        destinationPort = word & 0xFFFF;
    }

    /** The headers that are walked to find the transport (F-26). */
    static boolean isExtensionHeader(int nextHeader) {
        return nextHeader == IpProtocol.HOP_BY_HOP
                || nextHeader == IpProtocol.ROUTING
                || nextHeader == IpProtocol.FRAGMENT
                || nextHeader == IpProtocol.DESTINATION_OPTIONS;
    }

    /** The version is looked at as soon as one byte is there, then the fixed header must be there. */
    private static DecodeStatus checkPresent(
            ByteBuffer buffer, int offset, int lengthBytes, int version, int headerBytes) {
        if (lengthBytes < 1) {
            return DecodeStatus.INNER_TRUNCATED;
        }
        if ((buffer.get(offset) & 0xF0) >>> 4 != version) {
            return DecodeStatus.INNER_VERSION_MISMATCH;
        }
        return lengthBytes < headerBytes ? DecodeStatus.INNER_TRUNCATED : DecodeStatus.OK;
    }
}

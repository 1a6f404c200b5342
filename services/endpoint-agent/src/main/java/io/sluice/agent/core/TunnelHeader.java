// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import java.nio.ByteBuffer;

/**
 * The GENEVE header of the endpoint side: written in front of packets that leave, checked on datagrams that come.
 *
 * <p><b>Layout</b> (8 bytes; RFC 8926 §3.4):
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  |Ver|  Opt Len  |O|C|    Rsvd.  |          Protocol Type        |
 *  |        Virtual Network Identifier (VNI)       |    Reserved   |
 * </pre>
 *
 * Written with version 0, no options, and the endpoint's VNI. A keep-alive is such a header with the O bit and protocol
 * type 0x0800, and behind it a nonce of 8 bytes; the gateway returns exactly these bytes. Options of a datagram that
 * comes are skipped.
 *
 * <p>Results are an {@code int}: from 0 up an offset, below 0 a {@link AgentDropReason} or {@link #KEEP_ALIVE}.
 *
 * <p><b>Threading</b>: immutable. <b>Errors</b>: no method throws for what a datagram contains. Buffers are big-endian
 * and read by absolute index; position and limit are neither read nor moved.
 */
public final class TunnelHeader {

    /** Length of the header without options. */
    public static final int LENGTH_BYTES = 8;

    /** Length of a keep-alive: a header and the nonce. */
    public static final int KEEP_ALIVE_BYTES = LENGTH_BYTES + Long.BYTES;

    /** The result of {@link #accept} for the echo of a keep-alive. */
    public static final int KEEP_ALIVE = Integer.MIN_VALUE;

    private static final int PROTOCOL_IPV4 = 0x0800;
    private static final int PROTOCOL_IPV6 = 0x86DD;
    private static final int CONTROL_BIT = 0x80;
    private static final int CRITICAL_BIT = 0x40;

    private static final int IPV4_HEADER_MIN_BYTES = 20;
    private static final int IPV4_TOTAL_LENGTH_OFFSET = 2;
    private static final int IPV4_DESTINATION_OFFSET = 16;
    private static final int IPV6_HEADER_BYTES = 40;
    private static final int IPV6_PAYLOAD_LENGTH_OFFSET = 4;
    private static final int IPV6_SOURCE_OFFSET = 8;
    private static final int IPV6_DESTINATION_OFFSET = 24;

    private static final AgentDropReason[] REASONS = AgentDropReason.values();

    private final long ipv4Header;
    private final long ipv6Header;
    private final long keepAliveHeader;
    private final int vniWord;

    /**
     * A header for one endpoint.
     *
     * @param vni its virtual network identifier, 24 bits
     */
    public TunnelHeader(int vni) {
        this.vniWord = vni << 8;
        long low = vniWord & 0xFFFF_FFFFL;
        this.ipv4Header = (long) PROTOCOL_IPV4 << 32 | low;
        this.ipv6Header = (long) PROTOCOL_IPV6 << 32 | low;
        this.keepAliveHeader = ipv4Header | (long) CONTROL_BIT << 48;
    }

    /**
     * Writes the header in front of a packet that the device handed over.
     *
     * @param buffer holds the packet and {@value #LENGTH_BYTES} bytes of headroom before it
     * @param innerOffset where the packet begins
     * @param innerLengthBytes its length
     * @return where the datagram begins, or a drop reason
     */
    public int encapsulate(ByteBuffer buffer, int innerOffset, int innerLengthBytes) {
        if (innerLengthBytes < IPV4_HEADER_MIN_BYTES) {
            return drop(AgentDropReason.DEVICE_NOT_IP);
        }
        int version = buffer.get(innerOffset) >>> 4 & 0xF;
        int offset = innerOffset - LENGTH_BYTES;
        if (version == 4) {
            // 224.0.0.0/24 never leaves its link (RFC 5771 §4).
            if (buffer.getInt(innerOffset + IPV4_DESTINATION_OFFSET) >>> 8 == 0xE00000) {
                return drop(AgentDropReason.DEVICE_LINK_LOCAL);
            }
            buffer.putLong(offset, ipv4Header);
            return offset;
        }
        if (version == 6 && innerLengthBytes >= IPV6_HEADER_BYTES) {
            if (isIpv6LinkLocal(buffer, innerOffset)) {
                return drop(AgentDropReason.DEVICE_LINK_LOCAL);
            }
            buffer.putLong(offset, ipv6Header);
            return offset;
        }
        return drop(AgentDropReason.DEVICE_NOT_IP);
    }

    /** Neighbour, router and listener discovery, which the kernel sends on any device (RFC 4291 §2.5.6, §2.7). */
    private static boolean isIpv6LinkLocal(ByteBuffer buffer, int innerOffset) {
        int source = buffer.getShort(innerOffset + IPV6_SOURCE_OFFSET) & 0xFFFF;
        int destination = buffer.getShort(innerOffset + IPV6_DESTINATION_OFFSET) & 0xFFFF;
        boolean unicast = (source & 0xFFC0) == 0xFE80 || (destination & 0xFFC0) == 0xFE80;
        boolean group = destination >>> 8 == 0xFF && (destination & 0xF) <= 2;
        return unicast || group;
    }

    /** Writes a keep-alive of {@value #KEEP_ALIVE_BYTES} bytes. */
    public void writeKeepAlive(ByteBuffer buffer, int offset, long nonce) {
        buffer.putLong(offset, keepAliveHeader);
        buffer.putLong(offset + LENGTH_BYTES, nonce);
    }

    /** Nonce of an accepted keep-alive. */
    public static long keepAliveNonce(ByteBuffer buffer, int offset) {
        return buffer.getLong(offset + LENGTH_BYTES);
    }

    /**
     * Checks a datagram from the gateway.
     *
     * @param buffer holds the datagram
     * @param offset where it begins
     * @param lengthBytes its length
     * @return where the inner packet begins ({@link #innerLengthBytes} says how long it is), {@link #KEEP_ALIVE} ({@link
     *     #keepAliveNonce} says of which), or a drop reason
     */
    public int accept(ByteBuffer buffer, int offset, int lengthBytes) {
        if (lengthBytes < LENGTH_BYTES) {
            return drop(AgentDropReason.GENEVE_TRUNCATED);
        }
        int first = buffer.get(offset) & 0xFF;
        if (first >>> 6 != 0) {
            return drop(AgentDropReason.GENEVE_VERSION);
        }
        int headerLengthBytes = LENGTH_BYTES + (first & 0x3F) * 4;
        if (headerLengthBytes > lengthBytes) {
            return drop(AgentDropReason.GENEVE_TRUNCATED);
        }
        if ((buffer.getInt(offset + 4) & 0xFFFF_FF00) != vniWord) {
            return drop(AgentDropReason.VNI_OTHER);
        }
        int flags = buffer.get(offset + 1);
        if ((flags & CONTROL_BIT) != 0) {
            boolean echo = lengthBytes == KEEP_ALIVE_BYTES && buffer.getLong(offset) == keepAliveHeader;
            return echo ? KEEP_ALIVE : drop(AgentDropReason.GENEVE_CONTROL);
        }
        if ((flags & CRITICAL_BIT) != 0) {
            return drop(AgentDropReason.GENEVE_CRITICAL);
        }
        int protocolType = buffer.getShort(offset + 2) & 0xFFFF;
        if (protocolType != PROTOCOL_IPV4 && protocolType != PROTOCOL_IPV6) {
            return drop(AgentDropReason.GENEVE_PROTOCOL_TYPE);
        }
        return checkInner(buffer, offset + headerLengthBytes, lengthBytes - headerLengthBytes, protocolType);
    }

    private static int checkInner(ByteBuffer buffer, int innerOffset, int presentBytes, int protocolType) {
        boolean ipv4 = protocolType == PROTOCOL_IPV4;
        if (presentBytes < (ipv4 ? IPV4_HEADER_MIN_BYTES : IPV6_HEADER_BYTES)) {
            return drop(AgentDropReason.INNER_TRUNCATED);
        }
        if ((buffer.get(innerOffset) >>> 4 & 0xF) != (ipv4 ? 4 : 6)) {
            return drop(AgentDropReason.INNER_VERSION_MISMATCH);
        }
        int innerLengthBytes = innerLengthBytes(buffer, innerOffset);
        if (innerLengthBytes > presentBytes) {
            return drop(AgentDropReason.INNER_TRUNCATED);
        }
        int headerBytes = ipv4 ? (buffer.get(innerOffset) & 0xF) * 4 : IPV6_HEADER_BYTES;
        if (headerBytes < IPV4_HEADER_MIN_BYTES || innerLengthBytes < headerBytes) {
            return drop(AgentDropReason.INNER_MALFORMED);
        }
        return innerOffset;
    }

    /** Length of an accepted inner packet by its own header: bytes after it are no part of it. */
    public static int innerLengthBytes(ByteBuffer buffer, int innerOffset) {
        if ((buffer.get(innerOffset) >>> 4 & 0xF) == 4) {
            return buffer.getShort(innerOffset + IPV4_TOTAL_LENGTH_OFFSET) & 0xFFFF;
        }
        return IPV6_HEADER_BYTES + (buffer.getShort(innerOffset + IPV6_PAYLOAD_LENGTH_OFFSET) & 0xFFFF);
    }

    /** The drop reason in a result below 0 that is not {@link #KEEP_ALIVE}. */
    public static AgentDropReason dropReason(int result) {
        return REASONS[-1 - result];
    }

    @SuppressWarnings("EnumOrdinal") // a result of this run, never kept
    static int drop(AgentDropReason reason) {
        return -1 - reason.ordinal();
    }
}

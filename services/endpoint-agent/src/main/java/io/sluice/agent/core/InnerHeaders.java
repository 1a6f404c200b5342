// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import java.nio.ByteBuffer;

/**
 * Where the fields are that segmentation, its reverse and the choice of a queue read or write (RFC 791, 8200, 9293, 768), by their offset from
 * the header they are in.
 */
final class InnerHeaders {

    static final int TCP = 6;
    static final int UDP = 17;

    static final int IPV4_MIN_BYTES = 20;
    static final int IPV4_TOTAL_LENGTH = 2;
    static final int IPV4_IDENTIFICATION = 4;
    static final int IPV4_FRAGMENT = 6;
    static final int IPV4_TIME_TO_LIVE = 8;
    static final int IPV4_PROTOCOL = 9;
    static final int IPV4_CHECKSUM = 10;
    static final int IPV4_ADDRESSES = 12;

    /** The bits of {@link #IPV4_FRAGMENT} that are set in a fragment: its offset, and that more follow. */
    static final int IPV4_FRAGMENT_MASK = 0x3FFF;

    static final int IPV4_DONT_FRAGMENT = 0x4000;

    static final int IPV6_BYTES = 40;
    static final int IPV6_PAYLOAD_LENGTH = 4;
    static final int IPV6_NEXT_HEADER = 6;
    static final int IPV6_HOP_LIMIT = 7;
    static final int IPV6_ADDRESSES = 8;

    static final int TCP_MIN_BYTES = 20;
    static final int TCP_SEQUENCE = 4;
    static final int TCP_ACKNOWLEDGEMENT = 8;
    static final int TCP_DATA_OFFSET = 12;
    static final int TCP_FLAGS = 13;
    static final int TCP_CHECKSUM = 16;

    static final int FIN = 0x01;
    static final int PSH = 0x08;
    static final int ACK = 0x10;
    static final int CWR = 0x80;

    static final int UDP_BYTES = 8;
    static final int UDP_LENGTH = 4;
    static final int UDP_CHECKSUM = 6;

    private InnerHeaders() {}

    /** The IP version that a packet claims. */
    static int version(ByteBuffer buffer, int packetOffset) {
        return buffer.get(packetOffset) >>> 4 & 0xF;
    }

    static int ipv4HeaderBytes(ByteBuffer buffer, int packetOffset) {
        return (buffer.get(packetOffset) & 0xF) * 4;
    }

    static int tcpHeaderBytes(ByteBuffer buffer, int tcpOffset) {
        return (buffer.get(tcpOffset + TCP_DATA_OFFSET) >>> 4 & 0xF) * 4;
    }

    /** The sum over the pseudo-header: both addresses, the protocol, the length of the transport header and payload. */
    static long pseudoSum(ByteBuffer buffer, int packetOffset, int protocol, int transportLengthBytes) {
        boolean ipv4 = version(buffer, packetOffset) == 4;
        long addresses = ipv4
                ? InternetChecksum.sum(buffer, packetOffset + IPV4_ADDRESSES, 8)
                : InternetChecksum.sum(buffer, packetOffset + IPV6_ADDRESSES, 32);
        return addresses + protocol + transportLengthBytes;
    }

    /** Writes an IPv4 header's checksum. */
    static void writeIpv4Checksum(ByteBuffer buffer, int packetOffset, int headerBytes) {
        buffer.putShort(packetOffset + IPV4_CHECKSUM, (short) 0);
        int sum = InternetChecksum.fold(InternetChecksum.sum(buffer, packetOffset, headerBytes));
        buffer.putShort(packetOffset + IPV4_CHECKSUM, (short) ~sum);
    }
}

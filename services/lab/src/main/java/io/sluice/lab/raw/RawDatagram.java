// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.raw;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * An IPv4 packet with a UDP datagram, written by hand.
 *
 * <p><b>Layout</b>: 20 bytes IPv4 without options (RFC 791), 8 bytes UDP (RFC 768), the payload.
 *
 * @param from source address and port, IPv4
 * @param to destination address and port, IPv4
 * @param timeToLive 0 to 255
 * @param checksum what the UDP header says
 */
public record RawDatagram(InetSocketAddress from, InetSocketAddress to, int timeToLive, Checksum checksum) {
    static final int HEADERS_BYTES = 28;

    private static final int UDP_AT = 20;
    private static final int PROTOCOL_UDP = 17;

    /** What stands in the checksum field. */
    public enum Checksum {
        /** Nothing: 0. */
        ZERO,
        /** The right one. */
        RIGHT,
        /** Neither. */
        WRONG
    }

    /** The whole packet around a payload. */
    public byte[] packet(byte[] payload) {
        byte[] packet = new byte[HEADERS_BYTES + payload.length];
        ByteBuffer bytes = ByteBuffer.wrap(packet);
        bytes.put(0, (byte) 0x45).putShort(2, (short) packet.length);
        bytes.put(8, (byte) timeToLive).put(9, (byte) PROTOCOL_UDP);
        bytes.put(12, from.getAddress().getAddress()).put(16, to.getAddress().getAddress());
        bytes.putShort(10, (short) ~sum(bytes, 0, UDP_AT, 0));
        int udpBytes = 8 + payload.length;
        bytes.putShort(UDP_AT, (short) from.getPort()).putShort(UDP_AT + 2, (short) to.getPort());
        bytes.putShort(UDP_AT + 4, (short) udpBytes);
        bytes.put(HEADERS_BYTES, payload);
        if (checksum != Checksum.ZERO) {
            int right = ~sum(bytes, UDP_AT, udpBytes, sum(bytes, 12, 8, PROTOCOL_UDP + udpBytes)) & 0xffff;
            int nonZero = right == 0 ? 0xffff : right;
            bytes.putShort(UDP_AT + 6, (short) (checksum == Checksum.RIGHT ? nonZero : other(nonZero)));
        }
        return packet;
    }

    /** A checksum that is neither {@code right}, nor zero, nor equal to it in one's complement. */
    private static int other(int right) {
        return right == 0x1234 ? 0x4321 : 0x1234;
    }

    /** One's complement sum of 16-bit words, an odd byte at the end counting as a high one (RFC 1071). */
    private static int sum(ByteBuffer bytes, int offset, int lengthBytes, int start) {
        int sum = start;
        for (int i = 0; i < lengthBytes; i += 2) {
            int low = i + 1 < lengthBytes ? bytes.get(offset + i + 1) & 0xff : 0;
            sum += (bytes.get(offset + i) & 0xff) << 8 | low;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import java.nio.ByteBuffer;

/**
 * IPv4 packets of the live flows, with right checksums.
 *
 * <p><b>Layout</b>: IPv4 20 bytes (RFC 791), TCP 20 (RFC 9293) or UDP 8 (RFC 768), then {@value #PAYLOAD_BYTES} bytes of
 * payload, but for a segment that only opens or ends: the number of the flow and of the packet in it.
 */
final class InnerPacket {
    static final int TCP = 6;
    static final int UDP = 17;
    static final int FIN = 1;
    static final int SYN = 2;
    static final int RST = 4;
    static final int PSH = 8;
    static final int ACK = 16;
    static final int PAYLOAD_BYTES = 8;

    private static final int IPV4_BYTES = 20;
    private static final int TCP_BYTES = 20;
    private static final int UDP_BYTES = 8;
    private static final int WINDOW = 64_240;

    private InnerPacket() {}

    /** A UDP datagram. */
    static byte[] udp(int source, int sourcePort, int destination, int destinationPort, int flow, int number) {
        ByteBuffer packet = ip(UDP, source, destination, UDP_BYTES + PAYLOAD_BYTES);
        packet.putShort(20, (short) sourcePort).putShort(22, (short) destinationPort);
        packet.putShort(24, (short) (UDP_BYTES + PAYLOAD_BYTES));
        packet.putInt(28, flow).putInt(32, number);
        int sum = checksum(packet, IPV4_BYTES, pseudoHeader(packet, UDP));
        packet.putShort(26, (short) (sum == 0 ? 0xffff : sum));
        return bytesOf(packet);
    }

    /** A TCP segment; with SYN or RST it has no payload. */
    static byte[] tcp(
            int source, int sourcePort, int destination, int destinationPort, int flags, int flow, int number) {
        boolean bare = (flags & (SYN | RST | FIN)) != 0;
        ByteBuffer packet = ip(TCP, source, destination, TCP_BYTES + (bare ? 0 : PAYLOAD_BYTES));
        packet.putShort(20, (short) sourcePort).putShort(22, (short) destinationPort);
        packet.putInt(24, 1_000 + number).putInt(28, (flags & ACK) == 0 ? 0 : 2_000 + number);
        packet.put(32, (byte) 0x50).put(33, (byte) flags).putShort(34, (short) WINDOW);
        if (!bare) {
            packet.putInt(40, flow).putInt(44, number);
        }
        packet.putShort(36, (short) checksum(packet, IPV4_BYTES, pseudoHeader(packet, TCP)));
        return bytesOf(packet);
    }

    private static byte[] bytesOf(ByteBuffer packet) {
        byte[] bytes = new byte[packet.capacity()];
        packet.get(0, bytes);
        return bytes;
    }

    private static ByteBuffer ip(int protocol, int source, int destination, int payloadBytes) {
        ByteBuffer packet = ByteBuffer.allocate(IPV4_BYTES + payloadBytes);
        packet.put(0, (byte) 0x45).putShort(2, (short) packet.capacity());
        packet.put(8, (byte) 64).put(9, (byte) protocol).putInt(12, source).putInt(16, destination);
        ByteBuffer header = packet.slice(0, IPV4_BYTES);
        return packet.putShort(10, (short) checksum(header, 0, 0));
    }

    private static int pseudoHeader(ByteBuffer packet, int protocol) {
        int sum = protocol + packet.capacity() - IPV4_BYTES;
        for (int at = 12; at < IPV4_BYTES; at += 2) {
            sum += Short.toUnsignedInt(packet.getShort(at));
        }
        return sum;
    }

    /** One's complement of the sum of 16-bit words to the end, which is even (RFC 1071). */
    private static int checksum(ByteBuffer packet, int from, int start) {
        int sum = start;
        for (int at = from; at < packet.capacity(); at += 2) {
            sum += Short.toUnsignedInt(packet.getShort(at));
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return ~sum & 0xffff;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Addresses, protocol and ports of an inner packet without options, extension headers or fragments: read by the kernel
 * tests' own few lines, which share no code with the gateway, so that a mistake there cannot hide here.
 *
 * <p>Protocols other than TCP and UDP have the ports 0.
 *
 * @param protocol IP protocol number
 * @param source address, 4 or 16 bytes
 * @param sourcePort port, or 0
 * @param destination address, as long as the source
 * @param destinationPort port, or 0
 */
record InnerTuple(int protocol, ByteBuffer source, int sourcePort, ByteBuffer destination, int destinationPort) {

    static final int TCP = 6;
    static final int UDP = 17;

    /** Reads an IP packet that starts at an index. */
    static InnerTuple of(byte[] bytes, int offset) {
        ByteBuffer packet =
                ByteBuffer.wrap(bytes, offset, bytes.length - offset).slice();
        boolean ipv4 = packet.get(0) >>> 4 == 4;
        int addressBytes = ipv4 ? 4 : 16;
        int addressesAt = ipv4 ? 12 : 8;
        int transportAt = ipv4 ? 20 : 40;
        int protocol = packet.get(ipv4 ? 9 : 6) & 0xff;
        boolean ports = protocol == TCP || protocol == UDP;
        return new InnerTuple(
                protocol,
                address(packet, addressesAt, addressBytes),
                ports ? packet.getShort(transportAt) & 0xffff : 0,
                address(packet, addressesAt + addressBytes, addressBytes),
                ports ? packet.getShort(transportAt + 2) & 0xffff : 0);
    }

    private static ByteBuffer address(ByteBuffer packet, int at, int length) {
        byte[] copy = new byte[length];
        packet.get(at, copy);
        return ByteBuffer.wrap(copy).asReadOnlyBuffer();
    }

    /** The same flow's other direction. */
    InnerTuple reversed() {
        return new InnerTuple(protocol, destination, destinationPort, source, sourcePort);
    }

    /** First byte of the transport header of an IP packet without options. */
    static int transportAt(byte[] packet) {
        return packet[0] >>> 4 == 4 ? 20 : 40;
    }

    /** TCP flags of a segment. */
    static int tcpFlags(byte[] packet) {
        return packet[transportAt(packet) + 13] & 0xff;
    }

    /** The inner packet of a GENEVE datagram. */
    static byte[] innerOf(byte[] datagram) {
        return Arrays.copyOfRange(datagram, 8 + (datagram[0] & 0x3f) * 4, datagram.length);
    }
}

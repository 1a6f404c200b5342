// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.packet.Checksums;
import io.sluice.packet.ip.Ipv4Flyweight;
import io.sluice.packet.transport.UdpFlyweight;
import java.nio.ByteBuffer;

/**
 * The inner packet of a data-path probe: UDP from 198.18.0.1:61081 to 198.18.0.2, port 61081 for the one that must come
 * back and 61082 for the one that must not.
 *
 * <p><b>Layout</b>: IPv4 header of 20 bytes, DF, TTL 64; UDP header; then
 *
 * <pre>
 *  0  path number, 32 bit     which target and zone
 *  4  sequence, 64 bit        which probe of this shard
 * </pre>
 *
 * <p><b>Source</b>: RFC 2544 appendix C.2.2 sets 198.18.0.0/15 aside for tests; no one routes it.
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Allocation</b>: none after construction.
 */
final class ProbePacket {

    static final int SOURCE = 198 << 24 | 18 << 16 | 1;
    static final int DESTINATION = 198 << 24 | 18 << 16 | 2;
    static final int PORT_POSITIVE = 61_081;
    static final int PORT_NEGATIVE = 61_082;

    /** Length of the inner packet. */
    static final int BYTES = Ipv4Flyweight.HEADER_BYTES_MIN + UdpFlyweight.HEADER_BYTES + 12;

    private static final int UDP_PROTOCOL = 17;
    private static final int TIME_TO_LIVE = 64;
    private static final int TTL_WORD_OFFSET = 8;
    private static final int TTL_WORD_KEPT = 0x00FF_0000;
    private static final int UDP_OFFSET = Ipv4Flyweight.HEADER_BYTES_MIN;
    private static final int DESTINATION_PORT_OFFSET = UDP_OFFSET + 2;
    private static final int PATH_OFFSET = UDP_OFFSET + UdpFlyweight.HEADER_BYTES;
    private static final int SEQUENCE_OFFSET = PATH_OFFSET + 4;

    private final Ipv4Flyweight ip = new Ipv4Flyweight();
    private final UdpFlyweight udp = new UdpFlyweight();
    private final ByteBuffer expected = ByteBuffer.allocate(BYTES);

    /** Writes {@link #BYTES} bytes. */
    void write(ByteBuffer buffer, int offset, int path, long sequence, boolean negative) {
        ip.wrap(buffer, offset)
                .versionAndHeaderLengthWords(Ipv4Flyweight.HEADER_BYTES_MIN / 4)
                .dscpAndEcn(0, 0)
                .totalLengthBytes(BYTES)
                .identification(0)
                .fragmentation(true, false, 0)
                .timeToLive(TIME_TO_LIVE)
                .protocol(UDP_PROTOCOL)
                .source(SOURCE)
                .destination(DESTINATION)
                .headerChecksum(0)
                .updateHeaderChecksum();
        udp.wrap(buffer, offset + UDP_OFFSET)
                .sourcePort(PORT_POSITIVE)
                .destinationPort(negative ? PORT_NEGATIVE : PORT_POSITIVE)
                .lengthBytes(BYTES - UDP_OFFSET)
                .checksum(0);
        buffer.putInt(offset + PATH_OFFSET, path);
        buffer.putLong(offset + SEQUENCE_OFFSET, sequence);
        udp.checksum(Checksums.udpField(
                Checksums.overIpv4(buffer, offset, UDP_PROTOCOL, offset + UDP_OFFSET, BYTES - UDP_OFFSET)));
    }

    /** Path number of an answer of {@link #BYTES} bytes; any number, since anyone may have written it. */
    static int path(ByteBuffer buffer, int offset) {
        return buffer.getInt(offset + PATH_OFFSET);
    }

    /** Sequence of an answer of {@link #BYTES} bytes. */
    static long sequence(ByteBuffer buffer, int offset) {
        return buffer.getLong(offset + SEQUENCE_OFFSET);
    }

    /** Whether an answer of {@link #BYTES} bytes goes to the port of probes that must not come back. */
    static boolean negative(ByteBuffer buffer, int offset) {
        return (buffer.getShort(offset + DESTINATION_PORT_OFFSET) & 0xFFFF) == PORT_NEGATIVE;
    }

    /** Whether an answer of {@link #BYTES} bytes is what {@link #write} wrote, TTL and header checksum aside. */
    boolean matches(ByteBuffer buffer, int offset, int path, long sequence, boolean negative) {
        write(expected, 0, path, sequence, negative);
        int difference = 0;
        for (int at = 0; at < BYTES; at += 4) {
            int word = buffer.getInt(offset + at) ^ expected.getInt(at);
            difference |= at == TTL_WORD_OFFSET ? word & TTL_WORD_KEPT : word;
        }
        return difference == 0;
    }
}

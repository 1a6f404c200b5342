// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf;

import io.sluice.packet.geneve.GeneveFlyweight;
import io.sluice.packet.geneve.GwlbOptions;
import io.sluice.packet.ip.IpProtocol;
import io.sluice.packet.ip.Ipv4Flyweight;
import io.sluice.packet.ip.Ipv6Flyweight;
import io.sluice.packet.transport.TcpFlyweight;
import io.sluice.packet.transport.UdpFlyweight;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Packets of many flows in one direct buffer, to step through.
 *
 * <p>Datagrams of GENEVE with the three load balancer options, each of another flow, in slots of a little more than 2
 * KiB, so that offsets are not constants. A slot is an odd number of cache lines, so that headers do not compete for a
 * few sets of a cache. Of each datagram two lines are read: a ring of {@link #BATCH} stays in the first-level cache, as
 * a batch just received does, one of {@link #MANY} does not, but in the second.
 *
 * <p><b>Threading.</b> Confined to one thread.
 */
final class PacketRing {

    /** Packets of a ring that stays in the first-level cache: 4 KiB of lines that are read. */
    static final int BATCH = 32;

    /** Packets of a ring that stays in the second-level cache: 128 KiB of lines that are read. */
    static final int MANY = 1024;

    /** Size of an inner packet of {@link InnerKind#IPV4_TCP}. */
    static final int IPV4_TCP_BYTES = Ipv4Flyweight.HEADER_BYTES_MIN + TcpFlyweight.HEADER_BYTES_MIN;

    /** Size of an inner packet of {@link InnerKind#IPV6_UDP}. */
    static final int IPV6_UDP_BYTES = Ipv6Flyweight.HEADER_BYTES + UdpFlyweight.HEADER_BYTES;

    private static final int SLOT_BYTES = 33 * 64;
    private static final long ENDPOINT = 0xA1B2_C3D4_E5F6_0718L;

    private final ByteBuffer memory;
    private final int mask;
    private final int datagramBytes;
    private int next;

    /**
     * Fills every slot.
     *
     * @param packets how many, a power of two
     */
    PacketRing(InnerKind kind, int packets) {
        memory = ByteBuffer.allocateDirect(packets * SLOT_BYTES).order(ByteOrder.BIG_ENDIAN);
        mask = packets - 1;
        boolean ipv4 = kind == InnerKind.IPV4_TCP;
        datagramBytes = GwlbOptions.ENCAPSULATION_BYTES + (ipv4 ? IPV4_TCP_BYTES : IPV6_UDP_BYTES);
        int protocolType = ipv4 ? GeneveFlyweight.PROTOCOL_IPV4 : GeneveFlyweight.PROTOCOL_IPV6;
        for (int packet = 0; packet < packets; packet++) {
            int at = packet * SLOT_BYTES;
            GwlbOptions.write(memory, at, protocolType, ENDPOINT, 0, packet * 0x9E37_79B1);
            if (ipv4) {
                ipv4Tcp(packet, at + GwlbOptions.ENCAPSULATION_BYTES);
            } else {
                ipv6Udp(packet, at + GwlbOptions.ENCAPSULATION_BYTES);
            }
        }
    }

    /** All slots. */
    ByteBuffer memory() {
        return memory;
    }

    /** Bytes of each datagram. */
    int datagramBytes() {
        return datagramBytes;
    }

    /** Steps to the next datagram and answers the absolute offset of its GENEVE header. */
    int nextOffset() {
        next = (next + 1) & mask;
        return next * SLOT_BYTES;
    }

    private void ipv4Tcp(int packet, int at) {
        new Ipv4Flyweight()
                .wrap(memory, at)
                .versionAndHeaderLengthWords(5)
                .totalLengthBytes(IPV4_TCP_BYTES)
                .timeToLive(63)
                .protocol(IpProtocol.TCP)
                .source(0x0A14_0000 + packet)
                .destination(0xCB00_710A)
                .updateHeaderChecksum();
        new TcpFlyweight()
                .wrap(memory, at + Ipv4Flyweight.HEADER_BYTES_MIN)
                .sourcePort(40_000 + packet)
                .destinationPort(443)
                .dataOffsetWords(5)
                .flags(TcpFlyweight.ACK);
    }

    private void ipv6Udp(int packet, int at) {
        new Ipv6Flyweight()
                .wrap(memory, at)
                .versionTrafficClassAndFlowLabel(0, packet)
                .payloadLengthBytes(UdpFlyweight.HEADER_BYTES)
                .nextHeader(IpProtocol.UDP)
                .hopLimit(63)
                .source(0x2001_0DB8_0014_0000L, packet)
                .destination(0x2001_0DB8_CB00_7100L, 10);
        new UdpFlyweight()
                .wrap(memory, at + Ipv6Flyweight.HEADER_BYTES)
                .sourcePort(40_000 + packet)
                .destinationPort(443)
                .lengthBytes(UdpFlyweight.HEADER_BYTES);
    }
}

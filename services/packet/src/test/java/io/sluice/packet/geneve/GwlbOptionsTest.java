// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.geneve;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.packet.DecodeStatus;
import io.sluice.packet.ExactBuffers;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.ip.Ipv4Flyweight;
import io.sluice.packet.transport.UdpFlyweight;
import io.sluice.testkit.GoldenPacket;
import io.sluice.testkit.GoldenPackets;
import io.sluice.testkit.Hex;
import io.sluice.testkit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GwlbOptionsTest {
    private static final long SEED = 0x5EED_0001L;
    private static final int GENEVE_OFFSET = 28;

    @Test
    void sizesAreThoseOfTheSheet() {
        assertThat(GwlbOptions.OPTIONS_BYTES).isEqualTo(32);
        assertThat(GwlbOptions.ENCAPSULATION_BYTES).isEqualTo(40);
        assertThat(GwlbOptions.OUTER_OVERHEAD_BYTES).isEqualTo(68);
    }

    @Test
    void w14WritesAllThreeOptionsOfTheWorkedExampleByteForByte() {
        byte[] outer = GoldenPackets.load("outer", "worked-example-to-target").bytes();
        byte[] geneve = Arrays.copyOfRange(outer, GENEVE_OFFSET, GENEVE_OFFSET + GwlbOptions.ENCAPSULATION_BYTES);
        ByteBuffer buffer = ExactBuffers.direct(new byte[GwlbOptions.ENCAPSULATION_BYTES]);
        GwlbOptions.write(
                buffer, ExactBuffers.OFFSET, GeneveFlyweight.PROTOCOL_IPV4, 0xA1B2C3D4E5F60718L, 0, 0xC0FFEE01);
        assertThat(Hex.dump(ExactBuffers.bytes(buffer, ExactBuffers.OFFSET, 40)))
                .isEqualTo(Hex.dump(geneve));
    }

    @Test
    void writesExactlyFortyBytes() {
        byte[] dirty = new byte[60];
        Arrays.fill(dirty, (byte) 0xEE);
        ByteBuffer buffer = ByteBuffer.wrap(dirty);
        GwlbOptions.write(buffer, 10, GeneveFlyweight.PROTOCOL_IPV6, -1, -1, -1);
        assertThat(Arrays.copyOf(dirty, 10)).containsOnly(0xEE);
        assertThat(Arrays.copyOfRange(dirty, 50, 60)).containsOnly(0xEE);
        assertThat(Hex.format(Arrays.copyOfRange(dirty, 10, 50)))
                .isEqualTo("080086dd00000000" + "01080102ffffffffffffffff" + "01080202ffffffffffffffff"
                        + "01080301ffffffff");
    }

    static Stream<GoldenPacket> workedExamples() {
        return GoldenPackets.all("outer").stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("workedExamples")
    void decodesWorkedExampleInBothDirections(GoldenPacket golden) {
        byte[] bytes = golden.bytes();
        ByteBuffer buffer = ExactBuffers.direct(bytes);
        int at = ExactBuffers.OFFSET;
        Ipv4Flyweight outer = new Ipv4Flyweight().wrap(buffer, at);
        assertThat(outer.headerChecksumValid()).isTrue();
        assertThat(outer.totalLengthBytes()).isEqualTo((int) golden.number("ip.len"));
        assertThat(outer.timeToLive()).isEqualTo((int) golden.number("ip.ttl"));
        assertThat(dotted(outer.source())).isEqualTo(golden.text("outerSource"));
        assertThat(dotted(outer.destination())).isEqualTo(golden.text("outerDestination"));
        UdpFlyweight udp = new UdpFlyweight().wrap(buffer, at + 20);
        assertThat(udp.sourcePort()).as("ports are not swapped (W-3)").isEqualTo((int) golden.number("udp.srcport"));
        assertThat(udp.destinationPort()).isEqualTo((int) golden.number("udp.dstport"));
        assertThat(udp.lengthBytes()).isEqualTo((int) golden.number("udp.length"));
        assertThat(udp.checksum()).isEqualTo((int) golden.number("udp.checksum"));

        GeneveDatagram datagram = GeneveDatagram.targetSide();
        assertThat(datagram.decode(buffer, at + GENEVE_OFFSET, bytes.length - GENEVE_OFFSET))
                .isEqualTo(DecodeStatus.OK);
        assertThat(datagram.vni()).isZero();
        assertThat(datagram.endpointId()).isEqualTo(0xA1B2C3D4E5F60718L);
        assertThat(datagram.attachmentId()).isZero();
        assertThat(datagram.flowCookie()).isEqualTo(0xC0FFEE01);
        assertThat(datagram.payloadOffset()).isEqualTo(at + 68);

        InnerPacket inner = new InnerPacket();
        assertThat(inner.parse(
                        buffer, datagram.payloadOffset(), datagram.payloadLengthBytes(), datagram.protocolType()))
                .isEqualTo(DecodeStatus.OK);
        assertThat(inner.sourceLow()).isEqualTo(0x0A140005L);
        assertThat(inner.destinationLow()).isEqualTo(0xCB00710AL);
        assertThat(inner.sourcePort()).isEqualTo(40000);
        assertThat(inner.destinationPort()).isEqualTo(443);
        assertThat(inner.tcpFlags()).isEqualTo(InnerPacket.SYN);
        assertThat(inner.tcpSequenceNumber()).isEqualTo(0x01020304L);
        assertThat(inner.ttl()).isEqualTo(63);
        assertThat(inner.totalLengthBytes()).isEqualTo(40);
    }

    @Test
    void endpointIdReadsAsInTheConsole() {
        assertThat("vpce-%017x".formatted(0xA1B2C3D4E5F60718L)).as("W-12").isEqualTo("vpce-0a1b2c3d4e5f60718");
    }

    @Test
    void whatIsWrittenIsReadBack() {
        SplittableRandom random = new SplittableRandom(SEED);
        GeneveDatagram datagram = GeneveDatagram.targetSide();
        byte[] inner = PacketBuilder.ipv4().udp(1, 2).build();
        byte[] bytes = new byte[40 + inner.length];
        for (int round = 0; round < 10_000; round++) {
            System.arraycopy(inner, 0, bytes, 40, inner.length);
            ByteBuffer buffer = ExactBuffers.heap(bytes);
            int type = random.nextBoolean() ? GeneveFlyweight.PROTOCOL_IPV4 : GeneveFlyweight.PROTOCOL_IPV6;
            long endpoint = random.nextLong();
            long attachment = random.nextLong();
            int cookie = random.nextInt();
            GwlbOptions.write(buffer, ExactBuffers.OFFSET, type, endpoint, attachment, cookie);
            String context = "seed %x round %d".formatted(SEED, round);
            assertThat(datagram.decode(buffer, ExactBuffers.OFFSET, bytes.length))
                    .as(context)
                    .isEqualTo(DecodeStatus.OK);
            assertThat(datagram.protocolType()).as(context).isEqualTo(type);
            assertThat(datagram.endpointId()).as(context).isEqualTo(endpoint);
            assertThat(datagram.attachmentId()).as(context).isEqualTo(attachment);
            assertThat(datagram.flowCookie()).as(context).isEqualTo(cookie);
            assertThat(datagram.payloadLengthBytes()).as(context).isEqualTo(inner.length);
        }
    }

    private static String dotted(int address) {
        return "%d.%d.%d.%d".formatted(address >>> 24, address >>> 16 & 0xFF, address >>> 8 & 0xFF, address & 0xFF);
    }
}

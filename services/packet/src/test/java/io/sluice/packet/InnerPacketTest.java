// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.packet.geneve.GeneveFlyweight;
import io.sluice.testkit.GoldenPacket;
import io.sluice.testkit.GoldenPackets;
import io.sluice.testkit.PacketBuilder;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InnerPacketTest {
    private final InnerPacket inner = new InnerPacket();

    /** A packet and what parsing it as its own version comes to. */
    record Case(String name, PacketBuilder packet, DecodeStatus status) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case ok(String name, PacketBuilder packet) {
        return new Case(name, packet, DecodeStatus.OK);
    }

    private static Case malformed(String name, PacketBuilder packet) {
        return new Case(name, packet, DecodeStatus.INNER_MALFORMED);
    }

    private static Case truncated(String name, PacketBuilder packet) {
        return new Case(name, packet, DecodeStatus.INNER_TRUNCATED);
    }

    private static Case tooMany(String name, PacketBuilder packet) {
        return new Case(name, packet, DecodeStatus.INNER_EXTENSION_HEADERS);
    }

    private static PacketBuilder v4() {
        return PacketBuilder.ipv4();
    }

    private static PacketBuilder v6() {
        return PacketBuilder.ipv6();
    }

    private static PacketBuilder withDestinationOptions(int count) {
        PacketBuilder packet = v6().tcp(1, 2);
        for (int header = 0; header < count; header++) {
            packet.extension(PacketBuilder.DESTINATION_OPTIONS);
        }
        return packet;
    }

    static Stream<Case> cases() {
        return Stream.of(
                ok("header alone, unknown protocol (W-29 is the handler's)", v4().protocol(255)),
                ok("ICMP without any data", v4().protocol(1)),
                ok(
                        "header checksum is not verified (W-22)",
                        v4().udp(1, 2).ipOptions((byte) 1).checksum(0xBEEF)),
                malformed("IHL 4", v4().udp(1, 2).headerLengthWords(4)),
                malformed("IHL 0", v4().udp(1, 2).headerLengthWords(0)),
                malformed("IHL past the total length (F-28)", v4().protocol(255).headerLengthWords(6)),
                malformed("total length 0, as offloads leave it", v4().udp(1, 2).declaredLengthBytes(0)),
                malformed("total length 19", v4().udp(1, 2).declaredLengthBytes(19)),
                truncated(
                        "total length one byte more than there is",
                        v4().udp(1, 2).declaredLengthBytes(29)),
                truncated("total length 65535", v4().udp(1, 2).declaredLengthBytes(65535)),
                ok("padding behind the packet is trimmed", v4().udp(1, 2).trailing(new byte[18])),
                malformed("TCP of 19 bytes", v4().tcp(1, 2).declaredLengthBytes(39)),
                ok("TCP of 20 bytes", v4().tcp(1, 2).declaredLengthBytes(40)),
                malformed("TCP without a byte", v4().protocol(6).declaredLengthBytes(20)),
                malformed("TCP data offset 4", v4().tcp(1, 2).dataOffsetWords(4)),
                malformed("TCP data offset past the end", v4().tcp(1, 2).dataOffsetWords(6)),
                ok("TCP data offset 15 with 40 option bytes", v4().tcp(1, 2).tcpOptions(new byte[40])),
                malformed("UDP of 7 bytes", v4().udp(1, 2).declaredLengthBytes(27)),
                ok("UDP of 8 bytes", v4().udp(1, 2)),
                malformed(
                        "first fragment that hides its TCP flags (RFC 1858)",
                        v4().protocol(6).fragment(0, true).payload(new byte[8])),
                ok(
                        "first fragment that ends in the TCP options",
                        v4().tcp(1, 2).dataOffsetWords(10).fragment(0, true)),
                malformed(
                        "first fragment with TCP data offset 4",
                        v4().tcp(1, 2).dataOffsetWords(4).fragment(0, true)),
                ok(
                        "later fragment of one byte",
                        v4().protocol(6).fragment(8, false).payload((byte) 1)),
                ok("later fragment without any data", v4().protocol(17).fragment(8, false)),
                ok("fixed IPv6 header alone", v6().protocol(59)),
                truncated(
                        "IPv6 payload length one byte more than there is",
                        v6().udp(1, 2).declaredLengthBytes(9)),
                malformed(
                        "IPv6 jumbogram",
                        v6().extension(PacketBuilder.HOP_BY_HOP, new byte[] {(byte) 0xC2, 4, 0, 1, 0, 0})
                                .udp(1, 2)
                                .declaredLengthBytes(0)),
                malformed("IPv6 TCP with payload length 0", v6().tcp(1, 2).declaredLengthBytes(0)),
                malformed("IPv6 UDP of 7 bytes", v6().udp(1, 2).declaredLengthBytes(7)),
                malformed(
                        "extension header cut to 7 bytes",
                        v6().extension(PacketBuilder.DESTINATION_OPTIONS).declaredLengthBytes(7)),
                malformed(
                        "extension header past the end",
                        v6().extension(PacketBuilder.ROUTING, new byte[30]).declaredLengthBytes(24)),
                malformed(
                        "hop-by-hop options behind another header (RFC 8200 section 4.1)",
                        v6().extension(PacketBuilder.DESTINATION_OPTIONS)
                                .extension(PacketBuilder.HOP_BY_HOP)
                                .udp(1, 2)),
                malformed(
                        "two fragment headers",
                        v6().fragmentHeader(0, false, 1)
                                .fragmentHeader(0, false, 2)
                                .udp(1, 2)),
                malformed(
                        "IPv6 first fragment without its transport header (RFC 7112)",
                        v6().fragmentHeader(0, true, 1)
                                .extension(PacketBuilder.DESTINATION_OPTIONS)
                                .protocol(6)),
                ok(
                        "as many extension headers as are walked",
                        withDestinationOptions(InnerPacket.EXTENSION_HEADERS_MAX)),
                tooMany("one extension header more", withDestinationOptions(InnerPacket.EXTENSION_HEADERS_MAX + 1)),
                ok(
                        "later fragment behind many headers",
                        withDestinationOptions(7).fragmentHeader(8, true, 1)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void judgesEveryPacket(Case row) {
        assertThat(parse(row.packet().build())).isEqualTo(row.status());
    }

    @Test
    void refusesOtherProtocolTypes() {
        byte[] packet = v4().udp(1, 2).build();
        ByteBuffer buffer = ExactBuffers.direct(packet);
        for (int type : new int[] {0, 0x0806, GeneveFlyweight.PROTOCOL_ETHERNET, 0xFFFF}) {
            assertThat(inner.parse(buffer, ExactBuffers.OFFSET, packet.length, type))
                    .isEqualTo(DecodeStatus.GENEVE_PROTOCOL_TYPE);
        }
    }

    @Test
    void refusesVersionNibbleThatDisagreesWithProtocolType() {
        for (int nibble = 0; nibble < 16; nibble++) {
            byte[] packet = new byte[60];
            packet[0] = (byte) (nibble << 4 | 5);
            ByteBuffer buffer = ExactBuffers.direct(packet);
            DecodeStatus asV4 = inner.parse(buffer, ExactBuffers.OFFSET, 60, GeneveFlyweight.PROTOCOL_IPV4);
            DecodeStatus asV6 = inner.parse(buffer, ExactBuffers.OFFSET, 60, GeneveFlyweight.PROTOCOL_IPV6);
            assertThat(asV4 == DecodeStatus.INNER_VERSION_MISMATCH).isEqualTo(nibble != 4);
            assertThat(asV6 == DecodeStatus.INNER_VERSION_MISMATCH).isEqualTo(nibble != 6);
        }
    }

    @Test
    void trimsToTotalLength() {
        assertThat(parse(v4().tcp(1, 2).payloadBytes(10).trailing(new byte[14]).build()))
                .isEqualTo(DecodeStatus.OK);
        assertThat(inner.totalLengthBytes()).isEqualTo(50);
        assertThat(inner.tcpPayloadBytes()).isEqualTo(10);
        assertThat(parse(v6().tcp(1, 2).payloadBytes(10).trailing(new byte[14]).build()))
                .isEqualTo(DecodeStatus.OK);
        assertThat(inner.totalLengthBytes()).isEqualTo(70);
        assertThat(inner.tcpPayloadBytes()).isEqualTo(10);
    }

    @Test
    void f28FindsPortsBehindIpv4OptionsOfEveryLength() {
        for (int words = 0; words <= 10; words++) {
            assertThat(parse(
                            v4().ipOptions(new byte[4 * words]).tcp(40_000, 443).build()))
                    .isEqualTo(DecodeStatus.OK);
            assertThat(List.of(inner.sourcePort(), inner.destinationPort()))
                    .as("%d words of options", words)
                    .containsExactly(40_000, 443);
        }
    }

    @Test
    void f26FindsPortsBehindIpv6ExtensionHeaders() {
        byte[] packet = v6().extension(PacketBuilder.HOP_BY_HOP)
                .extension(PacketBuilder.DESTINATION_OPTIONS)
                .extension(PacketBuilder.ROUTING, new byte[14])
                .fragmentHeader(0, true, 7)
                .extension(PacketBuilder.DESTINATION_OPTIONS)
                .tcp(40_000, 443)
                .build();
        assertThat(parse(packet)).isEqualTo(DecodeStatus.OK);
        assertThat(inner.protocol()).isEqualTo(6);
        assertThat(List.of(inner.sourcePort(), inner.destinationPort())).containsExactly(40_000, 443);
    }

    @Test
    void w22DoesNotVerifyTheInnerIpv4HeaderChecksum() {
        byte[] packet = v4().udp(1, 2).build();
        packet[10] ^= 0x55;
        assertThat(parse(packet)).isEqualTo(DecodeStatus.OK);
    }

    @Test
    void clearsWhatThePreviousPacketLeft() {
        assertThat(parse(v4().tcp(1, 2)
                        .flags("SA")
                        .sequenceNumber(9)
                        .payloadBytes(5)
                        .build()))
                .isEqualTo(DecodeStatus.OK);
        assertThat(parse(v4().protocol(50).payloadBytes(40).build())).isEqualTo(DecodeStatus.OK);
        assertThat(inner.sourcePort() | inner.destinationPort() | inner.tcpFlags() | inner.tcpPayloadBytes())
                .isZero();
        assertThat(inner.tcpSequenceNumber() | inner.tcpAcknowledgmentNumber()).isZero();
        assertThat(parse(v4().udp(1, 2)
                        .identification(7)
                        .payloadBytes(64)
                        .buildFragments(32)
                        .get(1)))
                .isEqualTo(DecodeStatus.OK);
        assertThat(inner.nonFirstFragment()).isTrue();
        assertThat(parse(v6().udp(1, 2).build())).isEqualTo(DecodeStatus.OK);
        assertThat(inner.isFragment()).isFalse();
        assertThat(inner.fragmentIdentification() | inner.fragmentProtocol()).isZero();
    }

    @Test
    void f23FragmentsOfAPacketAgreeOnAddressesProtocolAndIdentification() {
        for (PacketBuilder packet : List.of(v4().identification(0xFFFF), v6().identification(0xFFFF_FFFFL))) {
            List<byte[]> fragments = packet.udp(1000, 2000).payloadBytes(2000).buildFragments(800);
            assertThat(fragments).hasSize(3);
            for (int index = 0; index < fragments.size(); index++) {
                assertThat(parse(fragments.get(index))).isEqualTo(DecodeStatus.OK);
                assertThat(inner.isFragment()).isTrue();
                assertThat(inner.firstFragment()).isEqualTo(index == 0);
                assertThat(inner.nonFirstFragment()).isEqualTo(index != 0);
                assertThat(inner.protocol()).isEqualTo(17);
                assertThat(inner.fragmentProtocol()).isEqualTo(17);
                assertThat(inner.fragmentIdentification()).isEqualTo(inner.ipVersion() == 4 ? 0xFFFF : -1);
                assertThat(inner.sourcePort()).isEqualTo(index == 0 ? 1000 : 0);
                assertThat(inner.destinationPort()).isEqualTo(index == 0 ? 2000 : 0);
            }
        }
    }

    @Test
    void fragmentProtocolIsThatOfTheFragmentHeader() {
        byte[] first = v6().fragmentHeader(0, true, 1)
                .extension(PacketBuilder.DESTINATION_OPTIONS)
                .udp(1, 2)
                .build();
        assertThat(parse(first)).isEqualTo(DecodeStatus.OK);
        assertThat(inner.protocol()).isEqualTo(17);
        assertThat(inner.fragmentProtocol()).isEqualTo(60);
        assertThat(parse(v6().fragmentHeader(8, false, 1)
                        .protocol(60)
                        .payload(new byte[8])
                        .build()))
                .isEqualTo(DecodeStatus.OK);
        assertThat(inner.fragmentProtocol()).isEqualTo(60);
        assertThat(inner.protocol()).isEqualTo(60);
    }

    @Test
    void ipv6FragmentOfTheWholePacketIsNoFragment() {
        assertThat(parse(v6().fragmentHeader(0, false, 77).udp(5, 6).build())).isEqualTo(DecodeStatus.OK);
        assertThat(inner.isFragment()).as("RFC 6946").isFalse();
        assertThat(inner.fragmentIdentification()).isZero();
        assertThat(inner.sourcePort()).isEqualTo(5);
    }

    @Test
    void f27AuthenticationHeaderIsAProtocolOfItsOwnInBothVersions() {
        assertThat(parse(v6().extension(PacketBuilder.AUTHENTICATION_HEADER, new byte[22])
                        .tcp(1, 2)
                        .build()))
                .isEqualTo(DecodeStatus.OK);
        assertThat(inner.protocol()).isEqualTo(51);
        assertThat(inner.sourcePort()).isZero();
        assertThat(parse(v4().protocol(51).payload(new byte[44]).build())).isEqualTo(DecodeStatus.OK);
        assertThat(inner.protocol()).isEqualTo(51);
        assertThat(inner.sourcePort()).isZero();
    }

    static Stream<GoldenPacket> golden() {
        return GoldenPackets.all("inner").stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("golden")
    void agreesWithIndependentDecoder(GoldenPacket golden) {
        assertThat(parse(golden.bytes())).isEqualTo(DecodeStatus.OK);
        assertThat(inner.ipVersion()).isEqualTo((int) golden.number("ipVersion"));
        assertThat(List.of(inner.sourceHigh(), inner.sourceLow())).isEqualTo(halves(golden.text("source")));
        assertThat(List.of(inner.destinationHigh(), inner.destinationLow()))
                .isEqualTo(halves(golden.text("destination")));
        assertThat(inner.ttl()).isEqualTo((int) golden.number("ttl"));
        assertThat(inner.protocol()).isEqualTo((int) golden.number("protocol"));
        assertThat(inner.totalLengthBytes()).isEqualTo((int) golden.number("totalLengthBytes"));
        assertThat(inner.sourcePort()).isEqualTo((int) golden.number("sourcePort"));
        assertThat(inner.destinationPort()).isEqualTo((int) golden.number("destinationPort"));
        assertThat(inner.tcpFlags()).isEqualTo((int) golden.number("tcpFlags"));
        assertThat(inner.tcpPayloadBytes()).isEqualTo((int) golden.number("tcpPayloadBytes"));
        assertThat(inner.tcpSequenceNumber()).isEqualTo(golden.number("tcpSequenceNumber"));
        assertThat(inner.tcpAcknowledgmentNumber()).isEqualTo(golden.number("tcpAcknowledgmentNumber"));
        assertThat(inner.firstFragment()).isEqualTo(golden.flag("firstFragment"));
        assertThat(inner.nonFirstFragment()).isEqualTo(golden.flag("nonFirstFragment"));
        assertThat(inner.fragmentIdentification() & 0xFFFF_FFFFL).isEqualTo(golden.number("fragmentIdentification"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("golden")
    void refusesGoldenPacketCutAtAnyByte(GoldenPacket golden) {
        byte[] whole = golden.bytes();
        for (int length = 0; length < whole.length; length++) {
            assertThat(parse(Arrays.copyOf(whole, length), whole[0] >>> 4))
                    .as("%s cut to %d bytes", golden, length)
                    .isEqualTo(DecodeStatus.INNER_TRUNCATED);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("golden")
    void neverReadsOutsideWhateverTheLengthFieldSays(GoldenPacket golden) {
        byte[] packet = golden.bytes();
        boolean v4 = packet[0] >>> 4 == 4;
        for (int length = 0; length < packet.length; length++) {
            byte[] cut = Arrays.copyOf(packet, length);
            int declared = v4 ? length : length - 40;
            if (length >= 40 || (v4 && length >= 20)) {
                cut[v4 ? 2 : 4] = (byte) (declared >>> 8);
                cut[v4 ? 3 : 5] = (byte) declared;
            }
            DecoderChecks.checkInner(cut);
        }
    }

    private DecodeStatus parse(byte[] packet) {
        return parse(packet, packet[0] >>> 4);
    }

    private DecodeStatus parse(byte[] packet, int version) {
        int type = version == 4 ? GeneveFlyweight.PROTOCOL_IPV4 : GeneveFlyweight.PROTOCOL_IPV6;
        DecodeStatus onHeap = inner.parse(ExactBuffers.heap(packet), ExactBuffers.OFFSET, packet.length, type);
        DecodeStatus direct = inner.parse(ExactBuffers.direct(packet), ExactBuffers.OFFSET, packet.length, type);
        assertThat(onHeap).isEqualTo(direct);
        return direct;
    }

    private static List<Long> halves(String literal) {
        byte[] address = InetAddress.ofLiteral(literal).getAddress();
        ByteBuffer buffer = ByteBuffer.wrap(address);
        return address.length == 4
                ? List.of(0L, buffer.getInt(0) & 0xFFFF_FFFFL)
                : List.of(buffer.getLong(0), buffer.getLong(8));
    }
}

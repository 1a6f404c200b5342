// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.InnerAddress;
import io.sluice.model.flow.Stickiness;
import io.sluice.packet.DecodeStatus;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.QuotedPacket;
import io.sluice.testkit.GoldenPacket;
import io.sluice.testkit.GoldenPackets;
import io.sluice.testkit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class FlowKeyExtractorTest {

    private static final long ENDPOINT = 0xA1B2_C3D4_E5F6_0718L;
    private static final String CLIENT = "10.20.0.5";
    private static final String SERVER = "203.0.113.10";

    /** What the key must hold of a packet from CLIENT to SERVER. */
    record Case(
            String name,
            PacketBuilder packet,
            Stickiness stickiness,
            Stickiness kind,
            int protocol,
            int lower,
            int upper) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        Stickiness five = Stickiness.FIVE_TUPLE;
        Stickiness three = Stickiness.THREE_TUPLE;
        Stickiness two = Stickiness.TWO_TUPLE;
        return Stream.of(
                new Case("F-1 TCP", ip().tcp(40_000, 443).flags("S"), five, five, 6, 40_000, 443),
                new Case("F-1 UDP", ip().udp(5353, 53), five, five, 17, 5353, 53),
                new Case("F-2 ICMP", ip().icmp(8, 0).echo(7, 1), five, five, 1, 0, 0),
                new Case("F-25 ICMP, another identifier", ip().icmp(8, 0).echo(9, 5), five, five, 1, 0, 0),
                new Case("F-2 ESP", ip().protocol(50).payloadBytes(40), five, five, 50, 0, 0),
                new Case("F-2 SCTP", ip().protocol(132).payloadBytes(40), five, five, 132, 0, 0),
                new Case("F-27 ESP", ip().protocol(50).payloadBytes(41), five, five, 50, 0, 0),
                new Case(
                        "F-27 AH",
                        ip().protocol(51).payload(new byte[] {6, 4, 0, 0, 0, 0, 0, 7, 1, 2, 3, 4}),
                        five,
                        five,
                        51,
                        0,
                        0),
                new Case("F-27 GRE", ip().protocol(47).payloadBytes(40), five, five, 47, 0, 0),
                new Case("F-3 TCP by 3-tuple", ip().tcp(40_000, 443).flags("S"), three, three, 6, 0, 0),
                new Case("F-3 UDP by 3-tuple", ip().udp(5353, 53), three, three, 17, 0, 0),
                new Case("F-3 TCP by 2-tuple", ip().tcp(40_000, 443).flags("S"), two, two, 0, 0, 0),
                new Case("F-3 ICMP by 2-tuple", ip().icmp(8, 0).echo(1, 1), two, two, 0, 0, 0),
                new Case(
                        "F-28 IPv4 options before TCP",
                        ip().ipOptions((byte) 1, (byte) 1, (byte) 1, (byte) 0)
                                .tcp(40_000, 443)
                                .flags("S"),
                        five,
                        five,
                        6,
                        40_000,
                        443),
                new Case(
                        "F-23 first fragment",
                        ip().fragment(0, true).udp(5353, 53).payloadBytes(64),
                        five,
                        three,
                        17,
                        0,
                        0),
                new Case(
                        "F-23 later fragment",
                        ip().fragment(64, false).protocol(17).payloadBytes(64),
                        five,
                        three,
                        17,
                        0,
                        0),
                new Case(
                        "F-3 fragment by 2-tuple",
                        ip().fragment(64, false).protocol(17).payloadBytes(64),
                        two,
                        two,
                        0,
                        0,
                        0));
    }

    private static PacketBuilder ip() {
        return PacketBuilder.ipv4().from(CLIENT).to(SERVER);
    }

    private static InnerPacket parsed(byte[] bytes) {
        InnerPacket inner = new InnerPacket();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int type = bytes[0] >>> 4 == 6 ? 0x86DD : 0x0800;
        assertThat(inner.parse(buffer, 0, bytes.length, type)).isEqualTo(DecodeStatus.OK);
        return inner;
    }

    private static long[] key(byte[] packet, long endpoint, Stickiness stickiness) {
        long[] key = new long[FlowKey.WORDS];
        FlowKeyExtractor.extract(parsed(packet), endpoint, stickiness, key, 0);
        return key;
    }

    static Stream<Case> packetsInOnePiece() {
        return cases().filter(given -> !given.name.contains("fragment"));
    }

    /** What a trace asks about has the key of the packet it stands for, in every stickiness. */
    @ParameterizedTest
    @MethodSource("packetsInOnePiece")
    void aTupleHasTheKeyOfItsPacket(Case given) {
        byte[] packet = given.packet.build();
        InnerPacket parsed = parsed(packet);
        for (Stickiness stickiness : Stickiness.values()) {
            long[] key = new long[FlowKey.WORDS];
            boolean fromLower = FlowKeyExtractor.extractTuple(
                    parsed.ipVersion(),
                    parsed.sourceHigh(),
                    parsed.sourceLow(),
                    parsed.sourcePort(),
                    parsed.destinationHigh(),
                    parsed.destinationLow(),
                    parsed.destinationPort(),
                    parsed.protocol(),
                    ENDPOINT,
                    stickiness,
                    key,
                    0);
            long[] deciding = new long[FlowKey.WORDS];
            assertThat(fromLower).isEqualTo(FlowKeyExtractor.extract(parsed, ENDPOINT, stickiness, deciding, 0));
            assertThat(key).as("%s", stickiness).isEqualTo(deciding);
        }
    }

    private static Stream<Case> casesOf(String id) {
        return cases().filter(given -> given.name.startsWith(id + " "));
    }

    static Stream<Case> defaultKeys() {
        return casesOf("F-1");
    }

    static Stream<Case> otherProtocols() {
        return casesOf("F-2");
    }

    static Stream<Case> widerKeys() {
        return casesOf("F-3");
    }

    static Stream<Case> fragments() {
        return casesOf("F-23");
    }

    static Stream<Case> echoes() {
        return casesOf("F-25");
    }

    static Stream<Case> tunnels() {
        return casesOf("F-27");
    }

    static Stream<Case> behindOptions() {
        return casesOf("F-28");
    }

    @ParameterizedTest
    @MethodSource("defaultKeys")
    void f1TcpAndUdpAreKeyedByTheirFiveTuple(Case given) {
        keepsWhatTheStickinessNames(given);
    }

    @ParameterizedTest
    @MethodSource("otherProtocols")
    void f2OtherProtocolsAreKeyedByAddressesAndProtocol(Case given) {
        keepsWhatTheStickinessNames(given);
    }

    @ParameterizedTest
    @MethodSource("widerKeys")
    void f3WiderStickinessLeavesOutPortsOrTheProtocolToo(Case given) {
        keepsWhatTheStickinessNames(given);
    }

    @ParameterizedTest
    @MethodSource("fragments")
    void f23AFragmentByItselfIsKeyedByTheThreeTuple(Case given) {
        keepsWhatTheStickinessNames(given);
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void f25AnEchosIdentifierIsNotInTheKey(Case given) {
        keepsWhatTheStickinessNames(given);
    }

    @ParameterizedTest
    @MethodSource("tunnels")
    void f27ATunnelBetweenTwoPeersHasOneKey(Case given) {
        keepsWhatTheStickinessNames(given);
    }

    @ParameterizedTest
    @MethodSource("behindOptions")
    void f28PortsBehindOptionsAreInTheKey(Case given) {
        keepsWhatTheStickinessNames(given);
    }

    private static void keepsWhatTheStickinessNames(Case given) {
        long[] key = key(given.packet.build(), ENDPOINT, given.stickiness);
        assertThat(key)
                .containsExactly(
                        ENDPOINT,
                        0,
                        0x0A14_0005L,
                        0,
                        0xCB00_710AL,
                        FlowKey.traits(given.lower, given.upper, given.protocol, 4, given.kind));
    }

    @ParameterizedTest
    @EnumSource(Stickiness.class)
    void f4BothDirectionsHaveOneKey(Stickiness stickiness) {
        byte[] there = ip().tcp(40_000, 443).flags("S").build();
        byte[] back = PacketBuilder.ipv4()
                .from(SERVER)
                .to(CLIENT)
                .tcp(443, 40_000)
                .flags("SA")
                .build();
        assertThat(key(there, ENDPOINT, stickiness)).isEqualTo(key(back, ENDPOINT, stickiness));
        long[] key = new long[FlowKey.WORDS];
        assertThat(FlowKeyExtractor.extract(parsed(there), ENDPOINT, stickiness, key, 0))
                .isTrue();
        assertThat(FlowKeyExtractor.extract(parsed(back), ENDPOINT, stickiness, key, 0))
                .isFalse();
    }

    @Test
    void comparesAddressesUnsigned() {
        byte[] there =
                PacketBuilder.ipv6().from("fd00::1").to("2001:db8::1").udp(1, 2).build();
        byte[] back =
                PacketBuilder.ipv6().from("2001:db8::1").to("fd00::1").udp(2, 1).build();
        long[] key = new long[FlowKey.WORDS];
        assertThat(FlowKeyExtractor.extract(parsed(there), ENDPOINT, Stickiness.FIVE_TUPLE, key, 0))
                .as("2001:db8::1 is lower than fd00::1")
                .isFalse();
        assertThat(key).isEqualTo(key(back, ENDPOINT, Stickiness.FIVE_TUPLE));
    }

    @Test
    void portsDecideBetweenEqualAddresses() {
        byte[] there =
                PacketBuilder.ipv4().from(CLIENT).to(CLIENT).udp(60_000, 53).build();
        byte[] back =
                PacketBuilder.ipv4().from(CLIENT).to(CLIENT).udp(53, 60_000).build();
        assertThat(key(there, ENDPOINT, Stickiness.FIVE_TUPLE)).isEqualTo(key(back, ENDPOINT, Stickiness.FIVE_TUPLE));
    }

    @Test
    void f5EqualTuplesOfTwoEndpointsAreTwoFlows() {
        byte[] packet = ip().udp(1, 2).build();
        assertThat(key(packet, ENDPOINT, Stickiness.FIVE_TUPLE))
                .isNotEqualTo(key(packet, ENDPOINT + 1, Stickiness.FIVE_TUPLE));
    }

    @Test
    void equalBitsOfTwoIpVersionsAreTwoFlows() {
        long[] four = key(ip().udp(1, 2).build(), ENDPOINT, Stickiness.TWO_TUPLE);
        long[] six = key(
                PacketBuilder.ipv6().from("::a14:5").to("::cb00:710a").udp(1, 2).build(),
                ENDPOINT,
                Stickiness.TWO_TUPLE);
        assertThat(four).isNotEqualTo(six);
    }

    private static PacketBuilder ip6() {
        return PacketBuilder.ipv6().from("2001:db8:20::5").to("2001:db8:ffff::10");
    }

    /** Packets of every kind that has a key of its own. */
    static Stream<Arguments> wholePackets() {
        return Stream.of(
                        ip().tcp(40_000, 443).flags("S"),
                        ip().udp(5353, 53),
                        ip().icmp(8, 0).echo(7, 1),
                        ip().protocol(50).payloadBytes(40),
                        ip6().tcp(40_000, 443),
                        ip6().udp(5353, 53),
                        ip6().icmp(128, 0).echo(7, 1),
                        PacketBuilder.ipv4().from(SERVER).to(CLIENT).udp(53, 5353),
                        PacketBuilder.ipv4().from(CLIENT).to(CLIENT).udp(60_000, 53),
                        PacketBuilder.ipv4().from(CLIENT).to(CLIENT).udp(53, 60_000))
                .map(PacketBuilder::build)
                .flatMap(packet -> Stream.of(Stickiness.values()).map(kind -> Arguments.of(packet, kind)));
    }

    private static byte[] errorAbout(byte[] packet) {
        InnerPacket inner = parsed(packet);
        boolean ipv6 = inner.ipVersion() == 6;
        return (ipv6
                        ? PacketBuilder.ipv6().from("2001:db8:1::1")
                        : PacketBuilder.ipv4().from("198.51.100.1"))
                .to(InnerAddress.text(inner.ipVersion(), inner.sourceHigh(), inner.sourceLow()))
                .icmp(ipv6 ? 1 : 3, 0)
                .payload(packet)
                .build();
    }

    private static boolean extractQuoted(byte[] packet, Stickiness stickiness, long[] key) {
        byte[] error = errorAbout(packet);
        QuotedPacket quoted = new QuotedPacket();
        assertThat(quoted.parse(ByteBuffer.wrap(error), parsed(error))).isTrue();
        return FlowKeyExtractor.extractQuoted(quoted, ENDPOINT, stickiness, key, 0);
    }

    @ParameterizedTest
    @MethodSource("wholePackets")
    void f24AnErrorHasTheKeyOfThePacketItQuotes(byte[] packet, Stickiness stickiness) {
        long[] key = new long[FlowKey.WORDS];
        boolean errorFromLower = extractQuoted(packet, stickiness, key);
        assertThat(key).isEqualTo(key(packet, ENDPOINT, stickiness));
        long[] same = new long[FlowKey.WORDS];
        boolean sidesAreEqual = key[1] == key[3]
                && key[2] == key[4]
                && FlowKey.lowerPort(key[FlowKey.TRAITS_WORD]) == FlowKey.upperPort(key[FlowKey.TRAITS_WORD]);
        assertThat(errorFromLower)
                .as("an error travels opposite to what it quotes; equal sides are both the lower")
                .isEqualTo(sidesAreEqual || !FlowKeyExtractor.extract(parsed(packet), ENDPOINT, stickiness, same, 0));
    }

    @Test
    void f24AQuotedFragmentHasTheKeyOfThatFragment() {
        long[] key = new long[FlowKey.WORDS];
        byte[] first = ip().fragment(0, true).udp(5353, 53).payloadBytes(64).build();
        extractQuoted(first, Stickiness.FIVE_TUPLE, key);
        assertThat(key).isEqualTo(key(ip().udp(5353, 53).build(), ENDPOINT, Stickiness.FIVE_TUPLE));
        byte[] later = ip().fragment(64, false).protocol(17).payloadBytes(64).build();
        extractQuoted(later, Stickiness.FIVE_TUPLE, key);
        assertThat(key).isEqualTo(key(later, ENDPOINT, Stickiness.FIVE_TUPLE));
    }

    /** The whole packets, made large enough for fragments of 64 bytes. */
    @ParameterizedTest
    @EnumSource(Stickiness.class)
    void f23AllFragmentsHaveTheKeyOfTheirPacket(Stickiness stickiness) {
        PacketBuilder[] packets = {
            ip().tcp(40_000, 443).payloadBytes(200),
            ip().udp(5353, 53).payloadBytes(200),
            ip().icmp(8, 0).payloadBytes(200),
            PacketBuilder.ipv4().from(SERVER).to(CLIENT).udp(53, 5353).payloadBytes(200),
            ip6().tcp(40_000, 443).payloadBytes(200),
            ip6().udp(5353, 53).payloadBytes(200)
        };
        for (PacketBuilder packet : packets) {
            InnerPacket whole = parsed(packet.build());
            long[] expected = new long[FlowKey.WORDS];
            boolean expectedFromLower = FlowKeyExtractor.extract(whole, ENDPOINT, stickiness, expected, 0);
            for (byte[] fragment : packet.buildFragments(64)) {
                long[] key = new long[FlowKey.WORDS];
                boolean fromLower = FlowKeyExtractor.extractWithPorts(
                        parsed(fragment), whole.sourcePort(), whole.destinationPort(), ENDPOINT, stickiness, key, 0);
                assertThat(key).isEqualTo(expected);
                assertThat(fromLower).isEqualTo(expectedFromLower);
            }
        }
    }

    @Test
    void f23FragmentsBehindDestinationOptionsStayTogether() {
        PacketBuilder packet = ip6().udp(5353, 53).payloadBytes(200);
        byte[] first = ip6().fragmentHeader(0, true, 7)
                .extension(PacketBuilder.DESTINATION_OPTIONS, new byte[6])
                .udp(5353, 53)
                .payloadBytes(48)
                .build();
        byte[] later = ip6().fragmentHeader(64, false, 7)
                .protocol(PacketBuilder.DESTINATION_OPTIONS)
                .payloadBytes(64)
                .build();
        long[] firstKey = new long[FlowKey.WORDS];
        long[] laterKey = new long[FlowKey.WORDS];
        FlowKeyExtractor.extractWithPorts(parsed(first), 5353, 53, ENDPOINT, Stickiness.FIVE_TUPLE, firstKey, 0);
        FlowKeyExtractor.extractWithPorts(parsed(later), 5353, 53, ENDPOINT, Stickiness.FIVE_TUPLE, laterKey, 0);
        assertThat(laterKey).isEqualTo(firstKey);
        assertThat(firstKey).isNotEqualTo(key(packet.build(), ENDPOINT, Stickiness.FIVE_TUPLE));
    }

    static Stream<GoldenPacket> goldenInner() {
        return GoldenPackets.all("inner").stream();
    }

    @ParameterizedTest
    @MethodSource("goldenInner")
    void neverThrowsOnAGoldenPacketCutAnywhere(GoldenPacket golden) {
        byte[] bytes = golden.bytes();
        InnerPacket inner = new InnerPacket();
        long[] key = new long[FlowKey.WORDS];
        for (int length = 0; length <= bytes.length; length++) {
            int type = bytes[0] >>> 4 == 6 ? 0x86DD : 0x0800;
            if (inner.parse(ByteBuffer.wrap(bytes), 0, length, type) == DecodeStatus.OK) {
                for (Stickiness stickiness : Stickiness.values()) {
                    FlowKeyExtractor.extract(inner, ENDPOINT, stickiness, key, 0);
                    assertThat(key[FlowKey.TRAITS_WORD] & 0xFFFF).isZero();
                }
            }
        }
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.GoldenPackets;
import io.sluice.testkit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuotedPacketTest {
    private static final String CLIENT = "10.20.0.5";
    private static final String SERVER = "203.0.113.10";
    private static final String CLIENT6 = "2001:db8:20::5";
    private static final String SERVER6 = "2001:db8:ffff::10";
    private static final String ROUTER = "198.51.100.1";
    private static final String ROUTER6 = "2001:db8:1::1";

    private final QuotedPacket quoted = new QuotedPacket();

    /** What a packet from client to server is quoted as. */
    record Case(
            String name, PacketBuilder packet, int protocol, int sourcePort, int destinationPort, boolean fragment) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static PacketBuilder v4() {
        return PacketBuilder.ipv4().from(CLIENT).to(SERVER);
    }

    private static PacketBuilder v6() {
        return PacketBuilder.ipv6().from(CLIENT6).to(SERVER6);
    }

    static Stream<Case> cases() {
        byte[] options = new byte[40];
        Arrays.fill(options, (byte) 1);
        return Stream.of(
                new Case("TCP", v4().tcp(40_000, 443).payloadBytes(50), 6, 40_000, 443, false),
                new Case("UDP", v4().udp(5_353, 53), 17, 5_353, 53, false),
                new Case("ICMP", v4().icmp(8, 0).echo(1, 2), 1, 0, 0, false),
                new Case("ESP", v4().protocol(50).payloadBytes(40), 50, 0, 0, false),
                new Case("F-28 options", v4().ipOptions(options).udp(9, 7), 17, 9, 7, false),
                new Case("first fragment", v4().fragment(0, true).udp(9, 7).payloadBytes(64), 17, 9, 7, true),
                new Case("later fragment", v4().fragment(64, false).protocol(17).payloadBytes(64), 17, 0, 0, true),
                new Case("IPv6 TCP", v6().tcp(40_000, 443), 6, 40_000, 443, false),
                new Case("IPv6 UDP", v6().udp(65_535, 1), 17, 65_535, 1, false),
                new Case("IPv6 echo", v6().icmp(128, 0).echo(1, 2), 58, 0, 0, false),
                new Case(
                        "F-26 extension headers",
                        v6().extension(PacketBuilder.HOP_BY_HOP, new byte[6])
                                .extension(PacketBuilder.DESTINATION_OPTIONS, new byte[14])
                                .tcp(40_000, 443),
                        6,
                        40_000,
                        443,
                        false),
                new Case(
                        "IPv6 first fragment",
                        v6().fragmentHeader(0, true, 7).udp(9, 7).payloadBytes(64),
                        17,
                        9,
                        7,
                        true),
                new Case(
                        "IPv6 whole in a fragment",
                        v6().fragmentHeader(0, false, 7).udp(9, 7),
                        17,
                        9,
                        7,
                        false),
                new Case(
                        "IPv6 later fragment",
                        v6().fragmentHeader(64, false, 7).protocol(17).payloadBytes(64),
                        17,
                        0,
                        0,
                        true));
    }

    private static byte[] error(byte[] quote, int type) {
        boolean ipv6 = quote[0] >>> 4 == 6;
        return (ipv6 ? PacketBuilder.ipv6() : PacketBuilder.ipv4())
                .from(ipv6 ? ROUTER6 : ROUTER)
                .to(ipv6 ? CLIENT6 : CLIENT)
                .icmp(type, 0)
                .payload(quote)
                .build();
    }

    private static byte[] error(byte[] quote) {
        return error(quote, quote[0] >>> 4 == 6 ? 1 : 3);
    }

    private boolean parse(byte[] error) {
        ByteBuffer buffer = ExactBuffers.direct(error);
        return quoted.parse(buffer, Answers.parsed(buffer, ExactBuffers.OFFSET, error.length));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void f24ReadsWhatAnErrorQuotes(Case given) {
        byte[] packet = given.packet.build();
        boolean ipv6 = packet[0] >>> 4 == 6;
        assertThat(parse(error(packet))).isTrue();
        assertThat(quoted.ipVersion()).isEqualTo(ipv6 ? 6 : 4);
        assertThat(quoted.protocol()).isEqualTo(given.protocol);
        assertThat(quoted.sourcePort()).isEqualTo(given.sourcePort);
        assertThat(quoted.destinationPort()).isEqualTo(given.destinationPort);
        assertThat(quoted.isFragment()).isEqualTo(given.fragment);
        assertThat(quoted.fragmentProtocol()).isEqualTo(given.fragment ? given.protocol : 0);
        assertThat(quoted.sourceHigh()).isEqualTo(ipv6 ? 0x2001_0db8_0020_0000L : 0);
        assertThat(quoted.sourceLow()).isEqualTo(ipv6 ? 5 : 0x0A14_0005L);
        assertThat(quoted.destinationHigh()).isEqualTo(ipv6 ? 0x2001_0db8_ffff_0000L : 0);
        assertThat(quoted.destinationLow()).isEqualTo(ipv6 ? 0x10 : 0xCB00_710AL);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void f24NeedsNoMoreThanThePorts(Case given) {
        byte[] packet = given.packet.build();
        InnerPacket inner = Answers.parsed(ExactBuffers.direct(packet), ExactBuffers.OFFSET, packet.length);
        boolean ports = !inner.nonFirstFragment() && (given.protocol == 6 || given.protocol == 17);
        int needed = inner.transportOffset() - ExactBuffers.OFFSET + (ports ? 4 : 0);
        for (int length = 0; length <= packet.length; length++) {
            byte[] cut = Arrays.copyOf(packet, length);
            byte[] error =
                    length == 0 ? PacketBuilder.ipv4().to(CLIENT).icmp(3, 0).build() : error(cut);
            assertThat(parse(error)).as("%d of %d bytes", length, packet.length).isEqualTo(length >= needed);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "4, 0, false", "4, 3, true", "4, 4, true", "4, 5, true", "4, 8, false", "4, 11, true", "4, 12, true",
        "4, 13, false", "6, 0, false", "6, 1, true", "6, 2, true", "6, 3, true", "6, 4, true", "6, 5, false",
        "6, 128, false", "6, 135, false", "6, 137, false"
    })
    void f24OnlyErrorsQuote(int version, int type, boolean isError) {
        byte[] packet = (version == 4 ? v4() : v6()).udp(9, 7).build();
        assertThat(parse(error(packet, type))).isEqualTo(isError);
    }

    @Test
    void f24TakesNoErrorOfTheOtherIpVersion() {
        byte[] four = v4().udp(9, 7).build();
        assertThat(parse(PacketBuilder.ipv6()
                        .to(CLIENT6)
                        .icmp(1, 0)
                        .payload(four)
                        .build()))
                .isFalse();
        byte[] six = v6().udp(9, 7).build();
        assertThat(parse(PacketBuilder.ipv4().to(CLIENT).icmp(3, 0).payload(six).build()))
                .isFalse();
        byte[] icmpInIpv6 =
                PacketBuilder.ipv6().to(CLIENT6).protocol(1).payload(error(six)).build();
        assertThat(parse(icmpInIpv6)).isFalse();
    }

    @Test
    void f24TakesNoErrorThatDoesNotGoToTheQuotedSource() {
        byte[] elsewhere = PacketBuilder.ipv4()
                .from(ROUTER)
                .to("10.20.0.6")
                .icmp(3, 0)
                .payload(v4().udp(9, 7).build())
                .build();
        assertThat(parse(elsewhere)).isFalse();
    }

    @Test
    void f24TakesNoErrorInFragments() {
        byte[] quote = v4().udp(9, 7).build();
        PacketBuilder error = PacketBuilder.ipv4().from(ROUTER).to(CLIENT);
        assertThat(parse(error.fragment(0, true).icmp(3, 0).payload(quote).build()))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ipv4-icmp-unreachable", "ipv6-icmp-too-big"})
    void f24ReadsQuotesOfAnIndependentImplementation(String name) {
        assertThat(parse(GoldenPackets.load("inner", name).bytes())).isTrue();
        assertThat(quoted.protocol()).isEqualTo(6);
        assertThat(quoted.sourcePort()).isEqualTo(443);
        assertThat(quoted.destinationPort()).isEqualTo(40_000);
    }

    @Test
    void boundsTheWalkOverExtensionHeaders() {
        for (int count : new int[] {InnerPacket.EXTENSION_HEADERS_MAX, InnerPacket.EXTENSION_HEADERS_MAX + 1}) {
            PacketBuilder packet = v6();
            for (int header = 0; header < count; header++) {
                packet.extension(PacketBuilder.DESTINATION_OPTIONS, new byte[6]);
            }
            assertThat(parse(error(packet.udp(9, 7).build())))
                    .as("%d headers", count)
                    .isEqualTo(count == InnerPacket.EXTENSION_HEADERS_MAX);
        }
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.geneve;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.packet.DecodeStatus;
import io.sluice.packet.ExactBuffers;
import io.sluice.testkit.GeneveBuilder;
import io.sluice.testkit.GoldenPacket;
import io.sluice.testkit.GoldenPackets;
import io.sluice.testkit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GeneveDatagramTest {
    private static final long ENDPOINT = 0xA1B2C3D4E5F60718L;
    private static final int COOKIE = 0xC0FFEE01;
    private static final byte[] INNER = PacketBuilder.ipv4().udp(1, 2).build();
    private static final byte[] WORD = new byte[4];
    private static final byte[] TWO_WORDS = new byte[8];

    private final GeneveDatagram endpointSide = GeneveDatagram.endpointSide();
    private final GeneveDatagram targetSide = GeneveDatagram.targetSide();

    /** A datagram and what each side says of it. */
    record Case(String name, GeneveBuilder datagram, DecodeStatus atEndpointSide, DecodeStatus atTargetSide) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static GeneveBuilder plain() {
        return PacketBuilder.geneve().payload(INNER);
    }

    private static GeneveBuilder gwlb() {
        return plain().gwlb(ENDPOINT, COOKIE);
    }

    private static Case both(String name, GeneveBuilder datagram, DecodeStatus status) {
        return new Case(name, datagram, status, status);
    }

    private static Case target(String name, GeneveBuilder datagram, DecodeStatus status) {
        return new Case(name, datagram, DecodeStatus.OK, status);
    }

    static Stream<Case> cases() {
        return Stream.of(
                target("no option at all (W-19)", plain(), DecodeStatus.OPTION_MISSING),
                both("the three options", gwlb(), DecodeStatus.OK),
                both("version 1", gwlb().version(1), DecodeStatus.GENEVE_VERSION),
                both(
                        "version 3 before any other fault",
                        gwlb().version(3).optionLengthWords(63),
                        DecodeStatus.GENEVE_VERSION),
                both("reserved bits are ignored", gwlb().reserved(0x3F, 0xFF), DecodeStatus.OK),
                both("vni is ignored", gwlb().vni(0xFFFFFF), DecodeStatus.OK),
                both(
                        "Opt Len one word past the datagram",
                        plain().optionLengthWords(INNER.length / 4 + 1),
                        DecodeStatus.GENEVE_OPTIONS_OVERRUN),
                both(
                        "Opt Len 63 in a short datagram",
                        gwlb().optionLengthWords(63),
                        DecodeStatus.GENEVE_OPTIONS_OVERRUN),
                both(
                        "Opt Len cuts the last option (W-15)",
                        gwlb().optionLengthWords(7),
                        DecodeStatus.GENEVE_OPTION_LENGTHS),
                both(
                        "an option says one word too many (W-15)",
                        plain().rawOption(0x0102, 1, 2, WORD),
                        DecodeStatus.GENEVE_OPTION_LENGTHS),
                both(
                        "last option says 31 words and has none (W-15)",
                        gwlb().rawOption(0x0102, 1, 31),
                        DecodeStatus.GENEVE_OPTION_LENGTHS),
                both(
                        "R bits of an option are masked (W-11)",
                        plain().rawOption(0x0108, 1, 0xE2, TWO_WORDS)
                                .rawOption(0x0108, 2, 0x22, TWO_WORDS)
                                .rawOption(0x0108, 3, 0x81, WORD),
                        DecodeStatus.OK),
                both(
                        "any order (W-15)",
                        plain().flowCookie(COOKIE).attachment(0).endpoint(ENDPOINT),
                        DecodeStatus.OK),
                both(
                        "unknown options between (W-15)",
                        plain().option(0xFFFF, 0x7F, new byte[124])
                                .endpoint(ENDPOINT)
                                .option(0x0109, 1)
                                .attachment(1)
                                .option(0x0108, 4, WORD)
                                .flowCookie(COOKIE),
                        DecodeStatus.OK),
                both(
                        "unknown critical option with C",
                        gwlb().critical().option(0xFFFF, 0x80),
                        DecodeStatus.GENEVE_CRITICAL_OPTION_UNKNOWN),
                both(
                        "unknown critical option without C (RFC 8926 section 3.5)",
                        gwlb().option(0xFFFF, 0x80),
                        DecodeStatus.GENEVE_CRITICAL_OPTION_UNKNOWN),
                both(
                        "unknown critical option before the known",
                        plain().critical().option(0x0102, 0xFF, WORD).gwlb(ENDPOINT, COOKIE),
                        DecodeStatus.GENEVE_CRITICAL_OPTION_UNKNOWN),
                both(
                        "type 0x81 is not a known type 1",
                        gwlb().critical().option(0x0108, 0x81, TWO_WORDS),
                        DecodeStatus.GENEVE_CRITICAL_OPTION_UNKNOWN),
                both("C without a critical option is tolerated", gwlb().critical(), DecodeStatus.OK),
                both("control packet", gwlb().control(), DecodeStatus.GENEVE_CONTROL),
                both(
                        "control packet with any protocol type and no option",
                        plain().control().protocolType(0x1234),
                        DecodeStatus.GENEVE_CONTROL),
                both(
                        "control packet with an unknown critical option",
                        gwlb().control().critical().option(1, 0x80),
                        DecodeStatus.GENEVE_CRITICAL_OPTION_UNKNOWN),
                both("protocol type ARP", gwlb().protocolType(0x0806), DecodeStatus.GENEVE_PROTOCOL_TYPE),
                both("protocol type 0", gwlb().protocolType(0), DecodeStatus.GENEVE_PROTOCOL_TYPE),
                both("protocol type IPv6", gwlb().protocolType(0x86DD), DecodeStatus.OK),
                target("protocol type Ethernet", gwlb().protocolType(0x6558), DecodeStatus.GENEVE_PROTOCOL_TYPE),
                target(
                        "endpoint option missing (W-19)",
                        plain().attachment(0).flowCookie(COOKIE),
                        DecodeStatus.OPTION_MISSING),
                target(
                        "attachment option missing (W-19)",
                        plain().endpoint(ENDPOINT).flowCookie(COOKIE),
                        DecodeStatus.OPTION_MISSING),
                target(
                        "flow cookie missing (W-19)",
                        plain().endpoint(ENDPOINT).attachment(0),
                        DecodeStatus.OPTION_MISSING),
                target(
                        "right types, wrong class",
                        plain().option(0x0107, 1, TWO_WORDS)
                                .option(0x0107, 2, TWO_WORDS)
                                .option(0x0107, 3, WORD),
                        DecodeStatus.OPTION_MISSING),
                target(
                        "endpoint option of 4 bytes (W-19)",
                        plain().option(0x0108, 1, WORD).attachment(0).flowCookie(COOKIE),
                        DecodeStatus.OPTION_LENGTH),
                target(
                        "endpoint option of 12 bytes (W-19)",
                        plain().option(0x0108, 1, new byte[12]).attachment(0).flowCookie(COOKIE),
                        DecodeStatus.OPTION_LENGTH),
                target(
                        "attachment option empty (W-19)",
                        plain().endpoint(ENDPOINT).option(0x0108, 2).flowCookie(COOKIE),
                        DecodeStatus.OPTION_LENGTH),
                target(
                        "flow cookie of 8 bytes (W-19)",
                        plain().endpoint(ENDPOINT).attachment(0).option(0x0108, 3, TWO_WORDS),
                        DecodeStatus.OPTION_LENGTH),
                target("wrong length is said before missing", plain().option(0x0108, 3), DecodeStatus.OPTION_LENGTH),
                target("cookie twice, the same", gwlb().flowCookie(COOKIE), DecodeStatus.OPTION_DUPLICATE),
                target("cookie twice, another", gwlb().flowCookie(1), DecodeStatus.OPTION_DUPLICATE),
                target(
                        "endpoint twice and cookie missing",
                        plain().endpoint(1).endpoint(2).attachment(0),
                        DecodeStatus.OPTION_DUPLICATE),
                target("duplicate of the wrong length", gwlb().option(0x0108, 3), DecodeStatus.OPTION_LENGTH),
                both(
                        "no inner packet at all",
                        PacketBuilder.geneve().gwlb(ENDPOINT, COOKIE).protocolType(0x0800),
                        DecodeStatus.OK));
    }

    private static Stream<Case> casesOf(String id) {
        return cases().filter(row -> row.name().contains("(" + id + ")"));
    }

    static Stream<Case> casesOfReservedBits() {
        return casesOf("W-11");
    }

    static Stream<Case> casesOfOrderAndBounds() {
        return casesOf("W-15");
    }

    static Stream<Case> casesOfMissingAndMisshapenOptions() {
        return casesOf("W-19");
    }

    static Stream<Case> otherCases() {
        return cases().filter(row -> !row.name().contains("(W-"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("casesOfReservedBits")
    void w11MasksReservedBitsOfOptions(Case row) {
        applies(row);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("casesOfOrderAndBounds")
    void w15TakesOptionsInAnyOrderSkipsUnknownOnesAndKeepsToTheirBounds(Case row) {
        applies(row);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("casesOfMissingAndMisshapenOptions")
    void w19RefusesAReturnWithAnOptionMissingOrOfWrongLength(Case row) {
        applies(row);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("otherCases")
    void appliesEveryOtherRule(Case row) {
        applies(row);
    }

    private void applies(Case row) {
        byte[] bytes = row.datagram().build();
        assertThat(decode(endpointSide, bytes)).as("endpoint side").isEqualTo(row.atEndpointSide());
        assertThat(decode(targetSide, bytes)).as("target side").isEqualTo(row.atTargetSide());
    }

    @Test
    void givesFieldsOfTheLastDatagramOnly() {
        byte[] first = gwlb().vni(5).build();
        byte[] second = PacketBuilder.geneve()
                .payload(PacketBuilder.ipv6().tcp(1, 2).build())
                .vni(0xABCDEF)
                .flowCookie(7)
                .attachment(8)
                .endpoint(-9)
                .build();
        assertThat(decode(targetSide, first)).isEqualTo(DecodeStatus.OK);
        assertThat(decode(targetSide, second)).isEqualTo(DecodeStatus.OK);
        assertThat(targetSide.vni()).isEqualTo(0xABCDEF);
        assertThat(targetSide.protocolType()).isEqualTo(GeneveFlyweight.PROTOCOL_IPV6);
        assertThat(targetSide.endpointId()).isEqualTo(-9);
        assertThat(targetSide.attachmentId()).isEqualTo(8);
        assertThat(targetSide.flowCookie()).isEqualTo(7);
        assertThat(targetSide.payloadOffset()).isEqualTo(ExactBuffers.OFFSET + 40);
        assertThat(targetSide.payloadLengthBytes()).isEqualTo(60);
        assertThat(decode(targetSide, plain().build()))
                .as("options do not linger")
                .isEqualTo(DecodeStatus.OPTION_MISSING);
    }

    @Test
    void givesFieldsOfControlPacket() {
        assertThat(decode(
                        endpointSide,
                        plain().vni(9).control().protocolType(0x1234).build()))
                .isEqualTo(DecodeStatus.GENEVE_CONTROL);
        assertThat(endpointSide.controlPacket()).isTrue();
        assertThat(endpointSide.vni()).isEqualTo(9);
        assertThat(endpointSide.protocolType()).isEqualTo(0x1234);
        assertThat(endpointSide.payloadLengthBytes()).isEqualTo(INNER.length);
        assertThat(decode(endpointSide, plain().build())).isEqualTo(DecodeStatus.OK);
        assertThat(endpointSide.controlPacket()).isFalse();
    }

    @Test
    void walksAsManyOptionsAsOptLenCanSay() {
        GeneveBuilder full = plain();
        for (int option = 0; option < GeneveDatagram.OPTIONS_MAX; option++) {
            full.option(0xFFFF, option & 0x7F);
        }
        assertThat(decode(endpointSide, full.build())).isEqualTo(DecodeStatus.OK);
        assertThat(endpointSide.payloadOffset()).isEqualTo(ExactBuffers.OFFSET + 8 + 252);
    }

    @Test
    void refusesEveryLengthBelowTheBaseHeader() {
        for (int length = 0; length < GeneveFlyweight.HEADER_BYTES; length++) {
            assertThat(decode(endpointSide, new byte[length])).isEqualTo(DecodeStatus.GENEVE_TRUNCATED);
        }
    }

    static Stream<GoldenPacket> golden() {
        return GoldenPackets.all("geneve").stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("golden")
    void agreesWithIndependentDecoder(GoldenPacket golden) {
        boolean fromTarget = golden.name().startsWith("target");
        GeneveDatagram datagram = fromTarget ? targetSide : endpointSide;
        DecodeStatus expected = switch (golden.name()) {
            case "endpoint-critical-option" -> DecodeStatus.GENEVE_CRITICAL_OPTION_UNKNOWN;
            case "endpoint-control" -> DecodeStatus.GENEVE_CONTROL;
            default -> DecodeStatus.OK;
        };
        assertThat(decode(datagram, golden.bytes())).isEqualTo(expected);
        assertThat(datagram.vni()).isEqualTo((int) golden.number("vni"));
        assertThat(datagram.protocolType()).isEqualTo((int) golden.number("protocolType"));
        assertThat(datagram.controlPacket()).isEqualTo(golden.number("control") == 1);
        assertThat(datagram.payloadLengthBytes()).isEqualTo((int) golden.number("payloadLengthBytes"));
        if (fromTarget) {
            assertThat(datagram.endpointId()).isEqualTo(ENDPOINT);
            assertThat(datagram.flowCookie()).isEqualTo(COOKIE);
            assertThat(datagram.attachmentId())
                    .isEqualTo(golden.name().contains("any-order") ? 0x1122334455667788L : 0);
        }
    }

    private static DecodeStatus decode(GeneveDatagram datagram, byte[] bytes) {
        ByteBuffer buffer = ExactBuffers.direct(bytes);
        DecodeStatus status = datagram.decode(buffer, ExactBuffers.OFFSET, bytes.length);
        assertThat(buffer.position()).as("position does not move").isZero();
        return status;
    }
}

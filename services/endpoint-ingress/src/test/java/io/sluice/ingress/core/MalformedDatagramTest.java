// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.testkit.GeneveBuilder;
import io.sluice.testkit.GoldenPacket;
import io.sluice.testkit.GoldenPackets;
import io.sluice.testkit.PacketBuilder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * Whatever a datagram holds: nothing is thrown or logged, it is counted under a reason, and the next valid packet passes.
 */
class MalformedDatagramTest {

    private static final long SEED = 8_926;
    private static final byte[] INNER = PacketBuilder.ipv4()
            .from("10.20.0.5")
            .to("203.0.113.10")
            .tcp(40_000, 443)
            .flags("S")
            .payloadBytes(24)
            .build();

    private ShardRig rig = new ShardRig();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    /** A datagram and the reason it is dropped for. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Case(String name, byte[] datagram, DropReason reason) {
        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeEach
    void openTheFlowAndListen() {
        rig.fromEndpoint(PacketBuilder.geneve().vni(VNI).payload(INNER).build(), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.sentToTargets();
        log.start();
        root.addAppender(log);
    }

    /** The flow of the golden packet still works in both directions, and every packet is accounted for. */
    @AfterEach
    void theNextValidPacketPassesAndNothingWasLogged() {
        root.detachAppender(log);
        while (!rig.asked.isEmpty()) {
            rig.refuse(FlowOpenedBatch.NO_TARGET);
        }
        rig.endpointPort.take();
        rig.sentToTargets();
        rig.fromEndpoint(PacketBuilder.geneve().vni(VNI).payload(INNER).build(), ATTACHMENT);
        if (!rig.asked.isEmpty()) {
            rig.answer(TARGET_A, COOKIE); // damage that looked like a RST of the flow has closed it
        }
        byte[] toTarget = rig.onlySentToTarget().payload();
        rig.fromTarget(toTarget, FW_A);
        rig.onlyDelivered();
        rig.checkNothingIsLost();
        assertThat(log.list).isEmpty();
    }

    private static GeneveBuilder plain() {
        return PacketBuilder.geneve().vni(VNI).payload(INNER);
    }

    private static GeneveBuilder returned() {
        return PacketBuilder.geneve().gwlb(ENDPOINT, COOKIE).payload(INNER);
    }

    static Stream<Case> fromEndpoints() {
        byte[] wrongVersion = INNER.clone();
        wrongVersion[0] = 0x65;
        return Stream.of(
                new Case("empty", new byte[0], DropReason.GENEVE_TRUNCATED),
                new Case("version 1", plain().version(1).build(), DropReason.GENEVE_VERSION),
                new Case("version 3", plain().version(3).build(), DropReason.GENEVE_VERSION),
                new Case(
                        "options longer than the datagram",
                        plain().optionLengthWords(63).build(),
                        DropReason.GENEVE_OPTIONS_OVERRUN),
                new Case(
                        "an option longer than the options",
                        plain().rawOption(0x0102, 1, 31, new byte[4]).build(),
                        DropReason.GENEVE_OPTIONS_OVERRUN),
                new Case(
                        "an unknown critical option",
                        plain().critical().option(0x0102, 0x81, new byte[4]).build(),
                        DropReason.GENEVE_CRITICAL_OPTION_UNKNOWN),
                new Case("the O bit with a payload", plain().control().build(), DropReason.GENEVE_CONTROL),
                new Case("ARP inside", plain().protocolType(0x0806).build(), DropReason.GENEVE_PROTOCOL_TYPE),
                new Case("Ethernet inside", plain().protocolType(0x6558).build(), DropReason.GENEVE_PROTOCOL_TYPE),
                new Case("an unknown VNI", plain().vni(101).build(), DropReason.ENDPOINT_UNKNOWN),
                new Case(
                        "the VNI of another attachment",
                        plain().vni(SECOND_VNI).build(),
                        DropReason.ATTACHMENT_UNKNOWN),
                new Case(
                        "no inner packet",
                        PacketBuilder.geneve().vni(VNI).protocolType(0x0800).build(),
                        DropReason.INNER_TRUNCATED),
                new Case(
                        "IPv6 announced as IPv4",
                        plain().protocolType(0x0800).payload(wrongVersion).build(),
                        DropReason.INNER_VERSION_MISMATCH),
                new Case(
                        "an inner length beyond the bytes",
                        plain().payload(ip().declaredLengthBytes(1_000)
                                        .udp(1, 2)
                                        .build())
                                .build(),
                        DropReason.INNER_TRUNCATED),
                new Case(
                        "an inner header of 4 words",
                        plain().payload(ip().headerLengthWords(4).udp(1, 2).build())
                                .build(),
                        DropReason.INNER_MALFORMED),
                new Case(
                        "an inner packet of 8501 bytes",
                        plain().payload(ip().udp(1, 2).payloadBytes(8_501 - 28).build())
                                .build(),
                        DropReason.INNER_TOO_LARGE));
    }

    private static PacketBuilder ip() {
        return PacketBuilder.ipv4().from("10.20.0.5").to("203.0.113.10");
    }

    @ParameterizedTest
    @MethodSource("fromEndpoints")
    void isDroppedForItsReasonWhereAnEndpointSendsIt(Case given) {
        rig.fromEndpoint(given.datagram, ATTACHMENT);
        assertThat(rig.drops()).containsOnly(Map.entry(given.reason, 1L));
        assertThat(rig.asked).isEmpty();
    }

    static Stream<Case> fromTargets() {
        byte[] otherFlow = ip().tcp(40_001, 443).flags("S").build();
        return Stream.of(
                new Case("empty", new byte[0], DropReason.GENEVE_TRUNCATED),
                new Case("version 2", returned().version(2).build(), DropReason.GENEVE_VERSION),
                new Case("O bit", returned().control().build(), DropReason.GENEVE_CONTROL),
                new Case("Ethernet inside", returned().protocolType(0x6558).build(), DropReason.GENEVE_PROTOCOL_TYPE),
                new Case(
                        "W-15 option past the end",
                        returned().rawOption(0x0102, 1, 31, new byte[4]).build(),
                        DropReason.GENEVE_OPTIONS_OVERRUN),
                new Case(
                        "an unknown critical option",
                        returned().option(0x0102, 0x80, new byte[4]).build(),
                        DropReason.GENEVE_CRITICAL_OPTION_UNKNOWN),
                new Case(
                        "W-19 no option at all",
                        PacketBuilder.geneve().payload(INNER).build(),
                        DropReason.OPTION_MISSING),
                new Case(
                        "W-19 no cookie",
                        PacketBuilder.geneve()
                                .endpoint(ENDPOINT)
                                .attachment(0)
                                .payload(INNER)
                                .build(),
                        DropReason.OPTION_MISSING),
                new Case(
                        "W-19 a cookie of 8 bytes",
                        PacketBuilder.geneve()
                                .endpoint(ENDPOINT)
                                .attachment(0)
                                .option(GeneveBuilder.GWLB_CLASS, 3, new byte[8])
                                .payload(INNER)
                                .build(),
                        DropReason.OPTION_LENGTH),
                new Case("two cookies", returned().flowCookie(COOKIE).build(), DropReason.OPTION_DUPLICATE),
                new Case(
                        "W-19 an unknown endpoint",
                        PacketBuilder.geneve().gwlb(77, COOKIE).payload(INNER).build(),
                        DropReason.RETURN_ENDPOINT_UNKNOWN),
                new Case(
                        "F-5 another endpoint",
                        PacketBuilder.geneve()
                                .gwlb(SECOND_ENDPOINT, COOKIE)
                                .payload(INNER)
                                .build(),
                        DropReason.RETURN_ENDPOINT_MISMATCH),
                new Case(
                        "W-19 another cookie",
                        PacketBuilder.geneve()
                                .gwlb(ENDPOINT, COOKIE + 1)
                                .payload(INNER)
                                .build(),
                        DropReason.RETURN_COOKIE_MISMATCH),
                new Case(
                        "W-21 a rewritten tuple",
                        PacketBuilder.geneve()
                                .gwlb(ENDPOINT, COOKIE)
                                .payload(otherFlow)
                                .build(),
                        DropReason.RETURN_TUPLE_MISMATCH),
                new Case(
                        "an inner length beyond the bytes",
                        returned()
                                .payload(ip().declaredLengthBytes(1_000)
                                        .udp(1, 2)
                                        .build())
                                .build(),
                        DropReason.INNER_TRUNCATED),
                new Case(
                        "IPv6 announced as IPv4",
                        PacketBuilder.geneve()
                                .gwlb(ENDPOINT, COOKIE)
                                .protocolType(0x86DD)
                                .payload(INNER)
                                .build(),
                        DropReason.INNER_VERSION_MISMATCH));
    }

    @ParameterizedTest
    @MethodSource("fromTargets")
    void isDroppedForItsReasonWhereATargetReturnsIt(Case given) {
        rig.fromTarget(given.datagram, FW_A);
        assertThat(rig.drops()).containsOnly(Map.entry(given.reason, 1L));
        assertThat(rig.endpointPort.take()).isEmpty();
        int fwA = rig.targets.indexOf(TARGET_A);
        assertThat(rig.targets.rejectedPackets(fwA)).as("charged to the target").isOne();
    }

    /** W-10, and what only the flow's own target may return. */
    @Test
    void aValidReturnCountsOnlyFromTheFlowsTarget() {
        byte[] valid = returned().build();
        rig.fromTarget(valid, 0x0A01_0063);
        rig.fromTarget(valid, FW_B);
        assertThat(rig.drops())
                .containsOnly(
                        Map.entry(DropReason.TARGET_UNKNOWN, 1L), Map.entry(DropReason.RETURN_TARGET_MISMATCH, 1L));
    }

    /** Section 1.2: any order, unknown options skipped, reserved bits and VNI ignored. */
    @Test
    void w15TakesOptionsInAnyOrderAndIgnoresReservedBitsAndVni() {
        byte[] valid = PacketBuilder.geneve()
                .vni(0xABCDEF)
                .reserved(0x3F, 0xFF)
                .flowCookie(COOKIE)
                .option(0x0102, 5, new byte[8])
                .attachment(9)
                .endpoint(ENDPOINT)
                .payload(INNER)
                .build();
        rig.fromTarget(valid, FW_A);
        assertThat(rig.onlyDelivered().payload()).isEqualTo(plain().build());
    }

    /** Inner total length below the bytes present: the rest is trimmed, in both directions. */
    @Test
    void trimsWhatFollowsTheInnerPacket() {
        byte[] padded = Arrays.copyOf(INNER, INNER.length + 18);
        rig.fromEndpoint(PacketBuilder.geneve().vni(VNI).payload(padded).build(), ATTACHMENT);
        assertThat(rig.onlySentToTarget().payload()).isEqualTo(returned().build());
        rig.fromTarget(
                PacketBuilder.geneve().gwlb(ENDPOINT, COOKIE).payload(padded).build(), FW_A);
        assertThat(rig.onlyDelivered().payload()).isEqualTo(plain().build());
    }

    static Stream<GoldenPacket> golden() {
        return GoldenPackets.all("geneve").stream();
    }

    @ParameterizedTest
    @MethodSource("golden")
    void aGoldenDatagramCutAtEveryByteIsAccountedFor(GoldenPacket datagram) {
        cutAtEveryByte(datagram.bytes());
    }

    @Test
    void theValidDatagramsCutAtEveryByteAreAccountedFor() {
        cutAtEveryByte(plain().build());
        cutAtEveryByte(returned().build());
    }

    private void cutAtEveryByte(byte[] datagram) {
        for (int length = 0; length < datagram.length; length++) {
            byte[] cut = Arrays.copyOf(datagram, length);
            long before = accountedFor();
            rig.fromEndpoint(cut, ATTACHMENT);
            rig.fromTarget(cut, FW_A);
            assertThat(accountedFor()).as("length %d", length).isEqualTo(before + 2);
        }
    }

    /** Packets that left or were dropped; what waits is refused first. */
    private long accountedFor() {
        while (!rig.asked.isEmpty()) {
            rig.refuse(FlowOpenedBatch.NO_TARGET);
        }
        long out = rig.endpointPort.sent();
        for (RecordingPort port : rig.targetPorts) {
            out += port.sent();
        }
        return out + rig.dropped();
    }

    /** Valid datagrams with some bytes changed: most of the ways in which headers can contradict each other. */
    @Test
    void randomlyDamagedDatagramsAreAccountedFor() {
        Random random = new Random(SEED);
        byte[][] originals = {
            plain().build(),
            returned().build(),
            plain().payload(ip().fragment(0, true).udp(1, 2).payloadBytes(64).build())
                    .build(),
            plain().protocolType(0x86DD)
                    .payload(PacketBuilder.ipv6()
                            .from("2001:db8::5")
                            .to("2001:db8:1::1")
                            .extension(PacketBuilder.HOP_BY_HOP, new byte[6])
                            .udp(1, 2)
                            .payloadBytes(20)
                            .build())
                    .build()
        };
        for (int round = 0; round < 50_000; round++) {
            byte[] damaged = originals[round % originals.length].clone();
            for (int change = random.nextInt(1, 6); change > 0; change--) {
                damaged[random.nextInt(Math.min(damaged.length, 64))] = (byte) random.nextInt();
            }
            if (random.nextInt(4) == 0) {
                damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length + 1));
            }
            long before = accountedFor();
            if (random.nextBoolean()) {
                rig.fromEndpoint(damaged, ATTACHMENT);
            } else {
                rig.fromTarget(damaged, FW_A);
            }
            assertThat(accountedFor()).as("seed %d, round %d", SEED, round).isEqualTo(before + 1);
            rig.endpointPort.take();
            rig.sentToTargets();
        }
    }

    /** Golden bytes: what the agent sends, with a nonce, and what an agent without one sends. */
    @ParameterizedTest
    @ValueSource(strings = {"00800800000064000123456789abcdef", "0080080000006400"})
    void aKeepAliveIsAnsweredToItsAttachmentOnly(String bytes) {
        byte[] keepAlive = HexFormat.of().parseHex(bytes);
        rig.fromEndpoint(keepAlive, ATTACHMENT);
        assertThat(rig.counters.packets(PacketPlace.KEEP_ALIVES)).isOne();
        assertThat(rig.counters.bytes(PacketPlace.KEEP_ALIVES)).isEqualTo(keepAlive.length);
        RecordingPort.Sent answer = rig.onlyDelivered();
        assertThat(answer.payload()).isEqualTo(keepAlive);
        assertThat(answer.address()).isEqualTo(ATTACHMENT);
        assertThat(answer.port()).isEqualTo(INGRESS_PORT);
        rig.fromEndpoint(keepAlive, 0x0A00_0063);
        rig.fromEndpoint(
                PacketBuilder.geneve().vni(999).control().protocolType(0x0800).build(), ATTACHMENT);
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.GENEVE_CONTROL, 2L));
        assertThat(rig.counters.packets(PacketPlace.KEEP_ALIVES)).isOne();
    }

    /** So agents go elsewhere before the node stops, and nothing is lost that they send until then. */
    @Test
    void whoLeavesAnswersNoKeepAliveAndForwardsAsBefore() {
        byte[] keepAlive = HexFormat.of().parseHex("0080080000006400");
        assertThat(rig.shard.pipeline().leave()).as("there is no agent").isFalse();
        rig = new ShardRig();
        rig.fromEndpoint(keepAlive, ATTACHMENT);
        assertThat(rig.onlyDelivered().payload()).isEqualTo(keepAlive);

        assertThat(rig.shard.pipeline().leave()).as("there is one").isTrue();
        rig.fromEndpoint(keepAlive, ATTACHMENT);
        assertThat(rig.endpointPort.take()).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.SHUTDOWN, 1L));
        assertThat(rig.counters.packets(PacketPlace.KEEP_ALIVES)).isOne();
    }

    /** A control packet of any other length or with options is dropped: nothing is answered that could grow or be used. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "008008000000640001",
                "00800800000064000123456789abcd",
                "00800800000064000123456789abcdef00",
                "0280080000006400010280010123456789abcdef",
                "02800800000064000102000101234567",
                "00800800000064000123456789abcdef0123456789abcdef"
            })
    void aControlPacketThatIsNoKeepAliveIsDropped(String bytes) {
        rig.fromEndpoint(HexFormat.of().parseHex(bytes), ATTACHMENT);
        assertThat(rig.endpointPort.sent()).isZero();
        assertThat(rig.drops()).hasSize(1);
        assertThat(rig.counters.packets(PacketPlace.KEEP_ALIVES)).isZero();
    }

    /** Architecture, section 3: an endpoint answers through the attachment the flow's direction came from. */
    @Test
    void w20DeliversThroughTheAttachmentOfTheDirection() {
        byte[] back = PacketBuilder.ipv4()
                .from("203.0.113.10")
                .to("10.20.0.5")
                .tcp(443, 40_000)
                .flags("SA")
                .build();
        byte[] backReturned =
                PacketBuilder.geneve().gwlb(ENDPOINT, COOKIE).payload(back).build();
        rig.fromTarget(backReturned, FW_A);
        assertThat(rig.onlyDelivered().address())
                .as("W-24: only the target has sent in this direction yet")
                .isEqualTo(ATTACHMENT);
        rig.fromEndpoint(PacketBuilder.geneve().vni(VNI).payload(back).build(), SECOND_ATTACHMENT);
        rig.sentToTargets();
        rig.fromTarget(backReturned, FW_A);
        assertThat(rig.onlyDelivered().address()).isEqualTo(SECOND_ATTACHMENT);
        rig.fromTarget(returned().build(), FW_A);
        assertThat(rig.onlyDelivered().address()).isEqualTo(ATTACHMENT);
    }
}

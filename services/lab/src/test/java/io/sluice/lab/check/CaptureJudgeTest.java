// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.check;

import static io.sluice.lab.check.Frames.AZ1_A;
import static io.sluice.lab.check.Frames.AZ1_B;
import static io.sluice.lab.check.Frames.AZ1_ENDPOINT;
import static io.sluice.lab.check.Frames.AZ2_A;
import static io.sluice.lab.check.Frames.AZ2_ENDPOINT;
import static io.sluice.lab.check.Frames.ethernet;
import static io.sluice.lab.check.Frames.returned;
import static io.sluice.lab.check.Frames.sent;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.lab.capture.PcapWriter;
import io.sluice.testkit.GeneveBuilder;
import io.sluice.testkit.PacketBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The judge over frames built by hand: what it lets pass, and which rule it names for everything else. */
class CaptureJudgeTest {

    private static final byte[] SYN = PacketBuilder.ipv4()
            .from("10.20.1.5")
            .to("203.0.113.10")
            .tcp(40000, 80)
            .flags("S")
            .build();
    private static final byte[] SYN_ACK = PacketBuilder.ipv4()
            .from("203.0.113.10")
            .to("10.20.1.5")
            .tcp(80, 40000)
            .flags("SA")
            .build();
    private static final int COOKIE = 0x12345678;

    private final CaptureJudge judge = new CaptureJudge(List.of(AZ1_ENDPOINT, AZ2_ENDPOINT));

    /** A frame and where it was captured. */
    record Captured(TappedAppliance at, ByteBuffer frame) {
        static Captured of(TappedAppliance at, byte[] frame) {
            return new Captured(at, ByteBuffer.wrap(frame));
        }
    }

    /** Frames, and the rules that they violate, no more and no fewer. */
    record Case(String name, Set<Rule> violated, List<Captured> frames) {
        Case(String name, Set<Rule> violated, Captured... frames) {
            this(name, violated, List.of(frames));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static GeneveBuilder right() {
        return PacketBuilder.geneve().gwlb(AZ1_ENDPOINT.number(), COOKIE);
    }

    private static Captured to(TappedAppliance at, GeneveBuilder geneve, byte[] inner) {
        return Captured.of(at, sent(at, 50_000, geneve.payload(inner).build()));
    }

    private static Captured from(TappedAppliance at, GeneveBuilder geneve, byte[] inner) {
        return Captured.of(at, returned(at, 50_000, 6081, geneve.payload(inner).build()));
    }

    static Stream<Case> cases() {
        Captured syn = to(AZ1_A, right(), SYN);
        byte[] geneve = right().payload(SYN).build();
        return Stream.of(
                new Case(
                        "a flow that is right, there and back",
                        Set.of(),
                        syn,
                        from(AZ1_A, right(), SYN),
                        to(AZ1_A, right(), SYN_ACK),
                        from(AZ1_A, right(), SYN_ACK)),
                new Case(
                        "options in another order",
                        Set.of(),
                        to(
                                AZ1_A,
                                PacketBuilder.geneve()
                                        .flowCookie(COOKIE)
                                        .endpoint(AZ1_ENDPOINT.number())
                                        .attachment(0),
                                SYN)),
                new Case("reverse at the other appliance", Set.of(Rule.SYMMETRY), syn, to(AZ1_B, right(), SYN_ACK)),
                new Case(
                        "a packet of the same direction at the other appliance",
                        Set.of(Rule.SYMMETRY),
                        syn,
                        to(AZ1_B, right(), SYN)),
                new Case(
                        "another cookie for the other direction",
                        Set.of(Rule.ONE_COOKIE),
                        syn,
                        to(AZ1_A, PacketBuilder.geneve().gwlb(AZ1_ENDPOINT.number(), COOKIE + 1), SYN_ACK)),
                new Case(
                        "an endpoint of another zone",
                        Set.of(Rule.ZONE),
                        to(AZ1_A, PacketBuilder.geneve().gwlb(AZ2_ENDPOINT.number(), COOKIE), SYN)),
                new Case(
                        "an endpoint that is not there",
                        Set.of(Rule.ENDPOINT),
                        to(AZ1_A, PacketBuilder.geneve().gwlb(0x0BADL, COOKIE), SYN)),
                new Case(
                        "no attachment option",
                        Set.of(Rule.GENEVE_HEADER, Rule.OPTIONS),
                        to(
                                AZ1_A,
                                PacketBuilder.geneve()
                                        .endpoint(AZ1_ENDPOINT.number())
                                        .flowCookie(COOKIE),
                                SYN)),
                new Case(
                        "a cookie option of 8 bytes",
                        Set.of(Rule.GENEVE_HEADER, Rule.OPTIONS),
                        to(
                                AZ1_A,
                                PacketBuilder.geneve()
                                        .endpoint(AZ1_ENDPOINT.number())
                                        .attachment(0)
                                        .option(GeneveBuilder.GWLB_CLASS, 3, new byte[8]),
                                SYN)),
                new Case(
                        "the cookie twice",
                        Set.of(Rule.GENEVE_HEADER, Rule.OPTIONS),
                        to(AZ1_A, right().flowCookie(COOKIE), SYN)),
                new Case("version 1", Set.of(Rule.GENEVE_HEADER), to(AZ1_A, right().version(1), SYN)),
                new Case("the C bit", Set.of(Rule.GENEVE_HEADER), to(AZ1_A, right().critical(), SYN)),
                new Case("the O bit", Set.of(Rule.GENEVE_HEADER), to(AZ1_A, right().control(), SYN)),
                new Case("a VNI", Set.of(Rule.GENEVE_HEADER), to(AZ1_A, right().vni(100), SYN)),
                new Case(
                        "a source port below 49152",
                        Set.of(Rule.OUTER_ADDRESSING),
                        Captured.of(AZ1_A, sent(AZ1_A, 49_151, geneve))),
                new Case(
                        "from an address that is not the node's",
                        Set.of(Rule.OUTER_ADDRESSING),
                        Captured.of(AZ1_A, ethernet("10.1.2.1", "10.1.1.11", 50_000, 6081, geneve))),
                new Case(
                        "between two others",
                        Set.of(Rule.OUTER_ADDRESSING),
                        Captured.of(AZ1_A, ethernet("10.1.1.1", "10.1.1.99", 50_000, 6081, geneve))),
                new Case(
                        "returned with the ports swapped",
                        Set.of(Rule.RETURN_PORTS),
                        syn,
                        Captured.of(AZ1_A, returned(AZ1_A, 6081, 50_000, geneve))),
                new Case(
                        "returned from a port of no packet sent",
                        Set.of(Rule.RETURN_PORTS),
                        syn,
                        Captured.of(AZ1_A, returned(AZ1_A, 50_001, 6081, geneve))),
                new Case(
                        "returned with another cookie",
                        Set.of(Rule.RETURN_HEADER),
                        syn,
                        from(AZ1_A, PacketBuilder.geneve().gwlb(AZ1_ENDPOINT.number(), COOKIE + 1), SYN)),
                new Case(
                        "returned by an appliance that was not sent the flow",
                        Set.of(Rule.RETURN_HEADER, Rule.RETURN_PORTS),
                        syn,
                        from(AZ1_B, right(), SYN)),
                new Case(
                        "returned with another inner tuple",
                        Set.of(Rule.RETURN_HEADER),
                        syn,
                        from(AZ1_A, right(), PacketBuilder.ipv4().udp(1, 2).build())),
                new Case(
                        "returned to an address that is not the node's",
                        Set.of(Rule.OUTER_ADDRESSING),
                        syn,
                        Captured.of(AZ1_A, ethernet("10.1.1.11", "10.1.2.1", 50_000, 6081, geneve))),
                new Case(
                        "options beyond the datagram",
                        Set.of(Rule.MALFORMED),
                        to(AZ1_A, right().optionLengthWords(63), SYN)),
                new Case(
                        "an option beyond the header",
                        Set.of(Rule.MALFORMED),
                        to(AZ1_A, PacketBuilder.geneve().rawOption(0x0108, 1, 31, new byte[8]), SYN)),
                new Case(
                        "GENEVE header cut short",
                        Set.of(Rule.MALFORMED),
                        Captured.of(AZ1_A, sent(AZ1_A, 50_000, Arrays.copyOf(geneve, 7)))),
                new Case(
                        "an inner packet cut short",
                        Set.of(Rule.MALFORMED),
                        Captured.of(AZ1_A, sent(AZ1_A, 50_000, Arrays.copyOf(geneve, geneve.length - 1)))),
                new Case(
                        "what is not GENEVE is none of its business",
                        Set.of(),
                        Captured.of(
                                AZ1_A,
                                Frames.ethernet(
                                        PacketBuilder.ipv4().tcp(80, 50_000).build())),
                        Captured.of(AZ1_A, ethernet("10.1.1.1", "10.1.1.11", 53, 53, geneve)),
                        Captured.of(AZ1_A, new byte[60])));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void namesExactlyTheRulesThatAreViolated(Case row) {
        long timeNs = 0;
        for (Captured captured : row.frames) {
            judge.accept(captured.at, ++timeNs, captured.frame);
        }
        assertThat(judge.verdict().counts().keySet())
                .as(() -> judge.verdict().examples().toString())
                .isEqualTo(row.violated);
    }

    @Test
    void flowIsNamedAfterTheEarliestPacketInAnyCapture() {
        judge.accept(AZ1_B, 20, to(AZ1_B, right(), SYN_ACK).frame);
        judge.accept(AZ1_A, 10, to(AZ1_A, right(), SYN).frame);

        ObservedFlow flow = judge.verdict().flows().getFirst();

        assertThat(flow.name()).hasToString("tcp 10.20.1.5:40000 -> 203.0.113.10:80");
        assertThat(flow.appliancesForward()).containsExactly("fw-az1-a");
        assertThat(flow.appliancesReverse()).containsExactly("fw-az1-b");
        assertThat(flow.symmetric()).isFalse();
    }

    @Test
    void flowSeenInOneDirectionOnlyIsNotSymmetric() {
        judge.accept(AZ1_A, 1, to(AZ1_A, right(), SYN).frame);

        assertThat(judge.verdict().flows().getFirst().symmetric()).isFalse();
        assertThat(judge.verdict().counts()).isEmpty();
    }

    @Test
    void equalTuplesOfTwoEndpointsAreTwoFlows() {
        judge.accept(AZ1_A, 1, to(AZ1_A, right(), SYN).frame);
        GeneveBuilder other = PacketBuilder.geneve().gwlb(AZ2_ENDPOINT.number(), 7);
        judge.accept(AZ2_A, 2, to(AZ2_A, other, SYN).frame);

        assertThat(judge.verdict().flows()).extracting(ObservedFlow::zone).containsExactly("az1", "az2");
    }

    record Inner(String name, PacketBuilder packet) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Inner> inners() {
        return Stream.of(
                new Inner("icmp 10.20.1.5 -> 203.0.113.10", v4().echo(7, 1)),
                new Inner(
                        "udp 10.20.1.5:53 -> 203.0.113.10:54", v4().udp(53, 54).payloadBytes(500)),
                new Inner("icmpv6 2001:db8:20:1::5 -> 2001:db8:cb00::10", v6().echo(7, 1)),
                new Inner(
                        "tcp [2001:db8:20:1::5]:40000 -> [2001:db8:cb00::10]:80",
                        v6().tcp(40000, 80).payloadBytes(500)));
    }

    private static PacketBuilder v4() {
        return PacketBuilder.ipv4().from("10.20.1.5").to("203.0.113.10");
    }

    private static PacketBuilder v6() {
        return PacketBuilder.ipv6().from("2001:db8:20:1::5").to("2001:db8:cb00::10");
    }

    @ParameterizedTest
    @MethodSource("inners")
    void namesFlowsOfEveryKindAlsoFromACaptureThatKeepsOnlyHeaders(Inner inner) {
        ByteBuffer frame = to(AZ1_A, right(), inner.packet.build()).frame;

        judge.accept(AZ1_A, 1, frame.limit(Math.min(frame.limit(), 384)));

        assertThat(judge.verdict().counts()).isEmpty();
        assertThat(judge.verdict().flows())
                .extracting(flow -> flow.name().toString())
                .containsExactly(inner.name);
    }

    @Test
    void withCrossZoneOnAnApplianceAnswersTheNodeThatSent() {
        HostAddress other = HostAddress.of("10.1.2.1");
        Set<HostAddress> nodes = Set.of(AZ1_A.nodes().iterator().next(), other);
        TappedAppliance crossed = new TappedAppliance(AZ1_A.name(), AZ1_A.zone(), AZ1_A.address(), nodes);
        TappedAppliance fromOther = new TappedAppliance(AZ1_A.name(), AZ1_A.zone(), AZ1_A.address(), Set.of(other));

        accept(crossed, to(fromOther, right(), SYN), 1);
        accept(crossed, from(fromOther, right(), SYN), 2);
        assertThat(judge.verdict().counts()).isEmpty();

        accept(crossed, from(AZ1_A, right(), SYN), 3);
        assertThat(judge.verdict().counts()).containsOnlyKeys(Rule.OUTER_ADDRESSING);
    }

    @Test
    void tellsEqualTuplesOfTwoEndpointsApart() {
        accept(AZ1_A, to(AZ1_A, right(), SYN), 1);
        accept(AZ2_A, to(AZ2_A, PacketBuilder.geneve().gwlb(AZ2_ENDPOINT.number(), COOKIE + 1), SYN), 2);

        Verdict verdict = judge.verdict();

        FlowName name = verdict.flows().getFirst().name();
        assertThat(verdict.flow(AZ1_ENDPOINT.id(), name).orElseThrow().cookies())
                .containsExactly(COOKIE);
        assertThat(verdict.flow(AZ2_ENDPOINT.id(), name.reversed())
                        .orElseThrow()
                        .cookies())
                .containsExactly(COOKIE + 1);
    }

    @Test
    void readsOnlyWhatCameSinceAMoment(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("fw-az1-a.pcap");
        try (PcapWriter writer = new PcapWriter(file, 384)) {
            for (Captured packet : List.of(to(AZ1_A, right(), SYN), to(AZ1_A, right(), SYN_ACK))) {
                long timeNs = packet.frame().equals(to(AZ1_A, right(), SYN).frame()) ? 1_000 : 2_000;
                writer.write(timeNs, packet.frame().limit(), packet.frame());
            }
        }

        judge.read(AZ1_A, file, 2_000);

        assertThat(judge.verdict().flows()).singleElement().satisfies(flow -> {
            assertThat(flow.packetsSent()).isOne();
            assertThat(flow.sourcePort()).isEqualTo(80);
        });
    }

    private void accept(TappedAppliance at, Captured packet, long timeNs) {
        judge.accept(at, timeNs, packet.frame());
    }
}

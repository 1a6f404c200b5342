// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.Inner.*;
import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.PacketPolicy;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.packet.Checksums;
import io.sluice.testkit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Special packets through both pipelines (sheet 2.3 and 5). */
class SpecialPacketsTest {

    private static final int MTU_POLICY = 1_432;

    private ShardRig rig = new ShardRig();

    @AfterEach
    void nothingIsLost() {
        rig.checkNothingIsLost();
    }

    private void opens(byte[] inner, int cookie) {
        rig.fromEndpoint(plain(inner), ATTACHMENT);
        assertThat(rig.asked).as("a new flow").hasSize(1);
        rig.answer(TARGET_A, cookie);
        assertThat(rig.onlySentToTarget().payload()).isEqualTo(encapsulated(inner, cookie));
        comesBack(inner, cookie);
    }

    private void joins(byte[] inner, int cookie) {
        rig.fromEndpoint(plain(inner), ATTACHMENT);
        assertThat(rig.asked).as("no new flow").isEmpty();
        assertThat(rig.onlySentToTarget().payload()).isEqualTo(encapsulated(inner, cookie));
        comesBack(inner, cookie);
    }

    private void comesBack(byte[] inner, int cookie) {
        rig.fromTarget(encapsulated(inner, cookie), FW_A);
        assertThat(rig.onlyDelivered().payload()).isEqualTo(plain(inner));
    }

    private static PacketBuilder there() {
        return PacketBuilder.ipv4().from(CLIENT).to(SERVER);
    }

    private static List<byte[]> fragmentsOfUdp(int identification) {
        return there().udp(5_000, 53)
                .identification(identification)
                .payloadBytes(300)
                .buildFragments(104);
    }

    @Test
    void f23LaterFragmentsFollowTheFirst() {
        List<byte[]> fragments = fragmentsOfUdp(7);
        opens(udp(5_000, 1), COOKIE);
        for (byte[] fragment : fragments) {
            joins(fragment, COOKIE);
        }
    }

    @Test
    void f23FragmentsOfAFlowThatWaitsWaitWithIt() {
        List<byte[]> fragments = fragmentsOfUdp(7);
        for (byte[] fragment : fragments) {
            rig.fromEndpoint(plain(fragment), ATTACHMENT);
        }
        assertThat(rig.asked).hasSize(1);
        rig.answer(TARGET_A, COOKIE);
        assertThat(rig.sentToTargets())
                .extracting(RecordingPort.Sent::payload)
                .containsExactlyElementsOf(
                        fragments.stream().map(f -> encapsulated(f, COOKIE)).toList());
    }

    @Test
    void f23AFragmentThatComesBeforeTheFirstGoesByThe3TupleAndComesBack() {
        List<byte[]> fragments = fragmentsOfUdp(7);
        opens(fragments.get(1), COOKIE);
        opens(fragments.get(0), COOKIE + 1);
        joins(fragments.get(2), COOKIE + 1);
        comesBack(fragments.get(1), COOKIE);
    }

    @Test
    void f23TheMapForgetsAfterThirtySeconds() {
        List<byte[]> fragments = fragmentsOfUdp(7);
        opens(fragments.get(0), COOKIE);
        rig.nowMs += 30_001;
        opens(fragments.get(1), COOKIE + 1);
    }

    @Test
    void f23SwitchedOffAllFragmentsGoByThe3Tuple() {
        rig = new ShardRig(new RigModel().packets(new PacketPolicy(false, true, false, 0, false, 8_500)));
        opens(udp(5_000, 1), COOKIE);
        List<byte[]> fragments = fragmentsOfUdp(7);
        opens(fragments.get(0), COOKIE + 1);
        joins(fragments.get(1), COOKIE + 1);
        joins(fragments.get(2), COOKIE + 1);
    }

    @Test
    void f23AFragmentOfTcpKeepsItsFlowAliveAndClosesNothing() {
        opens(tcp(true, "S", 0), COOKIE);
        List<byte[]> fragments = there().tcp(40_000, 443)
                .flags("A")
                .identification(9)
                .payloadBytes(300)
                .buildFragments(104);
        for (byte[] fragment : fragments) {
            rig.nowMs += 200_000;
            // the map forgets, so each round begins with the first
            joins(fragments.getFirst(), COOKIE);
            joins(fragment, COOKIE);
        }
    }

    private static byte[] icmpError(byte[] quoted) {
        return PacketBuilder.ipv4()
                .from("198.51.100.1")
                .to(CLIENT)
                .icmp(3, 4)
                .icmpParameter(1_400)
                .payload(Arrays.copyOf(quoted, 28))
                .build();
    }

    @Test
    void f24AnIcmpErrorGoesWhereTheFlowItQuotesGoes() {
        opens(tcp(true, "S", 0), COOKIE);
        joins(icmpError(tcp(true, "A", 100)), COOKIE);
    }

    @Test
    void f24AnIcmpErrorAboutNoFlowGoesByThe3Tuple() {
        opens(icmpError(tcp(true, "A", 100)), COOKIE);
    }

    @Test
    void f24AsOnAwsAnIcmpErrorIsAFlowOfItsOwn() {
        rig = new ShardRig(new RigModel().packets(new PacketPolicy(true, false, false, 0, false, 8_500)));
        opens(tcp(true, "S", 0), COOKIE);
        opens(icmpError(tcp(true, "A", 100)), COOKIE + 1);
    }

    @Test
    void f24AnIcmpErrorDoesNotKeepTheFlowAlive() {
        opens(tcp(true, "S", 0), COOKIE);
        rig.nowMs += 349_999;
        joins(icmpError(tcp(true, "A", 100)), COOKIE);
        rig.nowMs += 1;
        rig.fromEndpoint(plain(tcp(true, "A", 1)), ATTACHMENT);
        assertThat(rig.asked).as("expired all the same").hasSize(1);
        rig.refuse(io.sluice.model.message.FlowOpenedBatch.NO_FLOW);
    }

    @Test
    void f24TheErrorIsDeliveredTowardsTheSenderOfWhatItQuotes() {
        byte[] syn = tcp(true, "S", 0);
        rig.fromEndpoint(plain(syn), SECOND_ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.sentToTargets();
        byte[] error = icmpError(tcp(true, "A", 100));
        rig.fromEndpoint(plain(error), ATTACHMENT);
        rig.sentToTargets();
        rig.fromTarget(encapsulated(error, COOKIE), FW_A);
        // like any packet, it leaves by the attachment that its own direction came in by
        assertThat(rig.onlyDelivered().address()).isEqualTo(ATTACHMENT);
    }

    /** W-24: the appliance makes an error about a flow and sends it under the flow's header. */
    @Test
    void w24AnErrorOrAResetThatTheApplianceMakesIsDelivered() {
        opens(tcp(true, "S", 0), COOKIE);
        comesBack(icmpError(tcp(true, "S", 0)), COOKIE);
        comesBack(tcp(false, "RA", 0), COOKIE);
    }

    @Test
    void f25AllEchoesBetweenTwoHostsAreOneFlow() {
        opens(there().icmp(8, 0).echo(1, 1).build(), COOKIE);
        joins(there().icmp(8, 0).echo(2, 9).build(), COOKIE);
        joins(PacketBuilder.ipv4().from(SERVER).to(CLIENT).icmp(0, 0).echo(1, 1).build(), COOKIE);
    }

    @Test
    void f26ExtensionHeadersAreWalkedAndTheFlowLabelIsNotInTheKey() {
        opens(v6().udp(5_000, 53).build(), COOKIE);
        joins(v6().flowLabel(0xABCDE).udp(5_000, 53).build(), COOKIE);
        byte[] pad = {1, 4, 0, 0, 0, 0};
        joins(
                v6().extension(PacketBuilder.HOP_BY_HOP, pad)
                        .extension(PacketBuilder.DESTINATION_OPTIONS, pad)
                        .udp(5_000, 53)
                        .build(),
                COOKIE);
    }

    private static PacketBuilder v6() {
        return PacketBuilder.ipv6().from("2001:db8::5").to("2001:db8:1::10");
    }

    @ParameterizedTest
    @ValueSource(ints = {50, 51, 47, 132, 4})
    void f27TunnelsAndOtherProtocolsSitOnOneTarget(int protocol) {
        opens(
                there().protocol(protocol)
                        .payload(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
                        .build(),
                COOKIE);
        joins(
                there().protocol(protocol)
                        .payload(new byte[] {9, 9, 9, 9, 9, 6, 7, 8, 9, 10, 11, 12})
                        .build(),
                COOKIE);
        joins(
                PacketBuilder.ipv4()
                        .from(SERVER)
                        .to(CLIENT)
                        .protocol(protocol)
                        .payload(new byte[12])
                        .build(),
                COOKIE);
    }

    @Test
    void f28PortsAreReadBehindIpOptions() {
        opens(udp(5_000, 1), COOKIE);
        joins(
                there().ipOptions((byte) 1, (byte) 1, (byte) 1, (byte) 0)
                        .udp(5_000, 53)
                        .payloadBytes(1)
                        .build(),
                COOKIE);
    }

    @ParameterizedTest
    @CsvSource({"224.0.0.1", "239.255.255.250", "255.255.255.255", "169.254.169.254", "0.0.0.0"})
    void f29WhatIsNotUnicastIsDropped(String destination) {
        rig.fromEndpoint(
                plain(PacketBuilder.ipv4()
                        .from(CLIENT)
                        .to(destination)
                        .udp(1, 2)
                        .build()),
                ATTACHMENT);
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.INNER_NOT_UNICAST, 1L));
    }

    @ParameterizedTest
    @CsvSource({"ff02::1", "fe80::1", "::"})
    void f29WhatIsNotUnicastIsDroppedInIpv6(String destination) {
        rig.fromEndpoint(
                plain(PacketBuilder.ipv6()
                        .from("2001:db8::5")
                        .to(destination)
                        .udp(1, 2)
                        .build()),
                ATTACHMENT);
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.INNER_NOT_UNICAST, 1L));
    }

    @Test
    void w1AnIpv4LoadBalancerTakesNoIpv6() {
        rig = new ShardRig(new RigModel().ipv4Only());
        rig.fromEndpoint(plain(v6().udp(1, 2).build()), ATTACHMENT);
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.INNER_IP_VERSION, 1L));
        opens(udp(1, 1), COOKIE);
    }

    private static byte[] sized(int bytes) {
        return there().dontFragment().udp(5_000, 53).payloadBytes(bytes - 28).build();
    }

    @Test
    void q1EightyFiveHundredBytesPassAndOneMoreIsDroppedSilently() {
        opens(sized(8_500), COOKIE);
        rig.fromEndpoint(plain(sized(8_501)), ATTACHMENT);
        rig.fromTarget(encapsulated(sized(8_501), COOKIE), FW_A);
        assertThat(rig.endpointPort.take()).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.INNER_TOO_LARGE, 2L));
    }

    @Test
    void q4WithPmtudTheSenderIsToldTheSize() {
        rig = new ShardRig(new RigModel().packets(new PacketPolicy(true, true, true, 0, false, MTU_POLICY)));
        opens(sized(MTU_POLICY), COOKIE);
        byte[] large = sized(MTU_POLICY + 1);
        rig.fromEndpoint(plain(large), ATTACHMENT);
        byte[] error = rig.onlyDelivered().payload();
        ByteBuffer inner = ByteBuffer.wrap(error, 8, error.length - 8).slice();
        assertThat(inner.getInt(12)).as("in the name of the destination").isEqualTo(0xCB00_710A);
        assertThat(inner.getInt(16)).isEqualTo(0x0A14_0005);
        assertThat(inner.getShort(20)).as("type 3, code 4").isEqualTo((short) 0x0304);
        assertThat(inner.getShort(26) & 0xFFFF).isEqualTo(MTU_POLICY);
        assertThat(inner.getInt(28))
                .as("quotes the packet")
                .isEqualTo(ByteBuffer.wrap(large).getInt(0));
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.INNER_TOO_LARGE, 1L));
        assertThat(rig.counters.packets(PacketPlace.GENERATED)).isOne();
    }

    @Test
    void q4WithPmtudAnIpv6SenderIsToldTheSize() {
        rig = new ShardRig(new RigModel().packets(new PacketPolicy(true, true, true, 0, false, MTU_POLICY)));
        rig.fromEndpoint(plain(v6().udp(1, 2).payloadBytes(MTU_POLICY).build()), ATTACHMENT);
        byte[] error = rig.onlyDelivered().payload();
        assertThat(error[8 + 40]).as("packet too big").isEqualTo((byte) 2);
        assertThat(ByteBuffer.wrap(error).getInt(8 + 44)).isEqualTo(MTU_POLICY);
    }

    @Test
    void q4AnswersAreLimited() {
        rig = new ShardRig(new RigModel().packets(new PacketPolicy(true, true, true, 0, false, MTU_POLICY)));
        for (int i = 0; i < 1_000; i++) {
            rig.fromEndpoint(plain(sized(MTU_POLICY + 1)), ATTACHMENT);
        }
        assertThat(rig.endpointPort.take()).hasSize(SenderAnswers.TOO_BIG_PER_SECOND);
        rig.nowMs += 100;
        rig.fromEndpoint(plain(sized(MTU_POLICY + 1)), ATTACHMENT);
        rig.onlyDelivered();
    }

    @Test
    void q6TheSegmentSizeOfASynIsClamped() {
        rig = new ShardRig(new RigModel().packets(new PacketPolicy(true, true, false, 1_300, false, 8_500)));
        byte[] syn = there().tcp(40_000, 443)
                .flags("S")
                .tcpOptions((byte) 2, (byte) 4, (byte) (1_460 >> 8), (byte) 1_460)
                .build();
        rig.fromEndpoint(plain(syn), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        byte[] sent = rig.onlySentToTarget().payload();
        ByteBuffer inner = ByteBuffer.wrap(sent, 40, sent.length - 40).slice();
        assertThat(inner.getShort(42)).isEqualTo((short) 1_300);
        byte[] expected = there().tcp(40_000, 443)
                .flags("S")
                .tcpOptions((byte) 2, (byte) 4, (byte) (1_300 >> 8), (byte) (1_300 & 0xFF))
                .build();
        assertThat(sent).as("checksum included").isEqualTo(encapsulated(expected, COOKIE));
    }

    @Test
    void q6ByDefaultNothingIsClamped() {
        byte[] syn = there().tcp(40_000, 443)
                .flags("S")
                .tcpOptions((byte) 2, (byte) 4, (byte) 0x22, (byte) 0x00)
                .build();
        opens(syn, COOKIE);
    }

    @Test
    void f3A3TupleTakesAllPortsOfAProtocol() {
        rig = new ShardRig(Stickiness.THREE_TUPLE, 64);
        opens(udp(1, 1), COOKIE);
        joins(udp(2, 1), COOKIE);
        opens(tcp(true, 40_000, "S", 0), COOKIE + 1);
        joins(tcp(true, 40_001, "S", 0), COOKIE + 1);
    }

    // ------------------------------------------------------------------------------------------- Ethernet inside

    private static final byte[] SPOKE_MAC = {2, 0, 0, 0, 0, 0x11};
    private static final byte[] GATEWAY_MAC = {2, 0, 0, 0, 0, 0x22};

    private static byte[] frame(byte[] destination, byte[] source, int type, byte[] payload, int... tags) {
        ByteBuffer frame = ByteBuffer.allocate(14 + 4 * tags.length + payload.length);
        frame.put(destination).put(source);
        for (int tag : tags) {
            frame.putShort((short) 0x8100).putShort((short) tag);
        }
        return frame.putShort((short) type).put(payload).array();
    }

    private static byte[] ethernet(byte[] frame) {
        return PacketBuilder.geneve()
                .vni(VNI)
                .protocolType(0x6558)
                .payload(frame)
                .build();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void anEthernetEndpointsFrameHeaderIsKeptAsideAndRestored(int tags) {
        rig = new ShardRig(new RigModel().ethernet());
        int[] vlan = tags == 0 ? new int[0] : new int[] {7};
        byte[] inner = udp(5_000, 10);
        rig.fromEndpoint(ethernet(frame(GATEWAY_MAC, SPOKE_MAC, 0x0800, inner, vlan)), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        assertThat(rig.onlySentToTarget().payload()).as("bare IP, W-20").isEqualTo(encapsulated(inner, COOKIE));
        rig.fromTarget(encapsulated(inner, COOKIE), FW_A);
        assertThat(rig.onlyDelivered().payload())
                .as("back to the station it came from")
                .isEqualTo(ethernet(frame(SPOKE_MAC, GATEWAY_MAC, 0x0800, inner, vlan)));
    }

    @Test
    void eachDirectionOfAFlowHasItsOwnStation() {
        rig = new ShardRig(new RigModel().ethernet());
        byte[] otherMac = {2, 0, 0, 0, 0, 0x33};
        rig.fromEndpoint(ethernet(frame(GATEWAY_MAC, SPOKE_MAC, 0x0800, udp(5_000, 1))), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.fromEndpoint(ethernet(frame(GATEWAY_MAC, otherMac, 0x0800, udpBack(5_000, 2))), ATTACHMENT);
        rig.sentToTargets();
        rig.fromTarget(encapsulated(udpBack(5_000, 2), COOKIE), FW_A);
        assertThat(rig.onlyDelivered().payload())
                .isEqualTo(ethernet(frame(otherMac, GATEWAY_MAC, 0x0800, udpBack(5_000, 2))));
        rig.fromTarget(encapsulated(udp(5_000, 1), COOKIE), FW_A);
        assertThat(rig.onlyDelivered().payload())
                .isEqualTo(ethernet(frame(SPOKE_MAC, GATEWAY_MAC, 0x0800, udp(5_000, 1))));
    }

    @Test
    void arpIsAnsweredForTheEndpoint() {
        rig = new ShardRig(new RigModel().ethernet());
        ByteBuffer request = ByteBuffer.allocate(28);
        request.putShort((short) 1)
                .putShort((short) 0x0800)
                .put((byte) 6)
                .put((byte) 4)
                .putShort((short) 1);
        request.put(SPOKE_MAC).putInt(0x0A14_0001).put(new byte[6]).putInt(0x0A14_00FE);
        byte[] broadcast = {-1, -1, -1, -1, -1, -1};
        rig.fromEndpoint(ethernet(frame(broadcast, SPOKE_MAC, 0x0806, request.array())), ATTACHMENT);
        byte[] reply = rig.onlyDelivered().payload();
        assertThat(Arrays.copyOfRange(reply, 8, 14)).isEqualTo(SPOKE_MAC);
        assertThat(ByteBuffer.wrap(reply).getShort(8 + 14 + 6)).as("reply").isEqualTo((short) 2);
        assertThat(ByteBuffer.wrap(reply).getInt(8 + 14 + 14))
                .as("for the address asked")
                .isEqualTo(0x0A14_00FE);
        assertThat(rig.drops()).isEmpty();
    }

    @Test
    void whatIsNoIpInAFrameIsDropped() {
        rig = new ShardRig(new RigModel().ethernet());
        rig.fromEndpoint(ethernet(frame(GATEWAY_MAC, SPOKE_MAC, 0x88CC, new byte[20])), ATTACHMENT);
        rig.fromEndpoint(ethernet(new byte[13]), ATTACHMENT);
        rig.fromEndpoint(plain(udp(1, 1)), ATTACHMENT);
        assertThat(rig.drops())
                .containsOnly(
                        Map.entry(DropReason.FRAME_NOT_IP, 1L),
                        Map.entry(DropReason.FRAME_MALFORMED, 1L),
                        Map.entry(DropReason.GENEVE_PROTOCOL_TYPE, 1L));
    }

    @Test
    void aResetGoesIntoTheEthernetSegmentToo() {
        rig = new ShardRig(new RigModel().ethernet().resetOnIdleTimeout());
        rig.fromEndpoint(ethernet(frame(GATEWAY_MAC, SPOKE_MAC, 0x0800, tcp(true, "A", 3))), ATTACHMENT);
        rig.refuse(io.sluice.model.message.FlowOpenedBatch.NO_FLOW);
        byte[] reset = rig.onlyDelivered().payload();
        assertThat(Arrays.copyOfRange(reset, 8, 14)).isEqualTo(SPOKE_MAC);
        assertThat(reset[8 + 14]).isEqualTo((byte) 0x45);
        ByteBuffer inner = ByteBuffer.allocateDirect(40).put(0, reset, 22, 40);
        assertThat(Checksums.internet(inner, 0, 20)).as("IPv4 header checksum").isZero();
    }

    /** A flood of made-up addresses takes frame headers of its own endpoint only. */
    @Test
    void anEndpointsFrameHeadersAreItsOwn() {
        rig = new ShardRig(new RigModel().ethernet());
        byte[] mac = SPOKE_MAC.clone();
        for (int i = 0; i <= FrameHeaders.HEADERS_MAX; i++) {
            mac[1] = (byte) (i >> 8);
            mac[2] = (byte) i;
            rig.fromEndpoint(ethernet(frame(GATEWAY_MAC, mac, 0x0800, udp(5_000, 1))), ATTACHMENT);
        }
        assertThat(rig.drops()).containsKey(DropReason.FRAME_HEADER_UNKNOWN);
        rig.answer(TARGET_A, COOKIE);
        rig.sentToTargets();
        byte[] other = PacketBuilder.geneve()
                .vni(SECOND_VNI)
                .protocolType(0x6558)
                .payload(frame(GATEWAY_MAC, SPOKE_MAC, 0x0800, udp(6_000, 1)))
                .build();
        rig.fromEndpoint(other, OTHER_ATTACHMENT);
        rig.answer(TARGET_B, COOKIE + 1);
        assertThat(rig.onlySentToTarget().address()).isEqualTo(FW_B);
    }

    /** An appliance may fragment what it returns; its fragments follow their first like an endpoint's. */
    @Test
    void f23FragmentsThatAnApplianceMakesAreDelivered() {
        opens(udp(5_000, 1), COOKIE);
        for (byte[] fragment : fragmentsOfUdp(99)) {
            comesBack(fragment, COOKIE);
        }
    }

    /** The SYN-ACK may be the appliance's own. */
    @Test
    void q6TheSegmentSizeIsClampedOnTheWayBackToo() {
        rig = new ShardRig(new RigModel().packets(new PacketPolicy(true, true, false, 1_300, false, 8_500)));
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.sentToTargets();
        byte[] synAck = PacketBuilder.ipv4()
                .from(SERVER)
                .to(CLIENT)
                .tcp(443, 40_000)
                .flags("SA")
                .tcpOptions((byte) 2, (byte) 4, (byte) (1_460 >> 8), (byte) (1_460 & 0xFF))
                .build();
        rig.fromTarget(encapsulated(synAck, COOKIE), FW_A);
        byte[] delivered = rig.onlyDelivered().payload();
        assertThat(ByteBuffer.wrap(delivered).getShort(8 + 42)).isEqualTo((short) 1_300);
    }

    /** One endpoint's flood of packets that are too large takes no answer from another's sender. */
    @Test
    void q4EachEndpointHasItsOwnAnswers() {
        rig = new ShardRig(new RigModel().packets(new PacketPolicy(true, true, true, 0, false, MTU_POLICY)));
        for (int i = 0; i < 1_000; i++) {
            rig.fromEndpoint(plain(sized(MTU_POLICY + 1)), ATTACHMENT);
        }
        rig.endpointPort.take();
        rig.fromEndpoint(
                PacketBuilder.geneve()
                        .vni(SECOND_VNI)
                        .payload(sized(MTU_POLICY + 1))
                        .build(),
                OTHER_ATTACHMENT);
        rig.onlyDelivered();
    }
}

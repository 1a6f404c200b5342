// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.Inner.*;
import static io.sluice.ingress.core.RigModel.target;
import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.metric.DropReason;
import io.sluice.testkit.PacketBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which packets are one flow, and for how long (sheet 2.1, 2.2, 2.4), with packets through the whole shard. */
class FlowRulesTest {

    private ShardRig rig = new ShardRig();

    @AfterEach
    void nothingIsLost() {
        rig.checkNothingIsLost();
    }

    private void opens(byte[] inner, TargetRef target, int cookie) {
        rig.fromEndpoint(plain(inner), ATTACHMENT);
        assertThat(rig.intents()).as("a new flow").containsExactly(FlowOpenBatch.OPEN);
        rig.answer(target, cookie);
        assertThat(rig.onlySentToTarget().payload()).isEqualTo(encapsulated(inner, cookie));
    }

    private void joins(byte[] inner, int address, int cookie) {
        rig.fromEndpoint(plain(inner), ATTACHMENT);
        assertThat(rig.asked).as("no new flow").isEmpty();
        RecordingPort.Sent sent = rig.onlySentToTarget();
        assertThat(sent.payload()).isEqualTo(encapsulated(inner, cookie));
        assertThat(sent.address()).isEqualTo(address);
        rig.fromTarget(sent.payload(), address);
        assertThat(rig.onlyDelivered().payload()).isEqualTo(plain(inner));
    }

    /** A TCP segment that finds no flow: dropped, and asked for with that in mind. */
    private void opensNothing(byte[] inner) {
        rig.fromEndpoint(plain(inner), ATTACHMENT);
        assertThat(rig.intents()).containsExactly(FlowOpenBatch.RECORD_ONLY);
        rig.refuse(FlowOpenedBatch.NO_FLOW);
        assertThat(rig.sentToTargets()).isEmpty();
        assertThat(rig.endpointPort.take()).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.TCP_NOT_SYN, 1L));
    }

    @Test
    void f1ByDefaultEveryFiveTupleIsAFlow() {
        opens(udp(443, 1), TARGET_A, COOKIE);
        opens(udp(444, 1), TARGET_B, COOKIE + 1);
        opens(tcp(true, 40_000, "S", 0), TARGET_A, COOKIE + 2);
        opens(tcp(true, 40_001, "S", 0), TARGET_B, COOKIE + 3);
        opens(
                PacketBuilder.ipv4().from(CLIENT).to(SERVER).udp(40_000, 443).build(),
                TARGET_B,
                COOKIE + 4); // as the first of TCP, but for the protocol
        joins(udp(443, 2), FW_A, COOKIE);
        joins(tcp(true, 40_001, "A", 0), FW_B, COOKIE + 3);
    }

    @Test
    void f2OtherProtocolsAreOneFlowEach() {
        byte[] sctp = {0x10, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        byte[] otherPorts = {0x11, 0, 0x21, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        PacketBuilder ip = PacketBuilder.ipv4().from(CLIENT).to(SERVER);
        opens(ip.protocol(132).payload(sctp).build(), TARGET_A, COOKIE);
        joins(ip.protocol(132).payload(otherPorts).build(), FW_A, COOKIE);
        opens(PacketBuilder.ipv4().from(CLIENT).to(SERVER).icmp(8, 0).echo(1, 1).build(), TARGET_B, COOKIE + 1);
    }

    @Test
    void f3A2TupleTakesAllProtocols() {
        rig = new ShardRig(Stickiness.TWO_TUPLE, 64);
        opens(udp(1, 1), TARGET_B, COOKIE);
        joins(tcp(true, 40_000, "S", 0), FW_B, COOKIE);
        joins(
                PacketBuilder.ipv4()
                        .from(SERVER)
                        .to(CLIENT)
                        .protocol(47)
                        .payloadBytes(8)
                        .build(),
                FW_B,
                COOKIE);
    }

    @Test
    void f4BothDirectionsAreOneFlowWhicheverComesFirst() {
        opens(udpBack(5_000, 1), TARGET_B, COOKIE);
        joins(udp(5_000, 1), FW_B, COOKIE);
        joins(udpBack(5_000, 2), FW_B, COOKIE);
    }

    /** The entry decides, whatever the ranking says by now. */
    @Test
    void f6LaterPacketsOfBothDirectionsFollowTheEntry() {
        for (int port = 1; port <= 20; port++) {
            opens(udp(port, 1), port % 2 == 0 ? TARGET_A : TARGET_B, COOKIE + port);
        }
        rig.healthy(TARGET_A);
        for (int port = 1; port <= 20; port++) {
            joins(udp(port, 2), port % 2 == 0 ? FW_A : FW_B, COOKIE + port);
            joins(udpBack(port, 2), port % 2 == 0 ? FW_A : FW_B, COOKIE + port);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {60_000, 350_000, 6_000_000})
    void f10TcpFlowsLiveAsLongAsTheListenerSays(long timeoutMs) {
        rig = new ShardRig(new RigModel().tcpIdleTimeoutMs(timeoutMs));
        opens(tcp(true, "S", 0), TARGET_A, COOKIE);
        rig.nowMs += timeoutMs - 1;
        joins(tcp(true, "A", 0), FW_A, COOKIE);
        rig.nowMs += timeoutMs;
        opensNothing(tcp(true, "A", 1));
    }

    @Test
    void f11TcpUnderAWiderKeyLives350SecondsWhateverTheListenerSays() {
        rig = new ShardRig(new RigModel().stickiness(Stickiness.THREE_TUPLE));
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        // the listener may say it as soon as the group has 5-tuples, and this flow keeps the key it was asked with
        // (F-7)
        rig.configure(new RigModel().tcpIdleTimeoutMs(60_000));
        rig.answer(TARGET_A, COOKIE);
        rig.onlySentToTarget();
        rig.nowMs += 349_999;
        joins(tcp(true, "A", 0), FW_A, COOKIE);
        rig.nowMs += 350_000;
        opensNothing(tcp(true, "A", 0));
    }

    @Test
    void f12OtherFlowsLive120SecondsWhateverTheListenerSays() {
        rig = new ShardRig(new RigModel().tcpIdleTimeoutMs(6_000_000));
        byte[] echo = PacketBuilder.ipv4()
                .from(CLIENT)
                .to(SERVER)
                .icmp(8, 0)
                .echo(1, 1)
                .build();
        opens(udp(1, 1), TARGET_A, COOKIE);
        opens(echo, TARGET_A, COOKIE + 1);
        rig.nowMs += 119_999;
        joins(udp(1, 2), FW_A, COOKIE);
        joins(echo, FW_A, COOKIE + 1);
        rig.nowMs += 120_000;
        opens(udp(1, 3), TARGET_B, COOKIE + 2);
        opens(echo, TARGET_B, COOKIE + 3);
    }

    /** A returned packet alone, a keep-alive with no data, one of the other side: each starts the timer anew. */
    @Test
    void f13APacketThatATargetReturnsKeepsTheFlowAliveToo() {
        opens(tcp(true, "S", 0), TARGET_A, COOKIE);
        for (int i = 0; i < 3; i++) {
            rig.nowMs += 349_999;
            rig.fromTarget(encapsulated(tcp(i % 2 == 0, "A", 0), COOKIE), FW_A);
            rig.onlyDelivered();
        }
        rig.nowMs += 349_999;
        joins(tcp(false, "A", 0), FW_A, COOKIE);
    }

    @Test
    void f18AHalfClosedFlowHasTheIdleTimerAloneAndALateFinIsDropped() {
        opens(tcp(true, "S", 0), TARGET_A, COOKIE);
        joins(tcp(false, "SA", 0), FW_A, COOKIE);
        joins(tcp(true, "FA", 0), FW_A, COOKIE);
        for (int i = 0; i < 3; i++) {
            rig.nowMs += 349_999;
            joins(tcp(false, "PA", 100), FW_A, COOKIE);
        }
        rig.nowMs += 350_000;
        opensNothing(tcp(false, "FA", 0));
    }

    @Test
    void f30AnswersWithoutTheirInitialPacketAreNotServed() {
        opensNothing(tcp(false, "SA", 0));
        assertThat(rig.table.size()).isZero();
    }

    /** The SYN entered at the first endpoint; its answer comes to the second. */
    @Test
    void f31TheReverseDirectionAtAnotherEndpointIsDropped() {
        opens(tcp(true, "S", 0), TARGET_A, COOKIE);
        rig.fromEndpoint(
                PacketBuilder.geneve()
                        .vni(SECOND_VNI)
                        .payload(tcp(false, "SA", 0))
                        .build(),
                OTHER_ATTACHMENT);
        assertThat(rig.intents()).as("a SYN-ACK opens nothing").containsExactly(FlowOpenBatch.RECORD_ONLY);
        rig.refuse(FlowOpenedBatch.NO_FLOW);
        assertThat(rig.sentToTargets()).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.TCP_NOT_SYN, 1L));
        joins(tcp(false, "SA", 0), FW_A, COOKIE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void f33NeitherARegistrationNorARecoveryMovesAFlow(boolean rebalance) {
        rig = new ShardRig(model(rebalance));
        rig.healthy(TARGET_A);
        for (int port = 1; port <= 20; port++) {
            opens(udp(port, 1), TARGET_A, COOKIE + port);
        }
        rig.healthy(TARGET_A, TARGET_B);
        allStayAtA();
        TargetRef added = new TargetRef(GROUP, new TargetId("fw-c"), 1);
        rig.configure(
                model(rebalance).targets(target("fw-c", 0x0A01_000D), target("fw-a", FW_A), target("fw-b", FW_B)));
        allStayAtA();
        rig.healthyOf(List.of(TARGET_A, TARGET_B, added), TARGET_A, TARGET_B, added);
        allStayAtA();
    }

    private static RigModel model(boolean rebalance) {
        return rebalance ? new RigModel().rebalance() : new RigModel();
    }

    private void allStayAtA() {
        for (int port = 1; port <= 20; port++) {
            joins(udp(port, 2), FW_A, COOKIE + port);
            joins(udpBack(port, 2), FW_A, COOKIE + port);
        }
    }

    /** Two nodes, one target: what it returns to the node that did not send it is no flow's there. */
    @Test
    void w28ATargetMustAnswerTheNodeThatSentThePacket() {
        ShardRig other = new ShardRig();
        byte[] inner = udp(1, 1);
        opens(inner, TARGET_A, COOKIE);
        other.fromEndpoint(plain(udp(2, 1)), ATTACHMENT);
        other.answer(TARGET_A, COOKIE + 1);
        byte[] fromOther = other.onlySentToTarget().payload();
        rig.fromTarget(fromOther, FW_A);
        other.fromTarget(encapsulated(inner, COOKIE), FW_A);
        for (ShardRig node : List.of(rig, other)) {
            assertThat(node.endpointPort.take()).isEmpty();
            assertThat(node.drops()).containsOnly(Map.entry(DropReason.RETURN_FLOW_UNKNOWN, 1L));
        }
        other.fromTarget(fromOther, FW_A);
        other.onlyDelivered();
        other.checkNothingIsLost();
        rig.fromTarget(encapsulated(inner, COOKIE), FW_A);
        rig.onlyDelivered();
    }

    /** The handler ignores it; here it is a packet as any other. */
    @Test
    void w29ABareIpv4HeaderIsAPacketOfItsProtocolsFlow() {
        byte[] bare = PacketBuilder.ipv4().from(CLIENT).to(SERVER).protocol(253).build();
        assertThat(bare).hasSize(20);
        opens(bare, TARGET_A, COOKIE);
        joins(bare, FW_A, COOKIE);
    }

    /** The handler puts the header on it that came last from either direction, whatever port that was for. */
    @Test
    void w29AHeaderLearntFromTheOtherDirectionIsTaken() {
        opens(udp(1, 1), TARGET_A, COOKIE);
        rig.fromEndpoint(plain(udpBack(1, 9)), ATTACHMENT);
        byte[] learnt = rig.onlySentToTarget().payload();
        byte[] returned = encapsulated(udp(1, 1), COOKIE);
        System.arraycopy(learnt, 0, returned, 0, 40);
        rig.fromTarget(returned, FW_A);
        assertThat(rig.onlyDelivered().payload()).isEqualTo(plain(udp(1, 1)));
    }
}

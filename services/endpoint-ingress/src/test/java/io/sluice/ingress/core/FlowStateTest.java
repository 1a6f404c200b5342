// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.Inner.*;
import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.flow.core.TcpTracker;
import io.sluice.model.flow.FlowState;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.DataPathVerdict;
import io.sluice.testkit.PacketBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a packet does to its flow on the way to the target ({@link ForwardLeg}) and back ({@link ReturnPipeline}). */
class FlowStateTest {

    private ShardRig rig = new ShardRig();

    @AfterEach
    void nothingIsLost() {
        rig.checkNothingIsLost();
    }

    private void forward(byte[] inner) {
        rig.fromEndpoint(plain(inner), ATTACHMENT);
        if (!rig.asked.isEmpty()) {
            rig.answer(TARGET_A, COOKIE);
        }
        rig.onlySentToTarget();
    }

    private void returned(byte[] inner) {
        rig.fromTarget(encapsulated(inner, COOKIE), FW_A);
        rig.onlyDelivered();
    }

    private FlowState state() {
        return TcpTracker.flowState(rig.table.tcpState(rig.onlyFlow()));
    }

    private boolean oneWay() {
        return rig.table.embryonic(rig.onlyFlow());
    }

    /** A later fragment of the answer, when its first one has passed. */
    private static byte[] laterFragmentOfTheAnswer() {
        return answer().fragment(64, false).protocol(6).payloadBytes(64).build();
    }

    private static PacketBuilder answer() {
        return PacketBuilder.ipv4().from(SERVER).to(CLIENT).identification(7);
    }

    private static byte[] error() {
        return PacketBuilder.ipv4()
                .from("198.51.100.1")
                .to(CLIENT)
                .icmp(3, 4)
                .payload(Arrays.copyOf(tcp(true, "A", 0), 28))
                .build();
    }

    @Test
    void forwardedHandshakeIsCompleteWithTheInitiatorsAck() {
        forward(tcp(true, "S", 0));
        assertThat(oneWay()).as("a SYN alone").isTrue();
        forward(tcp(true, "S", 0));
        assertThat(oneWay()).as("a SYN twice").isTrue();
        forward(tcp(true, "A", 0));
        assertThat(oneWay()).isFalse();
        assertThat(state()).isEqualTo(FlowState.ESTABLISHED);
    }

    @Test
    void returnedHandshakeIsCompleteWithTheRespondersAnswer() {
        forward(tcp(true, "S", 0));
        returned(tcp(true, "S", 0));
        assertThat(oneWay()).as("its own SYN comes back").isTrue();
        returned(tcp(false, "SA", 0));
        assertThat(oneWay()).as("the appliance answers by itself (W-24)").isFalse();
        assertThat(state()).isEqualTo(FlowState.ESTABLISHED);
    }

    @Test
    void aDatagramThatComesBackMakesNoFlowTwoWayAndAnAnswerDoes() {
        forward(udp(1, 1));
        returned(udp(1, 1));
        assertThat(oneWay()).isTrue();
        assertThat(TcpTracker.returnsSeen(rig.table.tcpState(rig.onlyFlow()))).isTrue();
        returned(udpBack(1, 1));
        assertThat(oneWay()).isFalse();
    }

    @Test
    void aForwardedLaterFragmentIsNoSegment() {
        forward(tcp(true, "S", 0));
        forward(answer().fragment(0, true)
                .tcp(443, 40_000)
                .flags("S")
                .payloadBytes(44)
                .build());
        rig.table.tcpState(rig.onlyFlow(), TcpTracker.OPENING);
        forward(laterFragmentOfTheAnswer());
        assertThat(state()).as("its flags are unknown").isEqualTo(FlowState.OPENING);
        assertThat(oneWay()).as("but it is of the other direction").isFalse();
    }

    @Test
    void aReturnedLaterFragmentIsNoSegment() {
        forward(tcp(true, "S", 0));
        forward(answer().fragment(0, true)
                .tcp(443, 40_000)
                .flags("S")
                .payloadBytes(44)
                .build());
        rig.table.tcpState(rig.onlyFlow(), TcpTracker.OPENING);
        returned(laterFragmentOfTheAnswer());
        assertThat(state()).isEqualTo(FlowState.OPENING);
    }

    /** An error about a flow counts as its packet, in the direction it travels, and is no sign of life. */
    @Test
    void anErrorIsCountedAndRefreshesNothing() {
        forward(tcp(true, "S", 0));
        int flow = rig.onlyFlow();
        boolean towardsClient = !rig.table.initiatorIsLower(flow);
        long before = rig.table.packets(flow, towardsClient);
        rig.nowMs += 1_000;
        long seenMs = rig.table.lastSeenMs(flow);
        forward(error());
        assertThat(rig.table.packets(flow, towardsClient)).isEqualTo(before + 1);
        assertThat(rig.table.bytes(flow, towardsClient)).isEqualTo(error().length);
        returned(error());
        assertThat(rig.table.lastSeenMs(flow)).isEqualTo(seenMs);
    }

    @Test
    void anErrorRefreshesNothingWithTheTupleCheckOffEither() {
        rig = new ShardRig(new RigModel().noReturnTupleCheck());
        forward(tcp(true, "S", 0));
        rig.nowMs += 1_000;
        long seenMs = rig.table.lastSeenMs(rig.onlyFlow());
        returned(error());
        assertThat(rig.table.lastSeenMs(rig.onlyFlow())).isEqualTo(seenMs);
    }

    /** What it says about its connection is about another one. */
    @Test
    void w21SwitchedOffAChangedTupleClosesNothingAndKeepsTheFlowAlive() {
        rig = new ShardRig(new RigModel().noReturnTupleCheck());
        forward(tcp(true, "S", 0));
        rig.nowMs += 1_000;
        returned(tcp(true, 41_000, "R", 0));
        assertThat(state()).isEqualTo(FlowState.OPENING);
        assertThat(rig.table.lastSeenMs(rig.onlyFlow())).isEqualTo(rig.nowMs);
    }

    @Test
    void f14ATwoTupleFlowWithoutTcpLives120Seconds() {
        rig = new ShardRig(Stickiness.TWO_TUPLE, 64);
        forward(udp(1, 1));
        forward(udp(2, 1));
        assertThat(rig.table.idleTimeoutMs(rig.onlyFlow())).isEqualTo(120_000);
        forward(tcp(true, "A", 0));
        assertThat(rig.table.idleTimeoutMs(rig.onlyFlow())).isEqualTo(350_000);
        forward(udp(2, 1));
        assertThat(rig.table.idleTimeoutMs(rig.onlyFlow())).isEqualTo(350_000);
    }

    @Test
    void returnsAreCountedForTheirTarget() {
        forward(udp(1, 72));
        returned(udp(1, 72));
        int target = rig.targets.indexOf(TARGET_A);
        assertThat(rig.targets.returnedPackets(target)).isOne();
        assertThat(rig.targets.returnedBytes(target)).isEqualTo(100);
    }

    @Test
    void w24AnAnswerOfTheApplianceLeavesWhereItsFlowCameFrom() {
        rig.fromEndpoint(plain(udp(1, 1)), SECOND_ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.onlySentToTarget();
        rig.fromTarget(encapsulated(udpBack(1, 1), COOKIE), FW_A);
        assertThat(rig.onlyDelivered().address()).isEqualTo(SECOND_ATTACHMENT);
    }

    /** Only flows that had returns let their next packets be missed: a two-arm target is never silent. */
    @Test
    void w25SilenceIsThatOfFlowsWhosePacketsUsedToComeBack() {
        rig = new ShardRig(new RigModel().passiveDetection(300));
        forward(udp(1, 1));
        assertThat(failingAfterASecondOfPackets()).isEmpty();
        returned(udp(1, 1));
        assertThat(failingAfterASecondOfPackets()).containsOnly("fw-a");
    }

    private List<String> failingAfterASecondOfPackets() {
        List<String> failing = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            rig.nowMs += 10;
            rig.probes.tick(rig.nowMs, (verdict, before) -> {
                if (verdict.state() != DataPathVerdict.State.PASSING) {
                    failing.add(verdict.target().id().value());
                }
            });
            rig.fromEndpoint(plain(udp(1, 1)), ATTACHMENT);
            rig.sentToTargets();
        }
        return failing;
    }
}

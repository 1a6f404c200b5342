// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.Inner.*;
import static io.sluice.ingress.core.RigModel.target;
import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.FailOpen;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.metric.DropReason;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of flows whose target fails or leaves (sheet 4.1 to 4.4), at the ingress. */
class TargetFailureTest {

    private ShardRig rig = new ShardRig();

    @AfterEach
    void nothingIsLost() {
        rig.checkNothingIsLost();
    }

    private void rig(RigModel model) {
        rig = new ShardRig(model);
        rig.healthy(TARGET_A, TARGET_B);
    }

    private void openTcp() {
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.sentToTargets();
        pass(true, "A", COOKIE, FW_A);
    }

    private void pass(boolean there, String flags, int cookie, int target) {
        byte[] inner = tcp(there, flags, 5);
        rig.fromEndpoint(plain(inner), ATTACHMENT);
        RecordingPort.Sent sent = rig.onlySentToTarget();
        assertThat(sent.address()).isEqualTo(target);
        assertThat(sent.payload()).isEqualTo(encapsulated(inner, cookie));
        rig.fromTarget(sent.payload(), target);
        assertThat(rig.onlyDelivered().payload()).isEqualTo(plain(inner));
    }

    @Test
    void t1aAFlowStaysOnItsFailedTarget() {
        rig(new RigModel());
        openTcp();
        rig.healthy(TARGET_B);
        pass(true, "A", COOKIE, FW_A);
        pass(false, "A", COOKIE, FW_A);
        assertThat(rig.asked).isEmpty();
    }

    @Test
    void t5AFlowLeavesItsFailedTargetWithItsNextPacket() {
        rig(new RigModel().rebalance());
        openTcp();
        rig.healthy(TARGET_B);
        byte[] inner = tcp(true, "A", 5);
        rig.fromEndpoint(plain(inner), ATTACHMENT);
        assertThat(rig.intents()).containsExactly(FlowOpenBatch.MOVE);
        assertThat(rig.asked.getFirst().batch().cookies()).containsExactly(COOKIE);
        rig.answer(TARGET_B, COOKIE + 1);
        RecordingPort.Sent moved = rig.onlySentToTarget();
        assertThat(moved.address()).isEqualTo(FW_B);
        assertThat(moved.payload()).isEqualTo(encapsulated(inner, COOKIE + 1));
        pass(false, "A", COOKIE + 1, FW_B);
        assertThat(rig.table.size()).isOne();
        assertThat(rig.shard.opening().movedCount()).isOne();
    }

    /** T11: nothing is made up for the new target, neither a SYN nor a RST for anybody. */
    @Test
    void t11AMovedFlowArrivesAtItsNewTargetInMidstream() {
        rig(new RigModel().rebalance());
        openTcp();
        rig.healthy(TARGET_B);
        byte[] segment = tcp(true, "PA", 100);
        rig.fromEndpoint(plain(segment), ATTACHMENT);
        rig.answer(TARGET_B, COOKIE + 1);
        RecordingPort.Sent first = rig.onlySentToTarget();
        assertThat(first.address()).isEqualTo(FW_B);
        assertThat(first.payload()).as("the segment itself").isEqualTo(encapsulated(segment, COOKIE + 1));
        assertThat(rig.endpointPort.take()).isEmpty();
        pass(false, "A", COOKIE + 1, FW_B);
    }

    @Test
    void t8AMovedFlowDoesNotGoBackWhenItsOldTargetRecovers() {
        rig(new RigModel().rebalance());
        openTcp();
        rig.healthy(TARGET_B);
        rig.fromEndpoint(plain(tcp(true, "A", 5)), ATTACHMENT);
        rig.answer(TARGET_B, COOKIE + 1);
        rig.sentToTargets();
        rig.healthy(TARGET_A, TARGET_B);
        pass(true, "A", COOKIE + 1, FW_B);
        pass(false, "A", COOKIE + 1, FW_B);
    }

    @Test
    void t9AfterAMoveTheOldCookieIsRefused() {
        rig(new RigModel().rebalance());
        openTcp();
        rig.healthy(TARGET_B);
        rig.fromEndpoint(plain(tcp(true, "A", 5)), ATTACHMENT);
        rig.answer(TARGET_B, COOKIE + 1);
        rig.sentToTargets();
        rig.fromTarget(encapsulated(tcp(false, "A", 9), COOKIE), FW_A);
        assertThat(rig.endpointPort.take()).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.RETURN_COOKIE_MISMATCH, 1L));
    }

    @Test
    void t9TheMoveItselfDoesNotKeepTheFlowAlive() {
        rig(new RigModel().rebalance());
        openTcp();
        rig.healthy(TARGET_B);
        rig.nowMs += 349_000;
        // a bare ACK on a closed flow would not refresh; here the packet does, the move does not
        long seen = rig.table.lastSeenMs(rig.table.nextOccupied(0));
        rig.fromEndpoint(plain(tcp(true, "A", 5)), ATTACHMENT);
        assertThat(rig.table.lastSeenMs(rig.table.nextOccupied(0)))
                .as("asked, not moved")
                .isEqualTo(seen);
        rig.answer(TARGET_B, COOKIE + 1);
        rig.sentToTargets();
        assertThat(rig.table.ageMs(rig.table.nextOccupied(0), rig.nowMs))
                .as("it is the same flow")
                .isEqualTo(349_000);
    }

    @Test
    void t10WithNoHealthyTargetAFlowStays() {
        rig(new RigModel().rebalance());
        openTcp();
        rig.healthy();
        pass(true, "A", COOKIE, FW_A);
        assertThat(rig.asked).as("nobody is asked in vain").isEmpty();
    }

    /** The authority knows of no healthy target, this node does: the packets go on where they were. */
    @Test
    void t10AnAuthorityThatKnowsNowhereToMoveLeavesTheFlow() {
        rig(new RigModel().rebalance());
        openTcp();
        rig.healthy(TARGET_B);
        byte[] inner = tcp(true, "A", 5);
        rig.fromEndpoint(plain(inner), ATTACHMENT);
        rig.refuse(FlowOpenedBatch.UNMOVED);
        RecordingPort.Sent sent = rig.onlySentToTarget();
        assertThat(sent.address()).isEqualTo(FW_A);
        assertThat(sent.payload()).isEqualTo(encapsulated(inner, COOKIE));
    }

    /** Static stability: the decision half is gone, the flow moves all the same. */
    @Test
    void t5AFlowMovesByLocalDecisionWhenTheAuthorityIsSilent() {
        rig(new RigModel().rebalance());
        openTcp();
        rig.healthy(TARGET_B);
        rig.fromEndpoint(plain(tcp(true, "A", 5)), ATTACHMENT);
        rig.noAnswer();
        RecordingPort.Sent moved = rig.onlySentToTarget();
        assertThat(moved.address()).isEqualTo(FW_B);
        assertThat(moved.payload()).isNotEqualTo(encapsulated(tcp(true, "A", 5), COOKIE));
        assertThat(rig.table.provisionalFlows()).isOne();
    }

    @Test
    void t6ADeregisteredTargetKeepsItsFlowsWhileItDrainsAndLosesThemAfterwards() {
        rig(new RigModel().rebalance());
        openTcp();
        rig.configure(new RigModel()
                .rebalance()
                .targets(target("fw-a", FW_A).deregistered(CREATED_MS + 1), target("fw-b", FW_B)));
        pass(true, "A", COOKIE, FW_A);
        rig.configure(new RigModel().rebalance().targets(target("fw-b", FW_B)));
        rig.fromEndpoint(plain(tcp(true, "A", 5)), ATTACHMENT);
        assertThat(rig.intents()).containsExactly(FlowOpenBatch.MOVE);
        rig.answer(TARGET_B, COOKIE + 1);
        assertThat(rig.onlySentToTarget().address()).isEqualTo(FW_B);
    }

    @Test
    void t7WithoutRebalanceAFlowStaysOnItsTargetAfterTheDelay() {
        rig(new RigModel());
        openTcp();
        rig.configure(new RigModel().targets(target("fw-b", FW_B)));
        pass(true, "A", COOKIE, FW_A);
        pass(false, "A", COOKIE, FW_A);
    }

    @Test
    void t12ResetsAreOffByDefault() {
        rig(new RigModel());
        openTcp();
        rig.healthy(TARGET_B);
        pass(true, "A", COOKIE, FW_A);
        rig.configure(new RigModel().targets(target("fw-b", FW_B)));
        pass(true, "A", COOKIE, FW_A);
        assertThat(rig.shard.answers().resetCount()).isZero();
    }

    @Test
    void t14TheNextPacketOfAFlowOfAnUnhealthyTargetIsAnsweredWithAReset() {
        rig(new RigModel().resetOnUnhealthy());
        openTcp();
        rig.healthy(TARGET_B);
        assertThat(rig.endpointPort.take()).as("only in answer to a packet").isEmpty();
        rig.fromEndpoint(plain(tcp(true, "A", 5)), ATTACHMENT);
        assertThat(rig.onlyDelivered().address()).isEqualTo(ATTACHMENT);
        assertThat(rig.sentToTargets()).isEmpty();
        assertThat(rig.table.size()).as("the entry is removed").isZero();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.RESET_TARGET_UNHEALTHY, 1L));
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        assertThat(rig.intents()).as("its SYN is a new flow").containsExactly(FlowOpenBatch.OPEN);
        rig.answer(TARGET_B, COOKIE + 1);
        assertThat(rig.onlySentToTarget().address()).isEqualTo(FW_B);
    }

    @Test
    void t14TheNextPacketAfterTheTargetHasDrainedIsAnsweredWithAReset() {
        rig(new RigModel().resetOnDeregistration());
        openTcp();
        rig.configure(new RigModel()
                .resetOnDeregistration()
                .targets(target("fw-a", FW_A).deregistered(CREATED_MS + 1), target("fw-b", FW_B)));
        pass(true, "A", COOKIE, FW_A);
        rig.configure(new RigModel().resetOnDeregistration().targets(target("fw-b", FW_B)));
        rig.fromEndpoint(plain(tcp(false, "A", 5)), ATTACHMENT);
        rig.onlyDelivered();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.RESET_TARGET_DEREGISTERED, 1L));
    }

    /** T16: sent ones only, whatever the cause. */
    @Test
    void t16ResetsAreCounted() {
        rig(new RigModel().resetOnUnhealthy().resetOnIdleTimeout());
        openTcp();
        rig.healthy(TARGET_B);
        rig.fromEndpoint(plain(tcp(true, "A", 5)), ATTACHMENT);
        assertThat(rig.shard.answers().resetCount()).isOne();
        rig.fromEndpoint(plain(tcp(true, 41_000, "A", 5)), ATTACHMENT);
        rig.refuse(FlowOpenedBatch.NO_FLOW);
        assertThat(rig.shard.answers().resetCount()).isEqualTo(2);
        rig.fromEndpoint(plain(tcp(true, 41_000, "R", 0)), ATTACHMENT);
        rig.refuse(FlowOpenedBatch.NO_FLOW);
        assertThat(rig.shard.answers().resetCount()).as("a RST is not answered").isEqualTo(2);
        assertThat(rig.endpointPort.take()).hasSize(2);
        IngressGauges gauges = new IngressGauges();
        gauges.read(rig.state, rig.shard);
        assertThat(gauges.tcpResets()).as("as the metric says it").isEqualTo(2);
    }

    @Test
    void t13OnlyTcpIsReset() {
        rig(new RigModel().resetOnUnhealthy());
        rig.fromEndpoint(plain(udp(1, 1)), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.sentToTargets();
        rig.healthy(TARGET_B);
        rig.fromEndpoint(plain(udp(1, 1)), ATTACHMENT);
        assertThat(rig.onlySentToTarget().address()).isEqualTo(FW_A);
        assertThat(rig.endpointPort.take()).isEmpty();
    }

    @Test
    void t13RebalanceTakesPrecedence() {
        rig(new RigModel().rebalance().resetOnUnhealthy());
        openTcp();
        rig.healthy(TARGET_B);
        rig.fromEndpoint(plain(tcp(true, "A", 5)), ATTACHMENT);
        rig.answer(TARGET_B, COOKIE + 1);
        assertThat(rig.onlySentToTarget().address()).isEqualTo(FW_B);
        assertThat(rig.endpointPort.take()).isEmpty();
    }

    @Test
    void t22FlowsOfADeletedLoadBalancerEndAtOnce() {
        rig(new RigModel());
        openTcp();
        rig.configure(new RigModel().noEndpoints());
        rig.shard.ends().sweep(rig.nowMs);
        assertThat(rig.table.size()).isZero();
        assertThat(rig.closed).hasSize(1);
        rig.fromTarget(encapsulated(tcp(false, "A", 5), COOKIE), FW_A);
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.RETURN_ENDPOINT_UNKNOWN, 1L));
    }

    @Test
    void failOpenDropDropsNewFlowsAndKeepsTheOldOnes() {
        rig(new RigModel().failOpen(FailOpen.DROP));
        openTcp();
        rig.healthy();
        pass(true, "A", COOKIE, FW_A);
        rig.fromEndpoint(plain(udp(7, 1)), ATTACHMENT);
        rig.refuse(FlowOpenedBatch.DROPPED);
        rig.fromEndpoint(plain(udp(8, 1)), ATTACHMENT);
        rig.noAnswer();
        assertThat(rig.drops()).as("by the authority and alone").containsOnly(Map.entry(DropReason.FAIL_OPEN_DROP, 2L));
    }

    @Test
    void failOpenBypassDeliversNewFlowsUninspectedAndShowsIt() {
        rig(new RigModel().failOpen(FailOpen.BYPASS));
        rig.healthy();
        byte[] syn = tcp(true, "S", 0);
        rig.fromEndpoint(plain(syn), ATTACHMENT);
        rig.answer(TargetRef.bypass(GROUP), COOKIE);
        assertThat(rig.sentToTargets()).isEmpty();
        assertThat(rig.onlyDelivered().payload()).isEqualTo(plain(syn));
        byte[] back = tcp(false, "SA", 0);
        rig.fromEndpoint(plain(back), SECOND_ATTACHMENT);
        RecordingPort.Sent delivered = rig.onlyDelivered();
        assertThat(delivered.payload()).isEqualTo(plain(back));
        assertThat(delivered.address()).isEqualTo(SECOND_ATTACHMENT);
        assertThat(rig.shard.leg().bypassedCount()).isEqualTo(2);
        rig.healthy(TARGET_A);
        rig.fromEndpoint(plain(tcp(true, "A", 3)), ATTACHMENT);
        assertThat(rig.onlyDelivered()).as("pinned for its life, as T3e").isNotNull();
        rig.fromTarget(encapsulated(tcp(true, "A", 3), COOKIE), FW_A);
        assertThat(rig.drops())
                .as("no target may speak for it")
                .containsOnly(Map.entry(DropReason.RETURN_TARGET_MISMATCH, 1L));
    }

    @Test
    void t5ABypassedFlowMovesToAHealthyTargetUnderRebalance() {
        rig(new RigModel().failOpen(FailOpen.BYPASS).rebalance());
        rig.healthy();
        rig.fromEndpoint(plain(udp(1, 1)), ATTACHMENT);
        rig.answer(TargetRef.bypass(GROUP), COOKIE);
        rig.onlyDelivered();
        rig.fromEndpoint(plain(udp(1, 1)), ATTACHMENT);
        assertThat(rig.onlyDelivered()).as("nowhere to move to (T10)").isNotNull();
        rig.healthy(TARGET_A);
        rig.fromEndpoint(plain(udp(1, 1)), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE + 1);
        assertThat(rig.onlySentToTarget().address()).isEqualTo(FW_A);
    }

    @Test
    void bypassedFlowsEndWhenTheGroupBypassesNoLonger() {
        rig(new RigModel().failOpen(FailOpen.BYPASS));
        rig.healthy();
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        rig.answer(TargetRef.bypass(GROUP), COOKIE);
        rig.onlyDelivered();
        rig.configure(new RigModel().failOpen(FailOpen.DROP));
        rig.fromEndpoint(plain(tcp(true, "A", 1)), ATTACHMENT);
        assertThat(rig.endpointPort.take()).isEmpty();
        rig.shard.ends().sweep(rig.nowMs);
        assertThat(rig.table.size()).isZero();
        assertThat(rig.closed).hasSize(1);
    }

    @Test
    void failOpenBypassIsDecidedAloneToo() {
        rig(new RigModel().failOpen(FailOpen.BYPASS));
        rig.healthy();
        rig.fromEndpoint(plain(udp(1, 1)), ATTACHMENT);
        rig.noAnswer();
        assertThat(rig.onlyDelivered().payload()).isEqualTo(plain(udp(1, 1)));
    }

    /** F-7: flows keep the key they were made with; new ones get the new one. */
    @Test
    void f7AChangeOfStickinessAppliesToNewFlowsOnly() {
        rig(new RigModel());
        openTcp();
        rig.configure(new RigModel().stickiness(io.sluice.model.flow.Stickiness.TWO_TUPLE));
        pass(true, "A", COOKIE, FW_A);
        pass(false, "A", COOKIE, FW_A);
        rig.fromEndpoint(plain(tcp(true, 41_000, "S", 0)), ATTACHMENT);
        rig.answer(TARGET_B, COOKIE + 1);
        rig.fromEndpoint(plain(udp(5, 1)), ATTACHMENT);
        assertThat(rig.sentToTargets())
                .as("both by the 2-tuple")
                .extracting(RecordingPort.Sent::address)
                .containsExactly(FW_B, FW_B);
        rig.configure(new RigModel());
        pass(true, "A", COOKIE, FW_A);
        rig.fromEndpoint(plain(udp(5, 1)), ATTACHMENT);
        assertThat(rig.onlySentToTarget().address()).as("it keeps its 2-tuple").isEqualTo(FW_B);
    }

    /** Attachments that stay keep their flows; one that is gone leaves its flows to the first there is. */
    @Test
    void aChangeOfAttachmentsMisleadsNoFlow() {
        rig(new RigModel());
        byte[] inner = udp(5, 1);
        rig.fromEndpoint(plain(inner), SECOND_ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.sentToTargets();
        int third = 0x0A00_0009;
        rig.configure(new RigModel().attachments(third, SECOND_ATTACHMENT));
        rig.fromTarget(encapsulated(inner, COOKIE), FW_A);
        assertThat(rig.onlyDelivered().address()).isEqualTo(SECOND_ATTACHMENT);
        rig.configure(new RigModel().attachments(third, 0x0A00_000A));
        rig.fromTarget(encapsulated(inner, COOKIE), FW_A);
        assertThat(rig.onlyDelivered().address()).isIn(List.of(third, 0x0A00_000A));
    }

    /** T14 and T1b meet: with no healthy target a flow that failed open is not reset, else none could be opened. */
    @Test
    void t1bAFlowThatFailedOpenIsNotReset() {
        rig(new RigModel().resetOnUnhealthy());
        rig.healthy();
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.sentToTargets();
        pass(true, "A", COOKIE, FW_A);
        assertThat(rig.shard.answers().resetCount()).isZero();
    }

    /** F-19: the trailing ACK of a closed flow reaches the same target, whatever has become of it. */
    @Test
    void f19AClosedFlowNeitherMovesNorIsReset() {
        rig(new RigModel().rebalance());
        openTcp();
        pass(false, "R", COOKIE, FW_A);
        rig.healthy(TARGET_B);
        pass(true, "A", COOKIE, FW_A);
        assertThat(rig.asked).isEmpty();
    }

    /** F-7, F-20: the SYN on a closed flow of the former stickiness opens one of the present. */
    @Test
    void f7ANewFlowHasThePresentStickiness() {
        rig(new RigModel());
        openTcp();
        pass(false, "R", COOKIE, FW_A);
        rig.configure(new RigModel().stickiness(io.sluice.model.flow.Stickiness.TWO_TUPLE));
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        rig.answer(TARGET_B, COOKIE + 1);
        rig.fromEndpoint(plain(udp(5, 1)), ATTACHMENT);
        assertThat(rig.asked).as("the UDP packet belongs to it").isEmpty();
        assertThat(rig.sentToTargets()).hasSize(2);
    }

    /** F-7, F-23: a fragment of a flow of the former stickiness. */
    @Test
    void f7AFragmentFindsAFlowOfTheFormerStickiness() {
        rig(new RigModel().stickiness(io.sluice.model.flow.Stickiness.THREE_TUPLE));
        rig.fromEndpoint(plain(udp(5_000, 1)), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.configure(new RigModel());
        for (byte[] fragment : io.sluice.testkit.PacketBuilder.ipv4()
                .from(CLIENT)
                .to(SERVER)
                .udp(5_000, 53)
                .identification(7)
                .payloadBytes(300)
                .buildFragments(104)) {
            rig.fromEndpoint(plain(fragment), ATTACHMENT);
        }
        assertThat(rig.asked).isEmpty();
        assertThat(rig.sentToTargets()).extracting(RecordingPort.Sent::address).containsOnly(FW_A);
    }

    /** T22: the load balancer is deleted, its group stays, the endpoint goes to another load balancer. */
    @Test
    void t22FlowsOfAFormerLoadBalancerEndAlthoughTheNewOneHasTheSameGroup() {
        rig(new RigModel());
        openTcp();
        rig.nowMs += 10;
        rig.configure(new RigModel().renamedBalancer());
        rig.fromEndpoint(plain(tcp(true, 41_000, "S", 0)), ATTACHMENT);
        rig.answer(TARGET_B, COOKIE + 1);
        rig.onlySentToTarget();
        rig.configure(new RigModel().renamedBalancer());
        rig.shard.ends().sweep(rig.nowMs);
        assertThat(rig.table.size()).as("the new one's flow stays").isOne();
        assertThat(rig.closed).hasSize(1);
        rig.fromTarget(encapsulated(tcp(false, "A", 5), COOKIE), FW_A);
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.RETURN_FLOW_UNKNOWN, 1L));
    }

    @Test
    void t22FlowsOfAFormerLoadBalancerEndAlthoughItsGroupStays() {
        rig(new RigModel());
        openTcp();
        rig.configure(new RigModel().otherBalancer());
        rig.shard.ends().sweep(rig.nowMs);
        assertThat(rig.table.size()).isZero();
        rig.fromEndpoint(plain(tcp(true, 41_000, "S", 0)), ATTACHMENT);
        rig.answer(
                new TargetRef(
                        new io.sluice.model.id.TargetGroupId("others"), new io.sluice.model.id.TargetId("fw-c"), 1),
                COOKIE + 1);
        rig.onlySentToTarget();
        rig.shard.tick();
        rig.shard.ends().sweep(rig.nowMs);
        assertThat(rig.table.size()).as("the new one's flows stay").isOne();
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import io.sluice.model.flow.KeyPartition;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetId;
import io.sluice.model.message.FlowAdoptBatch;
import io.sluice.model.message.FlowListReply;
import io.sluice.model.message.FlowListRequest;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.metric.DropReason;
import io.sluice.testkit.PacketBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How flows begin, live and end at the ingress (F-4 … F-20). */
class FlowLifeTest {

    private static final String CLIENT = "10.20.0.5";
    private static final String SERVER = "203.0.113.10";

    private ShardRig rig = new ShardRig();

    @AfterEach
    void nothingIsLost() {
        rig.checkNothingIsLost();
    }

    private static byte[] tcp(boolean there, String flags, int payloadBytes) {
        PacketBuilder ip = there
                ? PacketBuilder.ipv4().from(CLIENT).to(SERVER).tcp(40_000, 443)
                : PacketBuilder.ipv4().from(SERVER).to(CLIENT).tcp(443, 40_000);
        return ip.flags(flags).payloadBytes(payloadBytes).build();
    }

    private static byte[] udp(int sourcePort, int payloadBytes) {
        return PacketBuilder.ipv4()
                .from(CLIENT)
                .to(SERVER)
                .udp(sourcePort, 53)
                .payloadBytes(payloadBytes)
                .build();
    }

    private static byte[] plain(byte[] inner) {
        return PacketBuilder.geneve().vni(VNI).payload(inner).build();
    }

    private static byte[] encapsulated(byte[] inner, int cookie) {
        return PacketBuilder.geneve().gwlb(ENDPOINT, cookie).payload(inner).build();
    }

    /** There and, where the target lets it, back. */
    private void pass(boolean there, String flags, int payloadBytes, int cookie) {
        byte[] inner = tcp(there, flags, payloadBytes);
        rig.fromEndpoint(plain(inner), ATTACHMENT);
        assertThat(rig.onlySentToTarget().payload()).isEqualTo(encapsulated(inner, cookie));
        rig.fromTarget(encapsulated(inner, cookie), FW_A);
        assertThat(rig.onlyDelivered().payload()).isEqualTo(plain(inner));
    }

    private void openTcp(int cookie) {
        byte[] syn = tcp(true, "S", 0);
        rig.fromEndpoint(plain(syn), ATTACHMENT);
        rig.answer(TARGET_A, cookie);
        assertThat(rig.onlySentToTarget().payload()).isEqualTo(encapsulated(syn, cookie));
        rig.fromTarget(encapsulated(syn, cookie), FW_A);
        rig.onlyDelivered();
        pass(false, "SA", 0, cookie);
        pass(true, "A", 0, cookie);
    }

    private List<FlowListReply.Flow> flows() {
        return listed(new FlowListRequest(100)).flows();
    }

    private FlowListReply listed(FlowListRequest request) {
        FlowListing listing = new FlowListing(NODE, rig.state, request);
        while (!listing.step()) {
            assertThat(rig.table.slots()).isGreaterThan(FlowListing.VISITS_MAX);
        }
        return listing.reply();
    }

    /** Whoever waits for a target to drain: its flows are counted to the last, however few are listed. */
    @Test
    void countsTheFlowsOfOneTargetBeyondThoseItLists() {
        for (int n = 0; n < 5; n++) {
            rig.fromEndpoint(plain(udp(5_000 + n, 8)), ATTACHMENT);
            rig.answer(n < 3 ? TARGET_A : TARGET_B, COOKIE + n);
            rig.onlySentToTarget();
        }
        FlowListReply of = listed(
                new FlowListRequest(1, Optional.of(new FlowListRequest.Wanted(TARGET_A.group(), TARGET_A.id()))));
        assertThat(of.total()).isEqualTo(3);
        assertThat(of.flows())
                .singleElement()
                .satisfies(flow -> assertThat(flow.target()).isEqualTo(TARGET_A));
        FlowListReply ofNobody = listed(new FlowListRequest(
                1, Optional.of(new FlowListRequest.Wanted(TARGET_A.group(), new TargetId("fw-z")))));
        assertThat(ofNobody.total()).isZero();
        assertThat(listed(new FlowListRequest(1)).total()).isEqualTo(5);
    }

    /** F-15: after expiry, found by a packet before the sweep came by. */
    @Test
    void f15ASynAfterTheIdleTimeoutIsANewFlow() {
        openTcp(COOKIE);
        rig.nowMs += 350_000;
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        assertThat(rig.closed)
                .singleElement()
                .satisfies(end -> assertThat(end.cookies()).containsExactly(COOKIE));
        rig.answer(TARGET_B, COOKIE + 1);
        assertThat(rig.onlySentToTarget().address()).isEqualTo(FW_B);
    }

    /** F-13: packets of either direction, forwarded or returned. */
    @Test
    void f13AnyPacketKeepsTheFlowAlive() {
        openTcp(COOKIE);
        for (int i = 0; i < 4; i++) {
            rig.nowMs += 349_999;
            pass(i % 2 == 0, "A", i, COOKIE);
        }
    }

    /** F-16, F-18. */
    @Test
    void f16ATcpSegmentWithoutAFlowAsksForARecordOnlyAndIsDroppedWhereThereIsNone() {
        for (String flags : List.of("A", "PA", "FA", "R", "SA", "")) {
            rig.fromEndpoint(plain(tcp(true, flags, 0)), ATTACHMENT);
            assertThat(rig.intents()).as(flags).containsExactly(0);
            rig.refuse(FlowOpenedBatch.NO_FLOW);
        }
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.TCP_NOT_SYN, 6L));
        assertThat(rig.table.size()).isZero();
    }

    /** A flow that another node, or this one before its restart, had opened. */
    @Test
    void aTcpSegmentWithARecordGoesOnWhereItWas() {
        byte[] inner = tcp(true, "A", 100);
        rig.fromEndpoint(plain(inner), ATTACHMENT);
        rig.answer(TARGET_B, COOKIE);
        assertThat(rig.onlySentToTarget().payload()).isEqualTo(encapsulated(inner, COOKIE));
        assertThat(flows())
                .singleElement()
                .satisfies(flow -> assertThat(flow.state().text()).isEqualTo("established"));
    }

    /** F-17. */
    @Test
    void f17UdpOpensAFlowAnewAfterItsIdleTimeout() {
        rig.fromEndpoint(plain(udp(5_000, 10)), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.nowMs += 119_999;
        rig.fromEndpoint(plain(udp(5_000, 11)), ATTACHMENT);
        assertThat(rig.sentToTargets()).hasSize(2);
        rig.nowMs += 120_000;
        rig.fromEndpoint(plain(udp(5_000, 12)), ATTACHMENT);
        assertThat(rig.intents()).containsExactly(1);
        rig.answer(TARGET_B, COOKIE + 1);
        assertThat(rig.onlySentToTarget().address()).isEqualTo(FW_B);
    }

    /** F-20: retransmission. */
    @Test
    void f20ASynOnALiveFlowStaysWithIt() {
        openTcp(COOKIE);
        pass(true, "S", 0, COOKIE);
    }

    /** F-19, F-20, W-17. */
    @Test
    void w17ASynOnAClosedFlowIsANewFlowAndTheOldCookieIsRefused() {
        openTcp(COOKIE);
        pass(true, "FA", 0, COOKIE);
        pass(false, "FA", 0, COOKIE);
        pass(true, "A", 0, COOKIE);
        pass(false, "A", 0, COOKIE);
        byte[] syn = tcp(true, "S", 0);
        rig.fromEndpoint(plain(syn), ATTACHMENT);
        assertThat(rig.closed).as("its end is reported before the question").hasSize(1);
        rig.answer(TARGET_A, COOKIE + 1);
        assertThat(rig.onlySentToTarget().payload()).isEqualTo(encapsulated(syn, COOKIE + 1));
        rig.fromTarget(encapsulated(tcp(false, "SA", 0), COOKIE), FW_A);
        assertThat(rig.endpointPort.take()).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.RETURN_COOKIE_MISMATCH, 1L));
    }

    /** F-19: a blind RST that the firewall does not return must not close the flow. */
    @Test
    void f19AResetThatTheTargetSwallowsClosesNothing() {
        openTcp(COOKIE);
        rig.fromEndpoint(plain(tcp(false, "R", 0)), ATTACHMENT);
        rig.onlySentToTarget();
        rig.nowMs += 10_000;
        pass(true, "PA", 50, COOKIE);
    }

    /** F-19: the linger is short. */
    @Test
    void f19AResetFlowIsGoneAfterItsLinger() {
        openTcp(COOKIE);
        pass(false, "R", 0, COOKIE);
        rig.nowMs += 4_999;
        pass(true, "A", 0, COOKIE);
        rig.nowMs += 1;
        rig.fromEndpoint(plain(tcp(true, "A", 0)), ATTACHMENT);
        rig.refuse(FlowOpenedBatch.NO_FLOW);
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.TCP_NOT_SYN, 1L));
    }

    /** The sweep visits the whole table within a minute. */
    @Test
    void theSweepForgetsWhatIsOverAndRefreshesRecordsOfWhatIsNot() {
        openTcp(COOKIE);
        rig.table.moves(rig.table.nextOccupied(0), 4);
        rig.fromEndpoint(plain(udp(5_000, 10)), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE + 7);
        rig.sentToTargets();
        rig.nowMs += 200_000;
        pass(true, "A", 1, COOKIE);
        rig.shard.ends().sweep(rig.nowMs);
        assertThat(rig.closed)
                .singleElement()
                .satisfies(end -> assertThat(end.cookies()).containsExactly(COOKIE + 7));
        assertThat(rig.touched).singleElement().satisfies(touch -> {
            assertThat(touch.cookies()).containsExactly(COOKIE);
            assertThat(touch.lastSeenMs()).containsExactly(CREATED_MS + rig.nowMs);
            assertThat(touch.moves()).containsExactly(4);
        });
        assertThat(rig.table.size()).isOne();
    }

    /** F-5. */
    @Test
    void f5EqualTuplesAtTwoEndpointsAreTwoFlows() {
        byte[] inner = udp(5_000, 10);
        rig.fromEndpoint(plain(inner), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.fromEndpoint(PacketBuilder.geneve().vni(SECOND_VNI).payload(inner).build(), OTHER_ATTACHMENT);
        rig.answer(TARGET_B, COOKIE + 1);
        assertThat(rig.sentToTargets())
                .extracting(RecordingPort.Sent::payload)
                .containsExactlyInAnyOrder(
                        encapsulated(inner, COOKIE),
                        PacketBuilder.geneve()
                                .gwlb(SECOND_ENDPOINT, COOKIE + 1)
                                .payload(inner)
                                .build());
    }

    /** F-14, F-22: a non-SYN segment opens it, and makes it live longer. */
    @Test
    void f14ATwoTupleFlowTakesEveryProtocolAndTcpProlongsIt() {
        rig = new ShardRig(Stickiness.TWO_TUPLE, 64);
        rig.fromEndpoint(plain(udp(5_000, 10)), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.fromEndpoint(plain(tcp(true, "A", 0)), ATTACHMENT);
        rig.nowMs += 349_999;
        rig.fromEndpoint(plain(udp(6_000, 10)), ATTACHMENT);
        assertThat(rig.asked).isEmpty();
        assertThat(rig.sentToTargets()).hasSize(3);
    }

    @ParameterizedTest
    @EnumSource(
            value = Stickiness.class,
            names = {"THREE_TUPLE", "TWO_TUPLE"})
    void f22ATcpSegmentOpensAFlowUnderWiderStickiness(Stickiness stickiness) {
        rig = new ShardRig(stickiness, 64);
        rig.fromEndpoint(plain(tcp(true, "A", 0)), ATTACHMENT);
        assertThat(rig.intents()).as("F-22").containsExactly(1);
        rig.answer(TARGET_A, COOKIE);
        rig.onlySentToTarget();
    }

    @Test
    void asksOnceForAFlowAndOnceForABatch() {
        for (int port = 1; port <= 5; port++) {
            rig.fromEndpointInBatch(plain(udp(port, 1)), ATTACHMENT);
            rig.fromEndpointInBatch(plain(udp(port, 2)), ATTACHMENT);
        }
        assertThat(rig.asked).isEmpty();
        rig.shard.pipeline().onBatchEnd();
        assertThat(rig.asked).hasSize(1);
        assertThat(rig.asked.getFirst().batch().flowCount()).isEqualTo(5);
        rig.fromEndpoint(plain(udp(1, 3)), ATTACHMENT);
        assertThat(rig.asked).as("it waits already").hasSize(1);
        rig.answer(TARGET_A, COOKIE);
        assertThat(rig.sentToTargets()).hasSize(11);
    }

    @Test
    void heldPacketsLeaveInTheirOrder() {
        for (int size = 1; size <= 10; size++) {
            rig.fromEndpoint(plain(udp(5_000, size)), ATTACHMENT);
        }
        rig.answer(TARGET_A, COOKIE);
        List<RecordingPort.Sent> sent = rig.sentToTargets();
        for (int size = 1; size <= 10; size++) {
            assertThat(sent.get(size - 1).payload()).isEqualTo(encapsulated(udp(5_000, size), COOKIE));
        }
    }

    @Test
    void aFlowHoldsSoManyPacketsAndGivesUpTheOldest() {
        int more = FlowOpening.PACKETS_PER_FLOW_MAX + 3;
        for (int size = 1; size <= more; size++) {
            rig.fromEndpoint(plain(udp(5_000, size)), ATTACHMENT);
        }
        rig.answer(TARGET_A, COOKIE);
        List<RecordingPort.Sent> sent = rig.sentToTargets();
        assertThat(sent).hasSize(FlowOpening.PACKETS_PER_FLOW_MAX);
        assertThat(sent.getFirst().payload()).isEqualTo(encapsulated(udp(5_000, 4), COOKIE));
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.HELD_OVERFLOW, 3L));
    }

    /** A flood of new flows while the authority is silent: known flows keep half of the packet memory. */
    @Test
    void aFloodOfNewFlowsLeavesRoomForTheKnownOnes() {
        openTcp(COOKIE);
        for (int port = 1; port <= SLOTS; port++) {
            rig.fromEndpoint(plain(udp(port, 1)), ATTACHMENT);
        }
        assertThat(rig.shard.opening().heldPackets()).isEqualTo(SLOTS / 2);
        pass(true, "PA", 100, COOKIE);
        while (!rig.asked.isEmpty()) {
            rig.noAnswer();
        }
        assertThat(rig.shard.opening().heldPackets()).isZero();
    }

    @Test
    void decidesAloneWhenTheAuthorityIsSilentAndAcceptsItsRecordLater() {
        rig.fromEndpoint(plain(udp(5_000, 1)), ATTACHMENT);
        rig.noAnswer();
        RecordingPort.Sent sent = rig.onlySentToTarget();
        assertThat(flows())
                .singleElement()
                .satisfies(flow -> assertThat(flow.provisional()).isTrue());
        rig.shard.offers().tick();
        assertThat(rig.offered.getFirst().flowCount()).isOne();
        boolean wasA = sent.address() == FW_A;
        rig.shard
                .offers()
                .adopted(
                        rig.offered.remove(),
                        new FlowOpenedBatch(
                                List.of(wasA ? TARGET_B : TARGET_A), new int[1], new int[] {COOKIE}, new long[] {
                                    CREATED_MS
                                }));
        assertThat(rig.shard.offers().movedCount()).isOne();
        assertThat(rig.table.provisionalFlows()).isZero();
        rig.fromEndpoint(plain(udp(5_000, 2)), ATTACHMENT);
        RecordingPort.Sent moved = rig.onlySentToTarget();
        assertThat(moved.address()).isEqualTo(wasA ? FW_B : FW_A);
        assertThat(moved.payload()).isEqualTo(encapsulated(udp(5_000, 2), COOKIE));
        rig.shard.offers().tick();
        assertThat(rig.offered).as("nothing is left to offer").isEmpty();
    }

    @Test
    void aProvisionalFlowThatTheAuthorityTakesOverStaysAsItIs() {
        rig.fromEndpoint(plain(udp(5_000, 1)), ATTACHMENT);
        rig.noAnswer();
        RecordingPort.Sent before = rig.onlySentToTarget();
        rig.shard.offers().tick();
        rig.shard.offers().adoptFailed(rig.offered.getLast());
        rig.shard.offers().tick();
        var offer = rig.offered.removeLast();
        rig.shard
                .offers()
                .adopted(
                        offer,
                        new FlowOpenedBatch(offer.targets(), offer.picks(), offer.cookies(), offer.createdAtMs()));
        rig.fromEndpoint(plain(udp(5_000, 1)), ATTACHMENT);
        RecordingPort.Sent after = rig.onlySentToTarget();
        assertThat(after.payload()).isEqualTo(before.payload());
        assertThat(after.address()).isEqualTo(before.address());
        assertThat(rig.shard.offers().movedCount()).isZero();
    }

    /** W-17 also while nobody but this node decides. */
    @Test
    void w17ATupleThatIsUsedAgainWhileDecidedAloneGetsAnotherCookie() {
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        rig.noAnswer();
        RecordingPort.Sent first = rig.onlySentToTarget();
        rig.fromTarget(first.payload(), first.address());
        byte[] reset = tcp(false, "R", 0);
        rig.fromEndpoint(plain(reset), ATTACHMENT);
        rig.fromTarget(rig.onlySentToTarget().payload(), first.address());
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        rig.noAnswer();
        assertThat(rig.onlySentToTarget().payload()).isNotEqualTo(first.payload());
    }

    @Test
    void offersEveryFlowToAnAuthorityThatHasJustStarted() {
        for (int port = 1; port <= 20; port++) {
            rig.fromEndpoint(plain(udp(port, 1)), ATTACHMENT);
            rig.answer(port % 2 == 0 ? TARGET_A : TARGET_B, COOKIE + port);
        }
        rig.sentToTargets();
        rig.shard.offers().tick();
        assertThat(rig.offered).isEmpty();
        rig.decidesAll(1_795_000_000_000L);
        rig.shard.offers().tick();
        assertThat(rig.offered.getFirst().flowCount()).isEqualTo(20);
        assertThat(rig.offered.getFirst().targets()).containsExactlyInAnyOrder(TARGET_A, TARGET_B);
    }

    /** P1: the next authority hears how often the one before has moved a flow, and what it says is kept. */
    @Test
    void p1OffersSayHowOftenTheFlowWasMoved() {
        for (int port = 1; port <= 2; port++) {
            rig.fromEndpoint(plain(udp(port, 1)), ATTACHMENT);
            rig.answer(TARGET_A, COOKIE + port, 3 * port);
        }
        rig.sentToTargets();
        rig.decidesAll(1);
        rig.shard.offers().tick();
        FlowAdoptBatch offer = rig.offered.remove();
        assertThat(offer.moves())
                .isEqualTo(Arrays.stream(offer.cookies())
                        .map(cookie -> 3 * (cookie - COOKIE))
                        .toArray());
        int[] further = {7, FlowRecord.MOVES_MAX};
        rig.shard
                .offers()
                .adopted(
                        offer,
                        new FlowOpenedBatch(
                                offer.targets(), offer.picks(), offer.cookies(), offer.createdAtMs(), further));
        rig.decidesAll(2);
        rig.shard.offers().tick();
        assertThat(rig.offered.getFirst().moves()).isEqualTo(further);

        rig.shard.offers().adopted(rig.offered.getFirst(), answer(rig.offered.remove()));
        rig.decidesAll(3);
        rig.shard.offers().tick();
        assertThat(rig.offered.remove().moves())
                .as("an authority of an earlier release says nothing")
                .containsExactly(0, 0);
    }

    @Test
    void offersOnlyFlowsOfPartitionsThatAnotherDecidesAboutNow() {
        for (int port = 1; port <= 30; port++) {
            rig.fromEndpoint(plain(udp(port, 1)), ATTACHMENT);
            rig.answer(TARGET_A, COOKIE + port);
        }
        rig.sentToTargets();
        OwnerTable.Owner first = new OwnerTable.Owner(new NodeId("first"), 1);
        OwnerTable.Owner second = new OwnerTable.Owner(new NodeId("second"), 1);
        rig.shard.ownersAre(OwnerTable.of(first, first));
        rig.shard.offers().tick();
        var all = rig.offered.remove();
        assertThat(all.flowCount()).isEqualTo(30);
        rig.shard.offers().adopted(all, answer(all));
        rig.shard.offers().tick();
        assertThat(rig.offered).isEmpty();

        rig.shard.ownersAre(OwnerTable.of(first, null));
        rig.shard.offers().tick();
        assertThat(rig.offered).as("nobody has taken over yet").isEmpty();
        rig.shard.ownersAre(OwnerTable.of(first, second));
        rig.shard.offers().tick();
        var some = rig.offered.remove();
        int[] moved = IntStream.range(0, 30)
                .filter(flow -> KeyPartition.of(all.keys(), flow * FlowKey.WORDS, 2) == 1)
                .toArray();
        assertThat(moved).hasSizeBetween(5, 25);
        assertThat(some.keys()).isEqualTo(all.part(moved).keys());
        assertThat(rig.shard.openRecoveryWindows()).isOne();
    }

    @Test
    void offersAgainWhatTheOwnerCannotAnswerForYet() {
        rig.fromEndpoint(plain(udp(1, 1)), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.onlySentToTarget();
        rig.decidesAll(1);
        rig.shard.offers().tick();
        var offer = rig.offered.remove();
        boolean atOnce = rig.shard.offers().adopted(offer, answer(offer).spread(new int[0], 1));
        assertThat(atOnce).isFalse();
        rig.shard.offers().tick();
        assertThat(rig.offered.remove()).isEqualTo(offer);
    }

    private static FlowOpenedBatch answer(FlowAdoptBatch offer) {
        return new FlowOpenedBatch(offer.targets(), offer.picks(), offer.cookies(), offer.createdAtMs());
    }

    /** F-16 with a record that has still to be fetched: the segment waits, and goes where the record says. */
    @Test
    void aFlowWhoseRecordIsBeingFetchedWaits() {
        rig.fromEndpoint(plain(udp(5_000, 1)), ATTACHMENT);
        rig.refuse(FlowOpenedBatch.NOT_YET);
        assertThat(rig.sentToTargets()).isEmpty();
        assertThat(rig.shard.opening().heldPackets()).isOne();
        rig.nowMs += 100;
        rig.shard.opening().tick();
        rig.answer(TARGET_B, COOKIE);
        assertThat(rig.onlySentToTarget().address()).isEqualTo(FW_B);
    }

    /** No longer than any packet waits. */
    @Test
    void aFlowWhoseRecordIsNotFetchedInTimeIsDecidedHere() {
        rig.fromEndpoint(plain(udp(5_000, 1)), ATTACHMENT);
        for (int waitedMs = 0; waitedMs < FlowOpening.WAIT_MAX_MS; waitedMs += 100) {
            rig.refuse(FlowOpenedBatch.NOT_YET);
            rig.nowMs += 100;
            rig.shard.opening().tick();
        }
        rig.onlySentToTarget();
        assertThat(rig.table.provisionalFlows()).isOne();
    }

    @Test
    void anAnswerThatComesTwiceOrTooLateChangesNothing() {
        rig.fromEndpoint(plain(udp(5_000, 1)), ATTACHMENT);
        ShardRig.Asked question = rig.asked.getFirst();
        rig.answer(TARGET_A, COOKIE);
        rig.onlySentToTarget();
        rig.asked.add(question);
        rig.answer(TARGET_B, COOKIE + 1);
        rig.shard.opening().openFailed(question.tickets());
        rig.fromEndpoint(plain(udp(5_000, 1)), ATTACHMENT);
        assertThat(rig.onlySentToTarget().address()).isEqualTo(FW_A);
    }

    @Test
    void dropsWhatIsHeldWhenTheShardStops() {
        rig.fromEndpoint(plain(udp(5_000, 1)), ATTACHMENT);
        rig.fromEndpoint(plain(udp(5_001, 1)), ATTACHMENT);
        rig.shard.opening().close();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.SHUTDOWN, 2L));
    }

    @Test
    void countsPacketsAndBytesOfBothDirections() {
        openTcp(COOKIE);
        pass(true, "PA", 100, COOKIE);
        pass(false, "PA", 1_000, COOKIE);
        assertThat(flows()).singleElement().satisfies(flow -> {
            assertThat(flow.forwardPackets()).isEqualTo(3);
            assertThat(flow.forwardBytes()).isEqualTo(40 + 40 + 140);
            assertThat(flow.reversePackets()).isEqualTo(2);
            assertThat(flow.reverseBytes()).isEqualTo(40 + 1_040);
            assertThat(flow.target()).isEqualTo(TARGET_A);
            assertThat(flow.cookie()).isEqualTo(COOKIE);
        });
    }
}

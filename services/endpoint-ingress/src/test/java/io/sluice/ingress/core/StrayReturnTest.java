// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.Inner.*;
import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.geneve.core.ReturnTrail;
import io.sluice.geneve.core.SharedByTarget;
import io.sluice.hashing.core.FlowCookies;
import io.sluice.model.metric.DropReason;
import io.sluice.testkit.PacketBuilder;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three shards, the flow in the last: a return comes to the first, and means what it would where there is one shard. */
class StrayReturnTest {

    private static final byte[] CHANGED = PacketBuilder.ipv4()
            .from(CLIENT)
            .to("198.51.100.7")
            .tcp(41_000, 8_443)
            .flags("S")
            .build();

    private ShardRig first;
    private ShardRig second;
    private ShardRig third;

    private void shards(RigModel model) {
        first = new ShardRig(model);
        second = new ShardRig(model);
        third = new ShardRig(model);
        first.search.next(second, 2);
        second.search.next(third, 2);
        third.search.next(first, 2);
        third.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        third.answer(TARGET_A, COOKIE);
        assertThat(third.sentToTargets()).hasSize(1);
    }

    @AfterEach
    void everySlotIsBack() {
        for (ShardRig rig : List.of(first, second, third)) {
            assertThat(rig.slab.freeCount()).isEqualTo(SLOTS);
            assertThat(rig.sentToTargets()).isEmpty();
        }
    }

    private void isDroppedAs(DropReason reason, ShardRig where) {
        for (ShardRig rig : List.of(first, second, third)) {
            assertThat(rig.endpointPort.take()).isEmpty();
            assertThat(rig.drops()).isEqualTo(rig == where ? Map.of(reason, 1L) : Map.of());
        }
    }

    @Test
    void w21AChangedTupleIsRefusedByTheShardThatHasTheCookie() {
        shards(new RigModel());
        first.fromTarget(encapsulated(CHANGED, COOKIE), FW_A);
        isDroppedAs(DropReason.RETURN_TUPLE_MISMATCH, third);
    }

    @Test
    void w21SwitchedOffAChangedTupleIsDeliveredByTheShardThatHasTheCookie() {
        shards(new RigModel().noReturnTupleCheck());
        first.fromTarget(encapsulated(CHANGED, COOKIE), FW_A);
        assertThat(third.onlyDelivered().payload()).isEqualTo(plain(CHANGED));
        assertThat(third.targets.returnedPackets(third.table.targetIndex(third.onlyFlow())))
                .isEqualTo(1);
    }

    @Test
    void w21SwitchedOffTheTargetStillCounts() {
        shards(new RigModel().noReturnTupleCheck());
        first.fromTarget(encapsulated(CHANGED, COOKIE), FW_B);
        isDroppedAs(DropReason.RETURN_TARGET_MISMATCH, third);
    }

    @Test
    void w23WhatBelongsToNoFlowOfAnyShardIsRefusedByTheLast() {
        shards(new RigModel());
        first.fromTarget(encapsulated(CHANGED, 0x1234_5678), FW_A);
        isDroppedAs(DropReason.RETURN_FLOW_UNKNOWN, third);
        assertThat(first.search.passed).hasSize(1);
        assertThat(second.search.passed).hasSize(1);
        assertThat(third.search.passed).as("nobody is asked twice").isEmpty();
    }

    @Test
    void w19AnotherEndpointThanTheCookiesIsFoundOutWhereverTheFlowIs() {
        shards(new RigModel());
        byte[] other = PacketBuilder.geneve()
                .gwlb(SECOND_ENDPOINT, COOKIE)
                .payload(CHANGED)
                .build();
        first.fromTarget(other, FW_A);
        isDroppedAs(DropReason.RETURN_ENDPOINT_MISMATCH, third);
    }

    @Test
    void w19WhatAShardFoundOutIsNotForgottenByThoseAfterIt() {
        shards(new RigModel());
        byte[] other = PacketBuilder.geneve()
                .gwlb(SECOND_ENDPOINT, COOKIE)
                .payload(CHANGED)
                .build();
        third.fromTarget(other, FW_A);
        isDroppedAs(DropReason.RETURN_ENDPOINT_MISMATCH, second);
        assertThat(third.search.passed).containsExactly(DropReason.RETURN_ENDPOINT_MISMATCH);
    }

    @Test
    void w17AWrongCookieOfAFlowThatIsHereIsNotLookedForElsewhere() {
        shards(new RigModel());
        third.fromTarget(encapsulated(tcp(true, "S", 0), 0x1234_5678), FW_A);
        isDroppedAs(DropReason.RETURN_COOKIE_MISMATCH, third);
        assertThat(third.search.passed).isEmpty();
    }

    @Test
    void w21SwitchedOffAWrongCookieStaysOneWhenNoShardHasIt() {
        shards(new RigModel().noReturnTupleCheck());
        third.fromTarget(encapsulated(tcp(true, "S", 0), 0x1234_5678), FW_A);
        // the last one that is asked: no window is open in which it could be learnt at its own
        isDroppedAs(DropReason.RETURN_COOKIE_MISMATCH, second);
    }

    private void anotherIngress() {
        for (ShardRig rig : List.of(first, second, third)) {
            rig.forward.takes = true;
            rig.forward.trail = ReturnTrail.GUESSED;
        }
    }

    @Test
    void w21SwitchedOffTheOwnShardsAreAskedBeforeAnotherIngress() {
        shards(new RigModel().noReturnTupleCheck());
        anotherIngress();
        first.fromTarget(encapsulated(CHANGED, COOKIE), FW_A);
        assertThat(third.onlyDelivered().payload()).isEqualTo(plain(CHANGED));
        assertThat(first.forward.offered).isEmpty();
    }

    @Test
    void w21SwitchedOffAReturnThatNoShardTakesGoesToTheOtherIngressWithItsTrail() {
        shards(new RigModel().noReturnTupleCheck());
        anotherIngress();
        first.fromTarget(encapsulated(CHANGED, 0x1234_5678), FW_A);
        assertThat(offered()).containsExactly(false);
        assertThat(List.of(first, second, third))
                .filteredOn(rig -> !rig.forward.offered.isEmpty())
                .allSatisfy(rig ->
                        assertThat(ReturnTrail.asked(rig.forward.offeredTrail)).isEqualTo(1));
    }

    /** Its flow is at a shard, its direction comes in elsewhere, and its tuple was changed besides. */
    @Test
    void w21SwitchedOffAReturnOfTheOtherDirectionGoesToWhereThatComesIn() {
        shards(new RigModel().noReturnTupleCheck());
        anotherIngress();
        byte[] changedBack = PacketBuilder.ipv4()
                .from("198.51.100.7")
                .to(CLIENT)
                .tcp(8_443, 41_000)
                .flags("SA")
                .build();
        first.fromTarget(encapsulated(changedBack, COOKIE), FW_A);
        assertThat(offered()).containsExactly(true);
        assertThat(third.forward.offered).hasSize(1);
    }

    /** What each shard offered to another ingress; nothing was dropped or delivered. */
    private List<Boolean> offered() {
        for (ShardRig rig : List.of(first, second, third)) {
            assertThat(rig.endpointPort.take()).isEmpty();
            assertThat(rig.drops()).isEmpty();
        }
        return Stream.of(first, second, third)
                .flatMap(rig -> rig.forward.offered.stream())
                .toList();
    }

    @Test
    void aReturnThatFindsNoRoomInTheRingIsDroppedForThat() {
        shards(new RigModel());
        first.search.full = true;
        first.fromTarget(encapsulated(CHANGED, COOKIE), FW_A);
        isDroppedAs(DropReason.SHARD_RING_FULL, first);
    }

    private void window() {
        for (ShardRig rig : List.of(first, second, third)) {
            rig.shard.startedAgain(350_000);
        }
    }

    private List<Long> failedMacs() {
        return List.of(
                first.shard.budget().failedCount(),
                second.shard.budget().failedCount(),
                third.shard.budget().failedCount());
    }

    /** The shard that the tuple belongs to learns, whether or not the others have to be asked before. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void w21AFlowIsLearntByTheShardItBelongsTo(boolean tupleCheck) {
        shards(tupleCheck ? new RigModel() : new RigModel().noReturnTupleCheck());
        window();
        byte[] back = tcp(false, 40_001, "PA", 10);
        first.fromTarget(encapsulated(back, first.issued(back, TARGET_A, 60_000)), FW_A);
        assertThat(first.onlyDelivered().payload()).isEqualTo(plain(back));
        assertThat(first.table.size()).isOne();
        assertThat(second.table.size()).isZero();
        assertThat(third.table.size()).isOne();
        assertThat(failedMacs()).containsExactly(0L, 0L, 0L);
    }

    /** Outside a window, and of a target whose flows are not learnt, there is nothing to come back for. */
    @Test
    void w21SwitchedOffAReturnThatCannotBeLearntIsDroppedByTheLastOfTheOthers() {
        shards(new RigModel().noReturnTupleCheck());
        first.fromTarget(encapsulated(CHANGED, 0x1234_5678), FW_A);
        isDroppedAs(DropReason.RETURN_FLOW_UNKNOWN, third);
        assertThat(third.search.passed).isEmpty();
        window();
        first.fromTarget(encapsulated(CHANGED, 0x1234_5678), FW_A);
        assertThat(third.search.passed).as("in a window it comes back").hasSize(1);
        assertThat(failedMacs()).containsExactly(1L, 0L, 0L);
    }

    /** A tuple that an appliance may change fits no cookie, and is no failure of it. */
    @Test
    void w21SwitchedOffAChangedTupleOfAFlowElsewhereCostsNothing() {
        shards(new RigModel().noReturnTupleCheck());
        window();
        for (int i = 0; i < 1_000; i++) {
            first.fromTarget(encapsulated(CHANGED, COOKIE), FW_A);
        }
        assertThat(third.endpointPort.take()).hasSize(1_000);
        assertThat(failedMacs()).containsExactly(0L, 0L, 0L);
    }

    /** Charged where they are tried, once, and within the node's budget, with the check and without. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void forgedReturnsAreChargedOnceByTheShardTheyBelongTo(boolean tupleCheck) {
        RigModel model = tupleCheck ? new RigModel() : new RigModel().noReturnTupleCheck();
        SharedByTarget<MacAccount> accounts = new SharedByTarget<>(MacAccount::new);
        first = new ShardRig(model, 64, new FlowCookies(new byte[32]), accounts);
        second = new ShardRig(model, 64, new FlowCookies(new byte[32]), accounts);
        third = new ShardRig(model, 64, new FlowCookies(new byte[32]), accounts);
        first.search.next(second, 2);
        second.search.next(third, 2);
        third.search.next(first, 2);
        window();
        for (int i = 0; i < 1_000; i++) {
            first.fromTarget(encapsulated(tcp(false, 40_001, "PA", 10), 0x0BAD_0000 + i), FW_A);
        }
        assertThat(failedMacs()).containsExactly((long) MacAccount.PER_SECOND, 0L, 0L);
        assertThat(first.table.size() + second.table.size() + third.table.size())
                .isZero();
    }
}

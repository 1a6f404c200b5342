// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.Inner.*;
import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.hashing.core.FlowCookies;
import io.sluice.hashing.core.MasterSecrets;
import io.sluice.model.config.Target;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.metric.DropReason;
import io.sluice.testkit.PacketBuilder;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Flows that a node has forgotten are learnt from what their targets return (architecture, section 5, "Return"). */
class FlowRelearningTest {

    private static final long MINUTE_MS = 60_000;
    private static final byte[] BACK = tcp(false, "PA", 10);

    private ShardRig rig = new ShardRig();

    @AfterEach
    void nothingIsLost() {
        rig.checkNothingIsLost();
    }

    private void window() {
        rig.shard.startedAgain(350_000);
    }

    private void returns(byte[] inner, int cookie, int target) {
        rig.fromTarget(encapsulated(inner, cookie), target);
    }

    private void isDelivered(byte[] inner) {
        assertThat(rig.onlyDelivered().payload()).isEqualTo(plain(inner));
    }

    private void isDropped(DropReason reason) {
        assertThat(rig.endpointPort.take()).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(reason, 1L));
        assertThat(rig.shard.relearning().relearnedCount()).isZero();
    }

    private void wasFailedMacs(long macs) {
        assertThat(rig.shard.budget().failedCount()).isEqualTo(macs);
    }

    @Test
    void w19InsideAWindowAReturnOfNoKnownFlowIsTakenOnItsCookieAndTheFlowIsLearnt() {
        window();
        int cookie = rig.issued(BACK, TARGET_A, MINUTE_MS);
        returns(BACK, cookie, FW_A);
        isDelivered(BACK);
        assertThat(rig.shard.relearning().relearnedCount()).isOne();
        assertThat(rig.table.provisional(rig.onlyFlow())).isTrue();
        byte[] there = tcp(true, "A", 0);
        rig.fromEndpoint(plain(there), ATTACHMENT);
        assertThat(rig.asked).as("nobody is asked for what is known").isEmpty();
        assertThat(rig.onlySentToTarget().payload()).isEqualTo(encapsulated(there, cookie));
        wasFailedMacs(0);
    }

    @Test
    void w19OutsideAWindowTheSameReturnIsDroppedAndNoMacIsTried() {
        returns(BACK, rig.issued(BACK, TARGET_A, MINUTE_MS), FW_A);
        isDropped(DropReason.RETURN_FLOW_UNKNOWN);
        wasFailedMacs(0);
        returns(BACK, 0x0BAD_F00D, FW_A);
        wasFailedMacs(0);
    }

    /** Told to the authority, whose record it is then. */
    @Test
    void theFlowIsOfferedToItsAuthority() {
        window();
        int cookie = rig.issued(BACK, TARGET_A, MINUTE_MS);
        returns(BACK, cookie, FW_A);
        rig.endpointPort.take();
        rig.shard.offers().tick();
        var offer = rig.offered.remove();
        assertThat(offer.targets()).containsExactly(TARGET_A);
        assertThat(offer.cookies()).containsExactly(cookie);
        assertThat(offer.createdAtMs()[0])
                .isBetween(
                        CREATED_MS + rig.nowMs - MINUTE_MS - FlowCookies.SLOT_MS, CREATED_MS + rig.nowMs - MINUTE_MS);
        rig.shard
                .offers()
                .adopted(offer, new FlowOpenedBatch(offer.targets(), new int[1], offer.cookies(), offer.createdAtMs()));
        assertThat(rig.table.provisionalFlows()).isZero();
    }

    /** The cookie is of another target, endpoint, tuple, or of an earlier registration of the very target. */
    @Test
    void w19ACookieThatDoesNotFitAllItIsMadeOfIsDroppedAndCharged() {
        window();
        int ofB = rig.issued(BACK, TARGET_B, MINUTE_MS);
        returns(BACK, ofB, FW_A);
        int ofAnotherTuple = rig.issued(tcp(false, 40_001, "PA", 10), TARGET_A, MINUTE_MS);
        returns(BACK, ofAnotherTuple, FW_A);
        int ofAnotherRegistration = rig.issued(BACK, new TargetRef(GROUP, new TargetId("fw-a"), 2), MINUTE_MS);
        returns(BACK, ofAnotherRegistration, FW_A);
        rig.fromTarget(
                PacketBuilder.geneve()
                        .gwlb(SECOND_ENDPOINT, rig.issued(BACK, TARGET_A, MINUTE_MS))
                        .payload(BACK)
                        .build(),
                FW_A);
        assertThat(rig.endpointPort.take()).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.RETURN_FLOW_UNKNOWN, 4L));
        wasFailedMacs(4);
        assertThat(rig.table.size()).isZero();
    }

    /** Yesterday's key is accepted, and the day's before; an older one's two bits mean another epoch. */
    @Test
    void keysOfTheLastDaysAreAccepted() {
        window();
        for (int days = 1; days <= 3; days++) {
            byte[] inner = tcp(false, 40_000 + days, "PA", 10);
            returns(inner, rig.issued(inner, TARGET_A, days * FlowCookies.EPOCH_MS), FW_A);
            assertThat(rig.endpointPort.take()).as("%d days", days).hasSize(days < 3 ? 1 : 0);
        }
        wasFailedMacs(1);
    }

    @Test
    void t5UnderRebalanceAnUnhealthyTargetsReturnIsNotTaken() {
        rig = new ShardRig(new RigModel().rebalance());
        rig.healthy(TARGET_B);
        window();
        returns(BACK, rig.issued(BACK, TARGET_A, MINUTE_MS), FW_A);
        isDropped(DropReason.RETURN_FLOW_UNKNOWN);
        wasFailedMacs(0);
    }

    @Test
    void t4WithoutRebalanceAnUnhealthyTargetsReturnIsTaken() {
        rig.healthy(TARGET_B);
        window();
        returns(BACK, rig.issued(BACK, TARGET_A, MINUTE_MS), FW_A);
        isDelivered(BACK);
    }

    /** A flow keeps its target in the directory past its delay, and so its address permitted: it is not registered. */
    @Test
    void aTargetThatIsGoneMayKeepFlowsButNoneIsLearntFromIt() {
        rig.fromEndpoint(plain(tcp(true, 41_000, "S", 0)), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.onlySentToTarget();
        rig.configure(new RigModel().targets(RigModel.target("fw-b", FW_B)));
        window();
        returns(BACK, rig.issued(BACK, TARGET_A, MINUTE_MS), FW_A);
        isDropped(DropReason.RETURN_FLOW_UNKNOWN);
        wasFailedMacs(0);
    }

    /** One appliance in two groups: the endpoint's counts. */
    @Test
    void theTargetOfTheEndpointsGroupCounts() {
        rig = new ShardRig(new RigModel().targets(RigModel.target("fw-a", FW_A), RigModel.target("fw-b", 0x0A01_000D)));
        window();
        returns(BACK, rig.issued(BACK, TARGET_B, MINUTE_MS), 0x0A01_000D);
        isDelivered(BACK);
    }

    private static Target registration(long number) {
        return RigModel.target("fw-" + number, FW_A);
    }

    private static TargetRef registered(long number) {
        return new TargetRef(GROUP, new TargetId("fw-" + number), 1);
    }

    /** One that drains and its successors: whichever the flow was given to, its cookie is known. */
    @Test
    void everyRegistrationAtAnAddressIsTriedOnItsOwnBudget() {
        Target[] all = LongStream.rangeClosed(1, FlowRelearning.REGISTRATIONS_MAX)
                .mapToObj(FlowRelearningTest::registration)
                .toArray(Target[]::new);
        rig = new ShardRig(new RigModel().targets(all));
        window();
        for (int number = 1; number <= all.length; number++) {
            byte[] inner = tcp(false, 40_000 + number, "PA", 10);
            returns(inner, rig.issued(inner, registered(number), MINUTE_MS), FW_A);
            isDelivered(inner);
            assertThat(rig.table.liveFlows(rig.targets.indexOf(registered(number))))
                    .isOne();
        }
        wasFailedMacs(0);
        returns(BACK, 0x0BAD_F00D, FW_A);
        wasFailedMacs(all.length);
        // what the first has spent is not the others' loss
        int first = rig.targets.indexOf(registered(1));
        rig.shard.budget().failed(first, MacAccount.PER_SECOND, rig.nowMs);
        assertThat(rig.shard.budget().allows(first, rig.nowMs)).isFalse();
        returns(BACK, rig.issued(BACK, registered(2), MINUTE_MS), FW_A);
        isDelivered(BACK);
    }

    /** However often an address is registered, a return costs no more than some MACs. */
    @Test
    void ofManyRegistrationsAtAnAddressSomeAreTried() {
        rig = new ShardRig(new RigModel()
                .targets(LongStream.rangeClosed(1, 2 * FlowRelearning.REGISTRATIONS_MAX)
                        .mapToObj(FlowRelearningTest::registration)
                        .toArray(Target[]::new)));
        window();
        returns(BACK, 0x0BAD_F00D, FW_A);
        wasFailedMacs(FlowRelearning.REGISTRATIONS_MAX);
    }

    @Test
    void anIcmpErrorOfAnUnknownFlowIsNeitherLearntFromNorCharged() {
        window();
        byte[] error = PacketBuilder.ipv4()
                .from("192.0.2.1")
                .to(CLIENT)
                .icmp(3, 4)
                .payload(tcp(true, "A", 0))
                .build();
        returns(error, rig.issued(BACK, TARGET_A, MINUTE_MS), FW_A);
        isDropped(DropReason.RETURN_FLOW_UNKNOWN);
        wasFailedMacs(0);
    }

    /** F-7: cookies of flows that were made by the stickiness before are known too, and what fails costs both. */
    @Test
    void f7CookiesOfTheStickinessBeforeAreKnown() {
        int cookie = rig.issued(BACK, TARGET_A, MINUTE_MS);
        rig.configure(new RigModel().stickiness(Stickiness.TWO_TUPLE));
        window();
        returns(BACK, cookie ^ 1, FW_A);
        wasFailedMacs(2);
        returns(BACK, cookie, FW_A);
        isDelivered(BACK);
    }

    /** F-15, W-17: an entry that is past its time says that its flow is over, though it has not been swept yet. */
    @Test
    void w17AFlowThatThisShardKnowsToBeOverIsNotLearnt() {
        int cookie = rig.issued(BACK, TARGET_A, 0);
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        rig.answer(TARGET_A, cookie);
        rig.onlySentToTarget();
        window();
        rig.nowMs += 349_999;
        rig.shard.startedAgain(350_000);
        rig.nowMs += 1;
        returns(BACK, cookie, FW_A);
        isDropped(DropReason.RETURN_FLOW_UNKNOWN);
    }

    @Test
    void w17TheOldCookieIsNotLearntFromWhileTheSynOfTheNextFlowWaits() {
        window();
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        returns(BACK, rig.issued(BACK, TARGET_A, MINUTE_MS), FW_A);
        isDropped(DropReason.RETURN_FLOW_UNKNOWN);
        rig.answer(TARGET_B, COOKIE);
        assertThat(rig.onlySentToTarget().payload()).isEqualTo(encapsulated(tcp(true, "S", 0), COOKIE));
    }

    /** A segment waits for its record; its flow is learnt meanwhile, so it is not given to another target (P1). */
    @Test
    void p1APacketThatWaitsGoesWithTheFlowThatIsLearntMeanwhile() {
        window();
        byte[] there = tcp(true, "A", 0);
        int cookie = rig.issued(BACK, TARGET_B, MINUTE_MS);
        rig.fromEndpoint(plain(there), ATTACHMENT);
        returns(BACK, cookie, FW_B);
        isDelivered(BACK);
        rig.refuse(FlowOpenedBatch.NO_FLOW);
        assertThat(rig.onlySentToTarget().payload()).isEqualTo(encapsulated(there, cookie));
        assertThat(rig.shard.opening().adoptedCount()).isZero();
    }

    @Test
    void f16ASegmentThatWaitsIsNotDroppedWhereItsFlowIsLearntBeforeTheWindowCloses() {
        rig.shard.startedAgain(350_000);
        rig.fromEndpoint(plain(tcp(true, "A", 0)), ATTACHMENT);
        returns(BACK, rig.issued(BACK, TARGET_B, MINUTE_MS), FW_B);
        isDelivered(BACK);
        rig.nowMs += 349_999;
        returns(BACK, rig.issued(BACK, TARGET_B, MINUTE_MS + 349_999), FW_B);
        isDelivered(BACK);
        rig.nowMs += 1;
        assertThat(rig.shard.openRecoveryWindows()).isZero();
        rig.refuse(FlowOpenedBatch.NO_FLOW);
        assertThat(rig.onlySentToTarget().address()).isEqualTo(FW_B);
    }

    /** Adopted while its record was out of reach, to whatever target; then its own target's return comes. */
    private int adoptedAt(TargetRef target) {
        window();
        rig.healthy(target);
        rig.fromEndpoint(plain(tcp(true, "A", 0)), ATTACHMENT);
        rig.refuse(FlowOpenedBatch.NO_FLOW);
        rig.onlySentToTarget();
        assertThat(rig.table.provisional(rig.onlyFlow())).isTrue();
        return rig.table.cookie(rig.onlyFlow());
    }

    private int target() {
        return rig.targets.address(rig.table.targetIndex(rig.onlyFlow()));
    }

    @Test
    void aProvisionalEntryIsReplacedByTheReturnOfAnOlderCookie() {
        adoptedAt(TARGET_A);
        int older = rig.issued(BACK, TARGET_B, MINUTE_MS);
        returns(BACK, older, FW_B);
        isDelivered(BACK);
        assertThat(target()).isEqualTo(FW_B);
        assertThat(rig.table.cookie(rig.onlyFlow())).isEqualTo(older);
        assertThat(rig.table.provisional(rig.onlyFlow())).isTrue();
        assertThat(rig.shard.relearning().replacedCount()).isOne();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -10_000})
    void aProvisionalEntryIsNotReplacedByACookieThatIsNoOlder(long agoMs) {
        int own = adoptedAt(TARGET_A);
        rig.nowMs += 20_000;
        returns(BACK, rig.issued(BACK, TARGET_B, 20_000 + agoMs), FW_B);
        assertThat(rig.endpointPort.take()).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.RETURN_COOKIE_MISMATCH, 1L));
        assertThat(rig.table.cookie(rig.onlyFlow())).isEqualTo(own);
        wasFailedMacs(0);
    }

    /** Returns of two targets for one flow: the older cookie wins, and stays however often the other comes. */
    @Test
    void twoTargetsReturnsDoNotTakeAFlowFromEachOther() {
        adoptedAt(TARGET_A);
        int older = rig.issued(BACK, TARGET_B, 2 * MINUTE_MS);
        int younger = rig.issued(BACK, TARGET_A, MINUTE_MS);
        returns(BACK, younger, FW_A);
        for (int round = 0; round < 20; round++) {
            returns(BACK, older, FW_B);
            returns(BACK, younger, FW_A);
            rig.nowMs += 1_000;
            assertThat(target()).isEqualTo(FW_B);
        }
        assertThat(rig.shard.relearning().replacedCount()).isEqualTo(2);
        rig.endpointPort.take();
    }

    @Test
    void anAcknowledgedEntryIsNeverReplacedAndNoMacIsTriedForIt() {
        window();
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.onlySentToTarget();
        // another flow is provisional
        byte[] other = tcp(false, 40_001, "PA", 10);
        returns(other, rig.issued(other, TARGET_A, MINUTE_MS), FW_A);
        rig.endpointPort.take();
        returns(BACK, rig.issued(BACK, TARGET_B, MINUTE_MS), FW_B);
        returns(BACK, COOKIE ^ 1, FW_B);
        assertThat(rig.endpointPort.take()).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.RETURN_COOKIE_MISMATCH, 2L));
        wasFailedMacs(0);
    }

    @Test
    void aFullTableLearnsNothing() {
        rig = new ShardRig(new RigModel().quota(1));
        window();
        byte[] first = udp(1, 1);
        rig.fromEndpoint(plain(first), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.onlySentToTarget();
        rig.fromEndpoint(plain(udpBack(1, 1)), ATTACHMENT);
        rig.onlySentToTarget();
        returns(BACK, rig.issued(BACK, TARGET_A, MINUTE_MS), FW_A);
        isDropped(DropReason.TABLE_FULL);
    }

    /**
     * The three passes of a change of secrets over two nodes: whatever pass each is in, as they are one apart at most, each
     * takes what either has issued.
     */
    @Test
    void aChangeOfTheMasterSecretNodeByNodeLosesNoReturn() {
        byte[] old = new byte[32];
        byte[] fresh = new byte[32];
        Arrays.fill(fresh, (byte) 7);
        MasterSecrets[] passes = {
            new MasterSecrets(old, null),
            new MasterSecrets(old, fresh),
            new MasterSecrets(fresh, old),
            new MasterSecrets(fresh, null)
        };
        for (int pass = 0; pass + 1 < passes.length; pass++) {
            for (int ahead = 0; ahead < 2; ahead++) {
                MasterSecrets taker = passes[pass + ahead];
                MasterSecrets issuer = passes[pass + 1 - ahead];
                rig = new ShardRig(new RigModel(), 64, taker.cookies());
                window();
                returns(BACK, rig.issued(issuer.cookies(), BACK, TARGET_A, MINUTE_MS), FW_A);
                isDelivered(BACK);
            }
        }
        rig = new ShardRig(new RigModel(), 64, new MasterSecrets(fresh, null).cookies());
        window();
        returns(BACK, rig.issued(new FlowCookies(old), BACK, TARGET_A, MINUTE_MS), FW_A);
        isDropped(DropReason.RETURN_FLOW_UNKNOWN);
    }

    /** With two secrets in force each forged return is tried twice, and charged so. */
    @Test
    void bothSecretsAreCharged() {
        byte[] other = new byte[32];
        other[0] = 1;
        rig = new ShardRig(new RigModel(), 64, new MasterSecrets(new byte[32], other).cookies());
        window();
        returns(BACK, 0x0BAD_F00D, FW_A);
        wasFailedMacs(2);
    }

    private void forged(int count, int target) {
        for (int i = 0; i < count; i++) {
            returns(BACK, 0x0BAD_0000 + i, target);
        }
    }

    @Test
    void aTargetThatHasSpentItsBudgetIsTakenForKnownFlowsOnlyForAWhile() {
        window();
        int known = rig.issued(udp(9, 9), TARGET_A, MINUTE_MS);
        returns(udp(9, 9), known, FW_A);
        isDelivered(udp(9, 9));
        forged(20_000, FW_A);
        wasFailedMacs(MacAccount.PER_SECOND);
        int genuine = rig.issued(BACK, TARGET_A, MINUTE_MS);
        returns(BACK, genuine, FW_A);
        assertThat(rig.endpointPort.take()).as("not on its cookie alone").isEmpty();
        returns(udp(9, 9), known, FW_A);
        isDelivered(udp(9, 9));
        returns(BACK, rig.issued(BACK, TARGET_B, MINUTE_MS), FW_B);
        isDelivered(BACK);
        rig.nowMs += MacAccount.OFF_MS;
        byte[] another = tcp(false, 40_001, "PA", 10);
        returns(another, rig.issued(another, TARGET_A, MINUTE_MS), FW_A);
        isDelivered(another);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.hashing.core.FlowCookies;
import io.sluice.hashing.core.FlowHasher;
import io.sluice.hashing.core.FlowTimeouts;
import io.sluice.model.flow.FlowCookie;
import io.sluice.model.flow.FlowEnd;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowAdoptBatch;
import io.sluice.model.message.FlowClosedBatch;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.FlowTouchedBatch;
import io.sluice.model.message.TargetSelectBatch;
import io.sluice.model.message.TargetSelectedBatch;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class LocalAuthorityTest {

    private static final NodeId NODE = new NodeId("gw-1");
    private static final NodeId OTHER_NODE = new NodeId("gw-2");
    private static final TargetRef FIRST = target("10.1.0.11");
    private static final TargetRef SECOND = target("10.1.0.12");
    private static final int CAPACITY = 4;
    private static final FlowHasher HASHER = new FlowHasher(3, 4);
    /** 1.5 times 350 s, and how late a refresh may be. */
    private static final long LEASE_MS = 540_000;

    /** Answers when the test says so, with the target the test names. */
    private static final class Picker implements TargetPicker {

        private final Deque<TargetSelectBatch> asked = new ArrayDeque<>();
        private final Deque<CompletableFuture<TargetSelectedBatch>> waiting = new ArrayDeque<>();
        private boolean atOnce = true;
        private TargetRef target = FIRST;
        private int refusal;

        @Override
        public CompletionStage<TargetSelectedBatch> pick(TargetSelectBatch batch) {
            asked.add(batch);
            CompletableFuture<TargetSelectedBatch> answer = new CompletableFuture<>();
            waiting.add(answer);
            if (atOnce && refusal < 0) {
                refuse(refusal);
            } else if (atOnce) {
                answer(target);
            }
            return answer;
        }

        void answer(TargetRef with) {
            waiting.remove()
                    .complete(new TargetSelectedBatch(
                            List.of(with), new int[asked.getLast().flowCount()]));
        }

        void refuse(int outcome) {
            int[] picks = new int[asked.getLast().flowCount()];
            Arrays.fill(picks, outcome);
            waiting.remove().complete(new TargetSelectedBatch(List.of(), picks));
        }
    }

    private final Picker picker = new Picker();
    private final FlowCookies cookies = new FlowCookies(new byte[32]);
    private long nowMs = 1_795_000_000_000L;
    private final LocalAuthority authority =
            new LocalAuthority(picker, new FlowCookies(new byte[32]), () -> nowMs, CAPACITY, FlowWatch.NONE, Set.of());

    private static TargetRef target(String id) {
        return new TargetRef(new TargetGroupId("firewalls"), new TargetId(id), 1);
    }

    private static long[] keys(int... flows) {
        long[] keys = new long[flows.length * FlowKey.WORDS];
        for (int i = 0; i < flows.length; i++) {
            keys[i * FlowKey.WORDS] = 100;
            keys[i * FlowKey.WORDS + 2] = flows[i];
            keys[i * FlowKey.WORDS + 4] = 7;
            keys[i * FlowKey.WORDS + FlowKey.TRAITS_WORD] = FlowKey.traits(1, 2, 6, 4, Stickiness.FIVE_TUPLE);
        }
        return keys;
    }

    private FlowOpenedBatch open(NodeId node, boolean mayOpen, int... flows) {
        byte[] may = new byte[flows.length];
        Arrays.fill(may, (byte) (mayOpen ? 1 : 0));
        CompletableFuture<FlowOpenedBatch> answer = authority
                .open(new FlowOpenBatch(node, keys(flows), may, new int[may.length]))
                .toCompletableFuture();
        return answer.isDone() ? answer.join() : new FlowOpenedBatch(List.of(), new int[0], new int[0], new long[0]);
    }

    private FlowOpenedBatch ask(NodeId node, byte intent, int flow, int cookie) {
        return authority
                .open(new FlowOpenBatch(node, keys(flow), new byte[] {intent}, new int[] {cookie}))
                .toCompletableFuture()
                .join();
    }

    private FlowOpenedBatch move(NodeId node, int flow, int cookie) {
        return ask(node, FlowOpenBatch.MOVE, flow, cookie);
    }

    private FlowOpenedBatch reopen(NodeId node, int flow, int endedCookie) {
        return ask(node, FlowOpenBatch.OPEN, flow, endedCookie);
    }

    private void touch(NodeId node, int flow, TargetRef target, int cookie, long createdAtMs, long lastSeenMs) {
        authority.touched(new FlowTouchedBatch(
                node,
                keys(flow),
                List.of(target),
                new int[1],
                new int[] {cookie},
                new long[] {createdAtMs},
                new long[] {lastSeenMs}));
    }

    private void close(NodeId node, int flow, int cookie) {
        close(node, flow, cookie, FlowEnd.CLOSED);
    }

    private void close(NodeId node, int flow, int cookie, FlowEnd end) {
        authority.closed(new FlowClosedBatch(node, keys(flow), new int[] {cookie}, new byte[] {(byte) end.code()}));
    }

    @Test
    void opensAFlowOnceAndAnswersFromItsRecordEverAfter() {
        FlowOpenedBatch opened = open(NODE, true, 1);
        picker.target = SECOND;
        FlowOpenedBatch again = open(OTHER_NODE, true, 1);
        FlowOpenedBatch midstream = open(OTHER_NODE, false, 1);
        assertThat(opened.targets()).containsExactly(FIRST);
        assertThat(again).isEqualTo(opened);
        assertThat(midstream).isEqualTo(opened);
        assertThat(picker.asked).hasSize(1);
        assertThat(opened.cookies()[0]).isEqualTo(cookies.issue(keys(1), 0, FIRST, nowMs, FlowCookies.slot(nowMs)));
        assertThat(opened.createdAtMs()[0]).isEqualTo(nowMs);
        assertThat(authority.records()).isOne();
    }

    @Test
    void asksForTargetsWithTheRankingHashOfEachUnknownFlowOnly() {
        open(NODE, true, 1);
        open(NODE, true, 1, 2, 3);
        TargetSelectBatch asked = picker.asked.getLast();
        assertThat(asked.flowCount()).isEqualTo(2);
        assertThat(asked.keyHashes())
                .containsExactly(FlowHasher.rankingHash(keys(2), 0), FlowHasher.rankingHash(keys(3), 0));
        assertThat(asked.endpointIds()).containsExactly(100, 100);
    }

    @Test
    void f16KnowsNoFlowOfAPacketThatMayNotOpenOne() {
        FlowOpenedBatch answer = open(NODE, false, 1);
        assertThat(answer.outcomes()).containsExactly(FlowOpenedBatch.NO_FLOW);
        assertThat(picker.asked).isEmpty();
        assertThat(authority.records()).isZero();
    }

    /** T3d: no entry either. */
    @Test
    void t3dRefusesWhereThereIsNoTargetAndKeepsNoRecord() {
        picker.atOnce = false;
        CompletableFuture<FlowOpenedBatch> answer = authority
                .open(new FlowOpenBatch(NODE, keys(1), new byte[] {1}, new int[1]))
                .toCompletableFuture();
        picker.refuse(FlowOpenedBatch.NO_TARGET);
        assertThat(answer.join().outcomes()).containsExactly(FlowOpenedBatch.NO_TARGET);
        assertThat(authority.records()).isZero();
    }

    @Test
    void remembersNothingWhenSelectionDoesNotAnswer() {
        picker.atOnce = false;
        CompletableFuture<FlowOpenedBatch> answer = authority
                .open(new FlowOpenBatch(NODE, keys(1), new byte[] {1}, new int[1]))
                .toCompletableFuture();
        picker.waiting.remove().completeExceptionally(new IllegalStateException("nobody there"));
        assertThat(answer).isCompletedExceptionally();
        assertThat(authority.records()).isZero();
    }

    /** Two nodes meet the two directions of one flow at the same moment. */
    @Test
    void givesTwoBatchesThatRaceForAFlowTheFirstPick() {
        picker.atOnce = false;
        CompletableFuture<FlowOpenedBatch> one = authority
                .open(new FlowOpenBatch(NODE, keys(1), new byte[] {1}, new int[1]))
                .toCompletableFuture();
        CompletableFuture<FlowOpenedBatch> two = authority
                .open(new FlowOpenBatch(OTHER_NODE, keys(1), new byte[] {1}, new int[1]))
                .toCompletableFuture();
        picker.answer(FIRST);
        picker.answer(SECOND);
        assertThat(two.join()).isEqualTo(one.join());
        assertThat(one.join().targets()).containsExactly(FIRST);
        assertThat(authority.records()).isOne();
    }

    @Test
    void answersOneFlowTwiceInABatch() {
        FlowOpenedBatch opened = open(NODE, true, 1, 1);
        assertThat(opened.cookies()[0]).isEqualTo(opened.cookies()[1]);
        assertThat(authority.records()).isOne();
    }

    @Test
    void w17AReusedTupleGetsAnotherCookieHoweverSoonItIsUsedAgain() {
        int first = open(NODE, true, 1).cookies()[0];
        close(NODE, 1, first);
        int second = open(NODE, true, 1).cookies()[0];
        close(NODE, 1, second);
        int third = open(NODE, true, 1).cookies()[0];
        assertThat(List.of(first, second, third)).doesNotHaveDuplicates();
        assertThat(FlowCookie.incarnation(second)).isEqualTo((FlowCookie.incarnation(first) + 1) & 63);
        assertThat(FlowCookie.incarnation(third)).isEqualTo((FlowCookie.incarnation(first) + 2) & 63);
    }

    @Test
    void createsAFlowLaterThanItsPredecessorThoughTheClockStandsStill() {
        FlowOpenedBatch first = open(NODE, true, 1);
        close(NODE, 1, first.cookies()[0]);
        assertThat(open(NODE, true, 1).createdAtMs()[0]).isGreaterThan(first.createdAtMs()[0]);
    }

    @Test
    void ignoresTheEndOfAnOlderFlowOfTheTuple() {
        int first = open(NODE, true, 1).cookies()[0];
        close(NODE, 1, first);
        int second = open(NODE, true, 1).cookies()[0];
        close(NODE, 1, first);
        assertThat(open(NODE, false, 1).cookies()[0]).isEqualTo(second);
    }

    @Test
    void keepsAFlowThatEndedAtOneNodeWhileAnotherUsesIt() {
        int cookie = open(NODE, true, 1).cookies()[0];
        open(OTHER_NODE, false, 1);
        close(NODE, 1, cookie);
        assertThat(open(NODE, false, 1).outcomes()).containsExactly(0);
        close(NODE, 1, cookie);
        assertThat(open(NODE, false, 1).outcomes())
                .as("it was the last to use it then")
                .containsExactly(FlowOpenedBatch.NO_FLOW);
    }

    @Test
    void forgetsAFlowThatNobodyUsesForItsLease() {
        open(NODE, true, 1);
        nowMs += LEASE_MS - 1;
        assertThat(open(NODE, false, 1).outcomes()).as("asking is using").containsExactly(0);
        nowMs += LEASE_MS;
        assertThat(open(NODE, false, 1).outcomes()).containsExactly(FlowOpenedBatch.NO_FLOW);
    }

    @Test
    void f10ALeaseIsLongerThanTheListenersTimeoutByAHalfAndAPass() {
        long[] key = keys(1);
        assertThat(FlowTimeouts.leaseMs(key[FlowKey.TRAITS_WORD], 60_000)).isEqualTo(105_000);
        assertThat(FlowTimeouts.leaseMs(key[FlowKey.TRAITS_WORD], 350_000)).isEqualTo(LEASE_MS);
    }

    @Test
    void f12ALeaseOfAnotherProtocolFollows120Seconds() {
        long udp = FlowKey.traits(1, 2, 17, 4, Stickiness.FIVE_TUPLE);
        assertThat(FlowTimeouts.leaseMs(udp, 6_000_000)).isEqualTo(195_000);
    }

    @Test
    void aTouchedFlowLivesOnFromItsLastPacket() {
        FlowOpenedBatch opened = open(NODE, true, 1);
        int cookie = opened.cookies()[0];
        nowMs += 500_000;
        touch(NODE, 1, FIRST, cookie, opened.createdAtMs()[0], nowMs - 100_000);
        nowMs += 400_000;
        assertThat(open(NODE, false, 1)).isEqualTo(opened);
    }

    @Test
    void aTouchOfAnotherCookieOrFromTheFutureDoesNotProlong() {
        FlowOpenedBatch opened = open(NODE, true, 1);
        int cookie = opened.cookies()[0];
        touch(NODE, 1, FIRST, cookie + 1, nowMs, nowMs + 300_000);
        touch(NODE, 1, FIRST, cookie, nowMs, nowMs + 900_000);
        nowMs += LEASE_MS;
        assertThat(open(NODE, false, 1).outcomes()).containsExactly(FlowOpenedBatch.NO_FLOW);
    }

    @Test
    void putsARecordBackThatItDoesNotHaveWhenTheFlowIsTouched() {
        touch(NODE, 1, SECOND, 0xC0FF_EE01, nowMs - 600_000, nowMs - 10_000);
        FlowOpenedBatch known = open(OTHER_NODE, false, 1);
        assertThat(known.targets()).containsExactly(SECOND);
        assertThat(known.cookies()).containsExactly(0xC0FF_EE01);
        assertThat(known.createdAtMs()).containsExactly(nowMs - 600_000);
        nowMs += LEASE_MS;
        touch(NODE, 2, SECOND, 7, nowMs - 1_000_000, nowMs - LEASE_MS);
        assertThat(open(OTHER_NODE, false, 2).outcomes())
                .as("what nobody used for its lease is not put back")
                .containsExactly(FlowOpenedBatch.NO_FLOW);
    }

    @Test
    void aTouchNeverReplacesARecord() {
        FlowOpenedBatch opened = open(NODE, true, 1);
        touch(OTHER_NODE, 1, SECOND, 0xC0FF_EE01, nowMs + 1, nowMs);
        assertThat(open(NODE, false, 1)).isEqualTo(opened);
    }

    @Test
    void aLateTouchDoesNotRaiseAFlowThatHasEnded() {
        FlowOpenedBatch opened = open(NODE, true, 1);
        int cookie = opened.cookies()[0];
        nowMs += 1_000;
        close(NODE, 1, cookie);
        touch(NODE, 1, FIRST, cookie, opened.createdAtMs()[0], nowMs);
        nowMs += 10;
        touch(NODE, 1, FIRST, cookie, opened.createdAtMs()[0] - 1, nowMs);
        assertThat(open(NODE, false, 1).outcomes()).containsExactly(FlowOpenedBatch.NO_FLOW);
        touch(NODE, 1, FIRST, cookie, opened.createdAtMs()[0], nowMs);
        assertThat(open(NODE, false, 1)).as("packets came after its end").isEqualTo(opened);
    }

    @Test
    void aFlowThatFellSilentAtOneNodeIsKnownAgainWhereAnotherHasSeenItLater() {
        FlowOpenedBatch opened = open(NODE, true, 1);
        int cookie = opened.cookies()[0];
        nowMs += 1_000;
        close(NODE, 1, cookie, FlowEnd.IDLE);
        touch(OTHER_NODE, 1, FIRST, cookie, opened.createdAtMs()[0], nowMs - 1_000);
        assertThat(open(NODE, false, 1).outcomes()).as("nothing is newer").containsExactly(FlowOpenedBatch.NO_FLOW);
        touch(OTHER_NODE, 1, FIRST, cookie, opened.createdAtMs()[0], nowMs - 500);
        assertThat(open(NODE, false, 1)).isEqualTo(opened);
    }

    /** W-17: a tombstone is kept for as long after its burial, however long ago its flow was last seen. */
    @Test
    void w17ATombstoneOfWhatExpiredIsKeptAsLongAsAnyOther() {
        int first = open(NODE, true, 1).cookies()[0];
        nowMs += LEASE_MS;
        sweep();
        nowMs += FlowRecords.TOMBSTONE_MS - 1;
        sweep();
        adopt(NODE, 1, FIRST, first, nowMs);
        assertThat(open(NODE, false, 1).cookies()[0])
                .as("a younger flow under the cookie of the one that expired")
                .isNotEqualTo(first);
    }

    @Test
    void refusesMoreFlowsThanItMayRememberAndTakesThemAgainWhenOthersAreOver() {
        assertThat(open(NODE, true, 1, 2, 3, 4, 5).outcomes()).containsExactly(0, 0, 0, 0, FlowOpenedBatch.NO_ROOM);
        nowMs += LEASE_MS;
        sweep();
        nowMs += FlowRecords.TOMBSTONE_MS;
        assertThat(open(NODE, true, 5).outcomes()).containsExactly(0);
        assertThat(authority.records()).isOne();
    }

    /** A flood at the limit: what a refusal costs must not grow with the number of records. */
    @Test
    void refusesAtTheLimitInAConstantNumberOfVisits() {
        FlowRecords records = new FlowRecords(50_000, HASHER, Set.of());
        for (int flow = 0; flow < 50_000; flow++) {
            remember(records, flow);
        }
        long visitsBefore = records.visits();
        for (int flow = 50_000; flow < 51_000; flow++) {
            assertThat(records.add(keys(flow), 0, nowMs)).isEqualTo(FlowRecords.NONE);
        }
        assertThat(records.visits() - visitsBefore).isLessThanOrEqualTo(4_000);
    }

    /** Flows that ended take no room from flows that live: an endpoint that opens and ends many refuses nobody another. */
    @Test
    void tombstonesTakeNoRoomFromNewFlows() {
        FlowRecords records = new FlowRecords(100, HASHER, Set.of());
        for (int flow = 0; flow < 100_000; flow++) {
            records.bury(remember(records, flow), nowMs);
            assertThat(records.count()).isLessThanOrEqualTo(200);
        }
        assertThat(records.liveCount()).isZero();
        assertThat(records.find(keys(99_800), 0)).as("among the last 200").isNotEqualTo(FlowRecords.NONE);
        assertThat(records.find(keys(99_799), 0)).as("before them").isEqualTo(FlowRecords.NONE);
    }

    private int remember(FlowRecords records, int flow) {
        int record = records.add(keys(flow), 0, nowMs);
        assertThat(record).as("flow %d", flow).isNotEqualTo(FlowRecords.NONE);
        records.pin(record, FIRST, flow, 0);
        records.born(record, 0, 350_000);
        records.usedBy(record, NODE, nowMs);
        return record;
    }

    /** As often as the sweeps of a minute. */
    private void sweep() {
        for (int i = 0; i < FlowRecords.SWEEPS_PER_PASS; i++) {
            authority.sweep();
        }
    }

    @Test
    void sweepsEverythingThatIsOver() {
        open(NODE, true, 1, 2, 3, 4);
        nowMs += LEASE_MS;
        sweep();
        assertThat(authority.records()).isZero();
        nowMs += FlowRecords.TOMBSTONE_MS;
        sweep();
        assertThat(open(NODE, true, 5, 6, 7, 8).outcomes()).containsExactly(0, 0, 0, 0);
    }

    @Test
    void takesOverAProvisionalFlowAsItIs() {
        FlowOpenedBatch adopted = adopt(NODE, 1, SECOND, 0xC0FF_EE01, nowMs - 5_000);
        assertThat(adopted.targets()).containsExactly(SECOND);
        assertThat(adopted.cookies()).containsExactly(0xC0FF_EE01);
        assertThat(open(OTHER_NODE, false, 1)).isEqualTo(adopted);
    }

    @Test
    void aProvisionalFlowNeverReplacesARecord() {
        FlowOpenedBatch opened = open(OTHER_NODE, true, 1);
        assertThat(adopt(NODE, 1, SECOND, 0xC0FF_EE01, nowMs + 5_000)).isEqualTo(opened);
    }

    @Test
    void theNextFlowOfAnAdoptedTupleHasAnotherCookie() {
        int provisional = cookies.issue(keys(1), 0, FIRST, nowMs, FlowCookies.slot(nowMs));
        adopt(NODE, 1, FIRST, provisional, nowMs);
        close(NODE, 1, provisional);
        assertThat(open(NODE, true, 1).cookies()[0]).isNotEqualTo(provisional);
    }

    @Test
    void w16OneCookieServesBothDirectionsWhereverTheyEnter() {
        FlowOpenedBatch forward = open(NODE, true, 1);
        FlowOpenedBatch reverse = open(OTHER_NODE, false, 1);
        assertThat(reverse.cookies()).isEqualTo(forward.cookies());
    }

    @Test
    void f4BothDirectionsHaveOneRecordAndOneTarget() {
        open(NODE, true, 1);
        picker.target = SECOND;
        assertThat(open(OTHER_NODE, true, 1).targets()).containsExactly(FIRST);
        assertThat(authority.records()).isOne();
    }

    @Test
    void f5EqualTuplesOfTwoEndpointsAreTwoFlows() {
        long[] both = keys(1, 1);
        both[FlowKey.WORDS + FlowKey.ENDPOINT_WORD]++;
        FlowOpenedBatch opened = authority
                .open(new FlowOpenBatch(NODE, both, new byte[] {1, 1}, new int[2]))
                .toCompletableFuture()
                .join();
        assertThat(authority.records()).isEqualTo(2);
        assertThat(opened.cookies()[0]).isNotEqualTo(opened.cookies()[1]);
    }

    @Test
    void f6LaterPacketsUseTheRecordAndNotTheRanking() {
        FlowOpenedBatch opened = open(NODE, true, 1);
        picker.target = SECOND;
        for (int packet = 0; packet < 10; packet++) {
            nowMs += 100_000;
            assertThat(open(packet % 2 == 0 ? NODE : OTHER_NODE, true, 1)).isEqualTo(opened);
        }
        assertThat(picker.asked).hasSize(1);
    }

    @Test
    void f15AfterItsEndATupleIsPickedForAnew() {
        int cookie = open(NODE, true, 1).cookies()[0];
        picker.target = SECOND;
        close(NODE, 1, cookie);
        assertThat(open(NODE, true, 1).targets()).containsExactly(SECOND);
    }

    @Test
    void f20ASynOnAClosedFlowOpensANewOneThoughAnotherNodeUsedItLast() {
        FlowOpenedBatch first = open(NODE, true, 1);
        open(OTHER_NODE, false, 1);
        picker.target = SECOND;
        FlowOpenedBatch second = reopen(NODE, 1, first.cookies()[0]);
        assertThat(second.targets()).containsExactly(SECOND);
        assertThat(second.cookies()[0]).isNotEqualTo(first.cookies()[0]);
        assertThat(second.createdAtMs()[0]).isGreaterThan(first.createdAtMs()[0]);
        assertThat(authority.records()).isOne();
    }

    @Test
    void f20ASynOnALiveFlowIsARetransmission() {
        FlowOpenedBatch first = open(NODE, true, 1);
        FlowOpenedBatch second = reopen(OTHER_NODE, 1, first.cookies()[0]);
        assertThat(reopen(NODE, 1, 0)).as("a node that knows of no end").isEqualTo(second);
        assertThat(reopen(NODE, 1, first.cookies()[0]))
                .as("an end that is known already")
                .isEqualTo(second);
    }

    @Test
    void w17TheNewFlowHasAnotherCookieThoughTheAuthorityNeverKnewTheOneThatEnded() {
        int local = cookies.issue(keys(1), 0, FIRST, nowMs, FlowCookies.slot(nowMs));
        int second = reopen(NODE, 1, local).cookies()[0];
        assertThat(second).isNotEqualTo(local);
        assertThat(FlowCookie.incarnation(second)).isEqualTo((FlowCookie.incarnation(local) + 1) & 63);
    }

    @Test
    void w17AnAdoptedFlowsSuccessorComesBehindTheAdoptedCookie() {
        long slot = FlowCookies.slot(nowMs);
        int third = cookies.issue(keys(1), 0, FIRST, nowMs, slot + 2);
        adopt(NODE, 1, FIRST, third, nowMs);
        close(NODE, 1, third);
        assertThat(FlowCookie.incarnation(open(NODE, true, 1).cookies()[0])).isEqualTo((int) (slot + 3) & 63);
    }

    @Test
    void w17AnAdoptedFlowsSuccessorComesBehindTheTombstoneToo() {
        long slot = FlowCookies.slot(nowMs);
        int cookie = 0;
        for (int use = 0; use < 4; use++) {
            cookie = open(NODE, true, 1).cookies()[0];
            close(NODE, 1, cookie);
        }
        int second = cookies.issue(keys(1), 0, SECOND, nowMs, slot + 1);
        assertThat(adopt(NODE, 1, SECOND, second, nowMs).createdAtMs()[0]).isGreaterThan(nowMs + 3);
        close(NODE, 1, second);
        assertThat(FlowCookie.incarnation(open(NODE, true, 1).cookies()[0])).isEqualTo((int) (slot + 4) & 63);
    }

    @Test
    void w17AnAdoptedFlowUnderTheCookieOfOneThatEndedGetsAnother() {
        FlowOpenedBatch first = open(NODE, true, 1);
        int cookie = first.cookies()[0];
        close(NODE, 1, cookie);
        assertThat(adopt(NODE, 1, FIRST, cookie, first.createdAtMs()[0]))
                .as("the very flow, still live there")
                .isEqualTo(first);
        close(NODE, 1, cookie);
        FlowOpenedBatch younger = adopt(NODE, 1, FIRST, cookie, first.createdAtMs()[0] + 5);
        assertThat(younger.cookies()[0]).isNotEqualTo(cookie);
        assertThat(younger.createdAtMs()[0]).isEqualTo(first.createdAtMs()[0] + 5);
    }

    @Test
    void t5AFlowLeavesItsTargetForTheOneThatIsPicked() {
        FlowOpenedBatch opened = open(NODE, true, 1);
        picker.target = SECOND;
        FlowOpenedBatch moved = move(NODE, 1, opened.cookies()[0]);
        assertThat(moved.targets()).containsExactly(SECOND);
        assertThat(picker.asked.getLast().moves()).containsExactly(1);
        assertThat(picker.asked.getLast().keyHashes()).containsExactly(FlowHasher.rankingHash(keys(1), 0));
        assertThat(open(OTHER_NODE, false, 1)).isEqualTo(moved);
        assertThat(authority.records()).isOne();
    }

    @Test
    void t8AMovedFlowDoesNotReturn() {
        int cookie = open(NODE, true, 1).cookies()[0];
        picker.target = SECOND;
        FlowOpenedBatch moved = move(NODE, 1, cookie);
        picker.target = FIRST;
        assertThat(open(NODE, true, 1)).isEqualTo(moved);
        assertThat(move(NODE, 1, cookie))
                .as("asked with the cookie it had before")
                .isEqualTo(moved);
        assertThat(picker.asked).hasSize(2);
    }

    @Test
    void t9AMoveGivesANewCookieAndKeepsTheCreation() {
        FlowOpenedBatch opened = open(NODE, true, 1);
        picker.target = SECOND;
        FlowOpenedBatch moved = move(NODE, 1, opened.cookies()[0]);
        assertThat(moved.createdAtMs()).isEqualTo(opened.createdAtMs());
        assertThat(FlowCookie.incarnation(moved.cookies()[0]))
                .isEqualTo((FlowCookie.incarnation(opened.cookies()[0]) + 1) & 63);
        picker.target = FIRST;
        FlowOpenedBatch back = move(NODE, 1, moved.cookies()[0]);
        assertThat(List.of(opened.cookies()[0], moved.cookies()[0], back.cookies()[0]))
                .doesNotHaveDuplicates();
    }

    @Test
    void t10WithoutAHealthyTargetAFlowStays() {
        FlowOpenedBatch opened = open(NODE, true, 1);
        for (int refusal : new int[] {FlowOpenedBatch.UNMOVED, FlowOpenedBatch.NO_TARGET, FlowOpenedBatch.DROPPED}) {
            picker.refusal = refusal;
            assertThat(move(NODE, 1, opened.cookies()[0]).outcomes()).containsExactly(FlowOpenedBatch.UNMOVED);
            assertThat(open(NODE, false, 1)).isEqualTo(opened);
        }
    }

    @Test
    void staysAsItIsWhenItsOwnTargetIsPickedToMoveTo() {
        FlowOpenedBatch opened = open(NODE, true, 1);
        assertThat(move(NODE, 1, opened.cookies()[0])).isEqualTo(opened);
    }

    @Test
    void twoNodesThatMoveAFlowAtOnceAgree() {
        int cookie = open(NODE, true, 1).cookies()[0];
        picker.atOnce = false;
        FlowOpenBatch asked = new FlowOpenBatch(
                NODE, keys(1, 1), new byte[] {FlowOpenBatch.MOVE, FlowOpenBatch.MOVE}, new int[] {cookie, cookie});
        CompletableFuture<FlowOpenedBatch> one = authority.open(asked).toCompletableFuture();
        CompletableFuture<FlowOpenedBatch> two = authority.open(asked).toCompletableFuture();
        picker.answer(SECOND);
        picker.answer(FIRST);
        assertThat(one.join().targets()).containsExactly(SECOND);
        assertThat(one.join().cookies()[0]).isEqualTo(one.join().cookies()[1]);
        assertThat(two.join()).isEqualTo(one.join());
    }

    @Test
    void aMoveWithoutARecordOpensTheFlowUnderAnotherCookie() {
        int cookie = cookies.issue(keys(1), 0, FIRST, nowMs, FlowCookies.slot(nowMs));
        FlowOpenedBatch opened = move(NODE, 1, cookie);
        assertThat(picker.asked.getLast().moves()).containsExactly(0);
        assertThat(opened.targets()).containsExactly(FIRST);
        assertThat(opened.cookies()[0]).isNotEqualTo(cookie);
    }

    @Test
    void passesOnThatAGroupDropsNewFlows() {
        picker.refusal = FlowOpenedBatch.DROPPED;
        assertThat(open(NODE, true, 1).outcomes()).containsExactly(FlowOpenedBatch.DROPPED);
        assertThat(authority.records()).isZero();
    }

    @Test
    void pinsAFlowToBypassAsToAnyTarget() {
        picker.target = TargetRef.bypass(FIRST.group());
        FlowOpenedBatch opened = open(NODE, true, 1);
        picker.target = FIRST;
        assertThat(opened.targets()).containsExactly(TargetRef.bypass(FIRST.group()));
        assertThat(open(OTHER_NODE, true, 1)).isEqualTo(opened);
    }

    @Test
    void countsHowOftenAFlowWasMoved() {
        FlowRecords records = new FlowRecords(1, HASHER, Set.of());
        int record = remember(records, 1);
        records.move(record, SECOND, 5, 1);
        records.move(record, FIRST, 6, 2);
        assertThat(records.moves(record)).isEqualTo(2);
        assertThat(records.target(record)).isEqualTo(FIRST);
        assertThat(records.cookie(record)).isEqualTo(6);
        assertThat(records.incarnationSlot(record)).isEqualTo(2);
        assertThat(records.lastUsedBy(record, NODE)).isTrue();
        assertThat(records.live(keys(1), 0, nowMs)).isEqualTo(record);
        assertThat(records.liveCount()).isOne();
    }

    @Test
    void readsEveryFlowOfABatch() {
        int[] issued = {11, 12};
        long[] created = {nowMs, nowMs};
        authority.adopt(
                new FlowAdoptBatch(NODE, keys(1, 2), List.of(FIRST, SECOND), new int[] {0, 1}, issued, created));
        assertThat(open(OTHER_NODE, false, 2).targets()).containsExactly(SECOND);
        byte[] move = {FlowOpenBatch.MOVE, FlowOpenBatch.MOVE};
        picker.target = target("10.1.0.13");
        FlowOpenedBatch moved = authority
                .open(new FlowOpenBatch(NODE, keys(1, 2), move, issued))
                .toCompletableFuture()
                .join();
        for (int flow = 0; flow < 2; flow++) {
            long slot = FlowCookies.slot(nowMs);
            assertThat(moved.cookies()[flow])
                    .isEqualTo(cookies.issue(
                            keys(flow + 1), 0, picker.target, nowMs, FlowCookies.slotOf(issued[flow], nowMs) + 1));
            assertThat(FlowCookies.slotOf(moved.cookies()[flow], nowMs)).isGreaterThan(slot);
        }
        authority.closed(new FlowClosedBatch(NODE, keys(1, 2), moved.cookies()));
        assertThat(authority.records()).isZero();
        nowMs++;
        long[] seen = {nowMs, nowMs};
        int[] moves = {5, 6};
        authority.touched(new FlowTouchedBatch(
                NODE, keys(1, 2), List.of(FIRST, SECOND), new int[] {0, 1}, issued, created, seen, moves));
        assertThat(open(NODE, false, 1).targets()).containsExactly(FIRST);
        assertThat(open(NODE, false, 2).targets()).containsExactly(SECOND);
        assertThat(open(NODE, false, 1).moves())
                .as("of one who does not know of them")
                .isEmpty();
        FlowOpenBatch asked = new FlowOpenBatch(OTHER_NODE, keys(1, 2), new byte[2], new int[2], true);
        assertThat(authority.open(asked).toCompletableFuture().join().moves()).isEqualTo(moves);
    }

    private FlowOpenedBatch adopt(NodeId node, int flow, TargetRef target, int cookie, long createdAtMs) {
        return authority.adopt(new FlowAdoptBatch(
                node, keys(flow), List.of(target), new int[1], new int[] {cookie}, new long[] {createdAtMs}));
    }
}

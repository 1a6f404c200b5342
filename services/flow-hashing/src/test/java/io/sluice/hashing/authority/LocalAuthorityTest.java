// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.hashing.core.FlowCookies;
import io.sluice.hashing.core.FlowHasher;
import io.sluice.model.flow.FlowCookie;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class LocalAuthorityTest {

    private static final NodeId NODE = new NodeId("gw-1");
    private static final NodeId OTHER_NODE = new NodeId("gw-2");
    private static final TargetRef FIRST = target("10.1.0.11");
    private static final TargetRef SECOND = target("10.1.0.12");
    private static final int CAPACITY = 4;

    /** Answers when the test says so, with the target the test names. */
    private static final class Picker implements TargetPicker {

        private final Deque<TargetSelectBatch> asked = new ArrayDeque<>();
        private final Deque<CompletableFuture<TargetSelectedBatch>> waiting = new ArrayDeque<>();
        private boolean atOnce = true;
        private TargetRef target = FIRST;

        @Override
        public CompletionStage<TargetSelectedBatch> pick(TargetSelectBatch batch) {
            asked.add(batch);
            CompletableFuture<TargetSelectedBatch> answer = new CompletableFuture<>();
            waiting.add(answer);
            if (atOnce) {
                answer(target);
            }
            return answer;
        }

        void answer(TargetRef with) {
            waiting.remove()
                    .complete(new TargetSelectedBatch(
                            List.of(with), new int[asked.getLast().flowCount()]));
        }

        void noTarget() {
            int[] picks = new int[asked.getLast().flowCount()];
            Arrays.fill(picks, FlowOpenedBatch.NO_TARGET);
            waiting.remove().complete(new TargetSelectedBatch(List.of(), picks));
        }
    }

    private final Picker picker = new Picker();
    private final FlowCookies cookies = new FlowCookies(new byte[32]);
    private long nowMs = 1_795_000_000_000L;
    private final LocalAuthority authority =
            new LocalAuthority(picker, new FlowCookies(new byte[32]), () -> nowMs, CAPACITY);

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

    private void close(NodeId node, int flow, int cookie) {
        authority.closed(new FlowClosedBatch(node, keys(flow), new int[] {cookie}));
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

    /** F-16. */
    @Test
    void knowsNoFlowOfAPacketThatMayNotOpenOne() {
        FlowOpenedBatch answer = open(NODE, false, 1);
        assertThat(answer.outcomes()).containsExactly(FlowOpenedBatch.NO_FLOW);
        assertThat(picker.asked).isEmpty();
        assertThat(authority.records()).isZero();
    }

    /** T3d: no entry either. */
    @Test
    void refusesWhereThereIsNoTarget() {
        picker.atOnce = false;
        CompletableFuture<FlowOpenedBatch> answer = authority
                .open(new FlowOpenBatch(NODE, keys(1), new byte[] {1}, new int[1]))
                .toCompletableFuture();
        picker.noTarget();
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

    /** W-17, also within one incarnation slot. */
    @Test
    void givesAReusedTupleAnotherCookieHoweverSoonItIsUsedAgain() {
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

    /** F-10: 350 s where the configuration says nothing else. */
    @Test
    void forgetsAFlowThatNobodyUsesForItsIdleTimeout() {
        open(NODE, true, 1);
        nowMs += 349_999;
        assertThat(open(NODE, false, 1).outcomes()).as("asking is using").containsExactly(0);
        nowMs += 350_000;
        assertThat(open(NODE, false, 1).outcomes()).containsExactly(FlowOpenedBatch.NO_FLOW);
    }

    @Test
    void aTouchedFlowLivesOnFromItsLastPacket() {
        int cookie = open(NODE, true, 1).cookies()[0];
        nowMs += 300_000;
        authority.touched(new FlowTouchedBatch(NODE, keys(1), new int[] {cookie}, new long[] {nowMs - 100_000}));
        nowMs += 200_000;
        assertThat(open(NODE, false, 1).outcomes()).containsExactly(0);
    }

    @Test
    void aTouchOfAnotherCookieOrFromTheFutureDoesNotProlong() {
        int cookie = open(NODE, true, 1).cookies()[0];
        authority.touched(new FlowTouchedBatch(NODE, keys(1), new int[] {cookie + 1}, new long[] {nowMs + 300_000}));
        authority.touched(new FlowTouchedBatch(NODE, keys(1), new int[] {cookie}, new long[] {nowMs + 900_000}));
        nowMs += 350_000;
        assertThat(open(NODE, false, 1).outcomes()).containsExactly(FlowOpenedBatch.NO_FLOW);
    }

    @Test
    void refusesMoreFlowsThanItMayRememberAndTakesThemAgainWhenOthersAreOver() {
        assertThat(open(NODE, true, 1, 2, 3, 4, 5).outcomes()).containsExactly(0, 0, 0, 0, FlowOpenedBatch.NO_ROOM);
        nowMs += 350_000;
        authority.sweep();
        nowMs += FlowRecords.TOMBSTONE_MS;
        assertThat(open(NODE, true, 5).outcomes()).containsExactly(0);
        assertThat(authority.records()).isOne();
    }

    /** A flood at the limit: what a refusal costs must not grow with the number of records. */
    @Test
    void refusesAtTheLimitInAConstantNumberOfVisits() {
        FlowRecords records = new FlowRecords(50_000);
        for (int flow = 0; flow < 50_000; flow++) {
            records.put(entry(flow), nowMs);
        }
        long visitsBefore = records.visits();
        for (int flow = 50_000; flow < 51_000; flow++) {
            assertThat(records.put(entry(flow), nowMs)).isNull();
        }
        assertThat(records.visits() - visitsBefore).isLessThanOrEqualTo(4_000);
    }

    private static FlowRecords.Entry entry(int flow) {
        return new FlowRecords.Entry(FlowKey.copyOf(keys(flow), 0), FIRST, flow, 0, 0, 350_000);
    }

    @Test
    void sweepsEverythingThatIsOver() {
        open(NODE, true, 1, 2, 3, 4);
        nowMs += 350_000;
        authority.sweep();
        assertThat(authority.records()).isZero();
        nowMs += FlowRecords.TOMBSTONE_MS;
        authority.sweep();
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

    private FlowOpenedBatch adopt(NodeId node, int flow, TargetRef target, int cookie, long createdAtMs) {
        return authority.adopt(new FlowAdoptBatch(
                node, keys(flow), List.of(target), new int[1], new int[] {cookie}, new long[] {createdAtMs}));
    }
}

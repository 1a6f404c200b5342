// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.hashing.core.FlowCookies;
import io.sluice.model.flow.FlowCookie;
import io.sluice.model.flow.FlowEnd;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import io.sluice.model.flow.KeyPartition;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowAdoptBatch;
import io.sluice.model.message.FlowClosedBatch;
import io.sluice.model.message.FlowEvents;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.FlowTouchedBatch;
import io.sluice.model.message.TargetSelectedBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One or two members' authorities over copies that the test holds: no cluster, no thread but this one. */
class ClusterAuthorityTest {

    private static final NodeId INGRESS = new NodeId("ingress");
    private static final NodeId SELF = new NodeId("gw-1");
    private static final NodeId OTHER = new NodeId("gw-2");
    private static final TargetRef FIRST = target("10.1.0.11");
    private static final TargetRef SECOND = target("10.1.0.12");
    private static final TargetRef THIRD = target("10.1.0.13");
    private static final int PARTITIONS = 4;

    /** What the cluster keeps; writes take effect when the test says so. */
    private static final class Copies implements RecordCopies, RecordSource {

        final Map<FlowKey, FlowRecord> kept = new HashMap<>();
        final Deque<Runnable> underWay = new ArrayDeque<>();
        final List<Integer> fetched = new ArrayList<>();
        int written;
        boolean fails;
        boolean eraseFails;
        boolean fetchFails;
        CompletableFuture<List<FlowRecord>> held = new CompletableFuture<>();
        boolean holdFetches;

        @Override
        public CompletionStage<?> write(List<FlowRecord> records) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            written += records.size();
            underWay.add(() -> {
                if (fails) {
                    done.completeExceptionally(new IllegalStateException("no member is there"));
                } else {
                    records.forEach(flow -> kept.put(flow.key(), flow));
                    done.complete(null);
                }
            });
            return done;
        }

        @Override
        public CompletionStage<?> erase(List<FlowRecord> ended) {
            if (eraseFails) {
                return CompletableFuture.failedStage(new IllegalStateException("no member is there"));
            }
            ended.forEach(flow -> kept.remove(flow.key()));
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<List<FlowRecord>> load(int partition) {
            fetched.add(partition);
            if (fetchFails) {
                return CompletableFuture.failedStage(new IllegalStateException("migrating"));
            }
            List<FlowRecord> found = kept.values().stream()
                    .filter(flow -> partition(flow.key()) == partition)
                    .toList();
            if (holdFetches) {
                held = new CompletableFuture<>();
                return held.thenApply(nothing -> found);
            }
            return CompletableFuture.completedStage(found);
        }

        /** What is under way cannot be kept. */
        void refuse() {
            fails = true;
            take();
            fails = false;
        }

        void take() {
            for (int count = underWay.size(); count > 0; count--) {
                underWay.remove().run();
            }
        }
    }

    /** A member with its own memory. */
    private final class Member implements CopyWatch {

        final Deque<Runnable> loop = new ArrayDeque<>();
        final LocalAuthority memory;
        final ClusterAuthority authority;
        OwnerTable owners = OwnerTable.NOBODY;
        TargetRef picked = FIRST;
        CompletableFuture<Void> picking = CompletableFuture.completedFuture(null);
        final List<Integer> corrected = new ArrayList<>();
        int copied;
        int failed;
        int notErased;
        long lagMs;
        final Map<CopyPlace, Integer> waiting = new EnumMap<>(CopyPlace.class);

        Member(NodeId self) {
            this(self, Map.of(CopyPlace.CLUSTER, copies));
        }

        Member(NodeId self, Map<CopyPlace, RecordCopies> places) {
            memory = new LocalAuthority(
                    batch -> picking.thenApply(
                            now -> new TargetSelectedBatch(List.of(picked), new int[batch.flowCount()])),
                    new FlowCookies(new byte[32]),
                    () -> nowMs,
                    100_000,
                    new FlowWatch() {
                        @Override
                        public void changed(
                                FlowEvents.Change change,
                                FlowEnd end,
                                long[] keys,
                                int firstWord,
                                TargetRef target,
                                int cookie,
                                NodeId ingress,
                                long nowMs) {
                            // not looked at
                        }

                        @Override
                        public void corrected(long[] keys, int firstWord, int cookie) {
                            corrected.add(cookie);
                        }
                    },
                    places.keySet());
            authority = new ClusterAuthority(memory, self, () -> owners, copies, places, this, loop::add, () -> nowMs);
        }

        @Override
        public void copied(CopyPlace place, int records, long lag) {
            if (place == CopyPlace.CLUSTER) {
                copied += records;
                lagMs = Math.max(lagMs, lag);
            }
        }

        @Override
        public void failed(CopyPlace place, int records, Throwable cause) {
            failed += records;
        }

        @Override
        public void notErased(CopyPlace place, int flows, Throwable cause) {
            notErased += flows;
        }

        @Override
        public void waiting(CopyPlace place, int records) {
            waiting.put(place, records);
        }

        /** What the loop does in some turns. */
        void turn() {
            for (int turn = 0; turn < 10; turn++) {
                authority.copy();
                for (int count = loop.size(); count > 0; count--) {
                    loop.remove().run();
                }
            }
        }

        /** The one that is open since an owner has gone. */
        void windowCloses() {
            nowMs += 2_000;
            authority.recovering(false);
        }

        FlowOpenedBatch move(int cookie) {
            byte[] intents = {FlowOpenBatch.MOVE};
            return authority
                    .open(new FlowOpenBatch(INGRESS, keys(1), intents, new int[] {cookie}, true))
                    .toCompletableFuture()
                    .join();
        }

        void open(int from, int to) {
            for (int start = from; start <= to; start += FlowOpenBatch.FLOWS_MAX) {
                ask(
                        FlowOpenBatch.OPEN,
                        IntStream.rangeClosed(start, Math.min(to, start + FlowOpenBatch.FLOWS_MAX - 1))
                                .toArray());
            }
        }

        FlowOpenedBatch ask(byte intent, int... flows) {
            byte[] intents = new byte[flows.length];
            Arrays.fill(intents, intent);
            return authority
                    .open(new FlowOpenBatch(INGRESS, keys(flows), intents, new int[flows.length], true))
                    .toCompletableFuture()
                    .join();
        }
    }

    private long nowMs = 1_795_000_000_000L;
    private final Copies copies = new Copies();
    private final Copies disk = new Copies();
    private final Member self = new Member(SELF);
    private final Member other = new Member(OTHER);

    private static TargetRef target(String id) {
        return new TargetRef(new TargetGroupId("firewalls"), new TargetId(id), 1);
    }

    /** An offer of flow 1 by an ingress that knows the number of its moves. */
    private FlowAdoptBatch offer(NodeId ingress, TargetRef target, int cookie, long createdAtMs, int moves) {
        return new FlowAdoptBatch(
                ingress, keys(1), List.of(target), new int[1], new int[] {cookie}, new long[] {createdAtMs}, new int[] {
                    moves
                });
    }

    private static long[] keys(int... flows) {
        long[] keys = new long[flows.length * FlowKey.WORDS];
        for (int i = 0; i < flows.length; i++) {
            keys[i * FlowKey.WORDS] = 100;
            keys[i * FlowKey.WORDS + 2] = flows[i];
            keys[i * FlowKey.WORDS + 4] = 7;
            keys[i * FlowKey.WORDS + FlowKey.TRAITS_WORD] = FlowKey.traits(1, 2, 17, 4, Stickiness.FIVE_TUPLE);
        }
        return keys;
    }

    private static int partition(FlowKey key) {
        long[] words = new long[FlowKey.WORDS];
        key.copyTo(words, 0);
        return KeyPartition.of(words, 0, PARTITIONS);
    }

    private static int[] flowsOf(int partition, int count) {
        return IntStream.iterate(1, flow -> flow + 1)
                .filter(flow -> KeyPartition.of(keys(flow), 0, PARTITIONS) == partition)
                .limit(count)
                .toArray();
    }

    private static OwnerTable owners(NodeId... nodes) {
        return OwnerTable.of(Arrays.stream(nodes)
                .map(node -> node == null ? null : new OwnerTable.Owner(node, 1))
                .toArray(OwnerTable.Owner[]::new));
    }

    private void owned(NodeId... nodes) {
        self.owners = owners(nodes);
        other.owners = self.owners;
        self.turn();
        other.turn();
    }

    @Test
    void answersNothingWhileNobodyOwnsAnything() {
        assertThat(self.ask(FlowOpenBatch.OPEN, 1, 2).outcomes()).containsOnly(FlowOpenedBatch.NOT_YET);
    }

    @Test
    void decidesAboutItsOwnPartitionsOnly() {
        owned(SELF, OTHER, SELF, OTHER);
        int[] flows = {flowsOf(0, 1)[0], flowsOf(1, 1)[0], flowsOf(2, 1)[0], flowsOf(3, 1)[0]};
        FlowOpenedBatch answer = self.ask(FlowOpenBatch.OPEN, flows);
        assertThat(answer.outcomes()).containsExactly(0, FlowOpenedBatch.NOT_YET, 0, FlowOpenedBatch.NOT_YET);
        assertThat(answer.cookies()[0]).isNotZero();
        assertThat(answer.cookies()[1]).isZero();
        assertThat(answer.createdAtMs()).containsExactly(nowMs, 0, nowMs, 0);
        assertThat(self.authority.records()).isEqualTo(2);
    }

    /** P1: the record that was copied answers at the next owner, not the pick of its day. */
    @Test
    void p1TheNextOwnerAnswersWithTheRecord() {
        owned(SELF, SELF, SELF, SELF);
        int[] flows = IntStream.rangeClosed(1, 1_000).toArray();
        FlowOpenedBatch before = self.ask(FlowOpenBatch.OPEN, flows);
        self.turn();
        copies.take();
        self.turn();
        copies.take();
        self.turn();
        assertThat(copies.kept).hasSize(1_000);
        assertThat(self.copied).isEqualTo(1_000);

        other.picked = SECOND;
        owned(OTHER, OTHER, OTHER, OTHER);
        FlowOpenedBatch after = other.ask(FlowOpenBatch.OPEN, flows);
        assertThat(after).isEqualTo(before);
        assertThat(self.authority.records()).as("the last owner forgets").isZero();
        assertThat(self.ask(FlowOpenBatch.OPEN, 1).outcomes()).containsExactly(FlowOpenedBatch.NOT_YET);
    }

    /** A node that begins to own a partition does not decide before it has its records. */
    @Test
    void p1NothingIsDecidedBeforeTheRecordsAreHere() {
        copies.holdFetches = true;
        self.owners = owners(SELF);
        self.turn();
        assertThat(copies.fetched).containsExactly(0);
        assertThat(self.ask(FlowOpenBatch.OPEN, 1).outcomes()).containsExactly(FlowOpenedBatch.NOT_YET);
        FlowAdoptBatch offer =
                new FlowAdoptBatch(INGRESS, keys(1), List.of(FIRST), new int[1], new int[] {7}, new long[] {nowMs});
        assertThat(self.authority.adopt(offer).outcomes()).containsExactly(FlowOpenedBatch.NOT_YET);
        copies.held.complete(List.of());
        self.turn();
        assertThat(self.ask(FlowOpenBatch.OPEN, 1).outcomes()).containsExactly(0);
    }

    /**
     * P1: an owner that is lost right after it has moved a flow takes the move with it, as it was not copied yet. Whoever had
     * the answer knows more than the record.
     */
    @Test
    void p1AMoveThatWasNotCopiedYetIsNotTakenBackByTheNextOwner() {
        owned(SELF);
        int opened = self.ask(FlowOpenBatch.OPEN, 1).cookies()[0];
        self.picked = SECOND;
        FlowOpenedBatch once = self.move(opened);
        assertThat(once.moves()).containsExactly(1);
        self.turn();
        copies.take();
        nowMs += 20_000;
        self.picked = THIRD;
        FlowOpenedBatch twice = self.move(once.cookies()[0]);
        assertThat(twice.moves()).containsExactly(2);
        long createdAtMs = twice.createdAtMs()[0];

        owned(OTHER);
        copies.underWay.clear();
        nowMs += 1_000;
        FlowOpenedBatch answer = other.authority.adopt(offer(INGRESS, THIRD, twice.cookies()[0], createdAtMs, 2));
        assertThat(answer).isEqualTo(twice);
        assertThat(other.corrected).as("who learnt the record as it was copied").containsExactly(twice.cookies()[0]);
        other.turn();
        copies.take();
        assertThat(copies.kept.get(FlowKey.copyOf(keys(1), 0)))
                .matches(flow -> flow.moves() == 2 && flow.target().equals(THIRD) && !flow.provisional());
        assertThat(other.authority.adopt(offer(OTHER, SECOND, once.cookies()[0], createdAtMs, 1)))
                .as("the one that is behind learns")
                .isEqualTo(twice);

        other.picked = FIRST;
        FlowOpenedBatch next = other.move(twice.cookies()[0]);
        assertThat(next.moves()).containsExactly(3);
        assertThat(FlowCookie.incarnation(next.cookies()[0]))
                .as("T9")
                .isEqualTo((FlowCookie.incarnation(twice.cookies()[0]) + 1) & 63);
    }

    /** P1: of what two ingresses offer in a recovery the pin that moved further counts, whichever is seen last. */
    @Test
    void p1OfTwoOffersInARecoveryTheOneThatMovedFurtherCounts() {
        for (boolean furtherFirst : new boolean[] {true, false}) {
            Member owner = new Member(SELF);
            owner.owners = owners(SELF);
            owner.turn();
            owner.authority.recovering(true);
            long createdAtMs = nowMs - 60_000;
            FlowAdoptBatch once = offer(INGRESS, FIRST, 11, createdAtMs, 1);
            FlowAdoptBatch twice = offer(OTHER, SECOND, 12, createdAtMs, 2);
            owner.authority.adopt(furtherFirst ? twice : once);
            nowMs += 1_000;
            owner.authority.adopt(furtherFirst ? once : twice);
            FlowOpenedBatch record = owner.ask(FlowOpenBatch.RECORD_ONLY, 1);
            assertThat(record.cookies()).as("further first: %s", furtherFirst).containsExactly(12);
            assertThat(record.targets()).containsExactly(SECOND);
            assertThat(record.moves()).containsExactly(2);
        }
    }

    /** Rule 4 of the architecture's section 5: what a node decided alone has no moves, whatever there were before. */
    @Test
    void p1WhatANodeDecidedAloneReplacesNoRecord() {
        owned(SELF);
        FlowOpenedBatch opened = self.ask(FlowOpenBatch.OPEN, 1);
        long createdAtMs = opened.createdAtMs()[0];
        assertThat(self.authority.adopt(offer(INGRESS, SECOND, 12, createdAtMs, 0)))
                .isEqualTo(opened);
        assertThat(self.authority.adopt(offer(INGRESS, SECOND, 12, createdAtMs + 1, 1)))
                .as("another flow of the tuple: its moves say nothing about this one")
                .isEqualTo(opened);
        FlowAdoptBatch unsaid = offer(INGRESS, SECOND, 12, createdAtMs, 1).withoutMoves();
        assertThat(self.authority.adopt(unsaid).cookies()).isEqualTo(opened.cookies());
        assertThat(self.authority.adopt(unsaid).moves())
                .as("a node of an earlier release asked")
                .isEmpty();
    }

    @Test
    void triesAgainWhereRecordsCannotBeFetched() {
        copies.fetchFails = true;
        self.owners = owners(SELF);
        self.turn();
        assertThat(copies.fetched).as("a pause between two attempts").hasSize(1);
        nowMs += 50;
        copies.fetchFails = false;
        self.turn();
        assertThat(self.ask(FlowOpenBatch.OPEN, 1).outcomes()).containsExactly(0);
    }

    /** A fetch that was begun before the partition went and came back is not taken for the one after. */
    @Test
    void aFetchOfAnEarlierTermIsNotTaken() {
        copies.holdFetches = true;
        self.owners = owners(SELF);
        self.turn();
        CompletableFuture<List<FlowRecord>> early = copies.held;
        self.owners = owners(OTHER);
        self.turn();
        self.owners = owners(SELF);
        self.turn();
        early.complete(List.of());
        self.turn();
        assertThat(self.ask(FlowOpenBatch.OPEN, 1).outcomes()).containsExactly(FlowOpenedBatch.NOT_YET);
        copies.held.complete(List.of());
        self.turn();
        assertThat(self.ask(FlowOpenBatch.OPEN, 1).outcomes()).containsExactly(0);
    }

    /** What is left in memory of an earlier time must not come back: meanwhile the flow has ended elsewhere. */
    @Test
    void recordsOfAnEarlierTermAreForgotten() {
        owned(SELF);
        FlowOpenedBatch before = self.ask(FlowOpenBatch.OPEN, 1);
        self.turn();
        copies.take();
        owned(OTHER);
        other.authority.closed(new FlowClosedBatch(INGRESS, keys(1), before.cookies()));
        other.turn();
        copies.take();
        nowMs += FlowRecords.TOMBSTONE_MS + 1;
        other.authority.sweep();
        other.turn();
        assertThat(copies.kept).isEmpty();
        owned(SELF);
        assertThat(self.ask(FlowOpenBatch.RECORD_ONLY, 1).outcomes()).containsExactly(FlowOpenedBatch.NO_FLOW);
    }

    /**
     * P4: a node that was alone for a while and has joined again may own the same partitions as before. What it has
     * decided there by itself counts only as far as the cluster's records let it.
     */
    @Test
    void p4ANodeThatHasJoinedAgainFetchesRecordsAnew() {
        owned(SELF, OTHER);
        int[] flows = flowsOf(0, 100);
        other.owners = OwnerTable.of(new OwnerTable.Owner(OTHER, 2), 2);
        other.turn();
        other.picked = SECOND;
        FlowOpenedBatch elsewhere = other.ask(FlowOpenBatch.OPEN, flows);
        other.turn();
        copies.take();
        self.ask(FlowOpenBatch.OPEN, Arrays.copyOf(flows, 50));

        self.owners = OwnerTable.of(new OwnerTable.Owner(SELF, 2), new OwnerTable.Owner(OTHER, 2));
        copies.holdFetches = true;
        self.turn();
        assertThat(self.ask(FlowOpenBatch.OPEN, flows[0]).outcomes()).containsExactly(FlowOpenedBatch.NOT_YET);
        copies.underWay.clear();
        copies.held.complete(List.of());
        self.turn();
        FlowOpenedBatch again = self.ask(FlowOpenBatch.OPEN, flows);
        assertThat(again.targets()).isEqualTo(elsewhere.targets());
        assertThat(again.cookies()).isEqualTo(elsewhere.cookies());
    }

    /**
     * P3: what was decided while a record was not known gives way when it comes; who went by it is told, and the record is
     * copied from here on.
     */
    @Test
    void p3WhatAMergeBringsIsToldAndCopied() {
        owned(SELF);
        self.authority.recovering(true);
        FlowOpenedBatch meanwhile = self.ask(FlowOpenBatch.OPEN, 1, 2);
        self.turn();
        copies.take();
        self.turn();
        FlowRecord kept = copies.kept.get(FlowKey.copyOf(keys(1), 0));
        FlowRecord earlier = new FlowRecord(
                kept.key(), SECOND, kept.cookie() + 1, 1, kept.createdAtMs() - 1_000, 0, nowMs, OTHER, false, false);
        self.authority.merged(List.of(earlier));
        assertThat(self.corrected).containsExactly(earlier.cookie());
        assertThat(self.ask(FlowOpenBatch.OPEN, 1).targets()).containsExactly(SECOND);
        self.turn();
        copies.take();
        assertThat(copies.kept.get(earlier.key()).cookie()).isEqualTo(earlier.cookie());
        assertThat(copies.kept.get(earlier.key()).target()).isEqualTo(SECOND);
        self.authority.merged(List.of(earlier));
        assertThat(self.corrected).as("nothing new").hasSize(1);

        self.authority.touched(new FlowTouchedBatch(
                INGRESS,
                keys(1, 2),
                List.of(FIRST),
                new int[2],
                meanwhile.cookies(),
                meanwhile.createdAtMs(),
                new long[] {nowMs, nowMs}));
        assertThat(self.corrected)
                .as("an ingress that goes by what was decided meanwhile")
                .containsExactly(earlier.cookie(), earlier.cookie());
    }

    /** P3: once every flow has been heard of, what was decided meanwhile gives way to nothing any more. */
    @Test
    void p3WhatWasDecidedDuringARecoveryCountsAfterIt() {
        owned(SELF);
        self.authority.recovering(true);
        self.ask(FlowOpenBatch.OPEN, 1, 2, 3);
        self.turn();
        copies.take();
        assertThat(copies.kept.values()).hasSize(3).allMatch(FlowRecord::provisional);
        self.authority.recovering(false);
        self.turn();
        copies.take();
        assertThat(copies.kept.values()).hasSize(3).noneMatch(FlowRecord::provisional);
        self.ask(FlowOpenBatch.OPEN, 4);
        self.turn();
        copies.take();
        assertThat(copies.kept.values()).hasSize(4).noneMatch(FlowRecord::provisional);
    }

    /**
     * P4: half of a divided cluster comes to own what the others had, and decides with nobody's word but its own. What it
     * decides in the very first moment gives way too, though nobody has told it yet that a member is lost.
     */
    @Test
    void p4WhatIsDecidedFromTheMomentAnOwnerIsGoneGivesWay() {
        owned(SELF, OTHER);
        int[] flows = flowsOf(1, 2);
        self.authority.recovering(false);
        self.owners = owners(SELF, SELF);
        self.ask(FlowOpenBatch.OPEN, flows[0]);
        self.turn();
        self.authority.recovering(false);
        self.ask(FlowOpenBatch.OPEN, flows[0], flows[1]);
        self.turn();
        copies.take();
        assertThat(copies.kept.values()).hasSize(2).allMatch(FlowRecord::provisional);

        self.windowCloses();
        self.turn();
        copies.take();
        assertThat(copies.kept.values()).hasSize(2).noneMatch(FlowRecord::provisional);
    }

    /**
     * P4, rule 2 of the model: when a member is lost, the owner that stays has decided what the cluster has not got yet, be it
     * waiting or on its way. The other half decides by what it has, so that counts; what the cluster has had counts on, though it
     * was used again since, and so does an end.
     */
    @Test
    void p4WhatHasNotReachedTheClusterWhenAMemberIsLostGivesWay() {
        for (boolean underWay : new boolean[] {false, true}) {
            copies.kept.clear();
            int[] flows = flowsOf(0, 6);
            Member earlier = new Member(OTHER);
            earlier.owners = owners(OTHER, OTHER, OTHER, OTHER);
            earlier.turn();
            earlier.ask(FlowOpenBatch.OPEN, flows[4]);
            earlier.turn();
            copies.take();
            Member owner = new Member(SELF);
            owner.owners = owners(SELF, OTHER, OTHER, OTHER);
            owner.turn();
            List<FlowKey> names = Arrays.stream(flows)
                    .mapToObj(flow -> FlowKey.copyOf(keys(flow), 0))
                    .toList();
            FlowOpenedBatch opened = owner.ask(FlowOpenBatch.OPEN, flows[0], flows[1], flows[2]);
            owner.turn();
            copies.take();
            owner.turn();
            FlowRecord before = copies.kept.get(names.get(0));

            nowMs += 1_000;
            owner.picked = SECOND;
            FlowOpenedBatch moved = owner.authority
                    .open(new FlowOpenBatch(
                            INGRESS, keys(flows[0]), new byte[] {FlowOpenBatch.MOVE}, new int[] {opened.cookies()[0]}))
                    .toCompletableFuture()
                    .join();
            assertThat(moved.targets()).containsExactly(SECOND);
            owner.authority.open(new FlowOpenBatch(OTHER, keys(flows[1], flows[4]), new byte[2], new int[2]));
            owner.ask(FlowOpenBatch.OPEN, flows[3]);
            int brief = owner.ask(FlowOpenBatch.OPEN, flows[5]).cookies()[0];
            byte closed = (byte) FlowEnd.CLOSED.code();
            owner.authority.closed(new FlowClosedBatch(
                    INGRESS, keys(flows[2], flows[5]), new int[] {opened.cookies()[2], brief}, new byte[] {
                        closed, closed
                    }));
            if (underWay) {
                owner.turn();
                assertThat(copies.underWay).hasSize(1);
            }
            owner.owners = owners(SELF, SELF, SELF, SELF);
            for (int turn = 0; turn < 3; turn++) {
                owner.turn();
                copies.take();
            }
            assertThat(names.stream().map(copies.kept::get).map(FlowRecord::provisional))
                    .as("moved, used, ended, opened, fetched and used, opened and ended; under way: %s", underWay)
                    .containsExactly(true, false, false, true, false, false);

            owner.authority.merged(List.of(before));
            assertThat(owner.ask(FlowOpenBatch.RECORD_ONLY, flows[0]).targets()).containsExactly(FIRST);
            owner.windowCloses();
            owner.turn();
            copies.take();
            assertThat(copies.kept.values()).hasSize(6).noneMatch(FlowRecord::provisional);
        }
    }

    /** P4: the word that a member is lost may come by another way before the table of owners says so; copies may have failed before. */
    @Test
    void p4WhatHasNotReachedTheClusterGivesWayFromTheFirstWordOfALoss() {
        owned(SELF, OTHER, OTHER, OTHER);
        int flow = flowsOf(0, 1)[0];
        self.authority.recovering(false);
        self.ask(FlowOpenBatch.OPEN, flow);
        copies.fails = true;
        self.turn();
        copies.take();
        self.turn();
        copies.fails = false;
        self.authority.recovering(true);
        nowMs += RecordCopier.PAUSE_MS;
        self.turn();
        copies.take();
        assertThat(copies.kept.values()).singleElement().matches(FlowRecord::provisional);
    }

    /** Members that come and go move one partition after the other: none waits until all have moved. */
    @Test
    void aPartitionThatComesDoesNotSendBackTheOneBefore() {
        owned(OTHER, OTHER, OTHER, OTHER);
        copies.holdFetches = true;
        self.owners = owners(SELF, OTHER, OTHER, OTHER);
        self.turn();
        assertThat(copies.fetched).endsWith(0);
        CompletableFuture<List<FlowRecord>> first = copies.held;
        self.owners = owners(SELF, SELF, OTHER, OTHER);
        self.turn();
        assertThat(copies.fetched).endsWith(0, 1);
        first.complete(List.of());
        self.turn();
        int[] flows = {flowsOf(0, 1)[0], flowsOf(1, 1)[0]};
        assertThat(self.ask(FlowOpenBatch.OPEN, flows).outcomes()).containsExactly(0, FlowOpenedBatch.NOT_YET);
    }

    /** What has to wait is not run all in one turn, and what comes meanwhile stays behind it. */
    @Test
    void whatWaitedForRecordsIsDoneInItsOrderAPartATurn() {
        owned(SELF, OTHER);
        int flow = flowsOf(0, 1)[0];
        FlowOpenedBatch opened = self.ask(FlowOpenBatch.OPEN, flow);
        copies.holdFetches = true;
        self.owners = owners(SELF, SELF);
        self.turn();
        for (int touch = 0; touch < 2 * Deferred.AT_ONCE; touch++) {
            self.authority.touched(new FlowTouchedBatch(
                    INGRESS, keys(flow), List.of(FIRST), new int[1], opened.cookies(), new long[] {nowMs}, new long[] {
                        nowMs
                    }));
        }
        self.authority.closed(new FlowClosedBatch(INGRESS, keys(flow), opened.cookies()));
        copies.held.complete(List.of());
        self.loop.remove().run();
        assertThat(self.loop).as("the rest is for a later turn").hasSize(1);
        self.turn();
        assertThat(self.ask(FlowOpenBatch.RECORD_ONLY, flow).outcomes()).containsExactly(FlowOpenedBatch.NO_FLOW);
    }

    /** Nothing waits for records of a partition that has gone again before they were here. */
    @Test
    void whatWaitedIsDoneThoughItsPartitionHasGoneAgain() {
        owned(SELF, OTHER, OTHER, OTHER);
        int flow = flowsOf(0, 1)[0];
        FlowOpenedBatch opened = self.ask(FlowOpenBatch.OPEN, flow);
        copies.holdFetches = true;
        self.owners = owners(SELF, SELF, OTHER, OTHER);
        self.turn();
        self.authority.closed(new FlowClosedBatch(INGRESS, keys(flow), opened.cookies()));
        assertThat(self.ask(FlowOpenBatch.RECORD_ONLY, flow).outcomes()).containsExactly(0);
        self.owners = owners(SELF, OTHER, OTHER, OTHER);
        self.turn();
        assertThat(self.ask(FlowOpenBatch.RECORD_ONLY, flow).outcomes()).containsExactly(FlowOpenedBatch.NO_FLOW);
    }

    /** W-16: what was decided while its partition left is no answer; the next owner hears of it. */
    @Test
    void w16WhatIsPickedWhileItsPartitionLeavesIsNotAnswered() {
        owned(SELF, SELF, SELF, SELF);
        int[] flows = {flowsOf(0, 1)[0], flowsOf(1, 1)[0]};
        self.picking = new CompletableFuture<>();
        CompletableFuture<FlowOpenedBatch> answer = self.authority
                .open(new FlowOpenBatch(
                        INGRESS, keys(flows), new byte[] {FlowOpenBatch.OPEN, FlowOpenBatch.OPEN}, new int[2], true))
                .toCompletableFuture();
        assertThat(answer).isNotDone();
        self.owners = owners(SELF, OTHER, SELF, SELF);
        self.picking.complete(null);
        assertThat(answer.join().outcomes()).containsExactly(0, FlowOpenedBatch.NOT_YET);
        self.turn();
        copies.take();
        assertThat(self.authority.records()).isOne();
        assertThat(copies.kept).hasSize(2);
    }

    /** Both halves of a divided cluster have had the flow; the records of both, as they are when they merge. */
    private FlowRecord keptBy(Member half) {
        half.turn();
        copies.take();
        half.turn();
        return copies.kept.remove(FlowKey.copyOf(keys(1), 0));
    }

    private FlowTouchedBatch touch(FlowOpenedBatch opened, long seenMs) {
        return new FlowTouchedBatch(
                INGRESS, keys(1), List.of(FIRST), new int[1], opened.cookies(), opened.createdAtMs(), new long[] {seenMs
                });
    }

    /**
     * W-16, P4: half of a divided cluster hears nothing of a flow and ends it, by its lease or as the ingress there has heard
     * nothing of it; the other half's record lives. It wins, though it was seen before the first half gave up.
     */
    @Test
    void w16WhatIsForgottenHereGivesWayToWhatLivesElsewhere() {
        for (boolean byLease : new boolean[] {true, false}) {
            Member here = new Member(SELF);
            Member elsewhere = new Member(OTHER);
            here.owners = owners(SELF);
            here.turn();
            FlowOpenedBatch opened = here.ask(FlowOpenBatch.OPEN, 1);
            copies.kept.put(FlowKey.copyOf(keys(1), 0), keptBy(here));
            elsewhere.owners = owners(OTHER);
            elsewhere.turn();
            nowMs += 50_000;
            elsewhere.authority.touched(touch(opened, nowMs));
            FlowRecord living = keptBy(elsewhere);
            nowMs += 1_000_000;
            if (!byLease) {
                nowMs -= 900_000;
                here.authority.closed(new FlowClosedBatch(INGRESS, keys(1), opened.cookies()));
            }
            assertThat(here.ask(FlowOpenBatch.RECORD_ONLY, 1).outcomes()).containsExactly(FlowOpenedBatch.NO_FLOW);
            FlowRecord tombstone = keptBy(here);
            assertThat(tombstone.ended()).isTrue();
            assertThat(FlowRecord.NEWER.compare(living, tombstone))
                    .as("by its lease: %s", byLease)
                    .isPositive();
            assertThat(FlowRecord.NEWER.compare(living.seenAt(tombstone.lastSeenMs()), tombstone))
                    .as("one that nobody has seen later")
                    .isNegative();
        }
    }

    /** W-17, P4: and a flow that was closed has ended, whatever an older record says. */
    @Test
    void w17WhatEndedHereWinsOverWhatWasSeenElsewhereBefore() {
        owned(SELF);
        FlowOpenedBatch opened = self.ask(FlowOpenBatch.OPEN, 1);
        FlowRecord before = keptBy(self);
        nowMs += 50_000;
        byte[] ends = {(byte) FlowEnd.CLOSED.code()};
        self.authority.closed(new FlowClosedBatch(INGRESS, keys(1), opened.cookies(), ends));
        FlowRecord tombstone = keptBy(self);
        assertThat(FlowRecord.NEWER.compare(tombstone, before.seenAt(nowMs - 1)))
                .isPositive();
        self.authority.merged(List.of(before.seenAt(nowMs - 1)));
        assertThat(self.ask(FlowOpenBatch.RECORD_ONLY, 1).outcomes()).containsExactly(FlowOpenedBatch.NO_FLOW);

        FlowOpenedBatch next = self.ask(FlowOpenBatch.OPEN, 1);
        FlowOpenBatch synOnIt =
                new FlowOpenBatch(INGRESS, keys(1), new byte[] {FlowOpenBatch.OPEN}, next.cookies(), true);
        nowMs += 10;
        FlowOpenedBatch third =
                self.authority.open(synOnIt).toCompletableFuture().join();
        assertThat(third.createdAtMs()[0]).isGreaterThan(next.createdAtMs()[0]);
        assertThat(FlowRecord.NEWER.compare(keptBy(self), before.seenAt(nowMs + 1_000)))
                .as("a flow that was opened after the end that an ingress told of")
                .isPositive();
    }

    /** A merge may be heard of before anybody owns anything: its records are fetched with their partitions. */
    @Test
    void aMergeBeforeAnybodyOwnsAnythingIsNobodys() {
        owned(SELF);
        self.ask(FlowOpenBatch.OPEN, 1);
        self.turn();
        copies.take();
        Member starting = new Member(new NodeId("gw-3"));
        starting.authority.merged(List.copyOf(copies.kept.values()));
        assertThat(starting.authority.records()).isZero();
    }

    /** P3: a merge that finds no room to wait is not lost: the partition it is of is read again. */
    @Test
    void p3APartitionIsFetchedAgainWhereAMergeCannotWait() {
        owned(SELF, OTHER, SELF, OTHER);
        int flow = flowsOf(1, 1)[0];
        other.ask(FlowOpenBatch.OPEN, flow);
        other.turn();
        copies.take();
        FlowRecord kept = copies.kept.remove(copies.kept.keySet().iterator().next());
        copies.holdFetches = true;
        self.owners = owners(SELF, SELF, SELF, OTHER);
        self.turn();
        for (int waiting = 0; waiting < Deferred.MAX; waiting++) {
            self.authority.closed(new FlowClosedBatch(INGRESS, keys(999), new int[1]));
        }
        copies.kept.put(kept.key(), kept);
        self.authority.merged(List.of(kept));
        copies.held.complete(List.of());
        self.turn();
        copies.held.complete(List.of());
        self.turn();
        assertThat(copies.fetched).endsWith(1, 1);
        assertThat(self.ask(FlowOpenBatch.RECORD_ONLY, flow).outcomes()).containsExactly(0);
    }

    /** What comes from somebody who did not know yet that nothing can be missing. */
    @Test
    void p3AProvisionalRecordCountsWithAnOwnerThatKnowsOfEveryFlow() {
        owned(OTHER);
        other.authority.recovering(true);
        other.ask(FlowOpenBatch.OPEN, 1);
        other.turn();
        copies.take();
        assertThat(copies.kept.values()).singleElement().matches(FlowRecord::provisional);
        owned(SELF);
        self.windowCloses();
        self.ask(FlowOpenBatch.OPEN, 1);
        self.authority.touched(new FlowTouchedBatch(
                INGRESS,
                keys(1),
                List.of(FIRST),
                new int[1],
                self.ask(FlowOpenBatch.OPEN, 1).cookies(),
                new long[] {nowMs},
                new long[] {nowMs}));
        self.turn();
        copies.take();
        assertThat(copies.kept.values()).singleElement().matches(flow -> !flow.provisional());
    }

    /** A tombstone travels, too: the next flow of the tuple gets another cookie wherever it is decided (W-17). */
    @Test
    void w17TombstonesGoToTheNextOwner() {
        owned(SELF);
        FlowOpenedBatch before = self.ask(FlowOpenBatch.OPEN, 1);
        self.authority.closed(new FlowClosedBatch(INGRESS, keys(1), before.cookies()));
        self.turn();
        copies.take();
        owned(OTHER);
        FlowOpenedBatch after = other.ask(FlowOpenBatch.OPEN, 1);
        assertThat(after.cookies()[0]).isNotEqualTo(before.cookies()[0]);
        assertThat(after.createdAtMs()[0]).isGreaterThan(before.createdAtMs()[0]);
    }

    @Test
    void whatCannotBeCopiedIsTriedAgain() {
        owned(SELF);
        copies.fails = true;
        self.ask(FlowOpenBatch.OPEN, 1, 2, 3);
        self.turn();
        copies.take();
        self.turn();
        assertThat(self.failed).isEqualTo(3);
        assertThat(copies.underWay).as("a pause").isEmpty();
        copies.fails = false;
        nowMs += RecordCopier.PAUSE_MS;
        self.turn();
        copies.take();
        self.turn();
        assertThat(copies.kept).hasSize(3);
        assertThat(self.lagMs).isGreaterThanOrEqualTo(RecordCopier.PAUSE_MS);
    }

    @Test
    void aFewBatchesAreUnderWayAtATime() {
        owned(SELF);
        int flows = (RecordCopier.UNDER_WAY_MAX + 2) * RecordCopier.BATCH_MAX;
        self.open(1, flows);
        self.turn();
        assertThat(copies.underWay).hasSize(RecordCopier.UNDER_WAY_MAX);
        CompletionStage<?> flushed = self.authority.flush();
        for (int turn = 0; turn < 20; turn++) {
            assertThat(flushed.toCompletableFuture().isDone()).isEqualTo(self.copied == flows);
            copies.take();
            self.turn();
        }
        assertThat(copies.kept).hasSize(flows);
        assertThat(flushed.toCompletableFuture()).isDone();
    }

    /** P3: what was decided while nobody could know gives way to the record that another member's disk brings. */
    @Test
    void p3WhatIsDecidedInARecoveryGivesWayToARecordThatWasKept() {
        owned(SELF);
        FlowOpenedBatch before = self.ask(FlowOpenBatch.OPEN, 1);
        self.turn();
        copies.take();
        FlowRecord kept = copies.kept.values().iterator().next();
        assertThat(kept.provisional()).isFalse();

        nowMs += 60_000;
        copies.kept.clear();
        other.picked = SECOND;
        other.authority.recovering(true);
        owned(OTHER);
        assertThat(other.ask(FlowOpenBatch.OPEN, 1).targets()).containsExactly(SECOND);
        other.authority.merged(List.of(kept));
        assertThat(other.ask(FlowOpenBatch.OPEN, 1)).isEqualTo(before);
    }

    /** A merge tells every member of its own part; what has gone on to another since is that one's. */
    @Test
    void recordsOfAMergeAreTakenWhereTheNodeDecides() {
        owned(SELF, OTHER, SELF, OTHER);
        int[] flows = {flowsOf(0, 1)[0], flowsOf(1, 1)[0]};
        self.ask(FlowOpenBatch.OPEN, flows[0]);
        other.ask(FlowOpenBatch.OPEN, flows[1]);
        self.turn();
        other.turn();
        copies.take();
        List<FlowRecord> kept = List.copyOf(copies.kept.values());
        assertThat(kept).hasSize(2);
        Member third = new Member(new NodeId("gw-3"));
        third.owners = owners(new NodeId("gw-3"), OTHER, SELF, OTHER);
        copies.kept.clear();
        third.turn();
        third.authority.merged(kept);
        assertThat(third.authority.records()).isOne();
        assertThat(third.ask(FlowOpenBatch.RECORD_ONLY, flows[0]).outcomes()).containsExactly(0);
    }

    /** And the other way round: the record of a younger flow wins where both are certain. */
    @Test
    void theYoungerFlowWinsWhereBothAreCertain() {
        owned(SELF);
        self.ask(FlowOpenBatch.OPEN, 1);
        self.turn();
        copies.take();
        FlowRecord kept = copies.kept.values().iterator().next();
        nowMs += 60_000;
        copies.kept.clear();
        other.picked = SECOND;
        owned(OTHER);
        other.windowCloses();
        FlowOpenedBatch younger = other.ask(FlowOpenBatch.OPEN, 1);
        other.authority.merged(List.of(kept));
        assertThat(other.ask(FlowOpenBatch.OPEN, 1)).isEqualTo(younger);
    }

    private Member withADisk() {
        return new Member(SELF, Map.of(CopyPlace.CLUSTER, copies, CopyPlace.JOURNAL, disk));
    }

    /** Time for what has failed to be tried again, some times. */
    private void pauses(Member node) {
        for (int time = 0; time < 5; time++) {
            node.turn();
            copies.take();
            disk.take();
            node.turn();
            nowMs += RecordCopier.PAUSE_MS;
        }
    }

    /** P1: a disk that stalls holds up no copy to another member. */
    @Test
    void p1CopiesToTheClusterWaitForNoDisk() {
        Member node = withADisk();
        node.owners = owners(SELF, SELF, SELF, SELF);
        node.turn();
        int flows = 2 * RecordCopier.UNDER_WAY_MAX;
        for (int flow = 1; flow <= flows; flow++) {
            node.ask(FlowOpenBatch.OPEN, flow);
            node.turn();
            copies.take();
            node.turn();
        }
        assertThat(copies.kept).hasSize(flows);
        assertThat(node.copied).as("acknowledged").isEqualTo(flows);
        assertThat(disk.kept).isEmpty();
        assertThat(node.waiting).containsEntry(CopyPlace.CLUSTER, 0).containsEntry(CopyPlace.JOURNAL, flows);
        for (int turn = 0; turn < 5; turn++) {
            disk.take();
            node.turn();
        }
        assertThat(disk.kept).isEqualTo(copies.kept);
        assertThat(node.waiting).containsEntry(CopyPlace.JOURNAL, 0);
    }

    /** A disk that is full costs the cluster nothing, and gets all once there is room. */
    @Test
    void whatADiskRefusesIsNotSentToTheClusterAgain() {
        Member node = withADisk();
        node.owners = owners(SELF, SELF, SELF, SELF);
        node.turn();
        disk.fails = true;
        node.ask(FlowOpenBatch.OPEN, 1, 2, 3);
        pauses(node);
        assertThat(copies.written).isEqualTo(3);
        assertThat(disk.written).isGreaterThan(3);
        disk.fails = false;
        pauses(node);
        assertThat(disk.kept).isEqualTo(copies.kept).hasSize(3);
    }

    /** P3: what a node takes over is on its own disk too, however long that refuses it; the cluster has it. */
    @Test
    void p3WhatIsFetchedGoesToTheDiskUntilItIsThere() {
        owned(OTHER, OTHER, OTHER, OTHER);
        other.open(1, 5_000);
        other.turn();
        copies.take();
        copies.written = 0;
        disk.fails = true;
        Member node = withADisk();
        node.owners = owners(SELF, SELF, SELF, SELF);
        node.turn();
        pauses(node);
        assertThat(disk.kept).isEmpty();
        disk.fails = false;
        pauses(node);
        assertThat(disk.kept).isEqualTo(copies.kept).hasSize(5_000);
        assertThat(copies.written).isZero();
    }

    private FlowOpenedBatch ended(int... flows) {
        FlowOpenedBatch opened = self.ask(FlowOpenBatch.OPEN, flows);
        self.turn();
        copies.take();
        self.turn();
        self.authority.closed(new FlowClosedBatch(INGRESS, keys(flows), opened.cookies()));
        self.turn();
        copies.take();
        self.turn();
        assertThat(copies.kept).hasSize(flows.length);
        nowMs += FlowRecords.TOMBSTONE_MS + 1;
        return opened;
    }

    /** However many records change, what has ended is erased. */
    @Test
    void flowsThatEndedAreErasedWhileOthersWaitToBeCopied() {
        owned(SELF, SELF, SELF, SELF);
        int[] flows = IntStream.rangeClosed(1, 10).toArray();
        ended(flows);
        int many = (RecordCopier.UNDER_WAY_MAX + 2) * RecordCopier.BATCH_MAX;
        self.open(11, 10 + many);
        self.authority.sweep();
        self.turn();
        assertThat(copies.kept).isEmpty();
        assertThat(self.waiting.get(CopyPlace.CLUSTER)).isEqualTo(many);
    }

    @Test
    void whatCannotBeErasedIsTriedAgain() {
        owned(SELF, SELF, SELF, SELF);
        ended(1, 2, 3);
        copies.eraseFails = true;
        self.authority.sweep();
        self.turn();
        assertThat(copies.kept).hasSize(3);
        assertThat(self.notErased).isEqualTo(3);
        // the tuple's next flow takes the place of what was to be erased
        self.ask(FlowOpenBatch.OPEN, 2);
        nowMs += RecordCopier.PAUSE_MS;
        copies.eraseFails = false;
        self.turn();
        copies.take();
        self.turn();
        assertThat(copies.kept.values()).singleElement().matches(flow -> !flow.ended());
    }

    /** P1: more has changed than may be under way when the partition goes, and the cluster takes it only later. */
    @Test
    void p1WhatLeavesWithItsPartitionIsKeptUntilItIsCopied() {
        owned(SELF, SELF, SELF, SELF);
        int flows = (RecordCopier.UNDER_WAY_MAX + 2) * RecordCopier.BATCH_MAX;
        self.open(1, flows);
        copies.fails = true;
        self.owners = owners(OTHER, OTHER, OTHER, OTHER);
        self.turn();
        copies.take();
        self.turn();
        assertThat(self.authority.records()).as("forgotten").isZero();
        assertThat(self.waiting.get(CopyPlace.CLUSTER)).isEqualTo(flows);
        copies.fails = false;
        nowMs += RecordCopier.PAUSE_MS;
        for (int turn = 0; turn < 4; turn++) {
            self.turn();
            copies.take();
        }
        self.turn();
        assertThat(copies.kept).hasSize(flows);
        assertThat(self.waiting).containsEntry(CopyPlace.CLUSTER, 0);
    }

    /** What has left takes the place of nothing newer where its partition comes back. */
    @Test
    void whatHasLeftIsMergedWhereItsPartitionComesBack() {
        owned(SELF, SELF, SELF, SELF);
        self.ask(FlowOpenBatch.OPEN, 1, 2);
        copies.fails = true;
        self.owners = owners(OTHER, OTHER, OTHER, OTHER);
        self.turn();
        copies.take();
        self.turn();
        copies.fails = false;
        other.picked = SECOND;
        nowMs += RecordCopier.PAUSE_MS;
        other.owners = self.owners;
        other.turn();
        other.windowCloses();
        FlowOpenedBatch meanwhile = other.ask(FlowOpenBatch.OPEN, 1);
        other.turn();
        copies.take();
        assertThat(copies.kept).hasSize(1);

        self.owners = owners(SELF, SELF, SELF, SELF);
        self.turn();
        copies.take();
        self.turn();
        assertThat(self.ask(FlowOpenBatch.OPEN, 1)).isEqualTo(meanwhile);
        assertThat(self.ask(FlowOpenBatch.RECORD_ONLY, 2).targets()).containsExactly(FIRST);
        assertThat(copies.kept).hasSize(2);
    }

    /**
     * P1: a batch is on its way when its partition goes, and fails when that has come back, its records fetched. What it was to
     * tell is not lost: neither a move nor a flow that nobody else has heard of.
     */
    @Test
    void p1WhatABatchWasToTellIsKnownThoughItsPartitionWentAndCameBack() {
        owned(SELF, OTHER, OTHER, OTHER);
        int[] flows = flowsOf(0, 3);
        FlowOpenedBatch opened = self.ask(FlowOpenBatch.OPEN, flows[0], flows[2]);
        self.turn();
        copies.take();
        self.turn();
        self.picked = SECOND;
        byte[] move = {FlowOpenBatch.MOVE};
        FlowOpenBatch asked = new FlowOpenBatch(INGRESS, keys(flows[0]), move, new int[] {opened.cookies()[0]}, true);
        FlowOpenedBatch moved = self.authority.open(asked).toCompletableFuture().join();
        FlowOpenedBatch unheard = self.ask(FlowOpenBatch.OPEN, flows[1]);
        self.authority.open(new FlowOpenBatch(OTHER, keys(flows[2]), new byte[1], new int[1]));
        self.turn();
        assertThat(copies.underWay).hasSize(1);

        owned(OTHER, OTHER, OTHER, OTHER);
        assertThat(self.authority.records()).isZero();
        nowMs += 1_000;
        other.picked = THIRD;
        other.authority.closed(new FlowClosedBatch(
                OTHER, keys(flows[2]), new int[] {opened.cookies()[1]}, new byte[] {(byte) FlowEnd.CLOSED.code()}));
        other.authority.closed(new FlowClosedBatch(
                INGRESS, keys(flows[2]), new int[] {opened.cookies()[1]}, new byte[] {(byte) FlowEnd.CLOSED.code()}));
        FlowOpenedBatch next = other.ask(FlowOpenBatch.OPEN, flows[2]);
        Runnable late = copies.underWay.remove();
        other.turn();
        copies.take();
        copies.underWay.add(late);
        owned(SELF, OTHER, OTHER, OTHER);
        assertThat(self.ask(FlowOpenBatch.RECORD_ONLY, flows[0], flows[1]).outcomes())
                .as("as it was fetched")
                .containsExactly(0, FlowOpenedBatch.NO_FLOW);

        copies.refuse();
        self.turn();
        assertThat(self.ask(FlowOpenBatch.RECORD_ONLY, flows[0])).isEqualTo(moved);
        assertThat(self.ask(FlowOpenBatch.RECORD_ONLY, flows[1])).isEqualTo(unheard);
        assertThat(self.ask(FlowOpenBatch.RECORD_ONLY, flows[2]))
                .as("what its next owner opened is younger")
                .isEqualTo(next);
        nowMs += RecordCopier.PAUSE_MS;
        self.turn();
        copies.take();
        assertThat(copies.kept.get(FlowKey.copyOf(keys(flows[0]), 0)).cookie()).isEqualTo(moved.cookies()[0]);
        assertThat(copies.kept.get(FlowKey.copyOf(keys(flows[1]), 0)).cookie()).isEqualTo(unheard.cookies()[0]);
        assertThat(copies.kept.get(FlowKey.copyOf(keys(flows[2]), 0)).cookie()).isEqualTo(next.cookies()[0]);
    }

    /** P1: the same where one look finds it gone and come back: what changed last belongs to the term before. */
    @Test
    void p1WhatABatchWasToTellIsKnownThoughItsPartitionCameBackInOneLook() {
        owned(SELF);
        FlowOpenedBatch opened = self.ask(FlowOpenBatch.OPEN, 1);
        self.turn();
        copies.take();
        self.turn();
        self.picked = SECOND;
        FlowOpenedBatch moved = self.move(opened.cookies()[0]);
        FlowOpenedBatch unheard = self.ask(FlowOpenBatch.OPEN, 2);

        self.owners = OwnerTable.of(new OwnerTable.Owner(SELF, 2));
        self.turn();
        assertThat(copies.underWay).hasSize(1);
        assertThat(self.ask(FlowOpenBatch.RECORD_ONLY, 1, 2).outcomes())
                .as("as it was fetched")
                .containsExactly(0, FlowOpenedBatch.NO_FLOW);
        copies.refuse();
        self.turn();
        assertThat(self.ask(FlowOpenBatch.RECORD_ONLY, 1)).isEqualTo(moved);
        assertThat(self.ask(FlowOpenBatch.RECORD_ONLY, 2)).isEqualTo(unheard);
    }

    /** P4: what was taken back is as new to the cluster as it was. */
    @Test
    void p4WhatIsTakenBackIsDoubtedWhenAMemberIsLost() {
        owned(SELF, OTHER);
        int flow = flowsOf(0, 1)[0];
        self.ask(FlowOpenBatch.OPEN, flow);
        self.turn();
        assertThat(copies.underWay).hasSize(1);
        self.owners = OwnerTable.of(new OwnerTable.Owner(SELF, 2), new OwnerTable.Owner(OTHER, 1));
        self.turn();
        self.windowCloses();
        copies.refuse();
        self.turn();
        assertThat(self.ask(FlowOpenBatch.RECORD_ONLY, flow).outcomes())
                .as("taken back")
                .doesNotContain(FlowOpenedBatch.NO_FLOW);

        self.authority.recovering(true);
        nowMs += RecordCopier.PAUSE_MS;
        self.turn();
        copies.take();
        assertThat(copies.kept.get(FlowKey.copyOf(keys(flow), 0)).provisional()).isTrue();
    }

    /** Whatever was not known when its record was made: a flow that has ended gives way to no older record of it. */
    @Test
    void w17AKnownEndIsNotProvisional() {
        owned(SELF);
        self.authority.recovering(true);
        FlowOpenedBatch opened = self.ask(FlowOpenBatch.OPEN, 1);
        self.turn();
        copies.take();
        assertThat(copies.kept.get(FlowKey.copyOf(keys(1), 0)).provisional()).isTrue();
        self.authority.closed(
                new FlowClosedBatch(INGRESS, keys(1), opened.cookies(), new byte[] {(byte) FlowEnd.CLOSED.code()}));
        self.turn();
        copies.take();
        assertThat(copies.kept.get(FlowKey.copyOf(keys(1), 0)))
                .matches(FlowRecord::ended)
                .matches(ended -> !ended.provisional());
    }

    /** What changed last leaves with the partition. */
    @Test
    void aPartitionThatGoesIsCopiedFirst() {
        owned(SELF, SELF, SELF, SELF);
        self.ask(FlowOpenBatch.OPEN, IntStream.rangeClosed(1, 1_000).toArray());
        self.owners = owners(OTHER, OTHER, OTHER, OTHER);
        self.turn();
        copies.take();
        assertThat(copies.kept).hasSize(1_000);
    }
}

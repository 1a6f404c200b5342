// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.instance.impl.LifecycleServiceImpl;
import io.sluice.bus.cluster.HazelcastClusterFactory;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import io.sluice.model.flow.KeyPartition;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.wire.WireCodecs;
import io.sluice.records.FlowSamples;
import io.sluice.records.NotKeptException;
import io.sluice.records.RecordKey;
import io.sluice.records.cluster.RecordMembers.RecordMember;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real members, two or three in this process. */
class ClusterRecordsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PARTITIONS = HazelcastClusterFactory.PARTITION_COUNT;
    private static final int BATCH = 256;

    private RecordMembers members;

    @BeforeEach
    void reserve() throws IOException {
        members = RecordMembers.of(3);
    }

    @AfterEach
    void stop() throws TimeoutException {
        members.close();
    }

    private static <T> T result(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static void write(RecordMember member, List<FlowRecord> records) throws Exception {
        List<CompletableFuture<?>> kept = new ArrayList<>();
        for (int from = 0; from < records.size(); from += BATCH) {
            kept.add(member.records()
                    .write(records.subList(from, Math.min(from + BATCH, records.size())))
                    .toCompletableFuture());
        }
        result(CompletableFuture.allOf(kept.toArray(CompletableFuture<?>[]::new)));
    }

    private static boolean owns(RecordMember member, int partition) {
        return member.hazelcast().getPartitionService().getPartitions().stream()
                .filter(each -> each.getPartitionId() == partition)
                .allMatch(each -> each.getOwner() != null && each.getOwner().localMember());
    }

    private static boolean ownAll(Collection<RecordMember> some) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            int number = partition;
            if (some.stream().noneMatch(member -> owns(member, number))) {
                return false;
            }
        }
        return true;
    }

    /** All records, each from the member that owns it: after a change of members partitions are on their way for a while. */
    private static Map<FlowKey, FlowRecord> all(Collection<RecordMember> some) throws Exception {
        Map<FlowKey, FlowRecord> found = new HashMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            int number = partition;
            LoadedPartition loaded = await().atMost(PATIENCE).until(() -> load(some, number), LoadedPartition::owned);
            assertThat(loaded.unreadable()).isZero();
            loaded.records().forEach(each -> found.put(each.key(), each));
        }
        return found;
    }

    private static LoadedPartition load(Collection<RecordMember> some, int partition) throws Exception {
        for (RecordMember member : some) {
            if (owns(member, partition)) {
                return result(member.records().load(partition));
            }
        }
        return new LoadedPartition(partition, List.of(), 0, false);
    }

    /** Waits until each member has its share of partitions, and each partition its backup. */
    private static void settle(RecordMember... some) {
        await().atMost(PATIENCE)
                .until(() -> Arrays.stream(some)
                                .allMatch(member -> member.hazelcast()
                                                        .getCluster()
                                                        .getMembers()
                                                        .size()
                                                == some.length
                                        && PARTITIONS / (some.length + 1)
                                                < IntStream.range(0, PARTITIONS)
                                                        .filter(each -> owns(member, each))
                                                        .count())
                        && ownAll(List.of(some))
                        && some[0].hazelcast().getPartitionService().isClusterSafe());
    }

    private static int partition(FlowKey key) {
        long[] words = new long[FlowKey.WORDS];
        key.copyTo(words, 0);
        return KeyPartition.of(words, 0, PARTITIONS);
    }

    @Test
    void aRecordIsWithTheOwnerOfItsKeysPartition() throws Exception {
        RecordMember first = members.start(0);
        RecordMember second = members.start(1);
        settle(first, second);
        List<FlowRecord> flows = FlowSamples.flows(0, 5_000);
        write(first, flows);
        int loaded = 0;
        for (RecordMember member : List.of(first, second)) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                LoadedPartition found = result(member.records().load(partition));
                int number = partition;
                if (found.owned()) {
                    assertThat(found.records())
                            .containsExactlyInAnyOrderElementsOf(flows.stream()
                                    .filter(each -> partition(each.key()) == number)
                                    .toList());
                    loaded += found.records().size();
                } else {
                    assertThat(found.records()).as("of a partition of another").isEmpty();
                }
            }
        }
        assertThat(loaded).isEqualTo(flows.size());
    }

    @Test
    void whatIsAcknowledgedOutlivesAnyOneMemberAndMovesToANewOne() throws Exception {
        RecordMember first = members.start(0);
        RecordMember second = members.start(1);
        settle(first, second);
        List<FlowRecord> flows = FlowSamples.flows(0, 3_000);
        write(second, flows);
        second.kill();
        await().atMost(PATIENCE).until(() -> ownAll(List.of(first)));
        assertThat(all(List.of(first)).values()).containsExactlyInAnyOrderElementsOf(flows);
        RecordMember third = members.start(2);
        settle(first, third);
        assertThat(all(List.of(first, third)).values()).containsExactlyInAnyOrderElementsOf(flows);
    }

    @Test
    void erasesWhatItIsToldAndNothingElse() throws Exception {
        RecordMember first = members.start(0);
        RecordMember second = members.start(1);
        settle(first, second);
        write(first, FlowSamples.flows(0, 600));
        result(first.records().erase(FlowSamples.flows(0, 300)));
        assertThat(all(List.of(first, second)).values())
                .containsExactlyInAnyOrderElementsOf(FlowSamples.flows(300, 600));
        second.kill();
        await().atMost(PATIENCE).until(() -> ownAll(List.of(first)));
        assertThat(all(List.of(first)).values())
                .as("with backups")
                .containsExactlyInAnyOrderElementsOf(FlowSamples.flows(300, 600));
    }

    /**
     * W-17, P1: who remembers the end of a flow may own its partition no longer, and erases late. What the next owner has opened
     * since stays, its end too.
     */
    @Test
    void whatIsYoungerThanTheEndStays() throws Exception {
        RecordMember first = members.start(0);
        RecordMember second = members.start(1);
        settle(first, second);
        List<FlowRecord> younger = new ArrayList<>();
        List<FlowRecord> ended = new ArrayList<>();
        for (int number = 0; number < 200; number++) {
            FlowRecord flow = FlowSamples.flow(number, 1);
            ended.add(flow);
            younger.add(
                    number % 2 == 0
                            ? FlowSamples.flow(number, 2)
                            : new FlowRecord(
                                    flow.key(),
                                    flow.target(),
                                    flow.cookie() + 1,
                                    flow.incarnationSlot(),
                                    flow.createdAtMs() + 1,
                                    0,
                                    flow.createdAtMs() + 1,
                                    flow.lastUser(),
                                    // gives way to any other, and is the next flow for all that
                                    true,
                                    number % 4 == 1));
        }
        write(first, younger);
        result(second.records().erase(ended));
        assertThat(all(List.of(first, second)).values()).containsExactlyInAnyOrderElementsOf(younger);
        second.kill();
        await().atMost(PATIENCE).until(() -> ownAll(List.of(first)));
        assertThat(all(List.of(first)).values()).as("with backups").containsExactlyInAnyOrderElementsOf(younger);
        result(first.records().erase(younger));
        assertThat(all(List.of(first))).isEmpty();
    }

    @Test
    void theLastWriteOfAKeyStaysHoweverManyAreUnderWay() throws Exception {
        RecordMember first = members.start(0);
        members.start(1);
        List<CompletableFuture<?>> kept = new ArrayList<>();
        int versions = 200;
        for (int version = 1; version <= versions; version++) {
            List<FlowRecord> batch = new ArrayList<>();
            for (int number = 0; number < 50; number++) {
                // a key twice in a batch too: its last place counts
                batch.add(FlowSamples.flow(number, version - 1));
                batch.add(FlowSamples.flow(number, version));
            }
            kept.add(first.records().write(batch).toCompletableFuture());
            if (version % 20 == 0 && version < versions) {
                kept.add(first.records().erase(batch).toCompletableFuture());
            }
        }
        result(CompletableFuture.allOf(kept.toArray(CompletableFuture<?>[]::new)));
        for (int number = 0; number < 50; number++) {
            byte[] value = first.hazelcast()
                    .<byte[], byte[]>getMap(RecordsMap.NAME)
                    .get(RecordKey.bytes(FlowSamples.key(number)));
            assertThat(value).isEqualTo(WireCodecs.FLOW_RECORD.encode(FlowSamples.flow(number, versions)));
        }
    }

    @Test
    void countsWhatIsNoRecord() throws Exception {
        RecordMember first = members.start(0);
        write(first, FlowSamples.flows(0, 100));
        FlowKey damaged = FlowSamples.key(100);
        first.hazelcast().<byte[], byte[]>getMap(RecordsMap.NAME).set(RecordKey.bytes(damaged), new byte[] {9, 9});
        LoadedPartition loaded = result(first.records().load(partition(damaged)));
        assertThat(loaded.unreadable()).isEqualTo(1);
        assertThat(loaded.records()).isNotEmpty();
    }

    @Test
    void refusesMoreThanCanWaitAndSaysSo() throws Exception {
        RecordMember first = members.start(0);
        List<CompletableFuture<?>> asked = new ArrayList<>();
        for (int call = 0; call < 3 * ClusterRecords.CALLS_MAX; call++) {
            // one key, so that one call at a time is under way
            asked.add(first.records().write(List.of(FlowSamples.flow(1, call))).toCompletableFuture());
        }
        await().atMost(PATIENCE).until(() -> asked.stream().allMatch(CompletableFuture::isDone));
        List<Throwable> failures = asked.stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .map(CompletableFuture::exceptionNow)
                .toList();
        assertThat(failures)
                .isNotEmpty()
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOf(NotKeptException.class)
                        .hasMessage("1024 batches of flow records wait for the cluster already"));
        result(first.records().write(FlowSamples.flows(1, 2)));
    }

    @Test
    void saysThatItHasLeftTheCluster() throws Exception {
        RecordMember first = members.start(0);
        first.kill();
        CompletableFuture<?> kept =
                first.records().write(FlowSamples.flows(0, 2)).toCompletableFuture();
        await().atMost(PATIENCE).until(kept::isDone);
        assertThat(kept.exceptionNow())
                .isInstanceOf(NotKeptException.class)
                .hasMessage("flow records may not be kept by the cluster: this node has left the cluster");
        assertThat(result(first.records().load(0)).owned()).isFalse();
    }

    /**
     * P4: both halves of a cluster have written; after the merge the newer record of each key stays, and owners hear of
     * it.
     */
    @Test
    void theNewerRecordOfEachKeyStaysWhenTwoHalvesMerge() throws Exception {
        RecordMember first = members.startApart(0);
        RecordMember second = members.startApart(1);
        List<FlowRecord> heard = new CopyOnWriteArrayList<>();
        first.records().onMerged(heard::addAll);
        second.records().onMerged(heard::addAll);
        Map<FlowKey, FlowRecord> expected = new HashMap<>();
        List<FlowRecord> there = new ArrayList<>();
        List<FlowRecord> here = new ArrayList<>();
        for (int number = 0; number < 400; number++) {
            FlowRecord inFirst = FlowSamples.flow(number, number % 3);
            FlowRecord inSecond = FlowSamples.flow(number, number % 5);
            if (number % 4 != 1) {
                here.add(inFirst);
            }
            if (number % 4 != 2) {
                there.add(inSecond);
            }
        }
        here.forEach(each -> expected.merge(each.key(), each, ClusterRecordsTest::newer));
        there.forEach(each -> expected.merge(each.key(), each, ClusterRecordsTest::newer));
        // as an owner does before it decides
        all(List.of(first));
        all(List.of(second));
        write(first, here);
        write(second, there);
        Set<Long> before = memberships(first, second);
        assertThat(before).hasSize(2);
        members.introduce(first);
        members.introduce(second);
        await().atMost(PATIENCE)
                .until(() -> first.hazelcast().getCluster().getMembers().size() == 2
                        && second.hazelcast().getCluster().getMembers().size() == 2
                        && ownAll(List.of(first, second)));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(all(List.of(first, second)).values())
                        .containsExactlyInAnyOrderElementsOf(expected.values()));
        await().atMost(PATIENCE).until(() -> heard.size() >= 200);
        await("the one that joined again is another owner").atMost(PATIENCE).until(() -> {
            Set<Long> now = memberships(first, second);
            return now.size() == 2 && !now.equals(before);
        });
        assertThat(expected.values()).containsAll(heard);
    }

    private static Set<Long> memberships(RecordMember... some) {
        Set<Long> memberships = new HashSet<>();
        for (RecordMember each : some) {
            OwnerTable owners = each.member().owners();
            for (int partition = 0; partition < owners.partitions(); partition++) {
                OwnerTable.Owner owner = owners.owner(partition);
                if (owner != null) {
                    memberships.add(owner.membership());
                }
            }
        }
        return memberships;
    }

    /** What a former owner sends late takes the place of nothing newer; the owner hears of what is newer. */
    @Test
    void aRecordOfWhoIsNotTheOwnerStaysOnlyWhereItIsNewer() throws Exception {
        RecordMember owner = members.start(0);
        RecordMember former = members.start(1);
        settle(owner, former);
        all(List.of(owner, former));
        int[] flows = IntStream.range(0, 500)
                .filter(flow -> owns(owner, partition(FlowSamples.key(flow))))
                .toArray();
        List<FlowRecord> heard = new CopyOnWriteArrayList<>();
        owner.records().onMerged(heard::addAll);
        write(owner, versions(2, flows));
        assertThat(heard).as("what an owner writes itself").isEmpty();
        write(former, versions(1, flows));
        assertThat(all(List.of(owner, former)).values()).containsExactlyInAnyOrderElementsOf(versions(2, flows));
        write(former, versions(3, flows));
        assertThat(all(List.of(owner, former)).values()).containsExactlyInAnyOrderElementsOf(versions(3, flows));
        await().atMost(PATIENCE).until(() -> heard.containsAll(versions(3, flows)));
    }

    /**
     * A member that joins another cluster owns and reads partitions there before its merge is over. What it writes then it
     * writes as any owner: over what is there, and nobody hears of it.
     */
    @Test
    void whatWasReadDuringAMergeIsWrittenAsByAnyOwnerAfterIt() throws Exception {
        RecordMember owner = members.start(0);
        int[] flows = IntStream.range(0, 200).toArray();
        List<FlowRecord> heard = new CopyOnWriteArrayList<>();
        owner.records().onMerged(heard::addAll);
        LifecycleServiceImpl lifecycle =
                (LifecycleServiceImpl) owner.hazelcast().getLifecycleService();
        read(owner);
        lifecycle.fireLifecycleEvent(LifecycleState.MERGING);
        write(owner, versions(1, flows));
        await("what is written before it is read is merged").atMost(PATIENCE).until(() -> heard.size() == flows.length);
        read(owner);
        lifecycle.fireLifecycleEvent(LifecycleState.MERGED);
        write(owner, versions(3, flows));
        write(owner, versions(2, flows));
        assertThat(read(owner)).containsExactlyInAnyOrderElementsOf(versions(2, flows));
        assertThat(heard).hasSize(flows.length);
    }

    /** Of one that owns everything. */
    private static List<FlowRecord> read(RecordMember member) throws Exception {
        List<FlowRecord> found = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            LoadedPartition loaded = result(member.records().load(partition));
            assertThat(loaded.owned()).isTrue();
            found.addAll(loaded.records());
        }
        return found;
    }

    private static List<FlowRecord> versions(int version, int... flows) {
        return Arrays.stream(flows)
                .mapToObj(flow -> FlowSamples.flow(flow, version))
                .toList();
    }

    private static FlowRecord newer(FlowRecord one, FlowRecord other) {
        return FlowRecord.NEWER.compare(one, other) >= 0 ? one : other;
    }
}

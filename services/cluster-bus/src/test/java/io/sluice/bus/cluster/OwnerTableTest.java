// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.spi.impl.PartitionSpecificRunnable;
import com.hazelcast.spi.impl.operationservice.impl.OperationServiceImpl;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.id.NodeId;
import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who owns what, as members that come and go see it. */
class OwnerTableTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final NodeId GW_0 = new NodeId("gw-0");
    private static final NodeId GW_1 = new NodeId("gw-1");

    private final Members members = new Members(3);

    @AfterEach
    void stop() throws TimeoutException {
        members.close();
    }

    private static Set<NodeId> nodes(OwnerTable table) {
        return IntStream.range(0, table.partitions())
                .mapToObj(table::owner)
                .filter(Objects::nonNull)
                .map(OwnerTable.Owner::node)
                .collect(Collectors.toSet());
    }

    private static boolean complete(OwnerTable table) {
        return table.partitions() == HazelcastClusterFactory.PARTITION_COUNT
                && IntStream.range(0, table.partitions()).allMatch(each -> table.owner(each) != null);
    }

    @Test
    void everyMemberSeesTheSameOwnersAndEachNodeOwnsSome() throws TimeoutException {
        ClusterMember first = members.member(0);
        await().atMost(PATIENCE).until(() -> complete(first.owners()));
        assertThat(nodes(first.owners())).containsExactly(GW_0);
        ClusterMember second = members.member(1);
        await().atMost(PATIENCE)
                .until(() -> nodes(first.owners()).equals(Set.of(GW_0, GW_1))
                        && first.owners().equals(second.owners()));
        second.hazelcast().getLifecycleService().terminate();
        await().atMost(PATIENCE)
                .until(() -> complete(first.owners()) && nodes(first.owners()).equals(Set.of(GW_0)));
        assertThat(second.owners().partitions()).as("of one that has left").isZero();
    }

    /**
     * A member that stands still, for longer than a hung one is waited for, just as it takes over what a lost one kept: first as
     * the oldest member tells it to, then by itself. Hazelcast refused the rest of it, and took nothing over ever again.
     */
    @Test
    void whoStandsStillWhileItTakesOverFromAnotherOwnsItAllTheSame() throws Exception {
        ClusterMember oldest = members.member(0);
        ClusterMember second = members.member(1);
        ClusterMember third = members.member(2);
        await().atMost(PATIENCE)
                .until(() -> complete(third.owners())
                        && nodes(third.owners()).size() == 3
                        && third.hazelcast().getPartitionService().isClusterSafe());

        loseWhileItStandsStill(second, third);
        await().atMost(PATIENCE)
                .until(() -> complete(third.owners())
                        && nodes(third.owners()).size() == 2
                        && third.hazelcast().getPartitionService().isClusterSafe());
        loseWhileItStandsStill(oldest, third);
        await().atMost(PATIENCE).until(() -> complete(third.owners()));
        assertThat(nodes(third.owners())).containsExactly(new NodeId("gw-2"));
    }

    private static void loseWhileItStandsStill(ClusterMember lost, ClusterMember member) throws InterruptedException {
        CountDownLatch goesOn = new CountDownLatch(1);
        standStill(member.hazelcast(), goesOn);
        int others = member.hazelcast().getCluster().getMembers().size() - 1;
        lost.hazelcast().getLifecycleService().terminate();
        await().atMost(PATIENCE)
                .until(() -> member.hazelcast().getCluster().getMembers().size() == others);
        // it is still, and what Hazelcast gives it is what it waits for a heartbeat
        assertThat(goesOn.await(4, TimeUnit.SECONDS)).isFalse();
        goesOn.countDown();
    }

    /** Keeps the threads of a member's partitions busy. */
    private static void standStill(HazelcastInstance member, CountDownLatch goesOn) {
        OperationServiceImpl operations =
                ((HazelcastInstanceProxy) member).getOriginal().node.nodeEngine.getOperationService();
        for (int thread = 0; thread < operations.getPartitionThreadCount(); thread++) {
            int partition = thread;
            operations.execute(new PartitionSpecificRunnable() {
                @Override
                public int getPartitionId() {
                    return partition;
                }

                @Override
                public void run() {
                    try {
                        goesOn.await();
                    } catch (InterruptedException ended) {
                        Thread.currentThread().interrupt();
                    }
                }
            });
        }
    }

    @Test
    void aNodeThatIsStartedAgainIsAnotherOwner() throws TimeoutException {
        ClusterMember first = members.member(0);
        await().atMost(PATIENCE).until(() -> complete(first.owners()));
        long membership = Objects.requireNonNull(first.owners().owner(0)).membership();
        first.close().await();
        ClusterMember again = members.member(0);
        await().atMost(PATIENCE).until(() -> complete(again.owners()));
        assertThat(Objects.requireNonNull(again.owners().owner(0)).membership()).isNotEqualTo(membership);
    }

    /**
     * Who gives away what it keeps stays in the cluster and owns nothing. What comes back to the member that had it before is
     * that one's anew, however short the time was: somebody else has decided meanwhile.
     */
    @Test
    void whatIsGivenAwayComesBackAsAnotherTermAndWhoGaveItStays() throws TimeoutException {
        ClusterMember first = members.member(0);
        await().atMost(PATIENCE).until(() -> complete(first.owners()));
        OwnerTable before = first.owners();
        assertThat(given(first)).as("nobody else keeps anything").isFalse();
        ClusterMember second = members.member(1);
        await().atMost(PATIENCE)
                .until(() -> nodes(first.owners()).equals(Set.of(GW_0, GW_1))
                        && first.owners().equals(second.owners())
                        && first.hazelcast().getPartitionService().isClusterSafe());
        OwnerTable shared = second.owners();
        int[] went = IntStream.range(0, shared.partitions())
                .filter(each ->
                        GW_1.equals(Objects.requireNonNull(shared.owner(each)).node()))
                .toArray();
        Map<Integer, String> kept = second.hazelcast().getMap("kept");
        IntStream.range(0, 200).forEach(each -> kept.put(each, "by the second"));

        assertThat(given(second)).isTrue();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(IntStream.of(went).mapToObj(first.owners()::owner))
                        .isNotEmpty()
                        .allMatch(owner -> owner != null && owner.node().equals(GW_0))
                        .doesNotContainAnyElementsOf(
                                IntStream.of(went).mapToObj(before::owner).toList()));
        await().atMost(PATIENCE)
                .until(() -> complete(second.owners()) && nodes(second.owners()).equals(Set.of(GW_0)));
        assertThat(second.hazelcast().getCluster().getLocalMember().isLiteMember())
                .isTrue();
        assertThat(first.hazelcast().getCluster().getMembers()).hasSize(2);
        assertThat(first.hazelcast().getMap("kept").size()).isEqualTo(200);
        assertThat(given(second)).as("it keeps nothing any more").isTrue();
        assertThat(given(first)).as("it is the last that keeps").isFalse();
    }

    private static boolean given(ClusterMember member) throws TimeoutException {
        return member.giveAway().await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void aMemberThatKeepsNothingWaitsForOneThatKeepsAndOwnsNothing() throws TimeoutException {
        Future<ClusterMember> waiting = Members.starting(members.spec(0, false));
        await().during(Duration.ofSeconds(3)).atMost(PATIENCE).until(() -> !waiting.isComplete());
        ClusterMember keeper = members.member(1);
        ClusterMember lite = members.started(waiting);
        assertThat(lite.vertx().isClustered()).isTrue();
        await().atMost(PATIENCE).until(() -> complete(lite.owners()));
        assertThat(nodes(lite.owners())).containsExactly(GW_1);
        keeper.hazelcast().getLifecycleService().terminate();
        await().atMost(PATIENCE).until(() -> lite.owners().partitions() == 0);
    }

    @Test
    void aMemberThatKeepsNothingWaitsAgainWhereTheLastKeeperIsLostWhileItStarts() throws TimeoutException {
        ClusterMember keeper = members.member(0);
        AtomicInteger attempts = new AtomicInteger();
        List<HazelcastInstance> first = new CopyOnWriteArrayList<>();
        Future<ClusterMember> starting =
                HazelcastClusterFactory.start(members.spec(1, false), new VertxOptions(), builder -> {
                    if (attempts.getAndIncrement() == 0) {
                        keeper.hazelcast().getLifecycleService().terminate();
                        HazelcastInstance lite = members.hazelcast(1);
                        await().atMost(PATIENCE).until(() -> !DataMembers.any(lite));
                        first.add(lite);
                    }
                    return builder;
                });
        await().atMost(PATIENCE)
                .until(() -> !first.isEmpty()
                        && !first.getFirst().getLifecycleService().isRunning());
        ClusterMember back = members.member(0);
        ClusterMember lite = members.started(starting);
        assertThat(attempts).hasValue(2);
        await().atMost(PATIENCE)
                .until(() -> complete(lite.owners()) && lite.owners().equals(back.owners()));
    }
}

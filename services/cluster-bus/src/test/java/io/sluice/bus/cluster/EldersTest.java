// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.awaitility.Awaitility.await;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.sluice.bus.cluster.Admission.Verdict;
import io.sluice.bus.cluster.Admission.Verdict.Kind;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.id.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three members, of which the youngest says nothing of itself. */
class EldersTest {

    private static final String NAME = "sluice-test";
    private static final NodeId NEW = new NodeId("gw-new");

    private final Members members = new Members(5);
    private final List<HazelcastInstance> hazelcast = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        for (int index = 0; index < 3; index++) {
            MemberSpec silent = members.spec(index, true);
            Map<String, String> says = index == 2 ? Map.of() : Map.of(NAME, "text of " + index);
            hazelcast.add(members.started(Members.starting(new MemberSpec(
                            silent.cluster(), silent.node(), true, silent.maps(), says, Admission.EVERYBODY)))
                    .hazelcast());
        }
    }

    @AfterEach
    void stop() throws Exception {
        members.close();
    }

    private void require(int index, NodeId node, Admission admission) throws InterruptedException {
        Elders.require(hazelcast.get(index), node, admission, Duration.ZERO);
    }

    @Test
    void whoWasThereBeforeIsHeardEldestFirst() {
        assertThat(Elders.announced(hazelcast.get(0), NAME)).as("of the eldest").isEmpty();
        assertThat(Elders.announced(hazelcast.get(1), NAME))
                .containsExactly(Map.entry(new NodeId("gw-0"), "text of 0"));
        assertThat(Elders.announced(hazelcast.get(2), NAME))
                .containsExactly(
                        Map.entry(new NodeId("gw-0"), "text of 0"), Map.entry(new NodeId("gw-1"), "text of 1"));
    }

    /** Whoever knows the cluster's name may be a member; nobody of ours fails for it, and only its partitions are nobody's. */
    @Test
    void aMemberOfNoNodeIsPassedOver() throws Exception {
        Config config = HazelcastClusterFactory.config(members.spec(3, true));
        config.getMemberAttributeConfig().setAttribute(OwnerWatch.NODE_ATTRIBUTE, "no node id");
        config.getMemberAttributeConfig().setAttribute(NAME, "text of a stranger");
        HazelcastInstance stranger = Hazelcast.newHazelcastInstance(config);
        try {
            ClusterMember last = members.member(4);
            assertThat(last.announcedByElders(NAME).values()).containsExactly("text of 0", "text of 1");
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> owned(last.owners()) > 0
                            && owned(last.owners()) < last.owners().partitions());
        } finally {
            stranger.shutdown();
        }
    }

    private static long owned(OwnerTable table) {
        return IntStream.range(0, table.partitions())
                .filter(partition -> table.owner(partition) != null)
                .count();
    }

    @Test
    void ofTwoOfOneNameTheYoungerIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> require(1, new NodeId("gw-0"), Admission.EVERYBODY))
                .withMessageMatching(
                        "node.id: 'gw-0' is the id of the member at 127\\.0\\.0\\.1:\\d+ of cluster test-.*");
        assertThatNoException().isThrownBy(() -> require(0, new NodeId("gw-1"), Admission.EVERYBODY));
        assertThatNoException().isThrownBy(() -> require(1, NEW, Admission.EVERYBODY));
    }

    @Test
    void whoIsRefusedIsNotAskedAgainAndWhoIsDoubtedIs() throws Exception {
        Iterator<Kind> verdicts = List.of(Kind.DOUBTED, Kind.DOUBTED, Kind.ADMITTED, Kind.DOUBTED, Kind.REFUSED)
                .iterator();
        Admission changing = elders -> {
            assertThat(elders.apply(NAME)).hasSize(2);
            return new Verdict(verdicts.next(), "some reason");
        };
        Duration patience = Duration.ofNanos(TimeUnit.MINUTES.toNanos(1));

        Elders.require(hazelcast.get(2), NEW, changing, patience);
        assertThatIllegalStateException()
                .isThrownBy(() -> Elders.require(hazelcast.get(2), NEW, changing, patience))
                .withMessage("some reason");
        assertThat(verdicts.hasNext()).isFalse();
    }

    @Test
    void aDoubtThatStaysIsARefusal() {
        assertThatIllegalStateException()
                .isThrownBy(() -> require(2, NEW, elders -> new Verdict(Kind.DOUBTED, "some reason")))
                .withMessage("some reason");
    }
}

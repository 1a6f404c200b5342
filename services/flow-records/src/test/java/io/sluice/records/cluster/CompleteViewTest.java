// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hazelcast.core.HazelcastInstance;
import io.sluice.model.id.Ipv4SocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** P3: whether flows can be missing that nobody here knows of. */
class CompleteViewTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private RecordMembers members;

    @BeforeEach
    void reserve() throws Exception {
        members = RecordMembers.of(2);
    }

    @AfterEach
    void stop() throws Exception {
        members.close();
    }

    private List<Ipv4SocketAddress> all() {
        return members.all();
    }

    @Test
    void aFirstStartIsOneOfEverybodyExpectedAndNobodyWithAPast() throws Exception {
        HazelcastInstance first = members.start(0).hazelcast();
        CompleteView view = new CompleteView(first);
        assertThat(view.isFirstStart(List.of(all().getFirst())))
                .as("alone, as it should be")
                .isTrue();
        assertThat(view.isFirstStart(all())).as("the other one may bring flows").isFalse();
        members.start(1);
        await().atMost(PATIENCE).until(() -> view.isFirstStart(all()));
    }

    @Test
    void aMemberWithAPastMayBringFlows() throws Exception {
        HazelcastInstance first = members.start(0).hazelcast();
        CompleteView view = new CompleteView(first);
        members.startAgain(1);
        await().atMost(PATIENCE).until(() -> first.getCluster().getMembers().size() == 2);
        assertThat(view.isFirstStart(all())).isFalse();
    }

    @Test
    void whatSomebodySaysOnceIsKnownUntilTheLastMemberIsGone() throws Exception {
        RecordMembers.RecordMember first = members.start(0);
        new CompleteView(first.hazelcast()).complete();
        CompleteView second = new CompleteView(members.start(1).hazelcast());
        assertThat(second.isComplete()).isTrue();
        await().atMost(PATIENCE)
                .until(() -> first.hazelcast().getPartitionService().isClusterSafe());
        first.kill();
        await().atMost(PATIENCE).until(second::isComplete);
    }
}

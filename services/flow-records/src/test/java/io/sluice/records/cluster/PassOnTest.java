// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.bus.cluster.HazelcastClusterFactory;
import io.sluice.hashing.authority.CopyPlace;
import io.sluice.model.flow.FlowRecord;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.id.NodeId;
import io.sluice.records.FlowSamples;
import io.sluice.records.RecordKeeping;
import io.sluice.records.RecordKey;
import io.sluice.records.cluster.RecordMembers.RecordMember;
import io.sluice.records.journal.FlowJournal;
import io.sluice.records.journal.JournalIdentity;
import io.sluice.records.journal.JournalLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * P3: after a stop of all nodes a journal holds records of partitions that another node owns now. They are merged there
 * with what that one has decided meanwhile.
 */
class PassOnTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final JournalIdentity IDENTITY = JournalIdentity.of(List.of("a fingerprint"));
    private static final NodeId FIRST = new NodeId("gw-0");

    /** As a node leaves it that has stopped. */
    private static void write(Path directory, List<FlowRecord> kept) throws Exception {
        try (FlowJournal journal = FlowJournal.open(directory, IDENTITY, JournalLimits.DEFAULT)) {
            journal.write(kept).toCompletableFuture().get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void p3RecordsOfAJournalGoToWhoOwnsThemNow(@TempDir Path directory) throws Exception {
        List<FlowRecord> kept = FlowSamples.flows(0, 1_000);
        write(directory, kept);
        try (RecordMembers members = RecordMembers.of(2)) {
            RecordMember first = members.start(0);
            RecordMember second = members.start(1);
            await().atMost(PATIENCE)
                    .until(() -> owned(first.member().owners(), FIRST) < HazelcastClusterFactory.PARTITION_COUNT
                            && first.hazelcast().getPartitionService().isClusterSafe());
            List<FlowRecord> heard = new CopyOnWriteArrayList<>();
            second.records().onMerged(heard::addAll);
            RecordKeeping keeping = new RecordKeeping(
                    first.records(),
                    false,
                    FlowJournal.open(directory, IDENTITY, JournalLimits.DEFAULT),
                    HazelcastClusterFactory.PARTITION_COUNT);
            try {
                assertThat(keeping.replay(false, () -> kept.getLast().lastSeenMs()))
                        .isEqualTo(kept.size());
                OwnerTable owners = first.member().owners();
                List<FlowRecord> ofSecond =
                        kept.stream().filter(flow -> !isOwn(owners, flow)).toList();
                assertThat(ofSecond).isNotEmpty();
                await().atMost(PATIENCE).until(() -> {
                    assertThat(keeping.passOn(owners, FIRST))
                            .as("its own are not fetched yet")
                            .isFalse();
                    return heard.size() >= ofSecond.size();
                });
                assertThat(heard)
                        .extracting(FlowSamples::number)
                        .hasSameElementsAs(
                                ofSecond.stream().map(FlowSamples::number).toList());
                for (int partition = 0; partition < HazelcastClusterFactory.PARTITION_COUNT; partition++) {
                    if (isOwn(owners, partition)) {
                        keeping.load(partition).toCompletableFuture().get(60, TimeUnit.SECONDS);
                    }
                }
                await().atMost(PATIENCE).until(() -> keeping.passOn(owners, FIRST));
            } finally {
                keeping.close();
            }
        }
    }

    /** What only this node could ever read is in its memory and on its disk, and nowhere a third time. */
    @Test
    void p3NodeThatStandsAloneTakesItsJournalOverAndCopiesToItAlone(@TempDir Path directory) throws Exception {
        List<FlowRecord> kept = FlowSamples.flows(0, 100);
        write(directory, kept);
        try (RecordMembers members = RecordMembers.of(1)) {
            RecordMember only = members.start(0);
            await().atMost(PATIENCE)
                    .until(() -> owned(only.member().owners(), FIRST) == HazelcastClusterFactory.PARTITION_COUNT);
            RecordKeeping keeping = new RecordKeeping(
                    only.records(),
                    true,
                    FlowJournal.open(directory, IDENTITY, JournalLimits.DEFAULT),
                    HazelcastClusterFactory.PARTITION_COUNT);
            try {
                keeping.replay(false, () -> kept.getLast().lastSeenMs());
                List<FlowRecord> loaded = new ArrayList<>();
                for (int partition = 0; partition < HazelcastClusterFactory.PARTITION_COUNT; partition++) {
                    loaded.addAll(keeping.load(partition).toCompletableFuture().get(60, TimeUnit.SECONDS));
                    assertThat(only.records()
                                    .load(partition)
                                    .toCompletableFuture()
                                    .get(60, TimeUnit.SECONDS)
                                    .records())
                            .isEmpty();
                }
                assertThat(loaded)
                        .extracting(FlowSamples::number)
                        .hasSameElementsAs(
                                kept.stream().map(FlowSamples::number).toList());
                assertThat(keeping.copies()).containsOnlyKeys(CopyPlace.JOURNAL);
            } finally {
                keeping.close();
            }
        }
    }

    private static boolean isOwn(OwnerTable owners, FlowRecord flow) {
        return isOwn(owners, RecordKey.partition(RecordKey.bytes(flow.key()), owners.partitions()));
    }

    private static boolean isOwn(OwnerTable owners, int partition) {
        OwnerTable.Owner owner = owners.owner(partition);
        return owner != null && owner.node().equals(FIRST);
    }

    private static int owned(OwnerTable owners, NodeId node) {
        int count = 0;
        for (int partition = 0; partition < owners.partitions(); partition++) {
            OwnerTable.Owner owner = owners.owner(partition);
            count += owner != null && owner.node().equals(node) ? 1 : 0;
        }
        return count;
    }
}

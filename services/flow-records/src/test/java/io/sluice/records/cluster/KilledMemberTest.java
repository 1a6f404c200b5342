// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hazelcast.partition.PartitionService;
import io.sluice.bus.cluster.HazelcastClusterFactory;
import io.sluice.model.flow.FlowRecord;
import io.sluice.records.FlowSamples;
import io.sluice.records.NotKeptException;
import io.sluice.records.RecordKey;
import io.sluice.records.cluster.RecordMembers.RecordMember;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** P1: a process that writes as fast as it can is killed; whatever was acknowledged is with the member that stays. */
class KilledMemberTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int BATCH = 256;
    private static final int BATCHES_BEFORE_KILL = 60;

    @Test
    void whatAKilledOwnerHadAcknowledgedIsThere() throws Exception {
        try (RecordMembers members = RecordMembers.of(2)) {
            RecordMember survivor = members.start(0);
            Set<Integer> kept = writeAndDie(members, survivor);
            await().atMost(PATIENCE)
                    .until(() -> survivor.hazelcast().getCluster().getMembers().size() == 1
                            && survivor.hazelcast().getPartitionService().getPartitions().stream()
                                    .allMatch(each -> each.getOwner() != null
                                            && each.getOwner().localMember()));
            Set<Integer> found = new HashSet<>();
            for (int partition = 0; partition < HazelcastClusterFactory.PARTITION_COUNT; partition++) {
                int number = partition;
                // a backup that has just become the owner's is on its way for a moment
                LoadedPartition loaded = await().atMost(PATIENCE)
                        .until(
                                () -> survivor.records()
                                        .load(number)
                                        .toCompletableFuture()
                                        .get(60, TimeUnit.SECONDS),
                                LoadedPartition::owned);
                for (FlowRecord each : loaded.records()) {
                    found.add(FlowSamples.number(each));
                }
            }
            System.out.printf("%d batches acknowledged, %d records found%n", kept.size(), found.size());
            for (int batch : kept) {
                for (int number = batch * BATCH; number < (batch + 1) * BATCH; number++) {
                    assertThat(found.contains(number)).as("flow %d", number).isTrue();
                }
            }
        }
    }

    private static Set<Integer> writeAndDie(RecordMembers members, RecordMember survivor) throws Exception {
        Process process = start(members, "write");
        Set<Integer> kept = new HashSet<>();
        try (BufferedReader lines = process.inputReader()) {
            boolean safe = false;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("kept ")) {
                    kept.add(Integer.parseInt(line.substring("kept ".length())));
                }
                // a record written before the second member had its share of backups may be with the first alone
                safe = safe || survivor.hazelcast().getPartitionService().isClusterSafe();
                if (safe && kept.size() >= BATCHES_BEFORE_KILL) {
                    process.toHandle().destroyForcibly();
                }
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(kept).as("acknowledged batches").hasSizeGreaterThanOrEqualTo(BATCHES_BEFORE_KILL);
        return kept;
    }

    private static Process start(RecordMembers members, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.net.preferIPv4Stack=true",
                "-Djava.util.concurrent.ForkJoinPool.common.parallelism=4",
                "-Dhazelcast.logging.type=slf4j",
                "-Xmx256m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                RecordProcess.class.getName(),
                members.name(),
                members.addresses(),
                "1"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** P1: one copy is not enough for an acknowledgement while there is a member that could have the second. */
    @Test
    void isNotAcknowledgedWhileItsBackupDoesNotAnswer() throws Exception {
        try (RecordMembers members = RecordMembers.of(2)) {
            RecordMember owner = members.start(0);
            Process process = start(members);
            try {
                PartitionService partitions = owner.hazelcast().getPartitionService();
                await().atMost(PATIENCE)
                        .until(() -> partitions.getPartitions().stream()
                                        .filter(each -> each.getOwner().localMember())
                                        .count()
                                <= (HazelcastClusterFactory.PARTITION_COUNT + 1) / 2);
                await().atMost(PATIENCE).until(partitions::isClusterSafe);
                List<FlowRecord> owned = FlowSamples.flows(0, BATCH).stream()
                        .filter(each -> partitions
                                .getPartition(partition(each))
                                .getOwner()
                                .localMember())
                        .toList();
                assertThat(owned).isNotEmpty();
                signal(process, "STOP");
                // one by one: what moves just then waits by itself, and a batch would wait with it
                List<CompletableFuture<Integer>> membersThen = owned.stream()
                        .map(each -> owner.records()
                                .write(List.of(each))
                                .handle((kept, failure) -> failure == null
                                        ? owner.hazelcast()
                                                .getCluster()
                                                .getMembers()
                                                .size()
                                        : 0)
                                .toCompletableFuture())
                        .toList();
                for (CompletableFuture<Integer> each : membersThen) {
                    // none: the write failed, which its writer makes again; one: nobody is left for a second copy
                    assertThat(each.get(60, TimeUnit.SECONDS)).isLessThan(2);
                }
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private static int partition(FlowRecord flow) {
        return RecordKey.partition(RecordKey.bytes(flow.key()), HazelcastClusterFactory.PARTITION_COUNT);
    }

    private static void signal(Process process, String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** The other way round: the killed process had only backups. */
    @Test
    void aMemberWithoutItsBackupGoesOnWriting() throws Exception {
        try (RecordMembers members = RecordMembers.of(2)) {
            RecordMember survivor = members.start(0);
            writeAndDie(members, survivor);
            List<FlowRecord> flows = FlowSamples.flows(0, BATCH);
            // a write that met the loss fails, as nobody knows what became of it; its writer makes it again
            await().atMost(PATIENCE)
                    .ignoreExceptionsMatching(failed -> failed.getCause() instanceof NotKeptException)
                    .until(() -> survivor.records()
                            .write(flows)
                            .thenApply(kept -> true)
                            .toCompletableFuture()
                            .get(60, TimeUnit.SECONDS));
        }
    }
}

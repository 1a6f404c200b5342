// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.api.store.StoreUnavailable;
import io.sluice.hashing.core.MasterSecrets;
import io.sluice.node.config.MasterSecret;
import io.sluice.node.config.NodeConfig;
import io.sluice.node.config.NodeConfigReader;
import io.sluice.records.journal.FlowJournal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreparationsTest {

    private static final long BOOT_ID = 1_764_000_000_000L;

    @TempDir
    private Path directory;

    private Preparations begin(String roles) throws Exception {
        Path file = Files.writeString(directory.resolve("node.yaml"), """
                node: {id: n1, roles: [%s], flow-capacity: 1024, shards: 1}
                ingress: {listen: "127.0.63.1"}
                appliances: {listen: "127.0.63.1"}
                admin: {listen: "127.0.63.1:8080"}
                zones: [az1]
                """.formatted(roles));
        NodeConfig config = NodeConfigReader.read(file, null);
        Path data = Files.createDirectories(directory.resolve("data"));
        MasterSecrets secrets = MasterSecret.all(config, data);
        return Preparations.begin(config, data, secrets, BOOT_ID);
    }

    @Test
    void opensWhatTheRolesNeedBeforeThereIsACluster() throws Exception {
        Preparations all = begin("ingress, codec, flow-hashing, control-api");
        try (KeptConfiguration kept = all.configuration();
                FlowJournal journal = all.journal()) {
            assertThat(kept.initial().number()).isPositive();
            assertThat(journal).isNotNull();
            all.flowTables().made().toCompletableFuture().get(30, TimeUnit.SECONDS);
            assertThat(all.flowTables().of(0)).isNotNull();
        }
    }

    @Test
    void aProcessThatDecidesAboutNoFlowsHasNoJournalAndOneWithoutIngressNoTable() throws Exception {
        Preparations few = begin("target-selection");
        assertThat(few.journal()).isNull();
        assertThat(few.flowTables()).isSameAs(FlowTables.NONE);
        few.configuration().close();
        assertThat(directory.resolve("data/flows")).doesNotExist();
    }

    @Test
    void aNodeThatDoesNotStartLeavesNothingOpen() throws Exception {
        begin("flow-hashing, control-api").abandon();
        Preparations next = begin("flow-hashing, control-api");
        try (KeptConfiguration _ = next.configuration();
                FlowJournal journal = next.journal()) {
            assertThat(journal).as("opened again").isNotNull();
        }
    }

    @Test
    void theJournalOfADirectoryThatAnotherHoldsIsNotTouched() throws Exception {
        Preparations first = begin("control-api");
        try (KeptConfiguration _ = first.configuration()) {
            Preparations second = begin("flow-hashing, control-api");
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(second::configuration)
                    .withCauseInstanceOf(StoreUnavailable.class);
            second.abandon();
            assertThat(directory.resolve("data/flows")).doesNotExist();
        }
    }
}

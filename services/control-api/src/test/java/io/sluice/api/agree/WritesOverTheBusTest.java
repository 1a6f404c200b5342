// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.agree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.api.ClusterView;
import io.sluice.api.ConfigDesk;
import io.sluice.api.ConfigHistory;
import io.sluice.api.Samples;
import io.sluice.api.store.MemoryConfigStore;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.api.verticle.Adoption;
import io.sluice.api.verticle.ControlApiVerticle;
import io.sluice.api.verticle.VoterVerticle;
import io.sluice.bus.BusCounters;
import io.sluice.bus.TypedBus;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.Zone;
import io.sluice.selection.verticle.TargetSetVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Three nodes on one bus that write at once, each with its own view, store, vote and publisher. */
class WritesOverTheBusTest {

    private static final int WRITES = 12;
    private static final long LIMIT_S = 30;
    private static final List<NodeId> NODES = List.of(new NodeId("gw-1"), new NodeId("gw-2"), new NodeId("gw-3"));
    private static final ConfigRevision FIRST = new ConfigRevision(1, NODES.getFirst(), GatewayModel.EMPTY);

    private final Vertx vertx = Vertx.vertx();
    private final List<Node> nodes = new ArrayList<>();

    private record Node(TypedBus bus, ClusterView view, ConfigDesk desk, ConfigHistory history) {

        /** Adds a zone to whatever is in force. */
        ConfigDesk.Outcome add(String zone) throws StoreUnavailable {
            ConfigDesk.Outcome outcome = desk.edit(
                    declared -> {
                        List<Zone> zones = new ArrayList<>(declared.zones());
                        zones.add(new Zone(zone));
                        return new GatewayModel(
                                zones, declared.targetGroups(), declared.loadBalancers(), declared.endpoints());
                    },
                    false,
                    Samples.BY_TEST);
            ControlApiVerticle.publish(bus, desk);
            return outcome;
        }
    }

    private void start(int voters) throws Exception {
        for (NodeId id : NODES) {
            TypedBus bus = new TypedBus(vertx, id, new BusCounters());
            ClusterView view = Samples.view(id, FIRST, () -> 0);
            MemoryConfigStore store = new MemoryConfigStore();
            Voter voter = new Voter(id, Voter.State.NEW, Voter.Memory.NONE);
            Ballots ballots = new Ballots(
                    id, new Quorum(NODES.size(), false), new BusVoters(bus, id, () -> NODES), voter::promised);
            ConfigDesk desk = new ConfigDesk(view, store, ballots, () -> 0);
            vertx.deployVerticle(
                            new TargetSetVerticle(bus, view.targetSets(), new Adoption(vertx, desk)),
                            new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER))
                    .await(LIMIT_S, TimeUnit.SECONDS);
            vertx.deployVerticle(new ControlApiVerticle(bus, view, desk, null)).await(LIMIT_S, TimeUnit.SECONDS);
            if (nodes.size() < voters) {
                vertx.deployVerticle(new VoterVerticle(bus, id, voter)).await(LIMIT_S, TimeUnit.SECONDS);
            }
            nodes.add(new Node(bus, view, desk, new ConfigHistory(store, desk)));
        }
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
    }

    @Test
    void everyAcknowledgedWriteIsInForceOnEveryNodeAndNoBranchIsLost() throws Exception {
        start(NODES.size());
        List<CompletableFuture<Void>> writing = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < WRITES; i++) {
                Node node = nodes.get(i % NODES.size());
                String zone = "z" + i;
                writing.add(CompletableFuture.runAsync(
                        () -> {
                            try {
                                assertThat(node.add(zone)).isInstanceOf(ConfigDesk.Done.class);
                            } catch (StoreUnavailable refused) {
                                throw new AssertionError(refused);
                            }
                        },
                        threads));
            }
            for (CompletableFuture<Void> write : writing) {
                write.get(LIMIT_S, TimeUnit.SECONDS);
            }
        }
        for (Node node : nodes) {
            await().until(() -> node.view().revision().number() == FIRST.number() + WRITES);
            assertThat(node.view().revision().model().zones()).hasSize(WRITES);
            assertThat(node.history().conflicts(Long.MAX_VALUE, 10)).isEmpty();
        }
    }

    @Test
    void twoVotersOfThreeAreEnoughAndOneIsNot() throws Exception {
        start(2);
        assertThat(nodes.getFirst().add("az1")).isInstanceOf(ConfigDesk.Done.class);
        assertThatThrownBy(() -> nodes.getLast().add("az2"))
                .as("its own vote is missing")
                .isInstanceOf(NoMajority.class);
        await().until(() -> nodes.getLast().view().revision().number() == 2);
    }
}

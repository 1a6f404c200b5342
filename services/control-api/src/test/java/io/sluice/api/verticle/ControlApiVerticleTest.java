// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import static io.sluice.api.Samples.AZ1;
import static io.sluice.api.Samples.FIRST;
import static io.sluice.api.Samples.GROUP;
import static io.sluice.api.Samples.GW_1;
import static io.sluice.api.Samples.GW_2;
import static io.sluice.api.Samples.SECOND;
import static io.sluice.api.Samples.health;
import static io.sluice.api.Samples.observed;
import static io.sluice.api.Samples.revision;
import static io.sluice.api.Samples.status;
import static io.sluice.api.Samples.without;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import io.sluice.api.ClusterView;
import io.sluice.api.ConfigDesk;
import io.sluice.api.Samples;
import io.sluice.bus.BusCounters;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.ConfigChanged;
import io.sluice.model.message.TargetObserved;
import io.sluice.model.wire.RevisionDigest;
import io.sluice.selection.verticle.TargetSetVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ControlApiVerticleTest {

    private static final long LIMIT_S = 30;
    private static final long NOW_MS = 1_700_000_000_000L;

    private final Vertx vertx = Vertx.vertx();
    private final TypedBus bus = new TypedBus(vertx, GW_1, new BusCounters());
    private final ClusterView cluster = Samples.view(revision(1), () -> 0);
    private final AtomicLong clockMs = new AtomicLong(NOW_MS);
    private final ConfigDesk desk = new ConfigDesk(cluster, clockMs::get);
    private final List<ConfigRevision> published = new CopyOnWriteArrayList<>();

    @BeforeEach
    void listen() throws Exception {
        bus.listen(BusAddresses.CONFIG_CHANGED, message -> published.add(message.revision()))
                .ready()
                .await(LIMIT_S, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
    }

    private void deploy() throws Exception {
        // configuration and health come by the process's one ear for them
        vertx.deployVerticle(
                        new TargetSetVerticle(bus, cluster.targetSets(), new Adoption(vertx, desk)),
                        new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER))
                .await(LIMIT_S, TimeUnit.SECONDS);
        vertx.deployVerticle(new ControlApiVerticle(bus, cluster, desk, null)).await(LIMIT_S, TimeUnit.SECONDS);
    }

    @Test
    void publishesTheConfigurationAtStartAndAgainAndAgain() throws Exception {
        deploy();
        await().until(() -> published.size() >= 2);
        assertThat(published).containsOnly(revision(1));
    }

    @Test
    void doesNotRepeatWhatAnotherProcessPublishes() throws Exception {
        deploy();
        await().until(() -> !published.isEmpty());
        bus.publish(BusAddresses.CONFIG_CHANGED, new ConfigChanged(revision(9, GW_2)));
        await().until(() -> cluster.revision().number() == 9);
        desk.toPublish().forEach(own -> fail("%s is not this process's", own));
        ControlApiVerticle.publish(bus, desk);
        assertThat(published).containsOnlyOnce(revision(9, GW_2));
    }

    @Test
    void publishesAChangeAtOnce() throws Exception {
        deploy();
        desk.apply(GatewayModel.EMPTY, OptionalLong.empty(), false, Samples.BY_TEST);
        ControlApiVerticle.publish(bus, desk);
        await().until(() -> published.contains(RevisionDigest.child(revision(1), 2, GW_1, GatewayModel.EMPTY)));
    }

    @Test
    void t17RemovesATargetWhoseDelayHasRunAndSaysSo() throws Exception {
        desk.apply(without(SECOND), OptionalLong.empty(), false, Samples.BY_TEST);
        deploy();
        await().until(() -> published.stream().anyMatch(revision -> revision.number() == 2));
        assertThat(cluster.snapshot().targetCount()).isEqualTo(2);
        clockMs.addAndGet(300_000);
        await().until(() -> published.stream().anyMatch(revision -> revision.number() == 3));
        assertThat(cluster.snapshot().targetCount()).isEqualTo(1);
    }

    @Test
    void hearsNodesHealthAndObservations() throws Exception {
        deploy();
        bus.publish(BusAddresses.NODE_STATUS, status(GW_2, "ingress"));
        bus.publish(BusAddresses.HEALTH_CHANGED, health(1, FIRST, AZ1, HealthState.HEALTHY, HealthReason.NONE));
        bus.publish(BusAddresses.TARGET_OBSERVED, observed(GW_2, 1, FIRST, 4));
        await().until(() -> cluster.ingressNodes().equals(List.of(GW_2)));
        await().until(() -> cluster.healthyTargets(GROUP, AZ1) == 1);
        await().until(() -> sent(FIRST) == 4);
    }

    private long sent(TargetRef target) {
        TargetObserved.Observation seen = cluster.observed().get(target);
        return seen == null ? 0 : seen.sentPackets();
    }
}

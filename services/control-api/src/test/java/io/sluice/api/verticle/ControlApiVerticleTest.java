// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import static io.sluice.api.Samples.AZ1;
import static io.sluice.api.Samples.FIRST;
import static io.sluice.api.Samples.GROUP;
import static io.sluice.api.Samples.GW_1;
import static io.sluice.api.Samples.GW_2;
import static io.sluice.api.Samples.health;
import static io.sluice.api.Samples.observed;
import static io.sluice.api.Samples.revision;
import static io.sluice.api.Samples.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.api.ClusterView;
import io.sluice.bus.BusCounters;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.message.ConfigChanged;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ControlApiVerticleTest {

    private static final long LIMIT_S = 30;

    private final Vertx vertx = Vertx.vertx();
    private final TypedBus bus = new TypedBus(vertx, GW_1, new BusCounters());
    private final ClusterView cluster = new ClusterView(revision(1), () -> 0);
    private final List<ConfigRevision> published = new CopyOnWriteArrayList<>();

    @BeforeEach
    void listen() throws TimeoutException {
        bus.listen(BusAddresses.CONFIG_CHANGED, message -> published.add(message.revision()))
                .ready()
                .await(LIMIT_S, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws TimeoutException {
        vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
    }

    private void deploy(boolean publishes) throws TimeoutException {
        vertx.deployVerticle(new ControlApiVerticle(bus, cluster, publishes)).await(LIMIT_S, TimeUnit.SECONDS);
    }

    @Test
    void publishesTheConfigurationAtStartAndAgainAndAgain() throws TimeoutException {
        deploy(true);
        await().until(() -> published.size() >= 2);
        assertThat(published).containsOnly(revision(1));
    }

    @Test
    void publishesANewerRevisionOnceItHasHeardOne() throws TimeoutException {
        deploy(true);
        bus.publish(BusAddresses.CONFIG_CHANGED, new ConfigChanged(revision(9)));
        await().until(() -> published.stream().filter(revision(9)::equals).count() >= 2);
    }

    @Test
    void onlyListensWhereTheConfigurationOfAnotherProcessCounts() throws TimeoutException {
        deploy(false);
        bus.publish(BusAddresses.CONFIG_CHANGED, new ConfigChanged(revision(2)));
        await().until(() -> cluster.revision().number() == 2);
        assertThat(published).containsExactly(revision(2));
    }

    @Test
    void hearsNodesHealthAndObservations() throws TimeoutException {
        deploy(false);
        bus.publish(BusAddresses.NODE_STATUS, status(GW_2, "ingress"));
        bus.publish(BusAddresses.HEALTH_CHANGED, health(1, FIRST, AZ1, HealthState.HEALTHY, HealthReason.NONE));
        bus.publish(BusAddresses.TARGET_OBSERVED, observed(GW_2, 1, FIRST, 4));
        await().until(() -> cluster.ingressNodes().equals(List.of(GW_2)));
        await().until(() -> cluster.healthyTargets(GROUP, AZ1) == 1);
        await().until(() -> cluster.observed(FIRST).sentPackets() == 4);
    }
}

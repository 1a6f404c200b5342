// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import static io.sluice.api.Samples.FIRST;
import static io.sluice.api.Samples.GROUP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.api.ClusterView;
import io.sluice.api.ConfigDesk;
import io.sluice.api.LeaseDesk;
import io.sluice.api.LeaseStore;
import io.sluice.api.Samples;
import io.sluice.api.core.Leases;
import io.sluice.bus.BusCounters;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.Target;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.LeaseKept;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Turns of a real Vert.x, on a clock that is three times as fast as ours. */
class LeasesVerticleTest {

    private static final long LIMIT_S = 30;
    private static final int HASTE = 3;

    private final Vertx vertx = Vertx.vertx();
    private final long beganNs = System.nanoTime();
    private final ClusterView cluster = Samples.view(Samples.revision(1), this::nowMs);
    private final LeaseDesk leases = new LeaseDesk(
            new ConfigDesk(cluster, this::nowMs), cluster, LeaseStore.NONE, this::nowMs, LeaseDesk.Others.NONE);

    private long nowMs() {
        return 1_700_000_000_000L + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs) * HASTE;
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
    }

    private TypedBus bus(NodeId node) {
        return new TypedBus(vertx, node, new BusCounters());
    }

    private List<String> registered() {
        return cluster.revision().model().targetGroup(GROUP).orElseThrow().targets().stream()
                .filter(target -> !target.draining())
                .map(Target::id)
                .map(id -> id.value())
                .toList();
    }

    @Test
    void t17WhoIsNotRenewedIsDeregisteredAndTheRevisionPublishedOnce() throws Exception {
        AtomicInteger published = new AtomicInteger();
        leases.grant(new Leases.Holder(GROUP, FIRST.id()), Leases.DURATION_MIN_MS)
                .kept();
        vertx.deployVerticle(new LeasesVerticle(bus(Samples.GW_1), leases, published::incrementAndGet))
                .await(LIMIT_S, TimeUnit.SECONDS);
        await().atMost(Duration.ofSeconds(LIMIT_S))
                .untilAsserted(() -> assertThat(published).hasValue(1));
        assertThat(registered()).containsExactly(Samples.SECOND.id().value());
        assertThat(cluster.revision().number()).isEqualTo(2);
    }

    /** It was registered at this node, and what stands before the nodes leads its renewals to another one. */
    @Test
    void t17WhoIsRenewedAtAnotherNodeStays() throws Exception {
        Leases.Holder who = new Leases.Holder(GROUP, FIRST.id());
        leases.grant(who, Leases.DURATION_MIN_MS).kept();
        vertx.deployVerticle(new LeasesVerticle(bus(Samples.GW_1), leases, () -> {}))
                .await(LIMIT_S, TimeUnit.SECONDS);
        bus(Samples.GW_2).publish(BusAddresses.LEASE_KEPT, new LeaseKept(Samples.GW_2, GROUP, FIRST.id(), 3_600_000));
        await().atMost(Duration.ofSeconds(LIMIT_S))
                .untilAsserted(() ->
                        assertThat(leases.of(who).orElseThrow().durationMs()).isEqualTo(3_600_000));
        assertThat(registered()).contains(FIRST.id().value());
    }
}

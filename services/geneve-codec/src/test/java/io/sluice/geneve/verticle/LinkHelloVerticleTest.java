// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.verticle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.bus.BusCounters;
import io.sluice.bus.TypedBus;
import io.sluice.geneve.link.LinkDirectory;
import io.sluice.geneve.link.LinkKeys;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.Zone;
import io.sluice.model.message.LinkHello;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Processes of one zone on one bus. Their clock stands still, so that nobody is ever silent. */
class LinkHelloVerticleTest {

    private static final long LIMIT_S = 30;
    private static final long BOOT = 1_700_000_000_000L;
    private static final long NOW_MS = 1_000;

    private final Vertx vertx = Vertx.vertx();
    private final Map<NodeId, String> announced = new ConcurrentHashMap<>();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicInteger linked = new AtomicInteger();

    @AfterEach
    void close() throws TimeoutException {
        vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
    }

    private LinkDirectory directory(String node, LinkHello.Side side, int number) {
        Ipv4SocketAddress address = Ipv4SocketAddress.parse("10.0.0." + number + ":6082");
        announced.put(new NodeId(node), LinkDirectory.announcement(address, BOOT));
        return new LinkDirectory(
                new NodeId(node), BOOT, new Zone("az1"), side, address, List.of(new LinkKeys(new byte[32])));
    }

    private String deploy(String node, LinkDirectory directory) throws TimeoutException {
        return vertx.deployVerticle(new LinkHelloVerticle(
                        new TypedBus(vertx, new NodeId(node), new BusCounters()),
                        directory,
                        announced::get,
                        () -> NOW_MS,
                        refused,
                        linked::incrementAndGet))
                .await(LIMIT_S, TimeUnit.SECONDS);
    }

    @Test
    void whoStopsIsSentNothingBeforeItsSilenceIsNoticed() throws Exception {
        LinkDirectory ingress = directory("in-1", LinkHello.Side.INGRESS, 1);
        deploy("in-1", ingress);
        String first = deploy("co-1", directory("co-1", LinkHello.Side.CODEC, 101));
        deploy("co-2", directory("co-2", LinkHello.Side.CODEC, 102));
        await().atMost(Duration.ofSeconds(LIMIT_S))
                .untilAsserted(
                        () -> assertThat(ingress.linked(LinkHello.Side.CODEC)).isEqualTo(2));
        vertx.undeploy(first).await(LIMIT_S, TimeUnit.SECONDS);
        await().atMost(Duration.ofSeconds(LIMIT_S))
                .untilAsserted(
                        () -> assertThat(ingress.linked(LinkHello.Side.CODEC)).isEqualTo(1));
        assertThat(refused).hasValue(0);
        assertThat(linked).as("each time that the other half is known").hasPositiveValue();
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.EntryProcessor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.io.Serial;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A cluster that does not answer: of a real member, whose partition is held. */
class BusClusterManagerTest {

    private static final String ADDRESS = "sluice.test.v1";
    private static final int LIMIT_S = 30;

    private static final Semaphore HELD = new Semaphore(0);
    private static CountDownLatch answers = new CountDownLatch(1);

    private final Members members = new Members(1);
    private Vertx vertx;
    private HazelcastInstance hazelcast;
    private BusClusterManager manager;

    /** Holds the partition of the key that it is sent to. */
    private static final class Hold implements EntryProcessor<String, String, String> {
        @Serial
        private static final long serialVersionUID = 1;

        @Override
        public @Nullable String process(Map.Entry<String, String> entry) {
            HELD.release();
            try {
                answers.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            return null;
        }
    }

    @BeforeEach
    void start() throws Exception {
        vertx = members.start(0);
        hazelcast = members.hazelcast(0);
        manager = (BusClusterManager) ((VertxInternal) vertx).clusterManager();
        HELD.drainPermits();
        answers = new CountDownLatch(1);
    }

    @AfterEach
    void stop() throws Exception {
        answers.countDown();
        members.close();
    }

    private void hold(String key) throws InterruptedException {
        hazelcast.<String, String>getMap("held").submitToKey(key, new Hold());
        assertThat(HELD.tryAcquire(LIMIT_S, TimeUnit.SECONDS))
                .as("the partition is held")
                .isTrue();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.await(LIMIT_S, TimeUnit.SECONDS);
    }

    private Future<NodeInfo> place(String nodeId) {
        Promise<NodeInfo> place = Promise.promise();
        manager.getNodeInfo(nodeId, place);
        return place.future();
    }

    private Future<List<RegistrationInfo>> registrations() {
        Promise<List<RegistrationInfo>> found = Promise.promise();
        manager.getRegistrations(ADDRESS, found);
        return found.future();
    }

    /** Hazelcast itself waits for a minute, and with it all that is meant for the member. */
    @Test
    void whereAMembersBusIsIsNotWaitedForLonger() throws Exception {
        String self = hazelcast.getCluster().getLocalMember().getAttribute(HazelcastClusterFactory.BUS_ATTRIBUTE);
        hold(self);
        assertThatThrownBy(() -> await(place(self)))
                .hasMessage("the cluster does not say within 1000 ms where the bus of " + self + " is");
        answers.countDown();
        assertThat(await(place(self)).host()).isEqualTo("127.0.0.1");
    }

    @Test
    void whoServesAnAddressIsNotWaitedForLonger() throws Exception {
        await(vertx.eventBus().consumer(ADDRESS, message -> {}).completion());
        hold(ADDRESS);
        assertThatThrownBy(() -> await(registrations()))
                .hasMessage("the cluster does not say within 1000 ms who serves " + ADDRESS);
        answers.countDown();
        assertThat(await(registrations())).hasSize(1);
    }

    @Test
    void aMemberThatIsNowhereIsNamed() {
        assertThatThrownBy(() -> await(place("nobody")))
                .hasMessageContaining("the cluster knows no place on the bus of nobody");
    }
}

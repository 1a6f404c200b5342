// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.bus.cluster.Members;
import io.sluice.model.address.BusAddress;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.CountersReply;
import io.sluice.model.message.CountersRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the member that stays sees when the other one goes. */
class MemberLossTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final NodeId GW_A = new NodeId("gw-a");
    private static final NodeId GW_B = new NodeId("gw-b");
    private static final BusAddress<CountersRequest, CountersReply> AT_B = BusAddresses.NODE_COUNTERS.at(GW_B);
    private static final CountersReply REPLY = Fixtures.of(CountersReply.class);

    private final Members members = new Members(2);
    private final BusCounters counters = new BusCounters();
    private Vertx vertxB;
    private TypedBus busA;
    private TypedBus busB;

    @BeforeEach
    void start() throws TimeoutException {
        busA = new TypedBus(members.start(0), GW_A, counters);
        startB();
    }

    @AfterEach
    void stop() throws TimeoutException {
        members.close();
    }

    private void startB() throws TimeoutException {
        vertxB = members.start(1);
        busB = new TypedBus(vertxB, GW_B, new BusCounters());
    }

    @Test
    void requestsToAMemberThatLeftFailUntilItIsBack() throws TimeoutException {
        serve();
        await().atMost(PATIENCE).until(this::isAnswered);
        vertxB.close().await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        await().atMost(PATIENCE).until(() -> {
            assertThat(isAnswered()).isFalse();
            return counters.failures(AT_B.nameWithoutNode(), BusFailure.Kind.NO_HANDLER) > 0;
        });
        startB();
        serve();
        await().atMost(PATIENCE).until(this::isAnswered);
    }

    @Test
    void requestsToAMemberWhoseClusterDiedFailWithAKind() throws TimeoutException {
        serve();
        await().atMost(PATIENCE).until(this::isAnswered);
        members.hazelcast(1).getLifecycleService().terminate();
        await().atMost(PATIENCE).until(() -> !isAnswered());
    }

    @Test
    void aRequestThatWaitsWhenTheMemberLeavesFailsInTime() throws TimeoutException {
        List<Promise<CountersReply>> never = new CopyOnWriteArrayList<>();
        busB.serve(AT_B, asked -> {
                    Promise<CountersReply> promise = Promise.promise();
                    never.add(promise);
                    return promise.future();
                })
                .ready()
                .await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        List<Future<CountersReply>> asked = new CopyOnWriteArrayList<>();
        await().atMost(PATIENCE).until(() -> {
            asked.add(busA.request(AT_B, new CountersRequest()));
            return !never.isEmpty();
        });
        vertxB.close().await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        await().atMost(PATIENCE).until(() -> asked.stream().allMatch(Future::failed));
        assertThat(asked).allSatisfy(future -> assertThat(future.cause()).isInstanceOf(BusFailure.class));
    }

    private void serve() throws TimeoutException {
        busB.serve(AT_B, asked -> Future.succeededFuture(REPLY)).ready().await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Whether a request is answered; where it is not, it has failed with a kind. */
    private boolean isAnswered() {
        Future<CountersReply> future = busA.request(AT_B, new CountersRequest());
        await().atMost(PATIENCE).until(future::isComplete);
        if (future.failed()) {
            assertThat(future.cause()).isInstanceOf(BusFailure.class);
        }
        return future.succeeded();
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.verticle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.bus.BusCounters;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowState;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowListReply;
import io.sluice.model.message.FlowListRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One answer a node, whatever the number of its shards. */
class FlowListVerticleTest {

    private static final NodeId SELF = new NodeId("gw-1");
    private static final TargetRef TARGET = new TargetRef(new TargetGroupId("firewalls"), new TargetId("fw"), 1);

    private final Vertx vertx = Vertx.vertx();
    private final TypedBus bus = new TypedBus(vertx, SELF, new BusCounters());

    @AfterEach
    void close() {
        done(vertx.close());
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private static FlowListReply.Flow flow(int cookie) {
        return new FlowListReply.Flow(
                FlowKey.copyOf(new long[] {7, 0, 1, 0, 2, 0x0411_0000_0000_0000L}, 0),
                true,
                TARGET,
                cookie,
                FlowState.ESTABLISHED,
                false,
                1,
                1,
                1,
                1,
                1,
                1);
    }

    /** A shard with so many flows, cookies counted from a number. */
    private static Function<FlowListRequest, Future<FlowListReply>> shard(int firstCookie, int flows) {
        return request -> Future.succeededFuture(new FlowListReply(
                SELF,
                flows,
                IntStream.range(firstCookie, firstCookie + Math.min(request.limit(), flows))
                        .mapToObj(FlowListVerticleTest::flow)
                        .toList()));
    }

    private FlowListReply list(int limit, List<Function<FlowListRequest, Future<FlowListReply>>> shards) {
        done(vertx.deployVerticle(new FlowListVerticle(bus, SELF, shards, List.of())));
        return done(bus.request(BusAddresses.FLOW_LIST.at(SELF), new FlowListRequest(limit)));
    }

    @Test
    void putsTheAnswersOfAllShardsTogether() {
        FlowListReply reply = list(10, List.of(shard(100, 2), shard(200, 0), shard(300, 3)));
        assertThat(reply.total()).isEqualTo(5);
        assertThat(reply.flows())
                .extracting(FlowListReply.Flow::cookie)
                .containsExactlyInAnyOrder(100, 101, 300, 301, 302);
    }

    @Test
    void listsNoMoreThanWasAskedForAndCountsAll() {
        FlowListReply reply = list(4, List.of(shard(100, 3), shard(200, 1_000)));
        assertThat(reply.total()).isEqualTo(1_003);
        assertThat(reply.flows()).hasSize(4);
    }

    @Test
    void refusesWhereAShardDoesNotAnswer() {
        assertThatThrownBy(() -> list(4, List.of(shard(100, 3), limit -> Future.failedFuture("the shard has stopped"))))
                .hasMessageContaining("the shard has stopped");
    }
}

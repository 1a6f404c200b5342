// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.id.Ipv4SocketAddress;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the admin port answers while the contract is being read. */
class StartingPortTest {

    private static final long LIMIT_S = 30;

    private final Vertx vertx = Vertx.vertx();
    private final Ipv4SocketAddress address = AdminPort.freeAddress();
    private final CompletableFuture<Runnable> held = new CompletableFuture<>();

    @AfterEach
    void close() throws TimeoutException {
        vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
    }

    /** The first request stops on its way through the routes. */
    private void health(RoutingContext context) {
        if (held.isDone()) {
            context.end("served");
        } else {
            Context eventLoop = vertx.getOrCreateContext();
            held.complete(() -> eventLoop.runOnContext(goOn -> context.next()));
        }
    }

    /** A client takes 404 for a refusal for good: one that registers its own target gave up. */
    @Test
    void aRequestThatBeganBeforeTheContractWasReadIsNotToldThatItsPathIsNotThere() throws Exception {
        AdminHttpVerticle port = new AdminHttpVerticle(
                address,
                AdminLimits.DEFAULT,
                null,
                null,
                List.of(operations -> operations.on("getHealth", this::health), AdminPort::others));
        vertx.deployVerticle(port).await(LIMIT_S, TimeUnit.SECONDS);
        assertThat(RawHttp.ask(address, "GET /v1/zones HTTP/1.1"))
                .startsWith("HTTP/1.1 503 ")
                .containsIgnoringCase("retry-after: 1")
                .contains("\"code\":\"starting\"");

        FutureTask<String> early = new FutureTask<>(() -> RawHttp.ask(address, "GET /healthz HTTP/1.1"));
        Thread.ofPlatform().start(early);
        Runnable goOn = held.get(LIMIT_S, TimeUnit.SECONDS);
        port.serveContract().await(LIMIT_S, TimeUnit.SECONDS);
        goOn.run();
        assertThat(early.get(LIMIT_S, TimeUnit.SECONDS))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("served");
        assertThat(RawHttp.ask(address, "GET /v1/nothing HTTP/1.1"))
                .startsWith("HTTP/1.1 404 ")
                .contains("\"code\":\"not-found\"");
    }
}

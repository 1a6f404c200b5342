// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.api.ConfigDocuments;
import io.sluice.api.route.Operations;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Bodies of many connections and clients at once: what fits is read, the rest waits a little, and is told to come again.
 * Clients are addresses of loopback; {@code send} of the port is the first one.
 */
class HeldBodiesTest {

    private static final long LIMIT_S = 30;
    private static final String DOCUMENT = "PUT /v1/config";
    private static final String FRAGMENT = "POST /v1/load-balancers";
    private static final int FRAGMENT_BYTES_MAX = 256 << 10;
    private static final int FRAGMENTS_AT_ONCE = 32;
    private static final int CLIENTS = 4;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger read = new AtomicInteger();
    private final List<Socket> sockets = new ArrayList<>();
    private AdminPort port;

    @BeforeEach
    void open() throws Exception {
        port = new AdminPort(vertx, List.of(this::routes));
    }

    @AfterEach
    void close() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        port.close();
        vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
    }

    private void routes(Operations operations) {
        for (String id : List.of("putConfig", "createLoadBalancer", "putTarget")) {
            operations.on(id, context -> {
                read.incrementAndGet();
                context.response().end();
            });
        }
    }

    /** Somebody who says that there is a body to come, and keeps it. */
    private Socket announce(int client, String request, String header) throws IOException {
        Socket socket = new Socket(
                InetAddress.ofLiteral(port.address().address().toString()),
                port.address().port(),
                InetAddress.ofLiteral("127.0.0." + client),
                0);
        sockets.add(socket);
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(LIMIT_S));
        say(socket, request + " HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n" + header + "\r\n\r\n");
        return socket;
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Returns once the port is about to read the body. */
    private static void awaitContinue(Socket socket) throws IOException {
        byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 100".length());
        assertThat(new String(line, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 100");
    }

    private static void busy(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.headers().firstValue("retry-after")).contains("1");
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("busy");
    }

    private CompletableFuture<HttpResponse<String>> later(String method, String path, String body) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return port.send(method, path, body);
            } catch (IOException failed) {
                throw new AssertionError(failed);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new AssertionError(interrupted);
            }
        });
    }

    @Test
    void readsTwoDocumentsOfTheGreatestLengthAndNoThird() throws Exception {
        String length = "Content-Length: " + ConfigDocuments.BYTES_MAX;
        awaitContinue(announce(2, DOCUMENT, length));
        Socket second = announce(3, DOCUMENT, length);
        awaitContinue(second);
        busy(later("PUT", "/v1/config", "{}").get(LIMIT_S, TimeUnit.SECONDS));
        second.close();
        await().untilAsserted(() ->
                assertThat(port.send("PUT", "/v1/config", "{}").statusCode()).isEqualTo(200));
        assertThat(read).hasValue(1);
    }

    @Test
    void oneThatWaitsIsReadAsSoonAsThereIsRoom() throws Exception {
        String length = "Content-Length: " + ConfigDocuments.BYTES_MAX;
        awaitContinue(announce(2, DOCUMENT, length));
        Socket second = announce(3, DOCUMENT, length);
        awaitContinue(second);
        Socket third = announce(4, DOCUMENT, "Content-Length: 2");
        second.close();
        awaitContinue(third);
        say(third, "{}");
        await().untilAsserted(() -> assertThat(read).hasValue(1));
    }

    @Test
    void aBodyOfUnknownLengthCountsAsTheLongest() throws Exception {
        awaitContinue(announce(2, DOCUMENT, "Transfer-Encoding: chunked"));
        awaitContinue(announce(3, DOCUMENT, "Transfer-Encoding: chunked"));
        busy(later("PUT", "/v1/config", "{}").get(LIMIT_S, TimeUnit.SECONDS));
    }

    @Test
    void manyBodiesOfResourcesDoNotTakeAllTheMemoryEither() throws Exception {
        for (int n = 0; n < FRAGMENTS_AT_ONCE; n++) {
            awaitContinue(announce(2 + n % CLIENTS, FRAGMENT, "Content-Length: " + FRAGMENT_BYTES_MAX));
        }
        CompletableFuture<HttpResponse<String>> another = later("POST", "/v1/load-balancers", "x".repeat(5_000));
        assertThat(port.send("PUT", "/v1/target-groups/g/targets/10.1.0.11?lease=30s")
                        .statusCode())
                .as("renewals have room of their own")
                .isEqualTo(200);
        busy(another.get(LIMIT_S, TimeUnit.SECONDS));
        assertThat(port.send("PUT", "/v1/config", "{}").statusCode())
                .as("documents have room of their own")
                .isEqualTo(200);
    }

    @Test
    void whatIsTooLongIsSaidWithoutWaiting() throws Exception {
        String length = "Content-Length: " + ConfigDocuments.BYTES_MAX;
        awaitContinue(announce(2, DOCUMENT, length));
        awaitContinue(announce(3, DOCUMENT, length));
        Socket longer = announce(4, DOCUMENT, "Content-Length: " + (ConfigDocuments.BYTES_MAX + 1));
        byte[] line = longer.getInputStream().readNBytes("HTTP/1.1 413".length());
        assertThat(new String(line, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
    }

    /** Without a share of each the bodies of one, sent slowly or never, would keep everybody else out. */
    @Test
    void oneClientDoesNotKeepOthersOut() throws Exception {
        for (int n = 0; n < FRAGMENTS_AT_ONCE / CLIENTS; n++) {
            awaitContinue(announce(2, FRAGMENT, "Content-Length: " + FRAGMENT_BYTES_MAX));
        }
        announce(2, FRAGMENT, "Content-Length: " + FRAGMENT_BYTES_MAX);
        awaitContinue(announce(2, DOCUMENT, "Content-Length: " + ConfigDocuments.BYTES_MAX));
        announce(2, DOCUMENT, "Content-Length: " + ConfigDocuments.BYTES_MAX);
        assertThat(port.send("PUT", "/v1/config", "{}").statusCode()).isEqualTo(200);
        assertThat(port.send("POST", "/v1/load-balancers", "x".repeat(5_000)).statusCode())
                .isEqualTo(200);
        Socket renewal = announce(2, "PUT /v1/target-groups/g/targets/10.1.0.11?lease=30s", "Content-Length: 2");
        awaitContinue(renewal);
        say(renewal, "{}");
        await().untilAsserted(() -> assertThat(read).hasValue(3));
    }

    @Test
    void aBodyThatDoesNotArriveIsAnsweredAndItsConnectionClosed() throws Exception {
        port.close();
        port = new AdminPort(vertx, new AdminLimits(16, 60_000, 60_000, 200), null, List.of(this::routes));
        Socket slow = announce(2, FRAGMENT, "Content-Length: " + FRAGMENT_BYTES_MAX);
        awaitContinue(slow);
        say(slow, "half of it");
        String answer = new String(slow.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(answer).contains("HTTP/1.1 408 ", "application/problem+json", "\"code\":\"too-slow\"");
        assertThat(read).hasValue(0);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.api.route.AdminRoute;
import io.sluice.api.route.HealthRoute;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.observe.Readiness;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the admin port does with clients that are slow, many or misled. */
class AdminPortLimitsTest {

    private static final long LIMIT_S = 30;
    private static final int LIMIT_MS = 30_000;
    private static final String REQUEST = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n";

    private final Vertx vertx = Vertx.vertx();
    private final Ipv4SocketAddress address = AdminPort.freeAddress();

    @AfterEach
    void close() throws TimeoutException {
        vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
    }

    private void open(AdminLimits limits) throws TimeoutException {
        vertx.deployVerticle(
                        new AdminHttpVerticle(address, limits, null, null, List.of(new HealthRoute(new Readiness()))))
                .await(LIMIT_S, TimeUnit.SECONDS);
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.ofLiteral(address.address().toString()), address.port());
        socket.setSoTimeout(LIMIT_MS);
        return socket;
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String rest(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET /healthz HT",
                "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ",
                "PUT /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx"
            })
    void closesAConnectionWhoseRequestDoesNotComeToItsEnd(String beginning) throws Exception {
        open(new AdminLimits(4, 200, LIMIT_MS));
        try (Socket socket = connect()) {
            say(socket, beginning);
            assertThat(rest(socket)).doesNotContain("200 OK"); // returns: the port has closed it
        }
    }

    @ParameterizedTest
    @CsvSource({"414, 5000, 0", "431, 1, 20000", "400, -1, 0"})
    void saysWhatIsWrongWithARequestThatCannotBeRead(int status, int path, int header) throws Exception {
        open(new AdminLimits(4, LIMIT_MS, LIMIT_MS));
        try (Socket socket = connect()) {
            say(
                    socket,
                    path < 0
                            ? "GET /healthz HTTP/1.1\r\nHost localhost\r\n\r\n"
                            : "GET /" + "x".repeat(path) + " HTTP/1.1\r\nHost: localhost\r\nX: " + "y".repeat(header)
                                    + "\r\n\r\n");
            assertThat(rest(socket)) // returns: the port has closed it
                    .containsPattern("^HTTP/1\\.[01] " + status + " ") // of a line that is too long no version is known
                    .containsIgnoringCase("content-type: application/problem+json")
                    .contains("\"status\":" + status, "\"code\":", "\"detail\":");
        }
    }

    @Test
    void closesAConnectionThatTrickles() throws Exception {
        open(new AdminLimits(4, 200, LIMIT_MS));
        try (Socket socket = connect()) {
            say(socket, "GET /healthz HTTP/1.1\r\n");
            socket.setSoTimeout(20);
            int trickled = 0;
            boolean closed = false;
            while (!closed && trickled < 1_000) {
                try {
                    say(socket, "X: y\r\n");
                    trickled++;
                    closed = socket.getInputStream().read() < 0;
                } catch (SocketTimeoutException open) {
                    closed = false;
                } catch (SocketException reset) {
                    closed = true;
                }
            }
            assertThat(closed).isTrue();
        }
    }

    /** The body comes when the answer is there: the deadline of the next request must not go with it. */
    @Test
    void anEarlyAnswerDoesNotFreeAConnectionOfItsDeadline() throws Exception {
        open(new AdminLimits(4, LIMIT_MS, 1_000));
        try (Socket socket = connect()) {
            say(socket, "GET /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n");
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            say(socket, "x");
            assertThat(rest(socket)).contains(" 404 "); // returns: the port has closed it
        }
    }

    @Test
    void closesAConnectionThatEndsItsRequestAfterTheAnswerAndSaysNoMore() throws Exception {
        open(new AdminLimits(4, 200, 200));
        try (Socket socket = connect()) {
            say(socket, "PUT /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n");
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            say(socket, "x");
            socket.setSoTimeout(5_000); // much shorter than the port's idle timeout
            assertThat(rest(socket)).startsWith("TTP/1.1 405 ");
        }
    }

    @Test
    void answersSeveralRequestsOfAConnection() throws Exception {
        open(new AdminLimits(4, LIMIT_MS, LIMIT_MS));
        try (Socket socket = connect()) {
            String request = "GET /healthz HTTP/1.1\r\nHost: " + address + "\r\n";
            say(socket, request + "\r\n" + request + "Connection: close\r\n\r\n");
            assertThat(rest(socket).split("200 OK", -1)).hasSize(3);
        }
    }

    /** Java's client uses a connection again for 30 s, and does not repeat a PUT that met one being closed. */
    @Test
    void keepsAConnectionLongerThanItsClientUsesItAgain() throws Exception {
        assertThat(AdminLimits.DEFAULT.nextMs()).isGreaterThan(2 * 30_000 - 1);
        open(new AdminLimits(4, 200, LIMIT_MS));
        try (Socket socket = connect()) {
            String request = "GET /healthz HTTP/1.1\r\nHost: " + address + "\r\n\r\n";
            say(socket, request);
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            CountDownLatch later = new CountDownLatch(1);
            vertx.setTimer(600, timer -> later.countDown());
            assertThat(later.await(LIMIT_S, TimeUnit.SECONDS)).isTrue();
            say(socket, request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
            assertThat(rest(socket)).contains("HTTP/1.1 200 OK");
        }
    }

    @Test
    void saysTheNodesTime() throws Exception {
        open(new AdminLimits(4, LIMIT_MS, LIMIT_MS));
        try (Socket socket = connect()) {
            Instant before = Instant.now().truncatedTo(ChronoUnit.SECONDS);
            say(socket, "GET /healthz HTTP/1.1\r\nHost: " + address + "\r\nConnection: close\r\n\r\n");
            Matcher date = Pattern.compile("(?im)^date: (.*GMT)$").matcher(rest(socket));
            assertThat(date.find()).isTrue();
            assertThat(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date.group(1))))
                    .isBetween(before, Instant.now());
        }
    }

    /** Who says nothing keeps nobody out: not those who ask for the node's health either. */
    @Test
    void aNewConnectionTakesThePlaceOfTheOneThatSaysNothingForLongest() throws Exception {
        open(new AdminLimits(3, LIMIT_MS, LIMIT_MS));
        try (Socket asked = connect();
                Socket silent = connect();
                Socket begun = connect()) {
            say(asked, "GET /healthz HTTP/1.1\r\nHost: " + address + "\r\n\r\n");
            assertThat(asked.getInputStream().read()).isEqualTo('H');
            say(begun, "GET /healthz HT");
            try (Socket fourth = connect()) {
                assertThat(rest(silent)).as("closed by the port").isEmpty();
                try (Socket fifth = connect()) {
                    assertThat(rest(begun)).as("closed by the port").isEmpty();
                    String request = "GET /healthz HTTP/1.1\r\nHost: " + address + "\r\nConnection: close\r\n\r\n";
                    for (Socket socket : List.of(fourth, fifth, asked)) {
                        say(socket, request);
                        assertThat(rest(socket)).contains("200 OK");
                    }
                }
            }
        }
    }

    private void open(AdminLimits limits, AdminRoute routes) throws TimeoutException {
        vertx.deployVerticle(new AdminHttpVerticle(address, limits, null, null, List.of(routes)))
                .await(LIMIT_S, TimeUnit.SECONDS);
    }

    /** It may ask again; the other has asked, and waits for its answer. */
    @Test
    void whoHasItsAnswerGivesWayToANewConnectionBeforeWhoSendsABody() throws Exception {
        Semaphore asked = new Semaphore(0);
        open(
                new AdminLimits(2, LIMIT_MS, LIMIT_MS),
                operations -> operations
                        .on("getHealth", context -> {
                            context.request().end().onSuccess(read -> context.end("read"));
                            asked.release();
                        })
                        .on("getReadiness", RoutingContext::end));
        try (Socket sends = connect();
                Socket answered = connect()) {
            say(sends, REQUEST + "Connection: close\r\nContent-Length: 1\r\n\r\n");
            assertThat(asked.tryAcquire(LIMIT_S, TimeUnit.SECONDS)).isTrue();
            say(answered, "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(answered.getInputStream().read()).isEqualTo('H');
            try (Socket third = connect()) {
                assertThat(rest(answered)).as("returns: the port has closed it").contains("200 OK");
                say(sends, "x");
                assertThat(rest(sends)).contains("200 OK", "read");
                say(third, REQUEST + "Connection: close\r\n\r\n");
                assertThat(rest(third)).contains("200 OK");
            }
        }
    }

    /** Its answer says that nobody reads the body; it keeps no place by not ending it. */
    @Test
    void whoWasRefusedBeforeItsBodyGivesWayAsOneThatSaysNothing() throws Exception {
        open(new AdminLimits(2, LIMIT_MS, LIMIT_MS));
        try (Socket refused = connect()) {
            say(refused, "PUT /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx");
            assertThat(refused.getInputStream().read()).isEqualTo('H');
            try (Socket slow = connect()) {
                say(slow, "GET /healthz HT");
                try (Socket third = connect()) {
                    assertThat(rest(refused))
                            .as("returns: the port has closed it")
                            .contains(" 405 ");
                    say(slow, REQUEST.substring("GET /healthz HT".length()) + "Connection: close\r\n\r\n");
                    assertThat(rest(slow)).contains("200 OK");
                    say(third, REQUEST + "Connection: close\r\n\r\n");
                    assertThat(rest(third)).contains("200 OK");
                }
            }
        }
    }

    /** More than both ends hold for it; the idle timeout is longer than this test waits. */
    @Test
    void whoDoesNotTakeItsAnswerKeepsNobodyOut() throws Exception {
        byte[] much = new byte[64 << 20];
        Semaphore written = new Semaphore(0);
        open(
                new AdminLimits(1, LIMIT_MS, LIMIT_MS),
                operations -> operations
                        .on("getHealth", context -> {
                            context.end(Buffer.buffer(much));
                            written.release();
                        })
                        .on("getReadiness", RoutingContext::end));
        try (Socket first = connect();
                Socket second = new Socket()) {
            say(first, REQUEST + "\r\n");
            assertThat(written.tryAcquire(LIMIT_S, TimeUnit.SECONDS)).isTrue();
            second.connect(first.getRemoteSocketAddress());
            say(second, REQUEST + "\r\n");
            assertThat(written.tryAcquire(LIMIT_S, TimeUnit.SECONDS)).isTrue();
            await().atMost(Duration.ofSeconds(LIMIT_S))
                    .ignoreExceptions()
                    .until(() -> RawHttp.ask(address, "GET /readyz HTTP/1.1").contains("200 OK"));
        }
    }

    /** The first three are being answered for as long as they are there. */
    @Test
    void keepsNoMoreConnectionsThanAllowedAndTakesAnotherWhenOneHasGone() throws Exception {
        Semaphore asked = new Semaphore(0);
        vertx.deployVerticle(new AdminHttpVerticle(
                        address,
                        new AdminLimits(3, LIMIT_MS, LIMIT_MS),
                        null,
                        null,
                        List.of(operations -> operations
                                .on("getHealth", context -> asked.release())
                                .on("getReadiness", RoutingContext::end))))
                .await(LIMIT_S, TimeUnit.SECONDS);
        List<Socket> sockets = new ArrayList<>();
        for (int n = 0; n < 3; n++) {
            Socket socket = connect();
            say(socket, "GET /healthz HTTP/1.1\r\nHost: " + address + "\r\n\r\n");
            sockets.add(socket);
        }
        assertThat(asked.tryAcquire(3, LIMIT_S, TimeUnit.SECONDS)).isTrue();
        try (Socket fourth = connect()) {
            assertThat(rest(fourth)).isEmpty();
        }
        sockets.removeFirst().close();
        String answer = "";
        while (!answer.contains("200 OK")) {
            try {
                answer = RawHttp.ask(address, "GET /readyz HTTP/1.1");
            } catch (IOException notYet) {
                answer = "";
            }
        }
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:8080,200",
        "10.9.8.7,200",
        "localhost,200",
        "LocalHost:80,200",
        "[::1]:8080,200",
        "gateway.example,421",
        "localhost.example,421",
        "127.0.0.1.example:8080,421",
        "1.2.3,421"
    })
    void answersOnlyWhoAsksForAnAddressOrLocalhost(String host, int status) throws Exception {
        open(AdminLimits.DEFAULT);
        try (Socket socket = connect()) {
            say(socket, "GET /healthz HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
            String answer = rest(socket);
            assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
            assertThat(answer.contains("\"code\":\"misdirected-request\"")).isEqualTo(status == 421);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET,X: none,200",
        "GET,Origin: http://HOST,200",
        "GET,Origin: https://HOST,200",
        "GET,Origin: http://evil.example,403",
        "GET,Origin: http://HOST.evil.example,403",
        "GET,Origin: http://127.0.0.1:1,403",
        "GET,Origin: null,403",
        "GET,Origin: HOST,403",
        "GET,Sec-Fetch-Site: same-origin,200",
        "GET,Sec-Fetch-Site: none,200",
        "GET,Sec-Fetch-Site: cross-site,403",
        "GET,Sec-Fetch-Site: same-site,403",
        "GET,Sec-Fetch-Site: cross-site|Sec-Fetch-Dest: document,200",
        "GET,Sec-Fetch-Site: cross-site|Sec-Fetch-Dest: iframe,403",
        "POST,Sec-Fetch-Site: cross-site|Sec-Fetch-Dest: document,403",
        "POST,Origin: http://evil.example|Content-Type: text/plain,403",
        "POST,Origin: http://HOST|Sec-Fetch-Site: cross-site,403"
    })
    void answersNoPageOfAnotherSite(String method, String headers, int status) throws Exception {
        open(AdminLimits.DEFAULT);
        String rest = headers.replace("HOST", address.toString()).replace("|", "\r\n") + "\r\n\r\n";
        String answer = RawHttp.ask(address, method + " /healthz HTTP/1.1", rest);
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        assertThat(answer.contains("\"code\":\"foreign-origin\"")).isEqualTo(status == 403);
    }

    @ParameterizedTest
    @CsvSource({"100-continue, 200", "100-Continue, 200", "200-maybe, 417"})
    void refusesWhatItDoesNotKnowToBeExpected(String expected, int status) throws Exception {
        open(AdminLimits.DEFAULT);
        String answer = RawHttp.ask(address, "GET /healthz HTTP/1.1", "Expect: " + expected + "\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        assertThat(answer.contains("\"code\":\"unknown-expectation\"")).isEqualTo(status == 417);
    }

    @Test
    void refusesARequestForTwoHosts() throws Exception {
        open(AdminLimits.DEFAULT);
        try (Socket socket = connect()) {
            say(socket, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            assertThat(rest(socket)).startsWith("HTTP/1.1 400 ").doesNotContain("200 OK");
        }
    }
}

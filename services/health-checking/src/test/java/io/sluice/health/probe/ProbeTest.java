// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.health.core.ProbeResult;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All probes against real servers on loopback; those of HTTPS with a key made here. */
class ProbeTest {

    /** Long enough for any answer on loopback. */
    private static final long AMPLE_MS = 60_000;

    private static final Ipv4Address LOOPBACK = Ipv4Address.parse("127.0.0.1");
    private static final Ipv4Address NODE = Ipv4Address.parse("127.0.0.7");

    private final Vertx vertx = Vertx.vertx();

    /** A client that nobody holds closes its connections when it is collected. */
    private final List<Probe> probes = new ArrayList<>();

    @AfterEach
    void close() {
        probes.forEach(probe -> done(probe.close()));
        done(vertx.close());
    }

    private Probe http(Optional<Ipv4Address> localAddress, boolean tls) {
        Probe probe = new HttpProbe(vertx, localAddress, tls);
        probes.add(probe);
        return probe;
    }

    private Probe tcp(Optional<Ipv4Address> localAddress) {
        Probe probe = new TcpProbe(vertx, localAddress);
        probes.add(probe);
        return probe;
    }

    @Test
    void h1TcpProbeComesFromTheNodeAndClosesItsConnection() {
        AtomicInteger open = new AtomicInteger();
        AtomicInteger closed = new AtomicInteger();
        Set<String> peers = ConcurrentHashMap.newKeySet();
        NetServer server = done(vertx.createNetServer()
                .connectHandler(socket -> {
                    open.incrementAndGet();
                    peers.add(socket.remoteAddress().hostAddress());
                    socket.closeHandler(_ -> closed.incrementAndGet());
                })
                .listen(0, "127.0.0.1"));
        Probe probe = tcp(Optional.of(NODE));
        for (int i = 0; i < 3; i++) {
            assertThat(done(probe.check(request(server.actualPort(), AMPLE_MS))))
                    .isEqualTo(new ProbeResult.Success());
        }

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(closed).hasValue(3));
        assertThat(open).as("one connection a check").hasValue(3);
        assertThat(peers).as("from the node's address").containsExactly("127.0.0.7");
    }

    @Test
    void h3TcpPassesWhenTheConnectionIsEstablishedThoughTheTargetSaysNothing() throws IOException {
        try (ServerSocket silent = listening(50)) {
            assertThat(done(tcp(Optional.empty()).check(request(silent.getLocalPort(), AMPLE_MS))))
                    .isEqualTo(new ProbeResult.Success());
        }
    }

    @Test
    void closedPortFailsToConnect() throws IOException {
        int port = closedPort();

        assertThat(done(tcp(Optional.empty()).check(request(port, AMPLE_MS))))
                .isInstanceOf(ProbeResult.ConnectFailed.class);
        assertThat(done(http(Optional.empty(), false).check(request(port, AMPLE_MS))))
                .isInstanceOf(ProbeResult.ConnectFailed.class);
    }

    @Test
    void addressThatIsNotTheNodesFailsToConnect() throws IOException {
        Probe probe = tcp(Optional.of(Ipv4Address.parse("192.0.2.1")));
        try (ServerSocket server = listening(50)) {
            assertThat(done(probe.check(request(server.getLocalPort(), AMPLE_MS))))
                    .isInstanceOf(ProbeResult.ConnectFailed.class);
        }
    }

    record Status(int code, boolean passes) {}

    static Stream<Status> statuses() {
        return Stream.of(
                new Status(200, true),
                new Status(204, true),
                new Status(302, true),
                new Status(399, true),
                new Status(400, false),
                new Status(404, false),
                new Status(500, false),
                new Status(503, false));
    }

    @ParameterizedTest
    @MethodSource("statuses")
    void h3HttpPassesOn200To399(Status status) {
        List<String> seen = new CopyOnWriteArrayList<>();
        HttpServer server = done(vertx.createHttpServer()
                .requestHandler(http -> {
                    seen.add(http.method() + " " + http.uri() + " " + http.getHeader("Host") + " "
                            + http.getHeader("Connection") + " "
                            + http.remoteAddress().hostAddress());
                    http.response()
                            .setStatusCode(status.code())
                            .putHeader("Location", "/elsewhere")
                            .end(status.code() == 204 ? "" : "body");
                })
                .listen(0, "127.0.0.1"));
        Probe probe = http(Optional.of(NODE), false);

        assertThat(done(probe.check(request(server.actualPort(), AMPLE_MS))))
                .isEqualTo(status.passes() ? new ProbeResult.Success() : new ProbeResult.BadStatus(status.code()));
        assertThat(seen)
                .as("no redirect followed, no connection kept")
                .containsExactly("GET /check?deep=1 127.0.0.1:" + server.actualPort() + " close 127.0.0.7");
    }

    @Test
    void h1HttpClosesTheConnectionThoughTheServerWouldKeepIt() {
        Set<Object> connections = ConcurrentHashMap.newKeySet();
        AtomicInteger closed = new AtomicInteger();
        HttpServer server = done(vertx.createHttpServer()
                .connectionHandler(connection -> {
                    connections.add(connection);
                    connection.closeHandler(_ -> closed.incrementAndGet());
                })
                // an endless body: only the head is read
                .requestHandler(http -> http.response()
                        .putHeader("Content-Length", "1000000000")
                        .write("the beginning"))
                .listen(0, "127.0.0.1"));
        Probe probe = http(Optional.empty(), false);
        for (int i = 0; i < 3; i++) {
            assertThat(done(probe.check(request(server.actualPort(), AMPLE_MS))))
                    .isEqualTo(new ProbeResult.Success());
        }

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(closed).hasValue(3));
        assertThat(connections).hasSize(3);
    }

    @Test
    void httpTimesOutWhenTheTargetAcceptsAndSaysNothing() {
        AtomicInteger closed = new AtomicInteger();
        NetServer silent = done(vertx.createNetServer()
                .connectHandler(socket -> socket.closeHandler(_ -> closed.incrementAndGet()))
                .listen(0, "127.0.0.1"));

        assertThat(done(http(Optional.empty(), false).check(request(silent.actualPort(), 300))))
                .isEqualTo(new ProbeResult.TimedOut());
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(closed).hasValue(1));
    }

    @Test
    void httpTimeoutCoversAnAnswerThatDribbles() {
        NetServer slow = done(vertx.createNetServer()
                .connectHandler(socket -> {
                    long timer = vertx.setPeriodic(50, _ -> socket.write("H"));
                    socket.closeHandler(_ -> vertx.cancelTimer(timer));
                })
                .listen(0, "127.0.0.1"));

        ProbeResult result = done(http(Optional.empty(), false).check(request(slow.actualPort(), 500)));
        assertThat(result.passed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no http at all\r\n\r\n", "HTTP/1.1 999999 ?\r\n\r\n"})
    void httpFailsWhenTheAnswerIsNoHttp(String answer) {
        NetServer server = done(vertx.createNetServer()
                .connectHandler(socket -> socket.handler(_ -> {
                    socket.write(answer);
                    socket.close();
                }))
                .listen(0, "127.0.0.1"));

        assertThat(done(http(Optional.empty(), false).check(request(server.actualPort(), AMPLE_MS)))
                        .passed())
                .isFalse();
    }

    @Test
    void fullBacklogTimesOut() throws IOException {
        try (ServerSocket full = listening(1)) {
            ConcurrentLinkedQueue<Future<ProbeResult>> results = new ConcurrentLinkedQueue<>();
            Probe probe = tcp(Optional.empty());
            // nobody accepts: the kernel establishes backlog + 1 connections and lets further SYNs wait
            try (SocketChannel first = connect(full);
                    SocketChannel second = connect(full)) {
                results.add(probe.check(request(full.getLocalPort(), 300)));
                assertThat(done(results.element())).isEqualTo(new ProbeResult.TimedOut());
                assertThat(first.isConnected() && second.isConnected()).isTrue();
            }
        }
    }

    @Test
    void manyChecksOfOneTargetDoNotWaitForEachOther() {
        HttpServer server = done(vertx.createHttpServer()
                .requestHandler(http -> vertx.setTimer(20, _ -> http.response().end()))
                .listen(0, "127.0.0.1"));
        Probe probe = http(Optional.empty(), false);
        List<Future<ProbeResult>> checks = Stream.generate(() -> probe.check(request(server.actualPort(), AMPLE_MS)))
                .limit(40)
                .toList();

        for (Future<ProbeResult> check : checks) {
            assertThat(done(check)).isEqualTo(new ProbeResult.Success());
        }
    }

    private static SocketChannel connect(ServerSocket server) throws IOException {
        return SocketChannel.open(server.getLocalSocketAddress());
    }

    private static ServerSocket listening(int backlog) throws IOException {
        return new ServerSocket(0, backlog, InetAddress.getLoopbackAddress());
    }

    private static int closedPort() throws IOException {
        try (ServerSocket server = listening(1)) {
            return server.getLocalPort();
        }
    }

    private static ProbeRequest request(int port, long timeoutMs) {
        return new ProbeRequest(new Ipv4SocketAddress(LOOPBACK, port), "/check?deep=1", timeoutMs);
    }

    private static <T> T done(Future<T> future) {
        try {
            return future.await(60, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new AssertionError("nothing within a minute", late);
        }
    }

    record Tls(String version, int code) {}

    static Stream<Tls> tlsServers() {
        return Stream.of(
                new Tls("TLSv1.2", 200), new Tls("TLSv1.3", 200), new Tls("TLSv1.2", 503), new Tls("TLSv1.3", 503));
    }

    /** The certificate is nobody's, for another name, and expired: it is not validated. */
    @ParameterizedTest
    @MethodSource("tlsServers")
    void h3HttpsSpeaksTls12And13AndDoesNotValidateTheCertificate(Tls tls, @TempDir Path directory) throws Exception {
        Set<String> spoken = ConcurrentHashMap.newKeySet();
        AtomicInteger closed = new AtomicInteger();
        HttpServer server = done(vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setUseAlpn(false)
                        .setEnabledSecureTransportProtocols(Set.of(tls.version()))
                        .setKeyCertOptions(selfSigned(directory)))
                .connectionHandler(connection -> connection.closeHandler(_ -> closed.incrementAndGet()))
                .requestHandler(http -> {
                    spoken.add(http.connection().sslSession().getProtocol() + " " + http.uri());
                    http.response().setStatusCode(tls.code()).end();
                })
                .listen(0, "127.0.0.1"));

        assertThat(done(http(Optional.of(NODE), true).check(request(server.actualPort(), AMPLE_MS))))
                .isEqualTo(tls.code() == 200 ? new ProbeResult.Success() : new ProbeResult.BadStatus(tls.code()));
        assertThat(spoken).containsExactly(tls.version() + " /check?deep=1");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(closed).hasValue(1));
    }

    @Test
    void httpsFailsWhereNobodySpeaksTls() {
        HttpServer plain = done(vertx.createHttpServer()
                .requestHandler(http -> http.response().end())
                .listen(0, "127.0.0.1"));

        assertThat(done(http(Optional.empty(), true).check(request(plain.actualPort(), AMPLE_MS)))
                        .passed())
                .isFalse();
    }

    @Test
    void httpsTimesOutWhenTheHandshakeIsNotAnswered() {
        NetServer silent = done(vertx.createNetServer().connectHandler(_ -> {}).listen(0, "127.0.0.1"));

        assertThat(done(http(Optional.empty(), true).check(request(silent.actualPort(), 300))))
                .isEqualTo(new ProbeResult.TimedOut());
    }

    /** A key of this moment with a certificate that has long expired, made by the JDK's own tool. */
    private static PfxOptions selfSigned(Path directory) throws IOException, InterruptedException {
        Path store = directory.resolve("appliance.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "appliance",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=not-this-host.example",
                        "-startdate",
                        "2001/01/01",
                        "-validity",
                        "1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "of-this-test-only",
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.txt").toFile())
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue())
                .as(Files.readString(directory.resolve("keytool.txt")))
                .isZero();
        return new PfxOptions().setPath(store.toString()).setPassword("of-this-test-only");
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.sluice.testkit.PacketBuilder;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each option of a health check, and slow start, by where new flows go: a group for each value that is tried, all with the
 * same two appliances, {@code a} and {@code b}, of which {@code b} dies and comes back.
 */
class HealthCheckOptionsTest {

    private static final String NETWORK = LoopbackPath.NETWORK + "22.";
    private static final String GATEWAY = NETWORK + "1";
    private static final String ADMIN = GATEWAY + ":8080";
    private static final String A = NETWORK + "11";
    private static final String B = NETWORK + "12";
    private static final int TCP_PORT = 8_101;
    private static final int HTTP_PORT = 8_102;
    private static final int PORT_OF_A = 8_103;
    private static final int FIRST_VNI = 100;
    private static final int FLOWS = 400;
    private static final int SLOW_MS = 3_000;
    private static final Duration WITHIN = Duration.ofSeconds(90);

    /** A group's name and what is other in it than 5 s, 2 s, twice up, twice down, on the port that takes connections. */
    private static final Map<String, String> GROUPS = new TreeMap<>(Map.ofEntries(
            Map.entry("usual", ""),
            Map.entry("port", "port: 8103"),
            Map.entry("protocol-tcp", "port: 8102"),
            Map.entry("protocol-http", "port: 8102, protocol: HTTP, path: /other"),
            Map.entry("path", "port: 8102, protocol: HTTP, path: /ok"),
            Map.entry("timeout-2", "port: 8102, protocol: HTTP, path: /slow"),
            Map.entry("timeout-5", "port: 8102, protocol: HTTP, path: /slow, timeout: 5s"),
            Map.entry("healthy-10", ""),
            Map.entry("unhealthy-3", "unhealthy-threshold: 3"),
            Map.entry("unhealthy-10", "unhealthy-threshold: 10"),
            Map.entry("interval-60", "unhealthy-threshold: 3"),
            Map.entry("slow-start", "")));

    /**
     * What some groups change to once their targets are healthy. The first probe and the second after a change of the
     * interval may be closer than either interval, as points of two grids; the second and the third are an interval apart.
     */
    private static final Map<String, String> LATER =
            Map.of("healthy-10", "healthy-threshold: 10", "interval-60", "interval: 60s");

    @TempDir
    private static Path directory;

    private static final List<AutoCloseable> OPEN = new ArrayList<>();
    private static final Map<String, SortedMap<String, Integer>> FIRST = new TreeMap<>();
    private static final Map<String, SortedMap<String, Integer>> DEAD = new TreeMap<>();
    private static final Map<String, SortedMap<String, Integer>> BACK = new TreeMap<>();
    private static LoopbackPath path;
    private static Gateway node;
    private static int sent;

    private static String document(boolean later) {
        StringBuilder groups = new StringBuilder("target-groups:\n");
        StringBuilder balancers = new StringBuilder("load-balancers:\n");
        StringBuilder endpoints = new StringBuilder("endpoints:\n");
        int number = 0;
        for (Map.Entry<String, String> group : GROUPS.entrySet()) {
            String name = group.getKey();
            Map<String, String> check = new TreeMap<>(Map.of(
                    "port",
                    "8101",
                    "interval",
                    "5s",
                    "timeout",
                    "2s",
                    "healthy-threshold",
                    "2",
                    "unhealthy-threshold",
                    "2"));
            for (String option : (group.getValue() + ", " + (later ? LATER.getOrDefault(name, "") : "")).split(", ")) {
                if (!option.isEmpty()) {
                    check.put(option.split(": ")[0], option.split(": ")[1]);
                }
            }
            groups.append("  - name: ")
                    .append(name)
                    .append("\n    health-check: ")
                    .append(yaml(check));
            groups.append(name.equals("slow-start") ? "\n    slow-start: 30s" : "");
            groups.append("\n    targets: [{id: " + A + "}, {id: " + B + "}]\n");
            balancers.append("  - {name: %s, listener: {target-group: %s}}\n".formatted(name, name));
            endpoints.append("  - {id: vpce-0%016x, vni: %d, load-balancer: %s, attachments: [%s9]}\n"
                    .formatted(number + 1, FIRST_VNI + number, name, NETWORK));
            number++;
        }
        return groups.append(balancers).append(endpoints).toString();
    }

    private static String yaml(Map<String, String> map) {
        return map.toString().replace("=", ": ");
    }

    @BeforeAll
    static void observe() throws Exception {
        path = new LoopbackPath(GATEWAY, NETWORK + "9");
        path.appliance("a", A, ApplianceFleet.GENEVE_PORT);
        path.appliance("b", B, ApplianceFleet.GENEVE_PORT);
        takesConnections(A, TCP_PORT);
        takesConnections(A, PORT_OF_A);
        AutoCloseable portOfB = takesConnections(B, TCP_PORT);
        answersHttp(A, 404);
        answersHttp(B, 200);
        String process = """
                node: {id: gw-1, zone: az1, shards: 1, flow-capacity: 100000}
                ingress: {listen: "NET.1:6080"}
                appliances: {listen: "NET.2:6081"}
                admin: {listen: "NET.1:8080"}
                """.replace("NET.", NETWORK);
        node = Gateway.start(directory, "node", process + document(false), ADMIN)
                .ready();
        awaitState("healthy", "healthy", "usual", "protocol-tcp", "path", "timeout-5");
        awaitState("healthy", "healthy", "healthy-10", "unhealthy-3", "unhealthy-10", "interval-60", "slow-start");
        awaitState("healthy", "unhealthy", "port");
        awaitState("unhealthy", "healthy", "protocol-http", "timeout-2");
        long healthyNs = System.nanoTime();
        look(FIRST);
        var put = node.put("/v1/config", document(true));
        assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
        portOfB.close();
        awaitState("healthy", "unhealthy", "usual", "unhealthy-3", "healthy-10", "slow-start");
        look(DEAD);
        await("a has started slowly to its end")
                .atMost(WITHIN)
                .until(() -> System.nanoTime() - healthyNs > TimeUnit.SECONDS.toNanos(31));
        takesConnections(B, TCP_PORT);
        awaitState("healthy", "healthy", "usual", "slow-start");
        look(BACK);
    }

    private static AutoCloseable takesConnections(String address, int port) throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.ofLiteral(address), port), 64);
        Thread.ofVirtual().start(() -> {
            try {
                while (!server.isClosed()) {
                    server.accept().close();
                }
            } catch (IOException closed) {
                return;
            }
        });
        OPEN.add(server);
        return server;
    }

    /** Everything is answered at once, but {@code /slow} of {@code a}; {@code /ok} with 200. */
    private static void answersHttp(String address, int status) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral(address), HTTP_PORT), 64);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            String asked = exchange.getRequestURI().getPath();
            if (asked.equals("/slow") && address.equals(A)) {
                pass(SLOW_MS);
            }
            exchange.sendResponseHeaders(asked.equals("/other") ? status : 200, -1);
            exchange.close();
        });
        server.start();
        OPEN.add(() -> server.stop(0));
    }

    private static void pass(long ms) {
        try {
            new CountDownLatch(1).await(ms, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitState(String ofA, String ofB, String... groups) {
        await(List.of(groups) + ": " + ofA + ", " + ofB).atMost(WITHIN).untilAsserted(() -> {
            JsonArray targets = new JsonObject(node.get("/v1/targets")).getJsonArray("targets", new JsonArray());
            for (String group : groups) {
                assertThat(state(targets, group, A)).as(group).isEqualTo(ofA);
                assertThat(state(targets, group, B)).as(group).isEqualTo(ofB);
            }
        });
    }

    private static String state(JsonArray targets, String group, String id) {
        return targets.stream()
                .map(JsonObject.class::cast)
                .filter(target -> target.getString("targetGroup").equals(group)
                        && target.getString("id").equals(id))
                .map(target -> target.getString("state"))
                .findFirst()
                .orElse("");
    }

    /** New flows of every group, those that are slow to start first. */
    private static void look(Map<String, SortedMap<String, Integer>> shares) throws Exception {
        List<String> groups = new ArrayList<>(GROUPS.keySet());
        List<String> order = new ArrayList<>(groups);
        order.sort(java.util.Comparator.comparing(group -> !group.equals("slow-start")));
        for (String group : order) {
            int from = sent;
            sent += FLOWS;
            shares.put(group, path.send(node, FIRST_VNI + groups.indexOf(group), FLOWS, number -> flow(from + number)));
        }
    }

    private static byte[] flow(int number) {
        return PacketBuilder.ipv4()
                .from("10.%d.%d.%d".formatted(number >>> 16, number >>> 8 & 0xFF, number & 0xFF))
                .to("203.0.113.10")
                .udp(4_000, 53)
                .build();
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable open : OPEN) {
            open.close();
        }
        node.close();
        path.close();
    }

    @ParameterizedTest
    @CsvSource({
        "usual, a b",
        "port, a",
        "protocol-tcp, a b",
        "protocol-http, b",
        "path, a b",
        "timeout-2, b",
        "timeout-5, a b",
    })
    void whoPassesTheCheckThatIsConfiguredGetsFlows(String group, String appliances) {
        assertThat(FIRST.get(group).keySet()).isEqualTo(Set.of(appliances.split(" ")));
    }

    @ParameterizedTest
    @CsvSource({"usual, a", "unhealthy-3, a", "unhealthy-10, a b", "interval-60, a b"})
    void whoDiesLosesFlowsAfterTheThresholdAndTheInterval(String group, String appliances) {
        assertThat(DEAD.get(group).keySet()).isEqualTo(Set.of(appliances.split(" ")));
    }

    @ParameterizedTest
    @CsvSource({"usual, a b", "healthy-10, a"})
    void whoComesBackGetsFlowsAfterTheThreshold(String group, String appliances) {
        assertThat(BACK.get(group).keySet()).isEqualTo(Set.of(appliances.split(" ")));
    }

    @Test
    void whoComesBackStartsSlowly() {
        assertThat(BACK.get("usual").get("b")).isBetween(140, 260);
        assertThat(BACK.get("slow-start").get("b")).isBetween(1, 130);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.api.route.AdminRoute;
import io.sluice.api.route.DropsRoute;
import io.sluice.api.route.FlowsRoute;
import io.sluice.api.route.HealthRoute;
import io.sluice.api.route.MetricsRoute;
import io.sluice.api.route.TargetsRoute;
import io.sluice.api.verticle.AdminHttpVerticle;
import io.sluice.api.verticle.ControlApiVerticle;
import io.sluice.bus.BusCounters;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowState;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.ConfigChanged;
import io.sluice.model.message.CountersReply;
import io.sluice.model.message.FlowListReply;
import io.sluice.model.message.HealthChanged;
import io.sluice.model.message.NodeStatus;
import io.sluice.model.metric.DropReason;
import io.sluice.observe.MetricsRegistry;
import io.sluice.observe.Readiness;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The admin port over real HTTP; ingress nodes are played on the bus. */
class AdminRoutesTest {

    private static final NodeId SELF = new NodeId("gw-1");
    private static final NodeId SECOND = new NodeId("gw-2");

    private final Vertx vertx = Vertx.vertx();
    private final TypedBus bus = new TypedBus(vertx, SELF, new BusCounters());
    private final ClusterView cluster = new ClusterView(new ConfigRevision(1, SELF, Model.MODEL), () -> 0);
    private final Readiness readiness = new Readiness();
    private final MetricsRegistry metrics = new MetricsRegistry();
    private final HttpClient http = HttpClient.newHttpClient();
    private final CopyOnWriteArrayList<ConfigChanged> published = new CopyOnWriteArrayList<>();
    private Ipv4SocketAddress listen;

    @BeforeEach
    void deploy() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listen = Ipv4SocketAddress.parse("127.0.0.1:" + free.getLocalPort());
        }
        done(bus.listen(BusAddresses.CONFIG_CHANGED, published::add).ready());
        done(vertx.deployVerticle(new ControlApiVerticle(bus, cluster, true)));
        done(vertx.deployVerticle(admin()));
    }

    private AdminHttpVerticle admin() {
        List<AdminRoute> routes = List.of(
                new HealthRoute(readiness),
                new MetricsRoute(metrics),
                new FlowsRoute(bus, cluster),
                new TargetsRoute(cluster),
                new DropsRoute(bus, cluster));
        return new AdminHttpVerticle(listen, routes);
    }

    @AfterEach
    void close() {
        done(vertx.close());
        metrics.close();
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private HttpResponse<String> send(String method, String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://" + listen + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private JsonObject get(String path) throws Exception {
        HttpResponse<String> response = send("GET", path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("application/json");
        return new JsonObject(response.body());
    }

    /** An ingress node with so many flows, the second half of them IPv6. */
    private void ingress(NodeId node, int flows) {
        done(bus.serve(
                        BusAddresses.FLOW_LIST.at(node),
                        request -> Future.succeededFuture(new FlowListReply(
                                node,
                                flows,
                                IntStream.range(0, Math.min(flows, request.limit()))
                                        .mapToObj(AdminRoutesTest::flow)
                                        .toList())))
                .ready());
        TreeMap<String, Long> packets = new TreeMap<>();
        packets.put("endpoint-in", 10L);
        packets.put("held", 1L);
        TreeMap<String, Long> drops = new TreeMap<>();
        drops.put("table_full", 2L);
        drops.put("tcp_not_syn", 3L);
        done(bus.serve(
                        BusAddresses.NODE_COUNTERS.at(node),
                        request -> Future.succeededFuture(new CountersReply(node, packets, drops)))
                .ready());
        say(node);
    }

    private void say(NodeId node) {
        bus.publish(BusAddresses.NODE_STATUS, new NodeStatus(node, 1, List.of("ingress", "codec"), 1));
        await().until(() -> cluster.ingressNodes().contains(node));
    }

    private static FlowListReply.Flow flow(int number) {
        long[] key = {
            Model.ENDPOINT.value(),
            0,
            0x0A14_0005L,
            0,
            0xCB00_710AL,
            FlowKey.traits(40_000 + number, 443, 6, 4, Stickiness.FIVE_TUPLE)
        };
        return new FlowListReply.Flow(
                FlowKey.copyOf(key, 0),
                number % 2 == 0,
                Model.TARGET,
                0xC0FF_EE01,
                FlowState.ESTABLISHED,
                number == 1,
                2_000,
                100,
                7,
                700,
                5,
                500);
    }

    @Test
    void listsTheFlowsOfEveryIngress() throws Exception {
        ingress(SELF, 2);
        ingress(SECOND, 3);
        JsonObject body = get("/v1/flows");
        assertThat(body.getLong("total")).isEqualTo(5);
        assertThat(body.getJsonArray("flows")).hasSize(5);
        assertThat(body.getJsonArray("missing")).isEmpty();
        JsonObject first = body.getJsonArray("flows").getJsonObject(0);
        assertThat(first).isEqualTo(new JsonObject("""
                        {"endpoint":"vpce-0a1b2c3d4e5f60718","ipVersion":4,"protocol":6,"source":"10.20.0.5",
                         "sourcePort":40000,"destination":"203.0.113.10","destinationPort":443,"target":"10.1.0.11",
                         "targetGroup":"firewalls","cookie":"0xc0ffee01","state":"established","provisional":false,
                         "ageMs":2000,"idleMs":100,"forward":{"packets":7,"bytes":700},
                         "reverse":{"packets":5,"bytes":500},"node":"gw-1"}
                        """));
        JsonObject second = body.getJsonArray("flows").getJsonObject(1);
        assertThat(second.getString("source")).as("the upper side began").isEqualTo("203.0.113.10");
        assertThat(second.getInteger("sourcePort")).isEqualTo(443);
        assertThat(second.getBoolean("provisional")).isTrue();
    }

    @Test
    void listsNoMoreFlowsThanAskedFor() throws Exception {
        ingress(SELF, 20);
        ingress(SECOND, 20);
        JsonObject body = get("/v1/flows?limit=25");
        assertThat(body.getJsonArray("flows")).hasSize(25);
        assertThat(body.getLong("total")).isEqualTo(40);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "10001", "many", "", "1.5", "99999999999999999999"})
    void refusesALimitThatIsNone(String limit) throws Exception {
        HttpResponse<String> response = send("GET", "/v1/flows?limit=" + limit);
        assertThat(response.statusCode()).isEqualTo(400);
        JsonObject problem = new JsonObject(response.body());
        assertThat(problem.getString("field")).isEqualTo("limit");
        assertThat(problem.getString("detail")).contains("'" + limit + "'").contains("1 to 10000");
    }

    @Test
    void namesTheNodesThatDoNotAnswer() throws Exception {
        ingress(SELF, 1);
        say(new NodeId("gw-9"));
        JsonObject flows = get("/v1/flows");
        assertThat(flows.getJsonArray("flows")).hasSize(1);
        assertThat(flows.getJsonArray("missing")).containsExactly("gw-9");
        assertThat(get("/v1/drops").getJsonArray("missing")).containsExactly("gw-9");
    }

    @Test
    void addsUpWhatPacketsCameTo() throws Exception {
        ingress(SELF, 0);
        ingress(SECOND, 0);
        JsonObject body = get("/v1/drops");
        assertThat(body.getJsonObject("drops").getLong("tcp_not_syn")).isEqualTo(6);
        assertThat(body.getJsonObject("packets"))
                .isEqualTo(
                        new JsonObject().put("endpoint-in", 20).put("held", 2).put("dropped", 10));
        for (DropReason reason : DropReason.values()) {
            assertThat(body.getJsonObject("meanings").getString(reason.text())).isEqualTo(reason.sentence());
        }
    }

    @Test
    void listsTargetsWithStateAndReason() throws Exception {
        bus.publish(
                BusAddresses.HEALTH_CHANGED,
                new HealthChanged(
                        SELF,
                        1,
                        1,
                        List.of(
                                new TargetHealth(
                                        Model.TARGET, Model.ZONE, HealthState.HEALTHY, HealthReason.NONE, 1_000),
                                new TargetHealth(
                                        Model.OTHER_TARGET,
                                        Model.ZONE,
                                        HealthState.UNHEALTHY,
                                        HealthReason.FAILED_HEALTH_CHECKS,
                                        2_000))));
        await().until(() -> cluster.healthyTargets(Model.GROUP, Model.ZONE) == 1);
        JsonObject body = get("/v1/targets");
        assertThat(body.getLong("configRevision")).isOne();
        JsonObject healthy = body.getJsonArray("targets").getJsonObject(0);
        assertThat(healthy.getString("id")).isEqualTo("10.1.0.11");
        assertThat(healthy.getString("state")).isEqualTo("healthy");
        assertThat(healthy.containsKey("reason"))
                .as("sheet 3.3: none, and no description")
                .isFalse();
        JsonObject unhealthy = body.getJsonArray("targets").getJsonObject(1);
        assertThat(unhealthy.getString("state")).isEqualTo("unhealthy");
        assertThat(unhealthy.getString("reason")).isEqualTo("Target.FailedHealthChecks");
        assertThat(unhealthy.getString("description")).isEqualTo("Health checks failed");
        assertThat(unhealthy.getString("since")).isEqualTo("1970-01-01T00:00:02Z");
    }

    @Test
    void isReadyWhenEveryConditionHolds() throws Exception {
        assertThat(send("GET", "/readyz").statusCode())
                .as("nothing is known yet")
                .isEqualTo(503);
        readiness.met("flows");
        readiness.unmet("admin", "starting");
        HttpResponse<String> response = send("GET", "/readyz");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(response.body()))
                .isEqualTo(new JsonObject()
                        .put("ready", false)
                        .put("conditions", new JsonObject().put("flows", "ok").put("admin", "starting")));
        readiness.met("admin");
        assertThat(send("GET", "/readyz").statusCode()).isEqualTo(200);
        assertThat(get("/healthz").getString("status")).isEqualTo("ok");
    }

    @Test
    void showsMetricsAsPrometheusReadsThem() throws Exception {
        HttpResponse<String> response = send("GET", "/metrics");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("text/plain");
        assertThat(response.body()).contains("# TYPE jvm_memory_used_bytes gauge");
    }

    @Test
    void answersEverythingElseWithAProblem() throws Exception {
        HttpResponse<String> nowhere = send("GET", "/v1/flow");
        assertThat(nowhere.statusCode()).isEqualTo(404);
        assertThat(new JsonObject(nowhere.body()).getString("detail")).contains("/v1/flow");
        HttpResponse<String> wrongMethod = send("DELETE", "/v1/flows");
        assertThat(wrongMethod.statusCode()).isEqualTo(405);
        assertThat(new JsonObject(wrongMethod.body()).getString("code")).isEqualTo("method-not-allowed");
    }

    /** A lost message heals itself. */
    @Test
    void publishesTheConfigurationAgainAndAgain() {
        await().until(() -> published.size() >= 2);
        assertThat(published.getFirst().revision().model()).isEqualTo(Model.MODEL);
        assertThat(published.getFirst().revision().number()).isOne();
    }

    @Test
    void saysWhereItCannotListen() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listen = Ipv4SocketAddress.parse("127.0.0.1:" + taken.getLocalPort());
            assertThatThrownBy(() -> done(vertx.deployVerticle(admin())))
                    .hasMessageContaining("cannot listen for admin requests on " + listen);
        }
    }
}

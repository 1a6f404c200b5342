// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import static io.sluice.api.Samples.AZ1;
import static io.sluice.api.Samples.DECISIONS;
import static io.sluice.api.Samples.FIRST;
import static io.sluice.api.Samples.GW_1;
import static io.sluice.api.Samples.GW_2;
import static io.sluice.api.Samples.flow;
import static io.sluice.api.Samples.flows;
import static io.sluice.api.Samples.health;
import static io.sluice.api.Samples.observed;
import static io.sluice.api.Samples.revision;
import static io.sluice.api.Samples.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ClusterView;
import io.sluice.api.Samples;
import io.sluice.api.route.DropsRoute;
import io.sluice.api.route.FlowsRoute;
import io.sluice.api.route.HealthRoute;
import io.sluice.api.route.MetricsRoute;
import io.sluice.api.route.TargetsRoute;
import io.sluice.bus.BusCounters;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddress;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.message.CountersReply;
import io.sluice.model.message.CountersRequest;
import io.sluice.model.message.FlowListReply;
import io.sluice.model.message.FlowListRequest;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.MetricName;
import io.sluice.observe.MetricsRegistry;
import io.sluice.observe.Readiness;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every route over real HTTP, with nodes that answer on a real bus. */
class AdminRoutesTest {

    private static final long LIMIT_S = 30;
    private static final String PROBLEM = "application/problem+json";

    private final Vertx vertx = Vertx.vertx();
    private final TypedBus bus = new TypedBus(vertx, GW_1, new BusCounters());
    private final ClusterView cluster = Samples.view(revision(1), () -> 0);
    private final Readiness readiness = new Readiness();
    private final MetricsRegistry metrics = new MetricsRegistry();
    private AdminPort port;

    @BeforeEach
    void open() throws TimeoutException {
        port = new AdminPort(
                vertx,
                List.of(
                        new HealthRoute(readiness),
                        new MetricsRoute(metrics),
                        new FlowsRoute(bus, cluster),
                        new TargetsRoute(cluster),
                        new DropsRoute(bus, cluster)));
    }

    @AfterEach
    void close() throws TimeoutException {
        port.close();
        metrics.close();
        vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
    }

    private <Q, R> void serve(BusAddress<Q, R> address, Function<Q, Future<R>> handler) throws TimeoutException {
        bus.serve(address, handler).ready().await(LIMIT_S, TimeUnit.SECONDS);
    }

    private JsonObject json(String path) throws Exception {
        HttpResponse<String> response = port.get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).contains("application/json");
        return new JsonObject(response.body());
    }

    private static List<String> missing(JsonObject body) {
        return names(body, "missing");
    }

    private static List<String> names(JsonObject body, String key) {
        return body.getJsonArray(key).stream().map(String::valueOf).toList();
    }

    private static JsonObject problem(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type")).contains(PROBLEM);
        JsonObject problem = new JsonObject(response.body());
        assertThat(problem.getInteger("status")).isEqualTo(status);
        assertThat(problem.getString("type")).isEqualTo("about:blank");
        return problem;
    }

    @Test
    void listsNoFlowsWhereThereIsNoIngress() throws Exception {
        cluster.accept(status(DECISIONS, "flow-hashing"));
        assertThat(json("/v1/flows")).isEqualTo(new JsonObject("""
                        {"flows": [], "total": 0, "nodes": [], "missing": []}"""));
    }

    @Test
    void showsAFlowAsItsInitiatorSeesIt() throws Exception {
        cluster.accept(status(GW_1, "ingress"));
        serve(
                BusAddresses.FLOW_LIST.at(GW_1),
                request -> Future.succeededFuture(new FlowListReply(GW_1, 2, List.of(flow(true), flow(false)))));
        JsonObject body = json("/v1/flows");
        assertThat(body.getJsonArray("flows").getJsonObject(0)).isEqualTo(new JsonObject("""
                {"endpoint": "vpce-0a1b2c3d4e5f60718", "ipVersion": 4, "protocol": 6,
                 "source": "172.16.0.1", "sourcePort": 40000, "destination": "172.16.0.9", "destinationPort": 443,
                 "target": "10.1.0.11", "targetGroup": "firewalls", "cookie": "0x01234567", "state": "established",
                 "provisional": false, "ageMs": 5000, "idleMs": 20,
                 "forward": {"packets": 11, "bytes": 1100}, "reverse": {"packets": 9, "bytes": 900}, "node": "gw-1"}
                """));
        JsonObject other = body.getJsonArray("flows").getJsonObject(1);
        assertThat(other.getString("source")).isEqualTo("172.16.0.9");
        assertThat(other.getInteger("sourcePort")).isEqualTo(443);
        assertThat(other.getString("destination")).isEqualTo("172.16.0.1");
        assertThat(other.getInteger("destinationPort")).isEqualTo(40_000);
    }

    @Test
    void mergesFlowsOfTwoNodesUpToTheLimitAndAddsUpTheirTotals() throws Exception {
        cluster.accept(status(GW_1, "ingress"));
        cluster.accept(status(GW_2, "ingress"));
        AtomicInteger asked = new AtomicInteger();
        for (NodeId node : List.of(GW_1, GW_2)) {
            serve(BusAddresses.FLOW_LIST.at(node), request -> {
                asked.addAndGet(request.limit());
                return Future.succeededFuture(flows(node, 70, 2));
            });
        }
        JsonObject body = json("/v1/flows?limit=3");
        assertThat(asked).hasValue(6);
        assertThat(body.getLong("total")).isEqualTo(140);
        assertThat(missing(body)).isEmpty();
        assertThat(body.getJsonArray("flows").stream()
                        .map(flow -> ((JsonObject) flow).getString("node"))
                        .toList())
                .containsExactly("gw-1", "gw-1", "gw-2");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"'',1000", "?limit=1,1", "?limit=10000,10000"})
    void asksForAsManyFlowsAsAreWanted(String query, int limit) throws Exception {
        cluster.accept(status(GW_1, "ingress"));
        AtomicInteger asked = new AtomicInteger();
        serve(BusAddresses.FLOW_LIST.at(GW_1), request -> {
            asked.set(request.limit());
            return Future.succeededFuture(flows(GW_1, 0, 0));
        });
        json("/v1/flows" + query);
        assertThat(asked).hasValue(limit);
    }

    @Test
    void asksForTheFlowsOfOneTarget() throws Exception {
        cluster.accept(status(GW_1, "ingress"));
        AtomicReference<FlowListRequest> asked = new AtomicReference<>();
        serve(BusAddresses.FLOW_LIST.at(GW_1), request -> {
            asked.set(request);
            return Future.succeededFuture(flows(GW_1, 20_000, 1));
        });
        JsonObject body = json("/v1/flows?limit=1&target-group=firewalls&target=10.1.0.11");
        assertThat(asked.get().wanted())
                .contains(new FlowListRequest.Wanted(new TargetGroupId("firewalls"), new TargetId("10.1.0.11")));
        assertThat(body.getLong("total")).isEqualTo(20_000);
    }

    @ParameterizedTest
    @CsvSource({
        "limits=1,limits",
        "limit=1&endpoint=x,endpoint",
        "limit=1&limit=2,limit",
        "target-group=firewalls,target",
        "target=10.1.0.11,target-group",
        "target-group=firewalls&target=x,target"
    })
    void refusesAParameterOfFlowsThatItDoesNotKnowOrHasTwice(String query, String field) throws Exception {
        assertThat(problem(port.get("/v1/flows?" + query), 400).getString("field"))
                .isEqualTo(field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "10001", "many", "", "1.5", "99999999999", "1%20"})
    void refusesALimitOutOfRangeAndNamesTheField(String limit) throws Exception {
        JsonObject problem = problem(port.get("/v1/flows?limit=" + limit), 400);
        assertThat(problem.getString("code")).isEqualTo("invalid-parameter");
        assertThat(problem.getString("field")).isEqualTo("limit");
        assertThat(problem.getString("detail")).endsWith("expected a whole number from 1 to 10000");
    }

    /** How a node can fail to answer a request. */
    enum Silence {
        NO_HANDLER,
        REFUSES,
        NEVER_ANSWERS
    }

    private <Q, R> void silent(BusAddress<Q, R> address, Silence silence) throws TimeoutException {
        switch (silence) {
            case NO_HANDLER -> {}
            case REFUSES -> serve(address, request -> Future.failedFuture("not now"));
            case NEVER_ANSWERS -> serve(address, request -> Promise.<R>promise().future());
        }
    }

    @ParameterizedTest
    @EnumSource(Silence.class)
    void namesTheNodeThatDoesNotAnswerAndShowsTheOthers(Silence silence) throws Exception {
        cluster.accept(status(GW_1, "ingress"));
        cluster.accept(status(GW_2, "ingress"));
        silent(BusAddresses.FLOW_LIST.at(GW_1), silence);
        silent(BusAddresses.NODE_COUNTERS.at(GW_1), silence);
        serve(BusAddresses.FLOW_LIST.at(GW_2), request -> Future.succeededFuture(flows(GW_2, 1, 1)));
        serve(BusAddresses.NODE_COUNTERS.at(GW_2), counters(GW_2, Map.of("endpoint-in", 3L), Map.of()));
        JsonObject flows = json("/v1/flows");
        assertThat(missing(flows)).containsExactly("gw-1");
        assertThat(names(flows, "nodes")).containsExactly("gw-2");
        assertThat(flows.getJsonArray("flows")).hasSize(1);
        assertThat(flows.getLong("total")).isEqualTo(1);
        JsonObject drops = json("/v1/drops");
        assertThat(missing(drops)).containsExactly("gw-1");
        assertThat(names(drops, "nodes")).containsExactly("gw-2");
        assertThat(drops.getJsonObject("packets").getLong("endpoint-in")).isEqualTo(3);
    }

    private static Function<CountersRequest, Future<CountersReply>> counters(
            NodeId node, Map<String, Long> packets, Map<String, Long> drops) {
        return request -> Future.succeededFuture(new CountersReply(node, new TreeMap<>(packets), new TreeMap<>(drops)));
    }

    @Test
    void namesANodeThatFallsSilentWhileItIsAsked() throws Exception {
        cluster.accept(status(GW_1, "ingress"));
        cluster.accept(status(GW_2, "ingress"));
        serve(BusAddresses.FLOW_LIST.at(GW_2), request -> {
            // gone from the cluster's view before the answers are put together
            cluster.accept(status(GW_1, "control-api"));
            return Future.succeededFuture(flows(GW_2, 1, 1));
        });
        silent(BusAddresses.FLOW_LIST.at(GW_1), Silence.NEVER_ANSWERS);
        assertThat(missing(json("/v1/flows"))).containsExactly("gw-1");
    }

    @Test
    void addsUpPacketsAndDropsOfTwoNodes() throws Exception {
        cluster.accept(status(GW_1, "ingress"));
        cluster.accept(status(GW_2, "ingress"));
        serve(
                BusAddresses.NODE_COUNTERS.at(GW_1),
                counters(
                        GW_1,
                        Map.of(
                                "endpoint-in",
                                100L,
                                "target-in",
                                90L,
                                "generated",
                                0L,
                                "endpoint-out",
                                91L,
                                "target-out",
                                92L,
                                "link-in",
                                20L,
                                "link-out",
                                20L,
                                "probe-answers",
                                2L,
                                "keep-alives",
                                5L,
                                "held",
                                1L),
                        Map.of("no_target", 4L, "tcp_not_syn", 2L)));
        serve(
                BusAddresses.NODE_COUNTERS.at(GW_2),
                counters(
                        GW_2,
                        Map.of("endpoint-in", 10L, "target-in", 0L, "endpoint-out", 0L, "target-out", 0L, "held", 3L),
                        Map.of("no_target", 7L)));
        JsonObject body = json("/v1/drops");
        JsonObject packets = body.getJsonObject("packets");
        JsonObject drops = body.getJsonObject("drops");
        assertThat(packets).isEqualTo(new JsonObject("""
                {"endpoint-in": 110, "target-in": 90, "generated": 0, "endpoint-out": 91, "target-out": 92,
                 "link-in": 20, "link-out": 20, "probe-answers": 2, "keep-alives": 5, "dropped": 13, "held": 4}"""));
        assertThat(sum(packets, "endpoint-in", "target-in", "link-in", "generated"))
                .isEqualTo(sum(packets, "endpoint-out", "target-out", "link-out", "dropped", "held"));
        assertThat(drops.getLong("no_target")).isEqualTo(11);
        assertThat(drops.stream()
                        .mapToLong(drop -> ((Number) drop.getValue()).longValue())
                        .sum())
                .isEqualTo(packets.getLong("dropped"));
        assertThat(missing(body)).isEmpty();
    }

    private static long sum(JsonObject counts, String... names) {
        return Stream.of(names).mapToLong(counts::getLong).sum();
    }

    @Test
    void showsEveryPlaceAndReasonBeforeAnyNodeIsHeard() throws Exception {
        JsonObject body = json("/v1/drops");
        assertThat(body.getJsonObject("packets").fieldNames())
                .containsExactlyInAnyOrder(
                        "endpoint-in",
                        "endpoint-out",
                        "target-in",
                        "target-out",
                        "link-in",
                        "link-out",
                        "generated",
                        "probe-answers",
                        "keep-alives",
                        "dropped",
                        "held");
        assertThat(body.getJsonObject("packets").getLong("dropped")).isZero();
        for (DropReason reason : DropReason.values()) {
            assertThat(body.getJsonObject("drops").getLong(reason.text())).isZero();
            assertThat(body.getJsonObject("meanings").getString(reason.text())).isEqualTo(reason.sentence());
        }
        assertThat(missing(body)).isEmpty();
    }

    @Test
    void showsTargetsWithHealthAndWhatPassedThroughThem() throws Exception {
        Samples.hear(cluster, health(1, FIRST, AZ1, HealthState.UNHEALTHY, HealthReason.FAILED_HEALTH_CHECKS));
        cluster.accept(observed(GW_1, 1, FIRST, 1));
        cluster.accept(observed(GW_2, 1, FIRST, 2));
        JsonObject body = json("/v1/targets");
        assertThat(body.getLong("configRevision")).isEqualTo(1);
        assertThat(body.getJsonArray("targets").getJsonObject(0)).isEqualTo(new JsonObject("""
                {"id": "10.1.0.11", "targetGroup": "firewalls", "zone": "az1", "address": "10.1.0.11", "port": 6081,
                 "weight": 1, "healthCheckPort": 80, "state": "unhealthy", "reason": "Target.FailedHealthChecks",
                 "description": "Health checks failed", "since": "2023-11-14T22:13:20Z",
                 "sentPackets": 3, "sentBytes": 30, "returnedPackets": 300, "returnedBytes": 3000,
                 "rejectedPackets": 30000,
                 "perSecond": {"sentPackets": 0.0, "sentBytes": 0.0, "returnedPackets": 0.0, "returnedBytes": 0.0,
                               "rejectedPackets": 0.0}}"""));
        JsonObject second = body.getJsonArray("targets").getJsonObject(1);
        assertThat(second.getString("state")).isEqualTo("initial");
        assertThat(second.getInteger("weight")).isEqualTo(7);
        assertThat(second.containsKey("since")).isFalse();
    }

    @Test
    void leavesOutTheReasonOfAHealthyTarget() throws Exception {
        Samples.hear(cluster, health(1, FIRST, AZ1, HealthState.HEALTHY, HealthReason.NONE));
        JsonObject target = json("/v1/targets").getJsonArray("targets").getJsonObject(0);
        assertThat(target.getString("state")).isEqualTo("healthy");
        assertThat(target.containsKey("reason")).isFalse();
        assertThat(target.containsKey("description")).isFalse();
    }

    @Test
    void livesAsLongAsItAnswers() throws Exception {
        readiness.unmet("flows", "starting");
        assertThat(json("/healthz")).isEqualTo(new JsonObject("""
                {"status": "ok"}"""));
    }

    @Test
    void isReadyWhenEveryConditionHoldsAndSaysWhichDoesNot() throws Exception {
        readiness.met("admin");
        readiness.unmet("flows", "starting");
        HttpResponse<String> starting = port.get("/readyz");
        assertThat(starting.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(starting.body())).isEqualTo(new JsonObject("""
                {"ready": false, "conditions": {"admin": "ok", "flows": "starting"}}"""));
        readiness.met("flows");
        assertThat(json("/readyz")).isEqualTo(new JsonObject("""
                {"ready": true, "conditions": {"admin": "ok", "flows": "ok"}}"""));
    }

    @Test
    void showsMetricsInThePrometheusTextForm() throws Exception {
        metrics.register(MetricName.FLOWS, new AtomicInteger(7), AtomicInteger::get);
        HttpResponse<String> response = port.get("/metrics");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(response.body()).contains("# TYPE sluice_flows gauge\nsluice_flows 7.0\n");
    }

    @Test
    void answersAPathThatIsNotThereWithAProblem() throws Exception {
        JsonObject problem = problem(port.get("/v1/nothing%22here"), 404);
        assertThat(problem.getString("code")).isEqualTo("not-found");
        assertThat(problem.getString("detail")).startsWith("there is no /v1/nothing");
        assertThat(problem.containsKey("field")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/healthz", "/readyz", "/metrics", "/v1/flows", "/v1/targets", "/v1/drops"})
    void onlyReadsWhateverThePath(String path) throws Exception {
        for (String method : List.of("POST", "PUT", "DELETE", "PATCH")) {
            HttpResponse<String> response = port.send(method, path);
            JsonObject problem = problem(response, 405);
            assertThat(problem.getString("code")).isEqualTo("method-not-allowed");
            assertThat(problem.getString("detail")).startsWith(method);
            assertThat(response.headers().firstValue("allow").orElse("none").split(", ?"))
                    .containsExactlyInAnyOrder("GET", "HEAD");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/healthz", "/readyz", "/metrics", "/v1/flows", "/v1/targets", "/v1/drops"})
    void answersHeadAsGetWithoutTheBody(String path) throws Exception {
        HttpResponse<String> get = port.get(path);
        HttpResponse<String> head = port.send("HEAD", path);
        assertThat(head.statusCode()).isEqualTo(get.statusCode());
        assertThat(head.headers().firstValue("content-type"))
                .isEqualTo(get.headers().firstValue("content-type"));
        assertThat(head.body()).isEmpty();
    }

    @Test
    void answersAMalformedQueryWithAProblem() throws Exception {
        String answer = RawHttp.ask(port.address(), "GET /v1/flows?limit=%zz HTTP/1.1");
        assertThat(answer).startsWith("HTTP/1.1 400 ").contains(PROBLEM).contains("\"code\":\"bad-request\"");
    }

    @Test
    void answersAFaultOfItsOwnWithAProblemThatTellsNothingOfTheInside() throws Exception {
        try (AdminPort broken = new AdminPort(
                vertx,
                List.of(operations -> operations.on("listNodes", context -> {
                    throw new IllegalStateException("the inside");
                })))) {
            HttpResponse<String> response = broken.get("/v1/nodes");
            assertThat(problem(response, 500).getString("code")).isEqualTo("internal-error");
            assertThat(response.body()).doesNotContain("the inside");
        }
    }

    @Test
    void saysThatItIsStartingUntilTheContractIsRead() throws Exception {
        Ipv4SocketAddress address = AdminPort.freeAddress();
        String deployment = vertx.deployVerticle(new AdminHttpVerticle(
                        address,
                        AdminLimits.DEFAULT,
                        null,
                        null,
                        List.of(new HealthRoute(readiness), new FlowsRoute(bus, cluster))))
                .await(LIMIT_S, TimeUnit.SECONDS);
        assertThat(RawHttp.ask(address, "GET /healthz HTTP/1.1")).startsWith("HTTP/1.1 200 ");
        assertThat(RawHttp.ask(address, "GET /v1/flows HTTP/1.1"))
                .startsWith("HTTP/1.1 503 ")
                .contains("\"code\":\"starting\"");
        vertx.undeploy(deployment).await(LIMIT_S, TimeUnit.SECONDS);
    }

    @Test
    void namesTheAddressItCannotBind() throws Exception {
        // another Vert.x: one and the same shares its ports
        Vertx other = Vertx.vertx();
        try {
            assertThatThrownBy(() -> other.deployVerticle(
                                    new AdminHttpVerticle(port.address(), AdminLimits.DEFAULT, null, null, List.of()))
                            .await(LIMIT_S, TimeUnit.SECONDS))
                    .hasMessageContaining("cannot listen for admin requests on " + port.address());
        } finally {
            other.close().await(LIMIT_S, TimeUnit.SECONDS);
        }
    }

    @Test
    void givesItsPortBackWhenItStops() throws Exception {
        AdminPort other = new AdminPort(vertx, List.of(new HealthRoute(readiness)));
        other.close();
        String again = vertx.deployVerticle(
                        new AdminHttpVerticle(other.address(), AdminLimits.DEFAULT, null, null, List.of()))
                .await(LIMIT_S, TimeUnit.SECONDS);
        assertThat(again).isNotEmpty();
    }
}

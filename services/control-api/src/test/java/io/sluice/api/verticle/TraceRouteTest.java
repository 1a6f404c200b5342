// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import static io.sluice.api.Samples.AZ1;
import static io.sluice.api.Samples.AZ2;
import static io.sluice.api.Samples.DECISIONS;
import static io.sluice.api.Samples.FIRST;
import static io.sluice.api.Samples.GW_1;
import static io.sluice.api.Samples.SECOND;
import static io.sluice.api.Samples.flow;
import static io.sluice.api.Samples.health;
import static io.sluice.api.Samples.revision;
import static io.sluice.api.Samples.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.ClusterView;
import io.sluice.api.Samples;
import io.sluice.api.route.TraceRoute;
import io.sluice.bus.BusCounters;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddress;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowFindRequest;
import io.sluice.model.message.FlowListReply;
import io.sluice.model.message.FlowOpenedBatch;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a packet would go, over real HTTP, with an ingress and an authority that answer on a real bus. */
class TraceRouteTest {

    private static final long LIMIT_S = 30;
    private static final String TUPLE =
            "/v1/trace?endpoint=vpce-0a1b2c3d4e5f60718&source=172.16.0.1&destination=172.16.0.9"
                    + "&protocol=6&source-port=40000&destination-port=443";

    private final Vertx vertx = Vertx.vertx();
    private final TypedBus bus = new TypedBus(vertx, GW_1, new BusCounters());
    private final ClusterView cluster = Samples.view(revision(1), () -> 0);
    private final AtomicReference<FlowFindRequest> asked = new AtomicReference<>();
    private List<FlowListReply.Flow> entries = List.of();
    private FlowOpenedBatch record = noRecord();
    private AdminPort port;

    private static FlowOpenedBatch noRecord() {
        return new FlowOpenedBatch(List.of(), new int[] {FlowOpenedBatch.NO_FLOW}, new int[1], new long[1]);
    }

    private static FlowOpenedBatch recordOf(TargetRef target) {
        return new FlowOpenedBatch(List.of(target), new int[] {0}, new int[] {7}, new long[] {1_000});
    }

    @BeforeEach
    void open() throws TimeoutException {
        port = new AdminPort(vertx, List.of(new TraceRoute(bus, cluster, () -> 10_000)));
        cluster.accept(status(GW_1, "ingress"));
        cluster.accept(status(DECISIONS, "flow-hashing"));
        serve(BusAddresses.FLOW_FIND.at(GW_1), request -> {
            asked.set(request);
            return new FlowListReply(GW_1, entries.size(), entries);
        });
        serve(BusAddresses.FLOW_RECORD.at(DECISIONS), request -> record);
    }

    @AfterEach
    void close() throws TimeoutException {
        port.close();
        vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
    }

    private <Q, R> void serve(BusAddress<Q, R> address, java.util.function.Function<Q, R> handler)
            throws TimeoutException {
        bus.serve(address, request -> Future.succeededFuture(handler.apply(request)))
                .ready()
                .await(LIMIT_S, TimeUnit.SECONDS);
    }

    private JsonObject trace(String path) throws Exception {
        HttpResponse<String> response = port.get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return new JsonObject(response.body());
    }

    @Test
    void picksForAFlowThatNobodyKnowsAndSaysWhy() throws Exception {
        Samples.hear(cluster, health(1, FIRST, AZ1, HealthState.HEALTHY, HealthReason.NONE));
        JsonObject body = trace(TUPLE);
        assertThat(body.getJsonObject("decision")).isEqualTo(new JsonObject("""
                {"from": "pick", "row": "T3a",
                 "reason": "cross-zone is off: the zone's targets are healthy, and another zone's failure does not matter",
                 "load-balancer": "inspection", "zone": "az1", "cross-zone": false, "target": "10.1.0.11",
                 "target-group": "firewalls"}"""));
        JsonObject first = body.getJsonArray("ranking").getJsonObject(0);
        assertThat(first.getString("target")).isEqualTo("10.1.0.11");
        assertThat(first.getDouble("score")).isPositive();
        JsonObject second = body.getJsonArray("ranking").getJsonObject(1);
        assertThat(second.getBoolean("eligible")).isFalse();
        assertThat(second.getString("excluded")).isEqualTo("other-zone");
        assertThat(body.getJsonObject("key"))
                .isEqualTo(new JsonObject("""
                {"stickiness": "5-tuple", "protocol": 6, "lower": "172.16.0.1", "lower-port": 40000,
                 "upper": "172.16.0.9", "upper-port": 443}""")
                        .put("hash", body.getJsonObject("key").getString("hash")));
        assertThat(asked.get().key())
                .as("the key of a flow that passed")
                .isEqualTo(flow(true).key());
        assertThat(body.getJsonArray("flows")).isEmpty();
        assertThat(body.getJsonArray("nodes")).containsExactly("gw-1", "decisions");
    }

    @ParameterizedTest
    @CsvSource({"HEALTHY, F-6", "UNHEALTHY, T3h", "INITIAL, F-6"})
    void followsAnEntryBeforeARecordAndAPick(HealthState state, String row) throws Exception {
        HealthReason reason = state == HealthState.UNHEALTHY
                ? HealthReason.FAILED_HEALTH_CHECKS
                : state == HealthState.INITIAL ? HealthReason.REGISTRATION_IN_PROGRESS : HealthReason.NONE;
        Samples.hear(cluster, health(1, FIRST, AZ1, state, reason));
        entries = List.of(flow(true));
        record = recordOf(SECOND);
        JsonObject body = trace(TUPLE);
        assertThat(body.getJsonObject("decision").getString("from")).isEqualTo("entry");
        assertThat(body.getJsonObject("decision").getString("target")).isEqualTo("10.1.0.11");
        if (state != HealthState.UNHEALTHY) {
            assertThat(body.getJsonObject("decision").getString("row")).isEqualTo(row);
        }
        assertThat(body.getJsonArray("flows")).hasSize(2);
        assertThat(body.getJsonArray("flows").getJsonObject(0)).isEqualTo(new JsonObject("""
                {"kind": "entry", "node": "gw-1", "target": "10.1.0.11", "target-group": "firewalls",
                 "cookie": "0x01234567", "state": "established", "provisional": false,
                 "since": "1970-01-01T00:00:05Z"}"""));
    }

    @Test
    void followsARecordWhereNoIngressHasAnEntry() throws Exception {
        record = recordOf(SECOND);
        JsonObject decision = trace(TUPLE).getJsonObject("decision");
        assertThat(decision.getString("from")).isEqualTo("record");
        assertThat(decision.getString("target")).isEqualTo("10.1.0.12");
    }

    @Test
    void saysThatATargetIsGoneWhereItsFlowsStay() throws Exception {
        record = recordOf(new TargetRef(FIRST.group(), new io.sluice.model.id.TargetId("10.1.0.99"), 1));
        JsonObject decision = trace(TUPLE).getJsonObject("decision");
        assertThat(decision.getString("row")).isEqualTo("T7");
        assertThat(decision.getString("target")).isEqualTo("10.1.0.99");
    }

    @Test
    void supposesAnotherZone() throws Exception {
        Samples.hear(cluster, health(1, SECOND, AZ2, HealthState.HEALTHY, HealthReason.NONE));
        JsonObject decision = trace(TUPLE + "&zone=az2").getJsonObject("decision");
        assertThat(decision.getString("zone")).isEqualTo("az2");
        assertThat(decision.getString("target")).isEqualTo("10.1.0.12");
        assertThat(trace(TUPLE).getJsonObject("decision").getString("target")).isEqualTo("10.1.0.11");
    }

    @Test
    void namesWhoDidNotAnswer() throws Exception {
        cluster.accept(status(io.sluice.api.Samples.GW_2, "ingress"));
        assertThat(trace(TUPLE).getJsonArray("missing")).containsExactly("gw-2");
    }

    @ParameterizedTest
    @CsvSource({
        "source=172.16.0.1&destination=2001:db8::1, 400, destination",
        "source=host&destination=172.16.0.1, 400, source",
        "source=172.16.0.1&destination=172.16.0.2&protocol=256, 400, protocol",
        "source=172.16.0.1&destination=172.16.0.2&source-port=65536, 400, source-port",
        "source=172.16.0.1&destination=172.16.0.2&zone=az9, 400, zone",
        "source=172.16.0.1, 400, destination",
    })
    void refusesWhatIsNoTuple(String query, int status, String field) throws Exception {
        HttpResponse<String> response = port.get("/v1/trace?endpoint=vpce-0a1b2c3d4e5f60718&" + query);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(new JsonObject(response.body()).getString("field")).isEqualTo(field);
        assertThat(new JsonObject(response.body()).getString("detail")).contains("expected");
    }

    @Test
    void knowsNoOtherEndpoint() throws Exception {
        HttpResponse<String> response = port.get(TUPLE.replace("60718", "60719"));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(404);
        assertThat(new JsonObject(response.body()).getString("code")).isEqualTo("not-found");
    }
}

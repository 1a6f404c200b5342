// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.LeaseDesk;
import io.sluice.model.id.TargetGroupId;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An appliance that registers itself with the two requests of the contract, on a clock of the test. */
class SelfRegistrationTest {

    private static final String TARGET = "/v1/target-groups/firewalls/targets/10.1.0.30";
    private static final String BODY = "{\"zone\":\"az1\"}";

    private final HttpClient http = HttpClient.newHttpClient();
    private LiveApi api;

    @BeforeEach
    void open() throws Exception {
        api = new LiveApi();
    }

    @AfterEach
    void close() throws Exception {
        http.close();
        api.close();
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + api.address + path));
        if (body.isEmpty()) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.method(method, HttpRequest.BodyPublishers.ofString(body))
                    .header("Content-Type", "application/json");
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private JsonObject expect(int status, String method, String path, String body) throws Exception {
        HttpResponse<String> response = send(method, path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return response.body().isEmpty() ? new JsonObject() : new JsonObject(response.body());
    }

    /** Time passes, and the gateway looks in time; whether a lease has ended. */
    private boolean pass(long ms) throws Exception {
        boolean ended = false;
        for (long leftMs = ms; leftMs > 0; leftMs -= LeaseDesk.PACE_MS) {
            api.leaseClockMs.addAndGet(Math.min(leftMs, LeaseDesk.PACE_MS));
            ended |= api.leases.endOverdue();
        }
        return ended;
    }

    private boolean drains() {
        return api
                .cluster
                .revision()
                .model()
                .targetGroup(new TargetGroupId("firewalls"))
                .orElseThrow()
                .targets()
                .stream()
                .anyMatch(target -> target.id().value().equals("10.1.0.30") && target.draining());
    }

    @Test
    void registersWithALeaseAndRenewsWithoutARevision() throws Exception {
        JsonObject lease = expect(201, "PUT", TARGET + "?lease=30s", BODY).getJsonObject("lease");
        assertThat(lease.getString("duration")).isEqualTo("30s");
        assertThat(lease.getString("expires"))
                .isEqualTo(Instant.ofEpochMilli(LiveApi.NOW_MS + 30_000).toString());
        long revision = api.revision();
        for (int renewal = 0; renewal < 10; renewal++) {
            assertThat(pass(20_000)).isFalse();
            expect(200, "PUT", TARGET + "?lease=30s", renewal % 2 == 0 ? "" : BODY);
        }
        assertThat(api.revision()).isEqualTo(revision);
        assertThat(drains()).isFalse();
    }

    @Test
    void whatIsNotRenewedDrainsAndComesBackWithTheNextRenewal() throws Exception {
        expect(201, "PUT", TARGET + "?lease=5s", BODY);
        long revision = api.revision();
        assertThat(pass(4_999)).isFalse();
        assertThat(pass(1)).isTrue();
        assertThat(api.leases.endOverdue()).as("once").isFalse();
        assertThat(api.revision()).isEqualTo(revision + 1);
        assertThat(drains()).isTrue();
        JsonObject shown = expect(200, "GET", TARGET, "");
        assertThat(shown.getString("state")).isEqualTo("draining");
        assertThat(shown.containsKey("lease")).isFalse();
        expect(201, "PUT", TARGET + "?lease=5s", BODY); // T20
        assertThat(drains()).isFalse();
    }

    @Test
    void withoutALeaseItStays() throws Exception {
        expect(201, "PUT", TARGET + "?lease=5s", BODY);
        assertThat(expect(200, "PUT", TARGET, BODY).containsKey("lease")).isFalse();
        assertThat(pass(3_600_000)).isFalse();
        assertThat(drains()).isFalse();
    }

    @Test
    void showsALeaseAsItWasAskedFor() throws Exception {
        JsonObject lease = expect(201, "PUT", TARGET + "?lease=5500ms", BODY).getJsonObject("lease");
        assertThat(lease.getString("duration")).isEqualTo("5500ms");
    }

    /** What sluice target register sends: the weight that an operator has set stays. */
    @Test
    void aRenewalWithoutABodyIsOfWhatIsThereAndOfNothingElse() throws Exception {
        expect(201, "PUT", TARGET + "?lease=30s", BODY);
        expect(200, "PATCH", TARGET, "{\"weight\":9}");
        assertThat(renewed(200).getInteger("weight")).isEqualTo(9);
        expect(204, "DELETE", TARGET, "");
        assertThat(renewed(412).getString("code")).isEqualTo("stale-revision");
        assertThat(drains()).isTrue();
    }

    private JsonObject renewed(int status) throws Exception {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create("http://" + api.address + TARGET + "?lease=30s"))
                        .PUT(HttpRequest.BodyPublishers.noBody())
                        .header("If-Match", "*")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return new JsonObject(response.body());
    }

    @Test
    void aDryRunGrantsNothing() throws Exception {
        expect(200, "PUT", TARGET + "?lease=5s&dry-run=true", BODY);
        expect(404, "GET", TARGET, "");
        assertThat(api.leases.endOverdue()).isFalse();
    }

    @Test
    void whatIsRefusedGrantsNothing() throws Exception {
        expect(400, "PUT", TARGET + "?lease=5s", "{\"zone\":\"az1\",\"weight\":0}");
        expect(404, "GET", TARGET, "");
        expect(404, "PUT", "/v1/target-groups/nothing/targets/10.1.0.30?lease=5s", BODY);
        assertThat(pass(10_000)).isFalse();
    }

    @Test
    void aRenewalThatDoesNotFitTheRestIsRefusedAndTheLeaseStaysWhatItWas() throws Exception {
        expect(201, "PUT", TARGET + "?lease=5s", BODY);
        expect(409, "PUT", TARGET + "?lease=30s", "{\"zone\":\"nowhere\"}");
        assertThat(pass(5_000)).isTrue();
    }

    @Test
    void whoIsDeregisteredAndRegisteredByHandHasNoLeaseAnyMore() throws Exception {
        expect(201, "PUT", TARGET + "?lease=30s", BODY);
        expect(204, "DELETE", TARGET, "");
        expect(201, "POST", "/v1/target-groups/firewalls/targets", "{\"id\":\"10.1.0.30\",\"zone\":\"az1\"}");
        assertThat(pass(60_000)).isFalse();
        assertThat(drains()).isFalse();
    }

    @Test
    void whatIsNotDeregisteredKeepsItsLease() throws Exception {
        expect(201, "PUT", TARGET + "?lease=5s", BODY);
        expect(200, "DELETE", TARGET + "?dry-run=true", "");
        api.brokenStore.set(true);
        expect(503, "DELETE", TARGET, "");
        api.brokenStore.set(false);
        assertThat(pass(5_000)).isTrue();
        assertThat(drains()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"4s", "4999ms", "2h", "3601s", "0s", "30", "soon", "-5s", "1d"})
    void refusesWhatIsNoLease(String lease) throws Exception {
        JsonObject problem = expect(400, "PUT", TARGET + "?lease=" + lease, BODY);
        assertThat(problem.getString("code")).isEqualTo("invalid-parameter");
        assertThat(problem.getString("field")).isEqualTo("lease");
        assertThat(problem.getString("detail")).contains("5s to 1h");
    }
}

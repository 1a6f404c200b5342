// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import static io.sluice.api.Samples.AZ1;
import static io.sluice.api.Samples.FIRST;
import static io.sluice.api.Samples.GW_2;
import static io.sluice.api.Samples.SECOND;
import static io.sluice.api.Samples.health;
import static io.sluice.api.Samples.revision;
import static io.sluice.api.Samples.status;
import static io.sluice.api.Samples.without;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.sluice.api.ClusterView;
import io.sluice.api.ConfigDesk;
import io.sluice.api.ConfigDocuments;
import io.sluice.api.InvalidDocument;
import io.sluice.api.ResourceFragments;
import io.sluice.api.Samples;
import io.sluice.api.route.ConfigRoute;
import io.sluice.api.route.NodesRoute;
import io.sluice.api.route.TargetsRoute;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The configuration over real HTTP, with documents of one word each. */
class ConfigRouteTest {

    private static final long LIMIT_S = 30;
    private static final long NOW_MS = 1_700_000_000_000L;

    /** Knows the words all, one and nothing. */
    private static final class Words implements ConfigDocuments {

        @Override
        public GatewayModel read(byte[] document) throws InvalidDocument {
            return switch (new String(document, StandardCharsets.UTF_8)) {
                case "all" -> revision(1).model();
                case "one" -> without(SECOND);
                case "nothing" -> GatewayModel.EMPTY;
                default ->
                    throw new InvalidDocument(List.of(
                            new InvalidDocument.Problem(3, "zones[0]", "expected a name"),
                            new InvalidDocument.Problem(0, "", "expected a word")));
            };
        }

        @Override
        public String write(GatewayModel model) {
            return model.targetGroups().isEmpty() ? "nothing" : "something";
        }

        @Override
        public ResourceFragments fragments() {
            throw new AssertionError("this route reads whole documents");
        }
    }

    private final Vertx vertx = Vertx.vertx();
    private final ClusterView cluster = Samples.view(revision(1), () -> 0);
    private final ConfigDesk desk = new ConfigDesk(cluster, () -> NOW_MS);
    private final AtomicInteger published = new AtomicInteger();
    private AdminPort port;

    @BeforeEach
    void open() throws TimeoutException {
        port = new AdminPort(
                vertx,
                List.of(
                        new ConfigRoute(new Words(), desk, cluster, published::incrementAndGet),
                        new NodesRoute(cluster, 3),
                        new TargetsRoute(cluster)));
    }

    @AfterEach
    void close() throws TimeoutException {
        port.close();
        vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
    }

    private static JsonObject problem(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type")).contains("application/problem+json");
        return new JsonObject(response.body());
    }

    @Test
    void showsTheDocumentInForceWithItsRevision() throws Exception {
        HttpResponse<String> response = port.get("/v1/config");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("etag")).contains("\"1\"");
        assertThat(response.headers().firstValue("content-type")).contains("application/yaml");
        assertThat(response.body()).isEqualTo("something");
    }

    @Test
    void putsADocumentInForceAndPublishesIt() throws Exception {
        HttpResponse<String> response = port.put("/v1/config", "one");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("etag")).contains("\"2\"");
        assertThat(new JsonObject(response.body())).isEqualTo(new JsonObject("""
                {"revision": 2, "changes": [{"action": "remove", "kind": "target", "id": "firewalls/10.1.0.12",
                                             "field": "", "from": "", "to": ""}]}"""));
        assertThat(cluster.revision().number()).isEqualTo(2);
        assertThat(published).hasValue(1);
    }

    @Test
    void onlyPlansInADryRun() throws Exception {
        HttpResponse<String> response = port.put("/v1/config?dry-run=true", "nothing");
        assertThat(new JsonObject(response.body()).getJsonArray("changes")).hasSize(7);
        assertThat(cluster.revision()).isEqualTo(revision(1));
        assertThat(published).hasValue(0);
        assertThat(problem(port.put("/v1/config?dry-run=perhaps", "nothing"), 400)
                        .getString("field"))
                .isEqualTo("dry-run");
    }

    @ParameterizedTest
    @CsvSource({
        "dry-runn=true,dry-runn",
        "Dry-Run=true,Dry-Run",
        "dry-run=true&now=1,now",
        "dry-run=true&dry-run=false,dry-run"
    })
    void aParameterThatItDoesNotKnowOrHasTwiceChangesNothing(String query, String field) throws Exception {
        assertThat(problem(port.put("/v1/config?" + query, "nothing"), 400).getString("field"))
                .isEqualTo(field);
        assertThat(cluster.revision()).isEqualTo(revision(1));
        assertThat(published).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/json",
                "application/yaml"
            })
    void readsTheDocumentWhateverTheClientCallsIt(String contentType) throws Exception {
        assertThat(problem(port.put("/v1/config", "50% & 100%", "Content-Type", contentType), 400)
                        .getString("code"))
                .isEqualTo("invalid-document");
        assertThat(port.put("/v1/config", "one", "Content-Type", contentType).statusCode())
                .isEqualTo(200);
        assertThat(cluster.revision().number()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ZZ\r\n", "3\r\none\r\nZZ\r\n", "3\r\nonemore\r\n0\r\n\r\n"})
    void aBodyWhoseChunksAreBrokenIsRefused(String body) throws Exception {
        String answer =
                RawHttp.ask(port.address(), "PUT /v1/config HTTP/1.1", "Transfer-Encoding: chunked\r\n\r\n" + body);
        assertThat(answer).startsWith("HTTP/1.1 400 ").contains("\"code\":\"bad-request\"");
        assertThat(cluster.revision()).isEqualTo(revision(1));
        assertThat(published).hasValue(0);
    }

    /** Two of them are all that may write at once: when another may, both have been given up. */
    @Test
    void aClientThatGoesAwayInTheMiddleIsNoFaultOfTheNode() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        log.start();
        root.addAppender(log);
        try {
            for (int client = 0; client < 2; client++) {
                RawHttp.begin(port.address(), "PUT /v1/config HTTP/1.1", "Content-Length: 100\r\n\r\nall");
            }
            await().atMost(LIMIT_S, TimeUnit.SECONDS)
                    .until(() -> port.put("/v1/config", "one").statusCode() == 200);
        } finally {
            root.detachAppender(log);
        }
        assertThat(log.list)
                .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .isEmpty();
    }

    @Test
    void saysEverythingThatIsWrongAndChangesNothing() throws Exception {
        JsonObject problem = problem(port.put("/v1/config", "some"), 400);
        assertThat(problem.getString("code")).isEqualTo("invalid-document");
        assertThat(problem.getJsonArray("problems").encode())
                .isEqualTo("[{\"line\":3,\"key\":\"zones[0]\",\"detail\":\"expected a name\"},"
                        + "{\"line\":0,\"key\":\"\",\"detail\":\"expected a word\"}]");
        problem(port.put("/v1/config", ""), 400);
        assertThat(cluster.revision()).isEqualTo(revision(1));
        assertThat(published).hasValue(0);
    }

    @Test
    void refusesADocumentThatIsTooLong() throws Exception {
        String tooLong = "x".repeat(ConfigDocuments.BYTES_MAX + 1);
        assertThat(problem(port.put("/v1/config", tooLong), 413).getString("code"))
                .isEqualTo("too-large");
        problem(port.put("/v1/config", tooLong.substring(1)), 400);
    }

    @Test
    void refusesToDeleteWhatIsProtected() throws Exception {
        GatewayModel model = revision(1).model();
        LoadBalancer balancer = model.loadBalancers().getFirst();
        LoadBalancer kept = new LoadBalancer(
                balancer.id(),
                balancer.zones(),
                balancer.listener(),
                false,
                balancer.ipAddressType(),
                true,
                balancer.packets());
        Samples.hear(
                cluster,
                new ConfigRevision(
                        9,
                        GW_2,
                        new GatewayModel(model.zones(), model.targetGroups(), List.of(kept), model.endpoints())));
        JsonObject problem = problem(port.put("/v1/config", "nothing"), 409);
        assertThat(problem.getString("code")).isEqualTo("deletion-protected");
        assertThat(problem.getString("detail")).contains("inspection");
        assertThat(cluster.revision().number()).isEqualTo(9);
    }

    @Test
    void replacesTheRevisionThatIsNamedAndNoOther() throws Exception {
        assertThat(port.put("/v1/config", "one", "If-Match", "\"1\"").statusCode())
                .isEqualTo(200);
        assertThat(problem(port.put("/v1/config", "all", "If-Match", "\"1\""), 412)
                        .getString("detail"))
                .contains("revision 2");
        String etag = "\"" + cluster.revision().number() + "\"";
        assertThat(problem(port.put("/v1/config", "all", "If-Match", etag, "If-Match", etag), 400)
                        .getString("field"))
                .as("there twice")
                .isEqualTo("If-Match");
        assertThat(problem(port.put("/v1/config", "all", "If-Match", "1"), 400).getString("field"))
                .isEqualTo("If-Match");
    }

    @Test
    void namesItsOwnMethods() throws Exception {
        HttpResponse<String> response = port.send("DELETE", "/v1/config");
        assertThat(problem(response, 405).getString("code")).isEqualTo("method-not-allowed");
        assertThat(response.headers().firstValue("allow")).contains("GET, HEAD, PUT");
    }

    @Test
    void t19DrainingWinsOverWhatChecksSay() throws Exception {
        Samples.hear(cluster, health(1, FIRST, AZ1, HealthState.UNHEALTHY, HealthReason.FAILED_HEALTH_CHECKS));
        desk.apply(without(FIRST), OptionalLong.empty(), false, Samples.BY_TEST);
        JsonObject target = new JsonObject(port.get("/v1/targets").body())
                .getJsonArray("targets")
                .getJsonObject(0);
        assertThat(target.getString("id")).isEqualTo("10.1.0.11");
        assertThat(target.getString("state")).isEqualTo("draining");
        assertThat(target.getString("reason")).isEqualTo("Target.DeregistrationInProgress");
        assertThat(target.getString("since")).isEqualTo("2023-11-14T22:13:20Z");
        assertThat(cluster.registeredTargets(FIRST.group(), AZ1)).isZero();
    }

    @Test
    void listsNodesWithTheRevisionEachWorksWithAndHowManyThereAreToBe() throws Exception {
        cluster.accept(status(GW_2, "ingress", "codec"));
        assertThat(new JsonObject(port.get("/v1/nodes").body())).isEqualTo(new JsonObject("""
                {"nodes": [{"id": "gw-2", "roles": ["ingress", "codec"], "configRevision": 1}],
                 "expectedMembers": 3, "configRevision": 1}"""));
    }
}

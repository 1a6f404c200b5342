// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import static io.sluice.api.Samples.revision;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.BrokenStore;
import io.sluice.api.ClusterView;
import io.sluice.api.ConfigDesk;
import io.sluice.api.ConfigDocuments;
import io.sluice.api.ResourceFragments;
import io.sluice.api.Samples;
import io.sluice.api.access.AccessCheck;
import io.sluice.api.access.AccessLimits;
import io.sluice.api.access.TokenBook;
import io.sluice.api.agree.Contended;
import io.sluice.api.event.EventHub;
import io.sluice.api.route.ConfigRoute;
import io.sluice.api.route.EventsRoute;
import io.sluice.api.route.HealthRoute;
import io.sluice.api.route.NodesRoute;
import io.sluice.api.route.TokensRoute;
import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.api.store.MemoryConfigStore;
import io.sluice.api.store.RevisionStore;
import io.sluice.api.store.TokenRecord;
import io.sluice.api.store.TokenRole;
import io.sluice.model.config.GatewayModel;
import io.sluice.observe.Readiness;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may do what, over real HTTP. */
class AccessCheckTest {

    private static final long LIMIT_S = 30;
    private static final long NOW_MS = 1_700_000_000_000L;
    private static final long ALIVE_MS = 50;
    private static final AccessLimits GENEROUS = new AccessLimits(1_000, 60_000, 10_000, 10_000);

    /** Reads nothing into the empty model. */
    private static final class Nothing implements ConfigDocuments {
        @Override
        public GatewayModel read(byte[] document) {
            return GatewayModel.EMPTY;
        }

        @Override
        public String write(GatewayModel model) {
            return "nothing";
        }

        @Override
        public ResourceFragments fragments() {
            throw new AssertionError("this test reads whole documents");
        }
    }

    private final Vertx vertx = Vertx.vertx();
    private final MemoryConfigStore store = new MemoryConfigStore();
    private final AtomicLong clockMs = new AtomicLong(NOW_MS);
    private final ClusterView cluster = Samples.view(revision(1), () -> 0);
    private TokenBook tokens;
    private AdminPort port;

    private void open(boolean always, AccessLimits limits, RevisionStore revisions) throws Exception {
        tokens = new TokenBook(store, new SecureRandom(), clockMs::get);
        port = new AdminPort(
                vertx,
                new AccessCheck(tokens, always, limits, clockMs::get),
                List.of(
                        new HealthRoute(new Readiness()),
                        new TokensRoute(tokens, always),
                        new NodesRoute(cluster, 1),
                        new EventsRoute(new EventHub(clockMs::get), clockMs::get, ALIVE_MS),
                        new ConfigRoute(
                                new Nothing(), new ConfigDesk(cluster, revisions, () -> NOW_MS), cluster, () -> {})));
    }

    private void open(boolean always) throws Exception {
        open(always, GENEROUS, store);
    }

    @AfterEach
    void close() throws TimeoutException {
        port.close();
        vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
    }

    private String issue(String name, TokenRole role) throws Exception {
        return ((TokenBook.Issued) tokens.issue(name, role, 0, "test")).secret();
    }

    private static String code(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type")).contains("application/problem+json");
        return new JsonObject(response.body()).getString("code");
    }

    private HttpResponse<String> get(String path, String token) throws Exception {
        return port.send("GET", path, "", "Authorization", "Bearer " + token);
    }

    @Test
    void isOpenOnLoopbackUntilThereIsAToken() throws Exception {
        open(false);
        assertThat(port.get("/v1/nodes").statusCode()).isEqualTo(200);
        HttpResponse<String> made = port.send("POST", "/v1/tokens", "{\"name\": \"root\", \"role\": \"admin\"}");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(made.headers().firstValue("cache-control")).contains("no-store");
        String secret = new JsonObject(made.body()).getString("token");
        assertThat(code(port.get("/v1/nodes"), 401)).isEqualTo("unauthenticated");
        assertThat(get("/v1/nodes", secret).statusCode()).isEqualTo(200);
        assertThat(store.audit(Long.MAX_VALUE, 1).getFirst().origin().who()).isEqualTo("anonymous@127.0.0.1");
    }

    @Test
    void showsTheContractToWhoeverAsks() throws Exception {
        open(true);
        for (String path : List.of("/openapi.yaml", "/docs", "/docs/page.js")) {
            assertThat(port.get(path).statusCode()).as(path).isNotEqualTo(401);
        }
        assertThat(code(port.get("/docs2"), 401)).isEqualTo("unauthenticated");
    }

    @Test
    void alwaysAnswersWhoeverAsksForHealth() throws Exception {
        open(true);
        assertThat(port.get("/healthz").statusCode()).isEqualTo(200);
        assertThat(port.get("/readyz").statusCode()).isEqualTo(503);
        assertThat(code(port.get("/v1/nodes"), 401)).isEqualTo("unauthenticated");
        assertThat(code(port.get("/nothing"), 401)).isEqualTo("unauthenticated");
        assertThat(port.get("/v1/nodes").headers().firstValue("www-authenticate"))
                .contains("Bearer realm=\"sluice\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer", "Bearer ", "Bearer sluice_x", "Basic YTpi", "TOKEN", "bearer\t"})
    void refusesWhatIsNoToken(String header) throws Exception {
        open(true);
        String root = issue("root", TokenRole.ADMIN);
        HttpResponse<String> response =
                port.send("GET", "/v1/nodes", "", "Authorization", header.replace("TOKEN", root));
        assertThat(code(response, 401)).isEqualTo("unauthenticated");
        assertThat(response.headers().firstValue("www-authenticate").orElseThrow())
                .contains("invalid_token");
    }

    @Test
    void takesTheSchemeInAnyCaseAndTheHeaderOnce() throws Exception {
        open(true);
        String root = issue("root", TokenRole.ADMIN);
        assertThat(port.send("GET", "/v1/nodes", "", "Authorization", "bEARER " + root)
                        .statusCode())
                .isEqualTo(200);
        String twice = "Authorization: Bearer " + root + "\r\n";
        assertThat(RawHttp.ask(port.address(), "GET /v1/nodes HTTP/1.1", twice + twice + "\r\n"))
                .startsWith("HTTP/1.1 401 ");
    }

    @Test
    void aStreamThatIsOpenEndsWithItsToken() throws Exception {
        open(true);
        issue("root", TokenRole.ADMIN);
        String reader = issue("reader", TokenRole.READ_ONLY);
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), port.address().port())) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(LIMIT_S));
            String request = "GET /v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                    + reader + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            tokens.revoke("reader", false, "test");
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .as("returns: the port has closed it")
                    .contains("200 OK")
                    .endsWith("0\r\n\r\n");
        }
    }

    @Test
    void letsAReaderReadAndNothingElse() throws Exception {
        open(true);
        issue("root", TokenRole.ADMIN);
        String reader = issue("reader", TokenRole.READ_ONLY);
        assertThat(get("/v1/nodes", reader).statusCode()).isEqualTo(200);
        assertThat(code(get("/v1/tokens", reader), 403)).isEqualTo("forbidden");
        assertThat(code(port.send("PUT", "/v1/config", "x", "Authorization", "Bearer " + reader), 403))
                .isEqualTo("forbidden");
        assertThat(cluster.revision()).isEqualTo(revision(1));
    }

    @Test
    void auditsAChangeUnderTheNameOfItsToken() throws Exception {
        open(true);
        String root = issue("root", TokenRole.ADMIN);
        assertThat(port.send("PUT", "/v1/config", "x", "Authorization", "Bearer " + root)
                        .statusCode())
                .isEqualTo(200);
        assertThat(store.history(Long.MAX_VALUE, 1).getFirst().origin().who()).isEqualTo("root");
    }

    @Test
    void aTokenThatIsRevokedCountsNoMoreAtOnce() throws Exception {
        open(true);
        String root = issue("root", TokenRole.ADMIN);
        String ci = issue("ci", TokenRole.ADMIN);
        assertThat(get("/v1/nodes", ci).statusCode()).isEqualTo(200);
        assertThat(port.send("DELETE", "/v1/tokens/ci", "", "Authorization", "Bearer " + root)
                        .statusCode())
                .isEqualTo(204);
        assertThat(code(get("/v1/nodes", ci), 401)).isEqualTo("unauthenticated");
        assertThat(port.send("DELETE", "/v1/tokens/ci", "", "Authorization", "Bearer " + root)
                        .statusCode())
                .as("again")
                .isEqualTo(204);
        assertThat(code(port.send("DELETE", "/v1/tokens/root", "", "Authorization", "Bearer " + root), 409))
                .isEqualTo("last-admin");
    }

    /** A store of an earlier version may have such a name. */
    @Test
    void aTokenWithANameOfAnEarlierVersionIsFoundAndRevoked() throws Exception {
        String name = "a_b." + "x".repeat(60);
        store.put(
                new TokenRecord(name, TokenRole.ADMIN, "ab".repeat(32), 1, 0, 0),
                AuditEntry.of(1, new ChangeOrigin("test", "issue token"), "token " + name));
        open(true);
        String root = issue("root", TokenRole.ADMIN);
        assertThat(get("/v1/tokens?name-prefix=a_b.", root).body()).contains(name);
        assertThat(port.send("DELETE", "/v1/tokens/" + name, "", "Authorization", "Bearer " + root)
                        .statusCode())
                .isEqualTo(204);
        assertThat(store.tokens()).extracting(TokenRecord::name).containsExactly("root");
    }

    @Test
    void listsTokensWithoutWhatOpensAnything() throws Exception {
        open(true);
        String root = issue("root", TokenRole.ADMIN);
        HttpResponse<String> list = get("/v1/tokens", root);
        assertThat(list.body()).contains("\"name\":\"root\"").contains("\"role\":\"admin\"");
        assertThat(list.body())
                .doesNotContain("sluice_")
                .doesNotContain(store.tokens().getFirst().digest());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "7",
                "{}",
                "{\"name\": \"a\"}",
                "{\"name\": \"a b\", \"role\": \"admin\"}",
                "{\"name\": 7, \"role\": \"admin\"}",
                "{\"name\": \"..\", \"role\": \"admin\"}",
                "{\"name\": \"a_b\", \"role\": \"admin\"}",
                "{\"name\": \"-a\", \"role\": \"admin\"}",
                "{\"name\": \"aaaaaaaaabbbbbbbbbbccccccccccdddd\", \"role\": \"admin\"}",
                "{\"name\": \"a\", \"role\": \"root\"}",
                "{\"name\": \"a\\u009b31mb\", \"role\": \"admin\"}",
                "{\"name\": \"a\", \"role\": \"ro\\u202eot\"}",
                "{\"name\": \"a\", \"role\": \"admin\", \"expires-in-seconds\": \"\\u001b[0m\"}",
                "{\"name\": \"a\", \"role\": [\"admin\"]}",
                "{\"name\": \"a\", \"role\": \"admin\", \"x\": 1}",
                "{\"name\": \"a\", \"role\": \"admin\", \"expires-in-seconds\": -1}",
                "{\"name\": \"a\", \"role\": \"admin\", \"expires-in-seconds\": 1.5}",
                "{\"name\": \"a\", \"role\": \"admin\", \"expires-in-seconds\": 99999999999}"
            })
    void makesNoTokenOfWhatIsNoWish(String body) throws Exception {
        open(false);
        HttpResponse<String> refused = port.send("POST", "/v1/tokens", body);
        assertThat(code(refused, 400)).isEqualTo("invalid-document");
        assertThat(new JsonObject(refused.body()).getString("detail")).doesNotContainPattern("[\\p{Cc}\\p{Cf}]");
        assertThat(store.tokens()).isEmpty();
    }

    @Test
    void listensNoMoreToWhoGuesses() throws Exception {
        open(true, new AccessLimits(3, 60_000, 1_000, 1_000), store);
        String root = issue("root", TokenRole.ADMIN);
        for (int n = 0; n < 3; n++) {
            assertThat(code(get("/v1/nodes", "sluice_guess" + n), 401)).isEqualTo("unauthenticated");
        }
        HttpResponse<String> response = get("/v1/nodes", root);
        assertThat(code(response, 429)).isEqualTo("too-many-attempts");
        assertThat(response.headers().firstValue("retry-after")).contains("61");
        clockMs.addAndGet(60_000);
        assertThat(get("/v1/nodes", root).statusCode()).isEqualTo(200);
    }

    @Test
    void boundsHowOftenOneMayAskAndChange() throws Exception {
        open(false, new AccessLimits(3, 60_000, 4, 1), store);
        for (int n = 0; n < 2; n++) {
            assertThat(port.send("PUT", "/v1/config", "x").statusCode()).isEqualTo(200);
        }
        assertThat(code(port.send("PUT", "/v1/config", "x"), 429)).isEqualTo("too-many-requests");
        for (int n = 0; n < 5; n++) {
            assertThat(port.get("/v1/nodes").statusCode()).isEqualTo(200);
        }
        assertThat(code(port.get("/v1/nodes"), 429)).isEqualTo("too-many-requests");
        assertThat(port.get("/healthz").statusCode()).isEqualTo(200);
        clockMs.addAndGet(1_000);
        assertThat(port.get("/v1/nodes").statusCode()).isEqualTo(200);
    }

    @Test
    void saysThatTheStoreIsUnavailableAndChangesNothing() throws Exception {
        open(false, GENEROUS, new BrokenStore());
        HttpResponse<String> response = port.send("PUT", "/v1/config", "x");
        assertThat(code(response, 503)).isEqualTo("store-unavailable");
        assertThat(response.body()).contains("nothing was changed").contains("free some space");
        assertThat(cluster.revision()).isEqualTo(revision(1));
    }

    @Test
    void saysThatOthersWriteAllTheTimeAndWhenToComeAgain() throws Exception {
        open(false, GENEROUS, new BrokenStore(new Contended(9, true)));
        HttpResponse<String> response = port.send("PUT", "/v1/config", "x");
        assertThat(code(response, 503)).isEqualTo("contended");
        assertThat(response.headers().firstValue("retry-after")).contains("1");
        assertThat(response.body()).contains("may yet take effect");
    }
}

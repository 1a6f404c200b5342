// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.message.HealthChanged;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Single resources over real HTTP, with a node's own readers. */
class ResourcesTest {

    private static final String WAITING = "vpce-00000000000000001";
    private static final String OPEN = "vpce-00000000000000002";
    private static final String DECISIONS = "/v1/endpoint-services/inspection-svc/endpoints/";

    /**
     * A resource of its kind that is not there yet.
     *
     * @param list where to create it
     * @param name its name
     * @param nameKey the key that has it
     * @param least the least that it can be created from, without its name
     * @param patch changes one key
     * @param changed that key
     * @param wrong a key with a wrong value, as a patch
     * @param wrongKey that key
     */
    record Kind(
            String list,
            String name,
            String nameKey,
            String least,
            String patch,
            String changed,
            String wrong,
            String wrongKey) {

        String path() {
            return list + "/" + name;
        }

        JsonObject body() {
            return new JsonObject().put(nameKey, name).mergeIn(new JsonObject(least));
        }

        @Override
        public String toString() {
            return list;
        }
    }

    static Stream<Kind> kinds() {
        return Stream.of(
                new Kind(
                        "/v1/load-balancers",
                        "new",
                        "name",
                        "{\"listener\": {\"target-group\": \"spare\"}}",
                        "{\"cross-zone\": true}",
                        "cross-zone",
                        "{\"packets\": {\"mtu\": 9000}}",
                        "packets.mtu"),
                new Kind(
                        "/v1/target-groups",
                        "new",
                        "name",
                        "{\"stickiness\": \"5-tuple\"}",
                        "{\"slow-start\": \"30s\"}",
                        "slow-start",
                        "{\"health-check\": {\"interval\": \"1s\"}}",
                        "health-check.interval"),
                new Kind(
                        "/v1/target-groups/spare/targets",
                        "10.1.0.21",
                        "id",
                        "{\"zone\": \"az2\"}",
                        "{\"weight\": 5}",
                        "weight",
                        "{\"weight\": 0}",
                        "weight"),
                new Kind(
                        "/v1/endpoint-services",
                        "new",
                        "name",
                        "{\"load-balancers\": [\"inspection\"]}",
                        "{\"acceptance-required\": false}",
                        "acceptance-required",
                        "{\"allowed-principals\": [\"me\"]}",
                        "allowed-principals[0]"),
                new Kind(
                        "/v1/endpoints",
                        "vpce-0000000000000000a",
                        "id",
                        "{\"vni\": 300, \"zone\": \"az1\", \"load-balancer\": \"inspection\", \"attachments\": [\"10.0.0.9\"]}",
                        "{\"flow-quota\": 1000}",
                        "flow-quota",
                        "{\"account\": \"12\"}",
                        "account"));
    }

    private LiveApi api;
    private Client client;

    @BeforeEach
    void open() throws Exception {
        api = new LiveApi();
        client = new Client(api.address);
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        api.close();
    }

    private JsonObject problem(int status, String method, String path, String body, String... headers)
            throws Exception {
        long before = api.revision();
        JsonObject problem = client.json(status, method, path, body, headers);
        assertThat(api.revision()).as("a refused request changes nothing").isEqualTo(before);
        return problem;
    }

    private static List<String> users(JsonObject problem) {
        return problem.getJsonArray("users").stream().map(String::valueOf).toList();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void createsOnceAndTheSameAgainChangesNothing(Kind kind) throws Exception {
        HttpResponse<String> created =
                client.expect(201, "POST", kind.list, kind.body().encode());
        long revision = api.revision();
        assertThat(revision).isEqualTo(2);
        HttpResponse<String> again =
                client.expect(200, "POST", kind.list, kind.body().encode());
        assertThat(again.body()).isEqualTo(created.body());
        assertThat(Client.etag(again)).isEqualTo(Client.etag(created)).isNotEmpty();
        assertThat(api.revision()).isEqualTo(revision);
        JsonObject other = kind.body().mergeIn(new JsonObject(kind.patch));
        assertThat(problem(409, "POST", kind.list, other.encode()).getString("code"))
                .isEqualTo("already-exists");
        assertThat(client.expect(200, "GET", kind.path(), "").body()).isEqualTo(created.body());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void whatIsReadCanBeWrittenBackAndChangesNothing(Kind kind) throws Exception {
        client.expect(201, "PUT", kind.path(), kind.least);
        String read = client.expect(200, "GET", kind.path(), "").body();
        assertThat(client.expect(200, "PUT", kind.path(), read).body()).isEqualTo(read);
        assertThat(client.expect(200, "POST", kind.list, read).body()).isEqualTo(read);
        assertThat(api.revision()).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void patchesAKeyAndTakesItBackToItsDefault(Kind kind) throws Exception {
        JsonObject before = client.json(201, "POST", kind.list, kind.body().encode());
        JsonObject patched = client.json(200, "PATCH", kind.path(), kind.patch);
        assertThat(patched.getValue(kind.changed)).isEqualTo(new JsonObject(kind.patch).getValue(kind.changed));
        assertThat(patched.getString("etag")).isNotEqualTo(before.getString("etag"));
        JsonObject back = client.json(
                200,
                "PATCH",
                kind.path(),
                new JsonObject().putNull(kind.changed).encode());
        assertThat(back).isEqualTo(before);
        client.expect(200, "PATCH", kind.path(), "{}");
        assertThat(api.revision()).isEqualTo(4);
        assertThat(api.published.get()).isGreaterThanOrEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void writesOnlyWhatHasNotChangedSince(Kind kind) throws Exception {
        String etag =
                Client.etag(client.expect(201, "POST", kind.list, kind.body().encode()));
        client.expect(200, "PATCH", kind.path(), kind.patch, "If-Match", etag);
        for (String method : List.of("PATCH", "DELETE")) {
            JsonObject stale = problem(412, method, kind.path(), kind.patch, "If-Match", etag);
            assertThat(stale.getString("code")).isEqualTo("stale-revision");
            assertThat(stale.getLong("revision")).isEqualTo(3);
        }
        problem(412, "PUT", kind.path(), kind.least, "If-Match", "\"2\"");
        assertThat(problem(412, "PUT", kind.path(), kind.least, "If-None-Match", "*")
                        .getString("code"))
                .isEqualTo("already-exists");
        assertThat(problem(400, "PUT", kind.path(), kind.least, "If-Match", "yesterday")
                        .getString("field"))
                .isEqualTo("If-Match");
        client.expect(200, "PUT", kind.path(), kind.least, "If-Match", "\"3\"");
        client.expect(204, "DELETE", kind.path(), "", "If-Match", "*");
        problem(412, "PUT", kind.path(), kind.least, "If-Match", "*");
        client.expect(201, "PUT", kind.path(), kind.least, "If-None-Match", "*");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void saysInADryRunWhatWouldChangeAndChangesNothing(Kind kind) throws Exception {
        JsonObject plan = client.json(
                200, "POST", kind.list + "?dry-run=true", kind.body().encode());
        assertThat(plan.getJsonArray("changes").getJsonObject(0).getString("action"))
                .isEqualTo("add");
        assertThat(plan.getLong("revision")).isEqualTo(1);
        client.expect(404, "GET", kind.path(), "");
        client.expect(201, "POST", kind.list, kind.body().encode());
        plan = client.json(200, "DELETE", kind.path() + "?dry-run=true", "");
        assertThat(plan.getJsonArray("changes").getJsonObject(0).getString("action"))
                .isEqualTo("remove");
        client.expect(200, "GET", kind.path(), "");
        assertThat(api.revision()).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void deletesOnceAndWhatIsNotThereAsIfItHadBeen(Kind kind) throws Exception {
        client.expect(201, "POST", kind.list, kind.body().encode());
        client.expect(204, "DELETE", kind.path(), "");
        if (kind.nameKey.equals("id") && kind.list.contains("targets")) {
            assertThat(client.get(kind.path()).getString("state")).isEqualTo("draining");
        } else {
            problem(404, "GET", kind.path(), "");
        }
        long revision = api.revision();
        client.expect(204, "DELETE", kind.path(), "");
        assertThat(api.revision()).isEqualTo(revision);
        if (!kind.list.contains("targets")) {
            problem(404, "PATCH", kind.path(), kind.patch);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void namesTheKeyThatIsWrong(Kind kind) throws Exception {
        JsonObject body = kind.body().mergeIn(new JsonObject(kind.wrong));
        JsonObject refused = problem(400, "POST", kind.list, body.encode());
        assertThat(refused.getString("code")).isEqualTo("invalid-document");
        assertThat(refused.getString("field")).isEqualTo(kind.wrongKey);
        assertThat(refused.getString("detail")).contains("expected");
        JsonObject unknown = problem(
                400,
                "PUT",
                kind.path(),
                new JsonObject(kind.least).put("colour", "red").encode());
        assertThat(unknown.getString("field")).isEqualTo("colour");
        JsonObject otherName = problem(
                400,
                "PUT",
                kind.path().replace("/new", "/newer").replace(".21", ".22").replace("0000a", "0000b"),
                kind.body().encode());
        assertThat(otherName.getString("field")).isEqualTo(kind.nameKey);
    }

    @Test
    void readsYamlAndNamesTheLine() throws Exception {
        client.expect(201, "POST", "/v1/target-groups", "name: new\ntargets:\n  - {id: 10.1.0.30}\n");
        JsonObject refused = problem(400, "PUT", "/v1/target-groups/new", "name: new\nslow-start: soon\nprobe: 7\n");
        assertThat(refused.getJsonArray("problems").stream()
                        .map(found -> ((JsonObject) found).getInteger("line"))
                        .toList())
                .containsExactly(2, 3);
    }

    @Test
    void listsInOrderOfNamesPageByPageWhateverComesBetween() throws Exception {
        for (String name : List.of("d", "b", "a", "c")) {
            client.expect(201, "PUT", "/v1/target-groups/" + name, "{\"stickiness\": \"2-tuple\"}");
        }
        List<String> seen = new ArrayList<>();
        String token = "";
        do {
            JsonObject page = client.get("/v1/target-groups?limit=2" + (token.isEmpty() ? "" : "&page-token=" + token));
            page.getJsonArray("target-groups").forEach(group -> seen.add(((JsonObject) group).getString("name")));
            client.expect(204, "DELETE", "/v1/target-groups/a", "");
            token = page.getString("next-page-token", "");
        } while (!token.isEmpty());
        assertThat(seen).containsExactly("a", "b", "c", "d", "firewalls", "spare");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/load-balancers?tag=env=live,load-balancers,1",
        "/v1/load-balancers?tag=env=test,load-balancers,0",
        "/v1/load-balancers?zone=az3,load-balancers,0",
        "/v1/load-balancers?zone=az2,load-balancers,1",
        "/v1/target-groups?name-prefix=fire,target-groups,1",
        "/v1/target-groups?tag=team,target-groups,1",
        "/v1/target-groups/firewalls/targets?zone=az2,targets,1",
        "/v1/target-groups/firewalls/targets?state=initial,targets,2",
        "/v1/target-groups/firewalls/targets?state=healthy,targets,0",
        "/v1/endpoints?state=available,endpoints,1",
        "/v1/endpoints?state=pendingAcceptance,endpoints,1",
        "/v1/endpoints?zone=az2,endpoints,1",
        "/v1/endpoint-services/inspection-svc/endpoints,endpoints,1",
        "/v1/endpoint-services?zone=az1,endpoint-services,1",
        "/v1/zones,zones,3",
        "/v1/tags?tag=team,resources,2",
        "/v1/tags?tag=team&kind=target-group,resources,1"
    })
    void filters(String path, String key, int expected) throws Exception {
        assertThat(client.get(path).getJsonArray(key)).hasSize(expected);
    }

    @Test
    void deletionProtectionKeepsALoadBalancerUntilItIsOff() throws Exception {
        client.expect(
                201,
                "PUT",
                "/v1/load-balancers/kept",
                "{\"listener\": {\"target-group\": \"spare\"}, \"deletion-protection\": true}");
        assertThat(problem(409, "DELETE", "/v1/load-balancers/kept", "").getString("code"))
                .isEqualTo("deletion-protected");
        client.expect(200, "PATCH", "/v1/load-balancers/kept", "{\"deletion-protection\": false}");
        client.expect(204, "DELETE", "/v1/load-balancers/kept", "");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/load-balancers/inspection,endpoint-service inspection-svc",
        "/v1/target-groups/firewalls,load-balancer inspection",
        "/v1/endpoint-services/inspection-svc,endpoint vpce-00000000000000001",
        "/v1/zones/az1,load-balancer inspection"
    })
    void namesTheUsersOfWhatCannotBeDeleted(String path, String user) throws Exception {
        JsonObject refused = problem(409, "DELETE", path, "");
        assertThat(refused.getString("code")).isEqualTo("in-use");
        assertThat(users(refused)).contains(user);
    }

    @Test
    void e16LoadBalancersOfAServiceWithEndpointsStay() throws Exception {
        client.expect(201, "PUT", "/v1/load-balancers/other", "{\"listener\": {\"target-group\": \"spare\"}}");
        assertThat(problem(409, "PATCH", "/v1/endpoint-services/inspection-svc", "{\"load-balancers\": [\"other\"]}")
                        .getString("code"))
                .isEqualTo("in-use");
        client.expect(200, "PATCH", "/v1/endpoint-services/inspection-svc", "{\"acceptance-required\": false}");
    }

    @Test
    void aLoadBalancerHasAZoneAndItsEndpointsAreInOne() throws Exception {
        assertThat(problem(400, "PATCH", "/v1/load-balancers/inspection", "{\"zones\": []}")
                        .getString("field"))
                .isEqualTo("zones");
        JsonObject refused = problem(409, "PATCH", "/v1/load-balancers/inspection", "{\"zones\": [\"az3\"]}");
        assertThat(refused.getString("field")).contains("endpoint").contains("zone");
        assertThat(problem(400, "PATCH", "/v1/load-balancers/inspection", "{\"zones\": [\"az1\", \"az2\", \"az7\"]}")
                        .getString("field"))
                .isEqualTo("zones");
    }

    @Test
    void e3AndE4AServiceOwnerAcceptsAndRejects() throws Exception {
        assertThat(client.get("/v1/endpoints/" + WAITING).getString("state")).isEqualTo("pendingAcceptance");
        assertThat(client.json(200, "POST", DECISIONS + WAITING + "/accept", "").getString("state"))
                .isEqualTo("available");
        long revision = api.revision();
        client.expect(200, "POST", DECISIONS + WAITING + "/accept", "");
        assertThat(api.revision()).isEqualTo(revision);
        client.expect(200, "PATCH", "/v1/endpoints/" + WAITING, "{\"flow-quota\": 5}");
        assertThat(client.get("/v1/endpoints/" + WAITING).getString("state")).isEqualTo("available");
        JsonObject rejected = client.json(200, "POST", DECISIONS + WAITING + "/reject", "");
        assertThat(rejected.getString("state")).isEqualTo("rejected");
        assertThat(rejected.getString("connection")).isEqualTo("rejected");
        long before = api.revision();
        JsonObject plan = client.json(200, "POST", DECISIONS + WAITING + "/accept?dry-run=true", "");
        assertThat(plan.getJsonArray("changes").getJsonObject(0).getString("to"))
                .isEqualTo("accepted");
        assertThat(api.revision()).isEqualTo(before);
        assertThat(client.get("/v1/endpoints/" + WAITING).getString("state")).isEqualTo("rejected");
        problem(404, "POST", DECISIONS + OPEN + "/accept?dry-run=true", "");
        problem(404, "POST", DECISIONS + OPEN + "/accept", "");
        problem(404, "POST", DECISIONS + "vpce-0ffffffffffffffff/accept", "");
        problem(404, "POST", "/v1/endpoint-services/none/endpoints/" + WAITING + "/accept", "");
    }

    @Test
    void e3AnEndpointThatIsLedToAnotherServiceIsDecidedAboutAnew() throws Exception {
        JsonObject moved = client.json(
                200, "PATCH", "/v1/endpoints/" + OPEN, "{\"load-balancer\": null, \"service\": \"inspection-svc\"}");
        assertThat(moved.getString("state")).isEqualTo("pendingAcceptance");
    }

    @Test
    void t20ATargetThatIsRegisteredAgainWhileItDrainsStopsDraining() throws Exception {
        String path = "/v1/target-groups/firewalls/targets/10.1.0.12";
        client.expect(204, "DELETE", path, "");
        assertThat(client.get(path).getJsonObject("health").getString("reason"))
                .isEqualTo("Target.DeregistrationInProgress");
        client.expect(201, "PUT", path, "{\"zone\": \"az2\", \"weight\": 7}");
        assertThat(client.get(path).getString("state")).isEqualTo("initial");
        assertThat(api.cluster.snapshot().targetCount()).isEqualTo(2);
    }

    @Test
    void aTargetsHealthNamesItsProbers() throws Exception {
        TargetRef target = new TargetRef(new TargetGroupId("firewalls"), new TargetId("10.1.0.11"), 1);
        Zone zone = api.cluster
                .snapshot()
                .target(api.cluster.snapshot().indexOf(target))
                .zone();
        for (int node = 1; node <= 3; node++) {
            HealthState state = node == 2 ? HealthState.UNHEALTHY : HealthState.HEALTHY;
            HealthReason reason = node == 2 ? HealthReason.TIMEOUT : HealthReason.NONE;
            api.cluster
                    .targetSets()
                    .accept(new HealthChanged(
                            new NodeId("gw-" + node),
                            1,
                            1,
                            List.of(new TargetHealth(target, zone, state, reason, 1_000))));
        }
        api.cluster.targetSets().handOut("health");

        JsonObject health =
                client.get("/v1/target-groups/firewalls/targets/10.1.0.11").getJsonObject("health");
        assertThat(health.getString("state")).isEqualTo("healthy");
        assertThat(health.getJsonArray("probers").encode())
                .isEqualTo("[{\"node\":\"gw-1\",\"state\":\"healthy\"},"
                        + "{\"node\":\"gw-2\",\"state\":\"unhealthy\",\"reason\":\"Target.Timeout\"},"
                        + "{\"node\":\"gw-3\",\"state\":\"healthy\"}]");
    }

    @Test
    void aPatchedWeightIsWhatSelectionWorksWith() throws Exception {
        client.expect(200, "PATCH", "/v1/target-groups/firewalls/targets/10.1.0.11", "{\"weight\": 42}");
        assertThat(api.cluster.snapshot().target(0).weight()).isEqualTo(42);
        client.expect(200, "PUT", "/v1/target-groups/firewalls/targets/10.1.0.11", "");
        assertThat(api.cluster.snapshot().target(0).weight()).isEqualTo(42);
    }

    @Test
    void t22AListenerGetsAnotherTargetGroup() throws Exception {
        JsonObject listener = client.json(
                200,
                "PATCH",
                "/v1/load-balancers/inspection/listener",
                "{\"target-group\": \"spare\", \"tcp-idle-timeout\": \"10m\"}");
        assertThat(listener.getString("tcp-idle-timeout")).isEqualTo("600s");
        assertThat(client.get("/v1/load-balancers/inspection")
                        .getJsonObject("listener")
                        .getString("target-group"))
                .isEqualTo("spare");
        client.expect(204, "DELETE", "/v1/target-groups/firewalls", "");
        assertThat(problem(400, "PUT", "/v1/load-balancers/inspection/listener", "{\"target-group\": \"none\"}")
                        .getString("field"))
                .isEqualTo("listener.target-group");
        assertThat(problem(400, "PUT", "/v1/load-balancers/inspection/listener", "{\"tcp-idle-timeout\": \"1s\"}")
                        .getJsonArray("problems"))
                .hasSize(2);
        problem(404, "GET", "/v1/load-balancers/none/listener", "");
        problem(404, "PUT", "/v1/load-balancers/none/listener", "{\"target-group\": \"spare\"}");
    }

    @Test
    void tagsAreReadReplacedAndChangedOneByOne() throws Exception {
        JsonObject tags =
                client.json(200, "PATCH", "/v1/tags/load-balancer/inspection", "{\"env\": null, \"a b\": \"1\"}");
        assertThat(tags.getJsonObject("tags")).isEqualTo(new JsonObject("{\"a b\": \"1\", \"team\": \"network\"}"));
        client.expect(200, "PUT", "/v1/tags/endpoint/" + WAITING, "{\"owner\": \"x\"}");
        assertThat(client.get("/v1/endpoints/" + WAITING).getString("state")).isEqualTo("pendingAcceptance");
        assertThat(client.get("/v1/tags?tag=owner=x")
                        .getJsonArray("resources")
                        .getJsonObject(0)
                        .getString("resource"))
                .isEqualTo(WAITING);
        problem(404, "PUT", "/v1/tags/target-group/none", "{}");
        assertThat(problem(400, "PUT", "/v1/tags/target-group/spare", "{\"aws:x\": \"1\"}")
                        .getString("detail"))
                .contains("reserved");
        assertThat(problem(400, "PUT", "/v1/tags/volcano/spare", "{}").getString("detail"))
                .contains("expected one of load-balancer");
    }

    @Test
    void zonesComeAndGo() throws Exception {
        client.expect(201, "PUT", "/v1/zones/az8", "");
        client.expect(201, "POST", "/v1/target-groups/spare/targets", "{\"id\": \"10.1.0.40\", \"zone\": \"az8\"}");
        problem(409, "DELETE", "/v1/zones/az8", "");
        client.expect(204, "DELETE", "/v1/target-groups/spare/targets/10.1.0.40", "");
        assertThat(users(problem(409, "DELETE", "/v1/zones/az8", ""))).containsExactly("target spare/10.1.0.40");
        assertThat(problem(400, "POST", "/v1/target-groups/spare/targets", "{\"id\": \"10.1.0.41\", \"zone\": \"az7\"}")
                        .getString("field"))
                .isEqualTo("zone");
        client.expect(204, "DELETE", "/v1/zones/az3", "");
        problem(404, "GET", "/v1/zones/az3", "");
    }

    @Test
    void zonesHaveNothingButTheirNames() throws Exception {
        client.expect(201, "PUT", "/v1/zones/az7", "{}");
        JsonObject shown = client.get("/v1/zones/az7");
        client.expect(200, "PUT", "/v1/zones/az7", shown.encode());
        for (String body : List.of("{\"color\": \"red\"}", "{\"name\": 7}", "{\"name\": \"az6\"}", "[]", "no")) {
            problem(400, "PUT", "/v1/zones/az7", body);
            problem(400, "PUT", "/v1/zones/az6", body.replace("az6", "az7"));
        }
        assertThat(problem(400, "PUT", "/v1/zones/az7", "{\"color\": \"red\"}").getString("field"))
                .isEqualTo("color");
        problem(404, "GET", "/v1/zones/az6", "");
        client.expect(204, "DELETE", "/v1/zones/az7", "");
    }

    @Test
    void limitsSayHowMuchIsInUse() throws Exception {
        JsonArray limits = client.get("/v1/limits").getJsonArray("limits");
        assertThat(limits.stream()
                        .map(JsonObject.class::cast)
                        .filter(limit -> limit.getString("name").equals("targets-per-target-group"))
                        .map(limit -> limit.getInteger("used") + " of " + limit.getInteger("max"))
                        .toList())
                .containsExactly("2 of 300");
    }

    @Test
    void thePageNeedsNothingFromElsewhereAndSaysSo() throws Exception {
        HttpResponse<String> page = client.expect(200, "GET", "/docs", "");
        assertThat(page.headers().firstValue("content-security-policy").orElse(""))
                .startsWith("default-src 'none'; script-src 'self';");
        assertThat(page.body()).doesNotContain("http:").doesNotContain("https:");
        assertThat(client.expect(200, "GET", "/docs/swagger-ui-bundle.js", "").body())
                .contains("SwaggerUIBundle");
        client.expect(400, "GET", "/docs/..%2Fpage.js", "");
    }
}

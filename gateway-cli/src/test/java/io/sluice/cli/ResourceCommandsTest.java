// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every noun of the configuration and its verbs: what is asked, as the contract has it, and what is printed. */
class ResourceCommandsTest {

    private static final String LB = "{\"name\":\"inspection\",\"zones\":[\"az1\",\"az2\"],\"cross-zone\":true,"
            + "\"listener\":{\"target-group\":\"firewalls\",\"tcp-idle-timeout\":\"350s\"},"
            + "\"deletion-protection\":false,\"endpoints\":[\"vpce-0a1b2c3d4e5f60718\"],\"etag\":\"\\\"d4\\\"\"}";
    private static final String LISTENER = "{\"load-balancer\":\"inspection\",\"target-group\":\"firewalls\","
            + "\"tcp-idle-timeout\":\"350s\",\"send-tcp-reset-on-idle-timeout\":false}";
    private static final String TG = "{\"name\":\"firewalls\",\"health-check\":{\"protocol\":\"TCP\",\"port\":80},"
            + "\"stickiness\":\"5-tuple\",\"target-failover\":\"no_rebalance\",\"deregistration-delay\":\"300s\","
            + "\"targets\":[{\"id\":\"10.1.0.11\"}],\"load-balancer\":\"inspection\"}";
    private static final String TARGET = "{\"id\":\"10.1.0.11\",\"zone\":\"az1\",\"weight\":1,\"port\":6081,"
            + "\"target-group\":\"firewalls\",\"state\":\"healthy\",\"health\":{\"state\":\"healthy\"}}";
    private static final String SERVICE = "{\"name\":\"svc\",\"load-balancers\":[\"inspection\"],"
            + "\"acceptance-required\":true,\"allowed-principals\":[\"*\"],\"state\":\"Available\","
            + "\"zones\":[\"az1\"],\"endpoints\":[]}";
    private static final String ENDPOINT = "{\"id\":\"vpce-0a1b2c3d4e5f60718\",\"vni\":100,\"zone\":\"az1\","
            + "\"service\":\"svc\",\"attachments\":[\"10.0.0.2\",\"10.0.0.3\"],\"state\":\"available\"}";
    private static final String ZONE =
            "{\"name\":\"az1\",\"load-balancers\":[\"inspection\"],\"endpoints\":1,\"targets\":2}";
    private static final String TAGS =
            "{\"kind\":\"load-balancer\",\"resource\":\"inspection\",\"tags\":{\"a\":\"1\",\"team\":\"net\"}}";
    private static final String CHANGES = "{\"revision\":8,\"changes\":[{\"action\":\"remove\",\"kind\":\"x\","
            + "\"id\":\"y\",\"field\":\"\",\"from\":\"\",\"to\":\"\"}]}";
    private static final String LB_ROW = "inspection\taz1,az2\ttrue\tfirewalls\t350s\tfalse\t1";
    private static final String LISTENER_ROW = "inspection\tfirewalls\t350s\tfalse";
    private static final String TG_ROW = "firewalls\t1\tTCP\t80\t5-tuple\tno_rebalance\t300s\tinspection";
    private static final String TARGET_ROW = "firewalls\t10.1.0.11\taz1\t6081\t1\thealthy\t\t";
    private static final String SERVICE_ROW = "svc\tAvailable\tinspection\ttrue\t*\taz1\t0";
    private static final String ENDPOINT_ROW = "vpce-0a1b2c3d4e5f60718\tavailable\t100\taz1\tsvc\t\t10.0.0.2,10.0.0.3";
    private static final String CHANGE_ROW = "remove\tx\ty\t\t\t";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    private Path directory;

    private FakeGateway gateway;

    @BeforeEach
    void serve() throws IOException {
        gateway = new FakeGateway();
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    /** A command, what it asks (method, path, query; body where there is one), the answer, and what is printed. */
    record Case(String command, String asked, String body, int status, String answer, String row, String said) {

        @Override
        public String toString() {
            return command;
        }
    }

    private static Case get(String command, String asked, String answer, String row) {
        return new Case(command, "GET " + asked, "", 200, answer, row, "");
    }

    private static Case list(String command, String asked, String key, String element, String row) {
        return get(command, asked, "{\"" + key + "\":[" + element + "],\"revision\":7}", row);
    }

    private static Case write(
            String command, String asked, String body, int status, String answer, String row, String said) {
        return new Case(command, asked, body, status, answer, row, said);
    }

    static Stream<Case> cases() {
        String limit = "limit=1000";
        return Stream.of(
                list("load-balancer list", "/v1/load-balancers?" + limit, "load-balancers", LB, LB_ROW),
                list(
                        "load-balancer list --zone az1 --tag team=net --name-prefix ins --limit 5",
                        "/v1/load-balancers?name-prefix=ins&zone=az1&tag=team%3Dnet&limit=5",
                        "load-balancers",
                        LB,
                        LB_ROW),
                get("load-balancer get inspection", "/v1/load-balancers/inspection", LB, LB_ROW),
                write(
                        "load-balancer create inspection --zones az1,az2 --cross-zone true --target-group firewalls"
                                + " --tcp-idle-timeout 350s --mtu 1432 --tag team=net --tag a=1",
                        "POST /v1/load-balancers",
                        "{\"name\":\"inspection\",\"zones\":[\"az1\",\"az2\"],\"cross-zone\":true,\"listener\":"
                                + "{\"target-group\":\"firewalls\",\"tcp-idle-timeout\":\"350s\"},"
                                + "\"packets\":{\"mtu\":1432},\"tags\":{\"team\":\"net\",\"a\":\"1\"}}",
                        201,
                        LB,
                        LB_ROW,
                        "created load balancer inspection"),
                write(
                        "load-balancer create inspection --target-group firewalls",
                        "POST /v1/load-balancers",
                        "{\"name\":\"inspection\",\"listener\":{\"target-group\":\"firewalls\"}}",
                        200,
                        LB,
                        LB_ROW,
                        "already so: load balancer inspection"),
                write(
                        "load-balancer update inspection --cross-zone false --unset packets,listener/tcp-idle-timeout"
                                + " --if-match 7",
                        "PATCH /v1/load-balancers/inspection",
                        "{\"cross-zone\":false,\"packets\":null,\"listener\":{\"tcp-idle-timeout\":null}}",
                        200,
                        LB,
                        LB_ROW,
                        "in force: load balancer inspection"),
                write(
                        "load-balancer update inspection --target-group other --replace",
                        "PUT /v1/load-balancers/inspection",
                        "{\"name\":\"inspection\",\"listener\":{\"target-group\":\"other\"}}",
                        200,
                        LB,
                        LB_ROW,
                        "in force"),
                write(
                        "load-balancer update inspection --cross-zone true --dry-run",
                        "PATCH /v1/load-balancers/inspection?dry-run=true",
                        "{\"cross-zone\":true}",
                        200,
                        CHANGES,
                        CHANGE_ROW,
                        "nothing was changed"),
                write(
                        "load-balancer delete inspection --yes",
                        "DELETE /v1/load-balancers/inspection",
                        "",
                        200,
                        CHANGES,
                        CHANGE_ROW,
                        "in force without load balancer inspection"),
                write(
                        "load-balancer delete inspection --yes",
                        "DELETE /v1/load-balancers/inspection",
                        "",
                        204,
                        "",
                        "",
                        "gone: load balancer inspection"),
                write(
                        "load-balancer delete inspection --dry-run",
                        "DELETE /v1/load-balancers/inspection?dry-run=true",
                        "",
                        200,
                        CHANGES,
                        CHANGE_ROW,
                        "nothing was changed"),
                get("listener get inspection", "/v1/load-balancers/inspection/listener", LISTENER, LISTENER_ROW),
                write(
                        "listener update inspection --target-group other --send-tcp-reset-on-idle-timeout true",
                        "PATCH /v1/load-balancers/inspection/listener",
                        "{\"target-group\":\"other\",\"send-tcp-reset-on-idle-timeout\":true}",
                        200,
                        LISTENER,
                        LISTENER_ROW,
                        "in force"),
                list("target-group list", "/v1/target-groups?" + limit, "target-groups", TG, TG_ROW),
                get("target-group get firewalls", "/v1/target-groups/firewalls", TG, TG_ROW),
                write(
                        "target-group create firewalls --health-check-port traffic-port --healthy-threshold 3"
                                + " --deregistration-delay 300s --reset-on-unhealthy true",
                        "POST /v1/target-groups",
                        "{\"name\":\"firewalls\",\"health-check\":{\"port\":\"traffic-port\",\"healthy-threshold\":3},"
                                + "\"deregistration-delay\":\"300s\",\"send-tcp-reset\":{\"on-unhealthy\":true}}",
                        201,
                        TG,
                        TG_ROW,
                        "created target group firewalls"),
                write(
                        "target-group update firewalls --target-failover rebalance",
                        "PATCH /v1/target-groups/firewalls",
                        "{\"target-failover\":\"rebalance\"}",
                        200,
                        TG,
                        TG_ROW,
                        "in force"),
                write(
                        "target-group delete firewalls -y",
                        "DELETE /v1/target-groups/firewalls",
                        "",
                        200,
                        CHANGES,
                        CHANGE_ROW,
                        "in force without target group firewalls"),
                get(
                        "target get firewalls/10.1.0.11",
                        "/v1/target-groups/firewalls/targets/10.1.0.11",
                        TARGET,
                        TARGET_ROW),
                write(
                        "target set firewalls/10.1.0.11 --weight 5",
                        "PATCH /v1/target-groups/firewalls/targets/10.1.0.11",
                        "{\"weight\":5}",
                        200,
                        TARGET,
                        TARGET_ROW,
                        "in force: target firewalls/10.1.0.11"),
                write(
                        "target deregister firewalls/10.1.0.11 --yes",
                        "DELETE /v1/target-groups/firewalls/targets/10.1.0.11",
                        "",
                        200,
                        CHANGES,
                        CHANGE_ROW,
                        "in force without target firewalls/10.1.0.11"),
                write(
                        "target register firewalls/10.1.0.11 --zone az1 --weight 1 --port 6081",
                        "POST /v1/target-groups/firewalls/targets",
                        "{\"id\":\"10.1.0.11\",\"zone\":\"az1\",\"weight\":1,\"port\":6081}",
                        201,
                        TARGET,
                        "firewalls\t10.1.0.11\taz1\t6081\t1\thealthy\t",
                        "registered firewalls/10.1.0.11"),
                write(
                        "target register firewalls/10.1.0.11 --lease 30s --once",
                        "PUT /v1/target-groups/firewalls/targets/10.1.0.11?lease=30s",
                        "{\"id\":\"10.1.0.11\"}",
                        200,
                        TARGET,
                        "firewalls\t10.1.0.11",
                        "already so: firewalls/10.1.0.11"),
                write(
                        "target register firewalls/10.1.0.11 --dry-run",
                        "POST /v1/target-groups/firewalls/targets?dry-run=true",
                        "{\"id\":\"10.1.0.11\"}",
                        200,
                        CHANGES,
                        CHANGE_ROW,
                        "nothing was changed"),
                list(
                        "target health firewalls",
                        "/v1/target-groups/firewalls/targets?" + limit,
                        "targets",
                        TARGET,
                        "firewalls\t10.1.0.11\thealthy\t\t\t"),
                get(
                        "target health firewalls/10.1.0.11",
                        "/v1/target-groups/firewalls/targets/10.1.0.11",
                        TARGET,
                        "firewalls\t10.1.0.11\thealthy"),
                list(
                        "endpoint-service list",
                        "/v1/endpoint-services?" + limit,
                        "endpoint-services",
                        SERVICE,
                        SERVICE_ROW),
                get("endpoint-service get svc", "/v1/endpoint-services/svc", SERVICE, SERVICE_ROW),
                write(
                        "endpoint-service create svc --load-balancers inspection --acceptance-required true"
                                + " --allowed-principals 123456789012,210987654321",
                        "POST /v1/endpoint-services",
                        "{\"name\":\"svc\",\"load-balancers\":[\"inspection\"],\"acceptance-required\":true,"
                                + "\"allowed-principals\":[\"123456789012\",\"210987654321\"]}",
                        201,
                        SERVICE,
                        SERVICE_ROW,
                        "created endpoint service svc"),
                write(
                        "endpoint-service update svc --acceptance-required false",
                        "PATCH /v1/endpoint-services/svc",
                        "{\"acceptance-required\":false}",
                        200,
                        SERVICE,
                        SERVICE_ROW,
                        "in force"),
                write(
                        "endpoint-service delete svc --yes",
                        "DELETE /v1/endpoint-services/svc",
                        "",
                        200,
                        CHANGES,
                        CHANGE_ROW,
                        "in force without endpoint service svc"),
                list(
                        "endpoint-service endpoints svc --state pendingAcceptance",
                        "/v1/endpoint-services/svc/endpoints?state=pendingAcceptance&" + limit,
                        "endpoints",
                        ENDPOINT,
                        ENDPOINT_ROW),
                write(
                        "endpoint-service accept svc/vpce-0a1b2c3d4e5f60718",
                        "POST /v1/endpoint-services/svc/endpoints/vpce-0a1b2c3d4e5f60718/accept",
                        "",
                        200,
                        ENDPOINT,
                        ENDPOINT_ROW,
                        ""),
                write(
                        "endpoint-service accept svc/vpce-0a1b2c3d4e5f60718 --dry-run --wait",
                        "POST /v1/endpoint-services/svc/endpoints/vpce-0a1b2c3d4e5f60718/accept?dry-run=true",
                        "",
                        200,
                        CHANGES,
                        CHANGE_ROW,
                        "nothing was changed"),
                write(
                        "endpoint-service reject svc/vpce-0a1b2c3d4e5f60718 --dry-run",
                        "POST /v1/endpoint-services/svc/endpoints/vpce-0a1b2c3d4e5f60718/reject?dry-run=true",
                        "",
                        200,
                        CHANGES,
                        CHANGE_ROW,
                        "nothing was changed"),
                write(
                        "endpoint-service reject svc/vpce-0a1b2c3d4e5f60718 --yes",
                        "POST /v1/endpoint-services/svc/endpoints/vpce-0a1b2c3d4e5f60718/reject",
                        "",
                        200,
                        ENDPOINT,
                        ENDPOINT_ROW,
                        ""),
                list(
                        "endpoint list --state available",
                        "/v1/endpoints?state=available&" + limit,
                        "endpoints",
                        ENDPOINT,
                        ENDPOINT_ROW),
                get(
                        "endpoint get vpce-0a1b2c3d4e5f60718",
                        "/v1/endpoints/vpce-0a1b2c3d4e5f60718",
                        ENDPOINT,
                        ENDPOINT_ROW),
                write(
                        "endpoint create vpce-0a1b2c3d4e5f60718 --vni 100 --zone az1 --service svc"
                                + " --attachments 10.0.0.2 --attachments 10.0.0.3",
                        "POST /v1/endpoints",
                        "{\"id\":\"vpce-0a1b2c3d4e5f60718\",\"vni\":100,\"zone\":\"az1\",\"service\":\"svc\","
                                + "\"attachments\":[\"10.0.0.2\",\"10.0.0.3\"]}",
                        201,
                        ENDPOINT,
                        ENDPOINT_ROW,
                        "created endpoint vpce-0a1b2c3d4e5f60718"),
                write(
                        "endpoint update vpce-0a1b2c3d4e5f60718 --flow-quota 1000",
                        "PATCH /v1/endpoints/vpce-0a1b2c3d4e5f60718",
                        "{\"flow-quota\":1000}",
                        200,
                        ENDPOINT,
                        ENDPOINT_ROW,
                        "in force"),
                write(
                        "endpoint delete vpce-0a1b2c3d4e5f60718 --yes",
                        "DELETE /v1/endpoints/vpce-0a1b2c3d4e5f60718",
                        "",
                        204,
                        "",
                        "",
                        "gone: endpoint vpce-0a1b2c3d4e5f60718"),
                list("zone list", "/v1/zones?" + limit, "zones", ZONE, "az1\tinspection\t1\t2"),
                get("zone get az1", "/v1/zones/az1", ZONE, "az1\tinspection\t1\t2"),
                write("zone create az1", "PUT /v1/zones/az1", "", 201, ZONE, "az1\tinspection", "created zone az1"),
                write(
                        "zone delete az1 --yes",
                        "DELETE /v1/zones/az1",
                        "",
                        200,
                        CHANGES,
                        CHANGE_ROW,
                        "in force without zone az1"),
                list(
                        "tag list --kind load-balancer",
                        "/v1/tags?kind=load-balancer&" + limit,
                        "resources",
                        TAGS,
                        "load-balancer\tinspection\ta=1 team=net"),
                get(
                        "tag get load-balancer/inspection",
                        "/v1/tags/load-balancer/inspection",
                        TAGS,
                        "load-balancer\tinspection\ta=1 team=net"),
                write(
                        "tag set load-balancer/inspection a=1 team=net=x",
                        "PATCH /v1/tags/load-balancer/inspection",
                        "{\"a\":\"1\",\"team\":\"net=x\"}",
                        200,
                        TAGS,
                        "load-balancer\tinspection",
                        "in force: tags of load-balancer/inspection"),
                write(
                        "tag set load-balancer/inspection a=1 --replace",
                        "PUT /v1/tags/load-balancer/inspection",
                        "{\"a\":\"1\"}",
                        200,
                        TAGS,
                        "load-balancer\tinspection",
                        "in force"),
                write(
                        "tag remove load-balancer/inspection a",
                        "PATCH /v1/tags/load-balancer/inspection",
                        "{\"a\":null}",
                        200,
                        TAGS,
                        "load-balancer\tinspection",
                        "in force"),
                get(
                        "limit list",
                        "/v1/limits",
                        "{\"limits\":[{\"name\":\"targets\",\"scope\":\"gateway\",\"max\":9,\"used\":2}],\"revision\":1}",
                        "targets\tgateway\t9\t2"),
                get(
                        "audit list",
                        "/v1/audit?" + limit,
                        "{\"entries\":[{\"sequence\":3,\"at\":\"T\",\"by\":\"deploy\",\"act\":\"apply\",\"revision\":7,"
                                + "\"change-count\":1,\"changes\":[{}]}]}",
                        "T\tdeploy\tapply\t\t7\t1"),
                get(
                        "token list",
                        "/v1/tokens?" + limit,
                        "{\"tokens\":[{\"name\":\"ci\",\"role\":\"admin\",\"created\":\"T\",\"last-used\":null,"
                                + "\"expires\":\"U\",\"token\":\"S3CRET\"}]}",
                        "ci\tadmin\tT\t\tU"),
                write(
                        "token create ci --role register:firewalls --expires-in-seconds 3600",
                        "POST /v1/tokens",
                        "{\"name\":\"ci\",\"role\":\"register:firewalls\",\"expires-in-seconds\":3600}",
                        201,
                        "{\"name\":\"ci\",\"role\":\"register:firewalls\",\"expires\":\"U\",\"token\":\"once\"}",
                        "ci\tregister:firewalls\tU\tonce",
                        ""),
                write("token revoke ci --yes", "DELETE /v1/tokens/ci", "", 204, "", "", "revoked token ci"),
                get(
                        "node list",
                        "/v1/nodes",
                        "{\"nodes\":[{\"id\":\"gw-1\",\"roles\":[\"a\",\"b\"],\"configRevision\":7}],\"configRevision\":7}",
                        "gw-1\ta,b\t7"),
                get(
                        "config history --limit 3",
                        "/v1/config/revisions?limit=3",
                        "{\"revisions\":[{\"revision\":7,\"at\":\"T\",\"by\":\"deploy\",\"act\":\"apply\",\"change-count\":0,\"changes\":[]}]}",
                        "7\tT\tdeploy\tapply\t0"),
                get(
                        "config conflicts --limit 3",
                        "/v1/config/conflicts?limit=3",
                        "{\"conflicts\":[{\"conflict\":5,\"revision\":7,\"author\":\"gw-1\",\"lost-to\":\"8 of gw-2\",\"at\":\"T\",\"change-count\":2}]}",
                        "5\t7\tgw-1\t8 of gw-2\tT\t2"),
                get(
                        "config conflict 5",
                        "/v1/config/conflicts/5",
                        "{\"conflict\":5,\"revision\":7,\"changes\":[],\"document\":\"zones: [az1]\\n\"}",
                        "zones: [az1]"),
                get(
                        "config show 7",
                        "/v1/config/revisions/7",
                        "{\"revision\":7,\"changes\":[],\"document\":\"zones: [az1]\\n\"}",
                        "zones: [az1]"),
                get("config show 7 --changes", "/v1/config/revisions/7", CHANGES, CHANGE_ROW),
                write(
                        "config rollback 7 --yes --if-match 8",
                        "POST /v1/config/revisions/7/rollback",
                        "",
                        200,
                        CHANGES,
                        CHANGE_ROW,
                        "in force: revision 8"),
                write(
                        "config rollback 7 --dry-run",
                        "POST /v1/config/revisions/7/rollback?dry-run=true",
                        "",
                        200,
                        CHANGES,
                        CHANGE_ROW,
                        "nothing was changed: revision 8"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void asksWhatTheContractHasAndPrintsTheAnswer(Case it) throws IOException {
        String[] asked = it.asked().split("\\?", 2);
        gateway.answer(asked[0], it.status(), it.answer());

        Cli.Result result = Cli.piped().run(gateway, it.command().split(" "));

        assertThat(result.err()).contains(it.said());
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains(it.row()).doesNotContain("S3CRET");
        assertThat(gateway.lines()).containsExactly(it.asked());
        assertThat(gateway.violations()).isEmpty();
        if (!it.body().isEmpty()) {
            assertThat(MAPPER.readTree(gateway.requests().getFirst().body())).isEqualTo(MAPPER.readTree(it.body()));
        }
    }

    @Test
    void quotesAPreconditionAndLeavesAQuotedOne() {
        gateway.answer("PATCH /v1/load-balancers/inspection", 200, LB);
        for (String etag : List.of("7", "\"7\"")) {
            assertThat(Cli.piped()
                            .run(
                                    gateway,
                                    "load-balancer",
                                    "update",
                                    "inspection",
                                    "--cross-zone",
                                    "true",
                                    "--if-match",
                                    etag)
                            .code())
                    .isZero();
        }
        assertThat(gateway.requests())
                .allMatch(request -> "\"7\"".equals(request.headers().get("If-match")));
    }

    @Test
    void takesAWholeFragmentFromAFileOrStandardInputAndOptionsOnTop() throws IOException {
        Path file = directory.resolve("group.yaml");
        Files.writeString(file, "name: firewalls\nstickiness: 3-tuple\ntargets:\n  - {id: 10.1.0.11, weight: 2}\n");
        gateway.answer("POST /v1/target-groups", 201, TG);
        gateway.answer("PUT /v1/target-groups/firewalls", 200, TG);

        assertThat(Cli.piped()
                        .run(gateway, "target-group", "create", "--file", file.toString(), "--stickiness", "2-tuple")
                        .code())
                .isZero();
        assertThat(Cli.piped()
                        .reading("{\"stickiness\": \"3-tuple\"}")
                        .run(gateway, "target-group", "update", "firewalls", "--replace", "-f", "-")
                        .code())
                .isZero();

        assertThat(gateway.requests().get(0).body())
                .isEqualTo("{\"name\":\"firewalls\",\"stickiness\":\"2-tuple\","
                        + "\"targets\":[{\"id\":\"10.1.0.11\",\"weight\":2}]}");
        assertThat(gateway.requests().get(1).body()).isEqualTo("{\"stickiness\":\"3-tuple\",\"name\":\"firewalls\"}");
        assertThat(gateway.violations()).isEmpty();
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        Path file = directory.resolve("group.yaml");
        Files.writeString(file, "name: [firewalls\n");
        Cli.Result broken = Cli.piped().run(gateway, "target-group", "create", "--file", file.toString());
        Cli.Result list = Cli.piped().reading("[1]").run(gateway, "target-group", "create", "--file", "-");

        assertThat(broken.code()).isEqualTo(2);
        assertThat(broken.err())
                .contains("group.yaml")
                .contains("neither YAML nor JSON")
                .contains("line 2");
        assertThat(list.err()).contains("-: expected keys of one target group");
        assertThat(gateway.requests()).isEmpty();
    }

    @Test
    void followsPagesAndStopsAtTheLimit() {
        gateway.answer(
                "GET /v1/zones",
                request -> new FakeGateway.Reply(
                        200,
                        request.target().contains("page-token=p2")
                                ? "{\"zones\":[{\"name\":\"az3\"}],\"revision\":1}"
                                : "{\"zones\":[{\"name\":\"az1\"},{\"name\":\"az2\"}],\"revision\":1,\"next-page-token\":\"p2\"}"));

        Cli.Result all = Cli.piped().run(gateway, "zone", "list", "-o", "tsv");
        Cli.Result two = Cli.piped().run(gateway, "zone", "list", "--limit", "2");

        assertThat(all.out().lines()).containsExactly("az1\t\t\t", "az2\t\t\t", "az3\t\t\t");
        assertThat(two.err()).contains("there are more than 2; see --limit");
        assertThat(gateway.lines())
                .containsExactly(
                        "GET /v1/zones?limit=1000", "GET /v1/zones?page-token=p2&limit=1000", "GET /v1/zones?limit=2");
        assertThat(gateway.violations()).isEmpty();
    }

    @Test
    void asksAPersonBeforeSomethingIsLostAndRefusesWhereThereIsNone() {
        gateway.answer("DELETE /v1/zones/az1", 200, CHANGES);

        Cli.Result nobody = Cli.piped().run(gateway, "zone", "delete", "az1");
        Cli.Result no = Cli.piped().typing("n\n").run(gateway, "zone", "delete", "az1");
        Cli.Result silence = Cli.piped().typing("").run(gateway, "zone", "delete", "az1");
        assertThat(gateway.requests()).isEmpty();
        Cli.Result yes = Cli.piped().typing("Yes\n").run(gateway, "zone", "delete", "az1");

        assertThat(nobody.code()).isEqualTo(2);
        assertThat(nobody.err()).contains("delete zone az1: expected --yes");
        assertThat(no.code()).isEqualTo(1);
        assertThat(no.err()).contains("delete zone az1? [y/N]").contains("not done");
        assertThat(silence.code()).isEqualTo(1);
        assertThat(yes.code()).isZero();
        assertThat(gateway.lines()).containsExactly("DELETE /v1/zones/az1");
    }

    @ParameterizedTest
    @MethodSource("waits")
    void waitsForTheEffectNoLongerThanToldTo(String command, String asked, String path, String state, String other) {
        gateway.answer(asked, 200, TARGET);
        gateway.answer("GET " + path, 200, "{\"state\":\"" + other + "\"}");
        assertThat(Cli.piped().run(gateway, (command + " --timeout 1").split(" ")))
                .satisfies(late -> {
                    assertThat(late.code()).isEqualTo(5);
                    assertThat(late.err()).contains("is " + other + " still: expected " + state);
                });
        int[] polls = {0};
        gateway.answer(
                "GET " + path,
                request -> new FakeGateway.Reply(200, "{\"state\":\"" + (polls[0]++ < 2 ? other : state) + "\"}"));
        assertThat(Cli.piped().run(gateway, command.split(" ")).code()).isZero();
        assertThat(polls[0]).isEqualTo(3);
        assertThat(gateway.violations()).isEmpty();
    }

    @Test
    void aTargetThatTheGatewayHasForgottenHasDrained() {
        gateway.answer("DELETE /v1/target-groups/g/targets/10.1.0.11", 204, "");
        Cli.Result result = Cli.piped().run(gateway, "target", "deregister", "g/10.1.0.11", "--yes", "--wait");
        assertThat(result.code()).as(result.err()).isZero();
    }

    @Test
    void waitsUntilADeregisteredTargetIsThereNoMore() {
        String target = "/v1/target-groups/g/targets/10.1.0.11";
        String[] command = {"target", "deregister", "g/10.1.0.11", "--yes", "--wait", "--timeout", "1"};
        FakeGateway.Reply draining = new FakeGateway.Reply(200, "{\"state\":\"draining\"}");
        gateway.answer("DELETE " + target, 204, "").answer("GET " + target, request -> draining);
        Cli.Result late = Cli.piped().run(gateway, command);
        assertThat(late.code()).isEqualTo(5);
        assertThat(late.err()).contains("is draining still: expected it to be gone");
        int[] polls = {0};
        gateway.answer(
                "GET " + target,
                request -> polls[0]++ < 2
                        ? draining
                        : new FakeGateway.Reply(404, "{\"code\":\"not-found\",\"detail\":\"there is no target\"}"));
        assertThat(Cli.piped().run(gateway, command).code()).isZero();
        assertThat(polls[0]).isEqualTo(3);
        assertThat(gateway.violations()).isEmpty();
    }

    static Stream<Arguments> waits() {
        String target = "/v1/target-groups/g/targets/10.1.0.11";
        String endpoint = "/v1/endpoints/vpce-0a1b2c3d4e5f60718";
        String ofService = "POST /v1/endpoint-services/svc/endpoints/vpce-0a1b2c3d4e5f60718/";
        return Stream.of(
                Arguments.of(
                        "target register g/10.1.0.11 --wait",
                        "POST /v1/target-groups/g/targets",
                        target,
                        "healthy",
                        "initial"),
                Arguments.of(
                        "endpoint create vpce-0a1b2c3d4e5f60718 --vni 1 --attachments 10.0.0.2 --wait",
                        "POST /v1/endpoints",
                        endpoint,
                        "available",
                        "pendingAcceptance"),
                Arguments.of(
                        "endpoint-service accept svc/vpce-0a1b2c3d4e5f60718 --wait",
                        ofService + "accept",
                        endpoint,
                        "available",
                        "pending"),
                Arguments.of(
                        "endpoint-service reject svc/vpce-0a1b2c3d4e5f60718 --yes --wait",
                        ofService + "reject",
                        endpoint,
                        "rejected",
                        "available"));
    }

    @Test
    void waitsUntilEveryNodeWorksWithAChange() {
        gateway.answer("PUT /v1/zones/az1", 200, ZONE);
        gateway.answer(
                "GET /v1/nodes",
                200,
                "{\"nodes\":[{\"id\":\"gw-1\",\"configRevision\":8},{\"id\":\"gw-2\",\"configRevision\":7}],"
                        + "\"configRevision\":8}");
        Cli.Result late = Cli.piped().run(gateway, "zone", "create", "az1", "--wait", "--timeout", "1");
        assertThat(late.code()).isEqualTo(5);
        assertThat(late.err()).contains("revision 8 is not everywhere yet: gw-2");
    }

    @Test
    void printsARefusalAsTheGatewaySaidIt() {
        gateway.answer(
                "DELETE /v1/target-groups/firewalls",
                409,
                "{\"type\":\"about:blank\",\"status\":409,\"code\":\"in-use\",\"field\":\"name\","
                        + "\"detail\":\"the listener of a uses it\",\"users\":[\"the listener of a\",\"the listener of b\"]}");
        Cli.Result result = Cli.piped().run(gateway, "target-group", "delete", "firewalls", "--yes");
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .contains("v1/target-groups/firewalls: HTTP 409 in-use: name: the listener of a uses it")
                .contains("used by the listener of b")
                .doesNotContain("used by the listener of a");
        assertThat(result.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "load-balancer get",
                "load-balancer update --cross-zone true",
                "load-balancer delete --yes",
                "listener get",
                "target-group get",
                "target get",
                "target set --weight 2",
                "target deregister --yes",
                "endpoint-service endpoints",
                "endpoint-service accept",
                "endpoint-service reject --yes",
                "endpoint delete --yes",
                "zone create",
                "zone get",
                "zone delete --yes",
                "tag get",
                "tag set",
                "tag set load-balancer/inspection",
                "tag remove load-balancer/inspection"
            })
    void wantsToKnowWhichOneIsMeant(String command) {
        Cli.Result result = Cli.piped().run(gateway, command.split(" "));
        assertThat(result.code()).as(result.err()).isEqualTo(2);
        assertThat(result.err()).startsWith("Missing required parameter");
        assertThat(gateway.requests()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("misuses")
    void saysWhatACommandLineLacksBeforeAskingAnybody(String command, String said) {
        Cli.Result result = Cli.piped().run(gateway, command.split(" "));
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains(said);
        assertThat(gateway.requests()).isEmpty();
    }

    @Test
    void aNounAloneSaysWhichVerbsItHas() {
        Cli.Result result = Cli.piped().run("load-balancer");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("Missing required subcommand").contains("update");
    }

    static Stream<Arguments> misuses() {
        return Stream.of(
                        new String[] {"target get firewalls", "'firewalls': expected GROUP/TARGET"},
                        new String[] {"target get a/b/c", "'a/b/c': expected GROUP/TARGET"},
                        new String[] {"load-balancer get a/b", "'a/b': expected NAME"},
                        new String[] {"load-balancer create", "expected NAME, or --file with name"},
                        new String[] {"load-balancer update x", "nothing to change"},
                        new String[] {"load-balancer update x --unset a --replace", "expected one of them"},
                        new String[] {"load-balancer create x --cross-zone maybe", "--cross-zone"},
                        new String[] {"load-balancer list --limit 0", "expected 1 to"},
                        new String[] {"tag set load-balancer/x a", "'a': expected KEY=VALUE"},
                        new String[] {"config history --limit 0", "expected 1 to"},
                        new String[] {"config show x", "REVISION"},
                        new String[] {"token create ci", "--role"},
                        new String[] {"target register firewalls", "expected GROUP/TARGET"},
                        new String[] {"target register --group g", "--self"},
                        new String[] {"target register --self", "--group"},
                        new String[] {"target register g/1.2.3.4 --self", "--self"},
                        new String[] {"target register g/1.2.3.4 --lease 4s", "expected a duration from 5s to 1h"},
                        new String[] {"target register g/1.2.3.4 --lease 2h", "expected a duration from 5s to 1h"},
                        new String[] {"target register g/1.2.3.4 --lease 5s --wait", "expected one of them"},
                        new String[] {"drain firewalls", "'firewalls': expected GROUP/TARGET"})
                .map(pair -> Arguments.of(pair[0], pair[1]));
    }
}

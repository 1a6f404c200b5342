// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line from outside, against a real HTTP server. */
class MainTest {

    private static final String FLOWS = """
            {"flows":[
             {"endpoint":"vpce-0a1b2c3d4e5f60718","ipVersion":4,"protocol":6,"source":"10.20.0.5","sourcePort":40000,
              "destination":"203.0.113.10","destinationPort":443,"target":"10.1.0.11","targetGroup":"firewalls",
              "cookie":"0xc0ffee01","state":"established","provisional":false,"ageMs":12345,"idleMs":67,
              "forward":{"packets":10,"bytes":1000},"reverse":{"packets":9,"bytes":900},"node":"gw-1"},
             {"endpoint":"vpce-0a1b2c3d4e5f60718","ipVersion":6,"protocol":58,"source":"2001:db8::5","sourcePort":0,
              "destination":"2001:db8::9","destinationPort":0,"target":"10.1.0.12","targetGroup":"firewalls",
              "cookie":"0x00000001","state":"opening","provisional":true,"ageMs":5,"idleMs":5,
              "forward":{"packets":1,"bytes":64},"reverse":{"packets":0,"bytes":0},"node":"gw-1"}],
             "total":7}
            """;
    private static final String TARGETS = """
            {"targets":[{"id":"10.1.0.11","targetGroup":"firewalls","zone":"az1","address":"10.1.0.11","port":6081,
              "weight":1,"state":"unhealthy","reason":"Target.FailedHealthChecks","sentPackets":5,"returnedPackets":4,
              "rejectedPackets":1}],"configRevision":1}
            """;
    private static final String DROPS = """
            {"drops":{"tcp_not_syn":3,"table_full":0},"meanings":{"tcp_not_syn":"A TCP segment.","table_full":"No room."},
             "packets":{"endpoint-in":3}}
            """;

    private static final String PLAN = """
            {"revision":7,"changes":[
             {"action":"change","kind":"target","id":"firewalls/10.1.0.11","field":"weight","from":"1","to":"3"},
             {"action":"add","kind":"endpoint","id":"vpce-0a1b2c3d4e5f60718","field":"","from":"","to":""}]}
            """;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer server;
    private String url;
    private String asked = "";
    private String method = "";
    private String received = "";

    @TempDir
    private Path directory;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        url = "http://127.0.0.1:" + server.getAddress().getPort();
        route("/v1/flows", 200, FLOWS);
        route("/v1/targets", 200, TARGETS);
        route("/v1/drops", 200, DROPS);
        route("/v1/config", 200, PLAN);
        route("/readyz", 200, "{\"ready\":true,\"conditions\":{\"flows\":\"ok\",\"status\":\"ok\"}}");
        route("/metrics", 200, "# HELP sluice_flows Flows.\nsluice_flows 7.0\n");
        server.start();
    }

    private void route(String path, int status, String body) {
        server.createContext(path, exchange -> {
            asked = exchange.getRequestURI().toString();
            method = exchange.getRequestMethod();
            received = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    private void replace(String path, int status, String body) {
        server.removeContext(path);
        route(path, status, body);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private int run(String... arguments) {
        String[] all =
                Stream.concat(Stream.of(arguments), Stream.of("--url", url)).toArray(String[]::new);
        return plainly(all);
    }

    private int plainly(String... arguments) {
        Surroundings piped = new Surroundings(Map.of("NO_COLOR", "1"), InputStream.nullInputStream(), false, directory);
        return Main.run(piped, new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    @Test
    void listsFlowsSeparatedByTabsWherePiped() {
        assertThat(run("flow", "list")).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "ENDPOINT\tPROTOCOL\tSOURCE\tDESTINATION\tTARGET\tCOOKIE\tSTATE\tAGE\tIDLE\tSENT\tBACK\tNODE",
                        "vpce-0a1b2c3d4e5f60718\ttcp\t10.20.0.5:40000\t203.0.113.10:443\t10.1.0.11\t0xc0ffee01"
                                + "\testablished\t12.3s\t0.1s\t10\t9\tgw-1",
                        "vpce-0a1b2c3d4e5f60718\ticmpv6\t2001:db8::5\t2001:db8::9\t10.1.0.12\t0x00000001"
                                + "\topening*\t0.0s\t0.0s\t1\t0\tgw-1");
        assertThat(err.toString()).as("talk, not data").contains("2 of 7 flows");
        assertThat(asked).isEqualTo("/v1/flows?limit=1000");
    }

    @Test
    void passesTheLimitOn() {
        assertThat(run("flow", "list", "--limit", "5")).isZero();
        assertThat(asked).isEqualTo("/v1/flows?limit=5");
    }

    @Test
    void listsTargets() {
        assertThat(run("target", "list")).isZero();
        assertThat(out.toString())
                .contains(
                        "firewalls\t10.1.0.11\taz1\t10.1.0.11\t6081\t1\tunhealthy\tTarget.FailedHealthChecks\t5\t4\t1");
    }

    @Test
    void listsTheReasonsThatOccurredOrAllOfThem() {
        assertThat(run("drop", "list")).isZero();
        assertThat(out.toString()).contains("tcp_not_syn\t3\tA TCP segment.").doesNotContain("table_full");
        assertThat(run("drop", "list", "--all")).isZero();
        assertThat(out.toString()).contains("table_full\t0\tNo room.");
    }

    @ParameterizedTest
    @MethodSource("nouns")
    void printsTheAnswerAsJsonOrYaml(String noun, String field) {
        assertThat(run(noun, "list", "--output", "json")).isZero();
        assertThat(out.toString()).startsWith("{").contains("\"" + field + "\"");
        assertThat(run(noun, "list", "-o", "yaml")).isZero();
        assertThat(out.toString().lines()).contains(field + ":");
    }

    static Stream<Arguments> nouns() {
        return Stream.of(
                Arguments.of("flow", "flows"), Arguments.of("target", "targets"), Arguments.of("drop", "drops"));
    }

    @Test
    void saysWhetherTheNodeIsReadyAndFailsIfNot() {
        assertThat(run("node", "health")).isZero();
        replace("/readyz", 503, "{\"ready\":false,\"conditions\":{\"flows\":\"cannot bind\"}}");
        assertThat(run("node", "health")).isEqualTo(1);
        assertThat(out.toString()).contains("flows\tcannot bind");
    }

    @Test
    void printsMetricsAsTheyAre() {
        assertThat(run("node", "metrics")).isZero();
        assertThat(out.toString()).isEqualTo("# HELP sluice_flows Flows.\nsluice_flows 7.0\n");
    }

    @Test
    void printsWhatTheGatewaySaysIsWrong() {
        replace(
                "/v1/flows",
                400,
                "{\"code\":\"invalid-parameter\",\"field\":\"limit\",\"detail\":\"'0': expected 1 to 10000\"}");
        assertThat(run("flow", "list", "--limit", "5")).isEqualTo(2);
        assertThat(err.toString()).contains("HTTP 400 invalid-parameter: limit: '0': expected 1 to 10000");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "10001"})
    void refusesALimitOutOfRangeByItself(String limit) {
        assertThat(run("flow", "list", "--limit", limit)).isEqualTo(2);
        assertThat(err.toString()).contains("--limit: " + limit + " is out of range: expected 1 to 10000");
        assertThat(asked).isEmpty();
    }

    private String document() throws IOException {
        Path file = directory.resolve("gateway.yaml");
        Files.writeString(file, "zones: [az1]\n");
        return file.toString();
    }

    @Test
    void appliesADocumentAndPrintsWhatChanges() throws IOException {
        assertThat(run("config", "apply", document())).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "ACTION\tKIND\tID\tFIELD\tFROM\tTO",
                        "change\ttarget\tfirewalls/10.1.0.11\tweight\t1\t3",
                        "add\tendpoint\tvpce-0a1b2c3d4e5f60718\t\t\t");
        assertThat(err.toString()).contains("in force: revision 7");
        assertThat(asked).isEqualTo("/v1/config");
        assertThat(method).isEqualTo("PUT");
        assertThat(received).isEqualTo("zones: [az1]\n");
    }

    @Test
    void plansWithoutChangingAnything() throws IOException {
        assertThat(run("config", "apply", document(), "--dry-run", "--wait")).isZero();
        assertThat(asked).isEqualTo("/v1/config?dry-run=true");
        assertThat(err.toString()).contains("nothing was changed: revision 7");
    }

    @Test
    void saysThatADocumentIsInForceAlready() throws IOException {
        replace("/v1/config", 200, "{\"revision\":7,\"changes\":[]}");
        assertThat(run("config", "apply", document())).isZero();
        assertThat(err.toString()).contains("already so: revision 7");
    }

    @Test
    void waitsUntilEveryNodeHasTheRevisionAndNamesThoseThatHaveNot() throws IOException {
        route(
                "/v1/nodes",
                200,
                "{\"nodes\":[{\"id\":\"gw-1\",\"configRevision\":7},{\"id\":\"gw-2\",\"configRevision\":8}]}");
        assertThat(run("config", "apply", document(), "--wait")).isZero();
        replace(
                "/v1/nodes",
                200,
                "{\"nodes\":[{\"id\":\"gw-1\",\"configRevision\":7},{\"id\":\"gw-2\",\"configRevision\":6}]}");
        assertThat(run("config", "apply", document(), "--wait", "--timeout", "1"))
                .isEqualTo(5);
        assertThat(err.toString()).contains("revision 7 is not everywhere yet: gw-2");
    }

    @Test
    void printsEveryProblemOfADocumentAsTheGatewaySaidIt() throws IOException {
        replace("/v1/config", 400, """
                {"code":"invalid-document","detail":"the document cannot be used","problems":[
                 {"line":3,"key":"zones[0]","detail":"'\\u001b\\u009b\\u202e': expected a name"},
                 {"line":0,"key":"","detail":"not UTF-8"}]}""");
        assertThat(run("config", "apply", document())).isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly(
                        "v1/config: HTTP 400 invalid-document: the document cannot be used",
                        "3: zones[0]: '???': expected a name",
                        "0: not UTF-8");
    }

    @Test
    void namesAFileItCannotRead() {
        String absent = directory.resolve("absent.yaml").toString();
        assertThat(run("config", "apply", absent)).isEqualTo(2);
        assertThat(err.toString()).contains(absent + ": there is no such file");
        assertThat(run("config", "apply", directory.toString())).isEqualTo(2);
        assertThat(run("config", "apply")).isEqualTo(2);
    }

    @Test
    void exportsTheDocumentAsItIs() {
        replace("/v1/config", 200, "zones: [az1]\n");
        assertThat(run("config", "export")).isZero();
        assertThat(out.toString()).isEqualTo("zones: [az1]\n");
    }

    @Test
    void waitsNoLongerForTheRestOfAnAnswerThanForItsBeginning() {
        server.removeContext("/v1/targets");
        server.createContext("/v1/targets", exchange -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush(); // and nothing more
        });
        assertThat(run("target", "list", "--timeout", "1")).isEqualTo(5);
        assertThat(err.toString()).contains("no answer").contains("within 1000 ms");
    }

    @Test
    void readsNoEndlessAnswer() {
        server.removeContext("/metrics");
        server.createContext("/metrics", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] chunk = new byte[1 << 20];
            try (OutputStream body = exchange.getResponseBody()) {
                for (int written = 0; written <= 64; written++) {
                    body.write(chunk);
                }
            }
        });
        assertThat(run("node", "metrics", "--timeout", "60")).isEqualTo(1);
        assertThat(err.toString()).contains("exceeds capacity");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void saysWhichVersionItIs() throws IOException {
        Matcher pom = Pattern.compile("<artifactId>sluice</artifactId>\\s*<version>([^<]+)</version>")
                .matcher(Files.readString(Path.of("pom.xml")));
        assertThat(pom.find()).isTrue();
        assertThat(plainly("--version")).isZero();
        assertThat(out.toString().strip()).isEqualTo("sluice " + pom.group(1));
    }

    @Test
    void hasAnExitCodeForEachKindOfFailure() throws IOException {
        replace("/v1/targets", 404, "{\"detail\":\"there is no /v1/targets here\"}");
        assertThat(run("target", "list")).isEqualTo(3);
        replace("/v1/targets", 401, "");
        assertThat(run("target", "list")).isEqualTo(4);
        replace("/v1/targets", 500, "a proxy's page");
        assertThat(run("target", "list")).isEqualTo(1);
        assertThat(err.toString()).contains("a proxy's page");
        replace("/v1/targets", 200, "<html>");
        assertThat(run("target", "list")).isEqualTo(1);
        assertThat(err.toString()).contains("no JSON").contains("<html>");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            url = "http://127.0.0.1:" + free.getLocalPort();
            assertThat(run("target", "list", "--timeout", "1"))
                    .as("accepts and never answers")
                    .isEqualTo(5);
        }
        assertThat(run("target", "list")).as("nobody there").isEqualTo(1);
        assertThat(err.toString()).contains("cannot reach " + url).contains("connection refused");
    }

    @Test
    void namesTheOptionThatIsWrong() {
        assertThat(run("flow", "list", "--limit", "many")).isEqualTo(2);
        assertThat(err.toString()).contains("--limit").contains("many");
        assertThat(run("flow", "list", "--output", "xml")).isEqualTo(2);
        assertThat(err.toString()).contains("--output").contains("table, json, yaml, tsv");
        assertThat(run("flow", "list", "--timeout", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--timeout").contains("1 to 3600");
        url = "127.0.0.1:8080";
        assertThat(run("flow", "list")).isEqualTo(2);
        assertThat(err.toString()).contains("--url").contains("http://127.0.0.1:8080");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void suggestsANounForOneThatDoesNotExist() {
        assertThat(run("flows", "list")).isEqualTo(2);
        assertThat(err.toString()).contains("flows").contains("flow");
    }

    @Test
    void explainsItself() {
        assertThat(plainly("--help")).isZero();
        assertThat(out.toString())
                .contains("flow", "target", "drop", "node")
                .contains("5   the gateway did not answer in time");
        assertThat(plainly("help", "flow")).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "flow",
                "target",
                "drop",
                "node",
                "flow list",
                "target list",
                "drop list",
                "node health",
                "config",
                "config apply"
            })
    void explainsEachNounAndVerb(String command) {
        String[] arguments = (command + " --help").split(" ");
        assertThat(plainly(arguments)).isZero();
        assertThat(out.toString()).contains("Usage: sluice " + command);
    }

    @Test
    void controlCharactersOfAnAnswerDoNotReachTheTerminal() {
        replace("/v1/targets", 200, "{\"targets\":[{\"id\":\"\\u001b[31mred\\nline\\u009b2J\\u202e\"}]}");
        assertThat(run("target", "list")).isZero();
        assertThat(out.toString()).contains("?[31mred?line?2J?");
    }
}

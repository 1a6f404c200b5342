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
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code trace}, {@code observe} and {@code top} from outside, against a real HTTP server. */
class InsightTest {

    private static final String TRACE = """
            {"endpoint":"vpce-0a1b2c3d4e5f60718",
             "key":{"stickiness":"5-tuple","protocol":6,"lower":"10.20.0.5","lower-port":40000,"upper":"203.0.113.10",
              "upper-port":443,"hash":"0x0123456789abcdef"},
             "decision":{"from":"pick","row":"T1a","reason":"cross-zone is off: a healthy target of the zone",
              "target":"10.1.0.11","target-group":"firewalls","load-balancer":"inspection","zone":"az1","cross-zone":false},
             "flows":[],
             "ranking":[{"target":"10.1.0.11","zone":"az1","state":"healthy","eligible":true,"weight":2,
               "effective-weight":2,"score":0.12345},
              {"target":"10.1.0.12","zone":"az1","state":"unhealthy","reason":"Target.Timeout","eligible":false,
               "weight":1,"excluded":"not-healthy","why":"it is not healthy, and another target is"}],
             "revision":7,"snapshot":"00","nodes":["gw-1"],"missing":[]}
            """;

    private static final String ALIVE = "{\"at\":\"2026-11-26T09:00:00Z\",\"kind\":\"alive\"}\n";
    private static final String OPENED = """
            {"at":"2026-11-26T09:00:01Z","kind":"flow","type":"opened","node":"gw-1",\
            "endpoint":"vpce-0a1b2c3d4e5f60718","protocol":6,"lower":"10.20.0.5","lower-port":40000,\
            "upper":"203.0.113.10","upper-port":443,"target":"10.1.0.11","target-group":"firewalls","cookie":"0xc0ffee01"}
            """;
    private static final String DROP =
            "{\"at\":\"2026-11-26T09:00:02Z\",\"kind\":\"drop\",\"node\":\"gw-1\",\"reason\":\"no_target\",\"packets\":12}\n";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final AtomicInteger samples = new AtomicInteger();
    private HttpServer server;
    private String url;
    private String asked = "";

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        url = "http://127.0.0.1:" + server.getAddress().getPort();
        route("/v1/trace", () -> TRACE);
        route("/v1/events", () -> ALIVE + OPENED + ALIVE + DROP);
        route("/v1/targets", () -> {
            // two words of a node between two looks of ours, as it may happen
            long count = 10_000L * samples.incrementAndGet();
            return """
                    {"targets":[{"id":"10.1.0.11","targetGroup":"firewalls","zone":"az1","state":"healthy",
                      "sentPackets":%d,"sentBytes":%d,"returnedPackets":5,"returnedBytes":50,"rejectedPackets":0,
                      "perSecond":{"sentPackets":5000.4,"sentBytes":2500000.0,"returnedPackets":4999.5,
                       "returnedBytes":2499000.0,"rejectedPackets":0.0}}],
                     "configRevision":7}""".formatted(count, 1_000 * count);
        });
        route("/v1/flows", () -> """
                {"flows":[{"endpoint":"vpce-0a1b2c3d4e5f60718","source":"10.20.0.5","sourcePort":40000,
                  "destination":"203.0.113.10","destinationPort":443,"target":"10.1.0.11","targetGroup":"firewalls",
                  "cookie":"0xc0ffee01","node":"gw-1","forward":{"packets":%d,"bytes":10},
                  "reverse":{"packets":0,"bytes":0}}],"total":3,"nodes":["gw-1"],"missing":[]}""".formatted(100 * samples.get()));
        route("/v1/drops", () -> """
                {"drops":{"no_target":%d,"table_full":0},"packets":{"endpoint-in":%d,"dropped":%d},"meanings":{}}""".formatted(samples.get(), samples.get(), samples.get()));
        server.start();
    }

    private void route(String path, java.util.function.Supplier<String> body) {
        server.createContext(path, exchange -> {
            asked = exchange.getRequestURI().toString();
            byte[] bytes = body.get().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream stream = exchange.getResponseBody()) {
                stream.write(bytes);
            }
        });
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
        Cli.Result result = Cli.piped().run(arguments);
        out.write(result.out());
        err.write(result.err());
        return result.code();
    }

    private static final String[] TUPLE = {
        "trace",
        "--endpoint",
        "vpce-0a1b2c3d4e5f60718",
        "--src",
        "10.20.0.5",
        "--dst",
        "203.0.113.10",
        "--protocol",
        "udp",
        "--src-port",
        "40000",
        "--dst-port",
        "443",
        "--zone",
        "az1"
    };

    @Test
    void tracesAndSaysWhy() {
        assertThat(run(TUPLE)).as(err.toString()).isZero();
        assertThat(asked)
                .isEqualTo("/v1/trace?endpoint=vpce-0a1b2c3d4e5f60718&source=10.20.0.5&destination=203.0.113.10"
                        + "&protocol=17&source-port=40000&destination-port=443&zone=az1");
        assertThat(out.toString().lines())
                .containsExactly(
                        "goes to  10.1.0.11 of firewalls",
                        "because  cross-zone is off: a healthy target of the zone",
                        "row      T1a, decided by pick",
                        "zone     az1, cross-zone off, load balancer inspection",
                        "key      5-tuple protocol 6 10.20.0.5 port 40000 <-> 203.0.113.10 port 443",
                        "",
                        "TARGET\tZONE\tSTATE\tWEIGHT\tEFFECTIVE\tSCORE\tNOT RANKED AS",
                        "10.1.0.11\taz1\thealthy\t2\t2\t0.1235\t",
                        "10.1.0.12\taz1\tunhealthy Target.Timeout\t1\t\t\tit is not healthy, and another target is");
    }

    @Test
    void tracesAsJsonAlone() {
        assertThat(run(Stream.concat(Stream.of(TUPLE), Stream.of("-o", "json")).toArray(String[]::new)))
                .isZero();
        assertThat(out.toString()).startsWith("{").contains("\"row\" : \"T1a\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"256", "-1", "sctpx", ""})
    void refusesWhatIsNoProtocol(String protocol) {
        assertThat(run("trace", "--endpoint", "e", "--src", "1.1.1.1", "--dst", "2.2.2.2", "--protocol", protocol))
                .isEqualTo(2);
        assertThat(err.toString()).contains("expected tcp, udp, icmp, icmpv6 or a number from 0 to 255");
    }

    @Test
    void observesALineAnEvent() {
        assertThat(run("observe", "--count", "2", "--kind", "flow", "--target", "10.1.0.11", "--reason", "idle"))
                .as(err.toString())
                .isZero();
        assertThat(asked).isEqualTo("/v1/events?kind=flow&target=10.1.0.11&reason=idle");
        assertThat(out.toString().lines())
                .containsExactly(
                        "2026-11-26T09:00:01Z  flow      opened  vpce-0a1b2c3d4e5f60718 tcp 10.20.0.5:40000 <->"
                                + " 203.0.113.10:443 -> 10.1.0.11 cookie 0xc0ffee01 at gw-1",
                        "2026-11-26T09:00:02Z  drop      12 packets no_target at gw-1");
    }

    @Test
    void observesTheGatewaysOwnLinesAsJson() {
        assertThat(run("observe", "--count", "2", "--output", "json")).isZero();
        assertThat(out.toString()).isEqualTo(OPENED + DROP);
    }

    @Test
    void saysThatTheStreamEnded() {
        assertThat(run("observe")).isEqualTo(1);
        assertThat(err.toString()).contains("the gateway ended the stream");
    }

    @Test
    void observesNoLongerThanSomebodyReads() {
        Writer gone = new Writer() {
            @Override
            public void write(char[] text, int from, int length) throws IOException {
                throw new IOException("Broken pipe");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Surroundings around = new Surroundings(Map.of(), InputStream.nullInputStream(), false, Path.of("/nonexistent"));
        int code = Main.run(around, new PrintWriter(gone), new PrintWriter(err), "observe", "--url", url);
        assertThat(code).as(err.toString()).isZero();
    }

    @Test
    void topWantsATerminalForMoreThanOnePicture() {
        assertThat(run("top")).isEqualTo(2);
        assertThat(err.toString()).contains("expected --once");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void observesNoYaml() {
        assertThat(run("observe", "-o", "yaml")).isEqualTo(2);
    }

    @Test
    void topShowsOnePictureWithoutATerminal() {
        assertThat(run("top", "--once")).as(err.toString()).isZero();
        String frame = out.toString();
        assertThat(frame).doesNotContain("\u001b").startsWith("flows 3 (1 listed)");
        assertThat(frame.lines().filter(line -> line.startsWith("firewalls/10.1.0.11")))
                .singleElement()
                .satisfies(line -> assertThat(line.split("\\s+"))
                        .containsExactly("firewalls/10.1.0.11", "az1", "healthy", "1", "5000", "5000", "2.5M", "0"));
        assertThat(frame)
                .contains("vpce-0a1b2c3d4e5f60718")
                .contains("no_target")
                .doesNotContain("table_full");
    }

    @ParameterizedTest
    @ValueSource(strings = {"trace", "observe", "top"})
    void explainsItself(String command) {
        assertThat(plainly(command, "--help")).isZero();
        assertThat(out.toString()).contains("Usage: sluice " + command).contains("--url");
    }
}

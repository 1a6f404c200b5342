// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every check of the doctor, provoked by readings that are given to it; and the readings of a real host and server. */
class DoctorTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** All well. */
    private static final String WELL = """
            {"host":{"local":true,
              "udp-sockets":[{"port":6081,"drops":0},{"port":53,"drops":9}],
              "rmem-max":16777216,"wmem-max":8388608,
              "interfaces":[{"name":"eth0","mtu":9000,"up":true,"rp-filter":0},
                            {"name":"eth9","mtu":1280,"up":false,"rp-filter":1}],
              "rp-filter-all":0,
              "conntrack":{"loaded":true,"count":10,"max":1000,"geneve-entries":0},
              "io-uring":{"disabled":0,"seccomp":0,"rings":3},
              "clock-synchronized":"yes",
              "data-dir":{"path":"/var/lib/sluice","exists":true,"store":true,"usable-bytes":9000000000}},
             "node":{"reachable":true,"ready":true,"conditions":{"flows":"ok"},"transport":"io_uring","mac-alarms":0,
              "offset-ms":-120,"mtu":8500,"config-revision":7,"expected-members":2,
              "nodes":[{"id":"gw-1","configRevision":7},{"id":"gw-2","configRevision":7}],
              "store":{"readable":true,"newest":7}}}
            """;

    @TempDir
    private Path directory;

    /** A change of the readings, and what is found: check, state, finding, remedy, exit code. */
    record Case(String at, String value, String check, String state, String finding, String remedy, int code) {

        @Override
        public String toString() {
            return at + " = " + value;
        }
    }

    private static Case warning(String at, String value, String check, String finding, String remedy) {
        return new Case(at, value, check, "warning", finding, remedy, 1);
    }

    private static Case broken(String at, String value, String check, String finding, String remedy) {
        return new Case(at, value, check, "broken", finding, remedy, 2);
    }

    private static Case skipped(String at, String check, String finding, String remedy) {
        return new Case(at, "", check, "skipped", finding, remedy, 0);
    }

    private static Case ok(String at, String value, String check, String finding) {
        return new Case(at, value, check, "ok", finding, "", 0);
    }

    static Stream<Case> cases() {
        return Stream.of(
                broken(
                        "/node",
                        "{\"reachable\":false,\"unreachable\":\"connection refused\"}",
                        "node",
                        "connection refused",
                        "--url"),
                broken("/node/ready", "false", "node", "not ready: it says no reason", "log"),
                broken(
                        "/node",
                        "{\"reachable\":true,\"ready\":false,\"conditions\":{\"flows\":\"cannot bind\"}}",
                        "node",
                        "not ready: flows: cannot bind",
                        "log"),
                ok("/node/ready", "true", "node", "ready"),
                broken(
                        "/host/udp-sockets",
                        "[{\"port\":53,\"drops\":0}]",
                        "sockets",
                        "no socket is bound to UDP 6081",
                        "role ingress"),
                warning(
                        "/host/udp-sockets",
                        "[{\"port\":6081,\"drops\":4}]",
                        "sockets",
                        "4 datagrams found a full",
                        "net.core.rmem_max"),
                skipped("/host/udp-sockets", "sockets", "/proc/net/udp cannot be read", "Linux"),
                warning(
                        "/host/rmem-max",
                        "212992",
                        "buffers",
                        "rmem_max 212992",
                        "sysctl -w net.core.rmem_max=8388608, then"),
                warning(
                        "/host/wmem-max",
                        "212992",
                        "buffers",
                        "wmem_max 212992",
                        "sysctl -w net.core.wmem_max=4194304, then"),
                skipped("/host/rmem-max", "buffers", "/proc/sys/net/core cannot be read", "Linux"),
                warning(
                        "/host/interfaces/0/mtu",
                        "1500",
                        "mtu",
                        "eth0 1500: packets.mtu 8500 needs 8568",
                        "set packets.mtu to 1432 or less"),
                ok("/host/interfaces/0/mtu", "8568", "mtu", "every leg carries packets.mtu 8500"),
                warning("/host/interfaces/0/mtu", "8567", "mtu", "eth0 8567", "8568"),
                skipped("/host/interfaces", "mtu", "/sys/class/net cannot be read", "Linux"),
                skipped("/node/mtu", "mtu", "no packets.mtu", "control-api"),
                warning(
                        "/host/interfaces/0/rp-filter",
                        "1",
                        "rp_filter",
                        "strict on eth0",
                        "net.ipv4.conf.eth0.rp_filter=0"),
                warning("/host/rp-filter-all", "1", "rp_filter", "strict on eth0", "net.ipv4.conf.all.rp_filter=0 "),
                ok("/host/interfaces/0/rp-filter", "2", "rp_filter", "no leg filters strictly"),
                skipped("/host/rp-filter-all", "rp_filter", "cannot be read", "Linux"),
                warning(
                        "/host/conntrack/count",
                        "800",
                        "conntrack",
                        "800 of 1000 connections tracked (80 %)",
                        "nf_conntrack_max"),
                ok("/host/conntrack/count", "799", "conntrack", "79 %"),
                broken("/host/conntrack/count", "950", "conntrack", "new ones are dropped", "notrack"),
                warning("/host/conntrack/geneve-entries", "2", "conntrack", "2 of them are UDP 6081", "notrack"),
                ok("/host/conntrack", "{\"loaded\":false}", "conntrack", "connections are not tracked"),
                skipped("/host/conntrack", "conntrack", "cannot be read", "Linux"),
                warning(
                        "/node/transport",
                        "\"epoll\"",
                        "io_uring",
                        "packets are carried by epoll: io_uring was not chosen",
                        "--transport"),
                new Case("/node/transport", "", "io_uring", "ok", "3 io_uring rings are open", "", 0),
                warning(
                        "/host/io-uring+no-transport",
                        "{\"disabled\":2}",
                        "io_uring",
                        "kernel.io_uring_disabled is 2",
                        "kernel.io_uring_disabled=0"),
                warning(
                        "/host/io-uring+no-transport",
                        "{\"disabled\":1}",
                        "io_uring",
                        "kernel.io_uring_disabled is 1",
                        "io_uring_group"),
                warning(
                        "/host/io-uring+no-transport",
                        "{\"seccomp\":2}",
                        "io_uring",
                        "seccomp filter",
                        "io_uring_setup"),
                skipped("/host/io-uring+no-transport", "io_uring", "no ring was seen", "transport_chosen"),
                warning("/node/offset-ms", "2500", "clock", "+2.5 s from here", "chrony"),
                warning("/node/offset-ms", "-2000", "clock", "-2.0 s from here", "chrony"),
                broken("/node/offset-ms", "-31000", "clock", "-31.0 s", "leases and cookies"),
                skipped("/node/offset-ms", "clock", "does not say its time", "date"),
                warning("/host/clock-synchronized", "\"no\"", "ntp", "not set from a time source", "systemd-timesyncd"),
                skipped("/host/clock-synchronized", "ntp", "no time service", "chronyc tracking"),
                warning(
                        "/node/nodes/1/configRevision",
                        "6",
                        "cluster",
                        "revision 7 is not everywhere: gw-2 has 6",
                        "logs"),
                warning("/node/expected-members", "3", "cluster", "2 of 3 nodes heard", "expected-members"),
                skipped("/node/nodes", "cluster", "does not say whom it hears", "control-api"),
                broken(
                        "/node/store",
                        "{\"readable\":false,\"problem\":\"block checksum\"}",
                        "store",
                        "cannot be read: block checksum",
                        "restore"),
                broken(
                        "/node/store",
                        "{\"readable\":false,\"problem\":\"the store in d may not be written (Read-only file system)\"}",
                        "store",
                        "may not be written",
                        "writable again"),
                warning("/host/data-dir/store", "false", "store", "does not survive a restart", "--data-dir"),
                skipped("/node/store", "store", "does not say what it keeps", "control-api"),
                warning("/host/data-dir/usable-bytes", "1000000000", "disk", "0.9 GiB free", "make room"),
                broken("/host/data-dir/usable-bytes", "50000000", "disk", "0.0 GiB free", "make room"),
                broken("/host/data-dir/exists", "false", "disk", "/var/lib/sluice does not exist", "make it"),
                skipped("/host/data-dir", "disk", "no data directory was named", "--data-dir"),
                warning(
                        "/node/mac-alarms",
                        "2",
                        "cookies",
                        "2 targets return packets of no flow",
                        "return_macs_failed"),
                ok("/node/mac-alarms", "0", "cookies", "no target returns forged cookies"),
                skipped("/node/mac-alarms", "cookies", "does not say what targets return", "role ingress"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void findsWhatReadingsShowAndSaysWhatToDo(Case it) throws IOException {
        ObjectNode readings = (ObjectNode) MAPPER.readTree(WELL);
        String at = it.at().replace("+no-transport", "");
        if (!at.equals(it.at())) {
            ((ObjectNode) readings.path("node")).remove("transport");
            ((ObjectNode) readings.at("/host/io-uring")).put("rings", 0);
        }
        int last = at.lastIndexOf('/');
        JsonNode parent = readings.at(at.substring(0, last));
        String key = at.substring(last + 1);
        if (it.value().isEmpty() && at.equals(it.at())) {
            ((ObjectNode) parent).remove(key);
        } else if (!it.value().isEmpty()) {
            ((ObjectNode) parent).set(key, MAPPER.readTree(it.value()));
        }

        Cli.Result result = doctor(readings.toString());

        String line = result.out()
                .lines()
                .filter(row -> row.split("\t", -1)[1].equals(it.check()))
                .findFirst()
                .orElseThrow();
        assertThat(line.split("\t", -1)[2]).as(line).isEqualTo(it.state());
        assertThat(line.split("\t", -1)[3]).contains(it.finding());
        assertThat(line.split("\t", -1)[4]).contains(it.remedy());
        if (!it.at().equals("/node")) {
            assertThat(result.code()).isEqualTo(it.code());
        }
    }

    private Cli.Result doctor(String readings) throws IOException {
        Path file = Files.writeString(directory.resolve("readings.json"), readings);
        return Cli.piped().run("doctor", "--readings", file.toString());
    }

    /** A check that is added fails here until readings provoke it. */
    @Test
    void everyCheckIsProvoked() throws IOException {
        Set<String> provoked = cases().filter(
                        it -> it.state().equals("warning") || it.state().equals("broken"))
                .map(Case::check)
                .collect(Collectors.toSet());
        assertThat(doctor("{}").out().lines().skip(1).map(line -> line.split("\t", -1)[1]))
                .hasSizeGreaterThan(10)
                .isSubsetOf(provoked);
    }

    @Test
    void numbersItsChecksAndIsContentWhereAllIsWell() throws IOException {
        Cli.Result result = doctor(WELL);
        assertThat(result.code()).as(result.out()).isZero();
        assertThat(result.out().lines().skip(1).map(line -> line.split("\t")[0] + " " + line.split("\t")[2]))
                .containsExactly(
                        "1 ok", "2 ok", "3 ok", "4 ok", "5 ok", "6 ok", "7 ok", "8 ok", "9 ok", "10 ok", "11 ok",
                        "12 ok", "13 ok");
    }

    @Test
    void leavesTheHostOfANodeElsewhereAlone() throws IOException {
        String elsewhere = WELL.replace("\"local\":true", "\"local\":false").replace("16777216", "1");
        Cli.Result result = doctor(elsewhere);
        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("buffers\tskipped\tthe node is on another host\trun ./sluice doctor there");
    }

    @Test
    void everyCheckCanBeAskedOfNothing() throws IOException {
        Cli.Result result = doctor("{}");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out().lines()).hasSize(14);
        assertThat(Cli.piped().reading("{}").run("doctor", "--readings", "-").code())
                .isEqualTo(2);
    }

    @Test
    void readsThisHostAndARealServerAndChangesNothing() throws IOException {
        try (FakeGateway gateway = new FakeGateway()) {
            gateway.answer("GET /readyz", 200, "{\"ready\":true,\"conditions\":{\"flows\":\"ok\"}}")
                    .answer(
                            "GET /v1/nodes",
                            200,
                            "{\"nodes\":[{\"id\":\"gw-1\",\"configRevision\":3}],\"configRevision\":3}")
                    .answer(
                            "GET /v1/load-balancers",
                            200,
                            "{\"load-balancers\":[{\"packets\":{\"mtu\":1432}},{\"packets\":{\"mtu\":1300}}],\"revision\":3}")
                    .answer("GET /v1/config/revisions", 200, "{\"revisions\":[{\"revision\":3}]}")
                    .answer(
                            "GET /metrics",
                            200,
                            "sluice_transport{transport=\"io_uring\"} 1.0\nsluice_return_mac_alarms 2.0\n");
            Cli.Result printed =
                    Cli.piped().run(gateway, "doctor", "--print-readings", "--data-dir", directory.toString());
            JsonNode readings = MAPPER.readTree(printed.out());

            assertThat(readings.at("/node/mtu").asInt()).isEqualTo(1432);
            assertThat(readings.at("/node/transport").asText()).isEqualTo("io_uring");
            assertThat(readings.at("/node/mac-alarms").asInt()).isEqualTo(2);
            assertThat(readings.at("/node/store/newest").asInt()).isEqualTo(3);
            assertThat(readings.at("/node/offset-ms").asLong())
                    .as("the server is this host")
                    .isBetween(-1_000L, 1_000L);
            assertThat(readings.at("/host/local").asBoolean()).isTrue();
            assertThat(readings.at("/host/data-dir/usable-bytes").asLong()).isPositive();
            assertThat(readings.at("/host/udp-sockets").isArray()).isTrue();
            assertThat(gateway.lines()).allMatch(line -> line.startsWith("GET "));
            assertThat(gateway.violations()).isEmpty();
            assertThat(doctor(printed.out()).out())
                    .as("what was printed can be checked elsewhere")
                    .contains("cluster\tok\t1 node, revision 3");
            gateway.answer("GET /v1/config/revisions", 503, "{\"code\":\"store\",\"detail\":\"corrupt\"}");
            Cli.Result corrupt = Cli.piped().run(gateway, "doctor");
            assertThat(corrupt.out()).contains("store\tbroken\tthe store cannot be read: corrupt");
            assertThat(corrupt.code()).isEqualTo(2);
        }
    }

    @Test
    void saysThatNobodyAnswers() {
        Cli.Result result = Cli.piped().run("doctor", "--url", "http://127.0.0.1:1");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).contains("node\tbroken\tcannot reach http://127.0.0.1:1/");
    }
}

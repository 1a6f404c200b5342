// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.testkit.PacketBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Options that are put while a node runs change where packets go, or that they go: each by two documents and new flows. */
class LiveOptionsTest {

    private static final String NETWORK = LoopbackPath.NETWORK + "21.";
    private static final String GATEWAY = NETWORK + "1";
    private static final String ADMIN = GATEWAY + ":8080";
    private static final int OTHER_PORT = 7_081;

    /** So many new flows that two targets are never missed by chance. */
    private static final int FLOWS = 40;

    private static final int MANY_FLOWS = 400;
    private static final Duration WITHIN = Duration.ofSeconds(30);

    private static final String PROCESS = """
            node: {id: gw-1, zone: az1, shards: 1, flow-capacity: 100000}
            ingress: {listen: "NET.1:6080"}
            appliances: {listen: "NET.2:6081", zones: {az2: "NET.3:6081"}}
            admin: {listen: "NET.1:8080"}
            """;

    private static final String GIVEN = """
            zones: [az1, az2]
            target-groups:
              - {name: first, targets: [{id: NET.11, zone: az1}]}
              - {name: second, targets: [{id: NET.12, zone: az1}, {id: NET.13, zone: az2}]}
            load-balancers:
              - {name: one, zones: [az1, az2], listener: {target-group: first}}
              - {name: two, zones: [az1, az2], listener: {target-group: second}}
            endpoint-services:
              - {name: svc, load-balancers: [one], acceptance-required: false}
              - {name: svc2, load-balancers: [two], acceptance-required: false}
            endpoints:
              - {id: vpce-00000000000000001, vni: 100, zone: az1, load-balancer: one, attachments: ["NET.9"]}
              - {id: vpce-00000000000000002, vni: 200, zone: az1, service: svc, attachments: ["NET.9"]}
            """;

    @TempDir
    private static Path directory;

    private static LoopbackPath path;
    private static Gateway node;
    private static int sent;

    /** Words of a document, and what stands for them. */
    record Edit(String from, String to) {

        String in(String document) {
            assertThat(document).contains(from);
            return document.replace(from, to);
        }
    }

    private static Edit edit(String from, String to) {
        return new Edit(from, to);
    }

    /** A document: what is other in it than in the one that is given, whether it is taken, where new flows then go. */
    record Put(int status, Set<String> goes, List<Edit> edits) {

        String document() {
            String document = GIVEN;
            for (Edit edit : edits) {
                document = edit.in(document);
            }
            return document.replace("NET.", NETWORK);
        }
    }

    private static Put put(String goes, Edit... edits) {
        return new Put(200, Set.of(goes.split(" ")), List.of(edits));
    }

    private static Put refused(int status, String goes, Edit... edits) {
        return new Put(status, Set.of(goes.split(" ")), List.of(edits));
    }

    record Case(String option, int vni, IntFunction<byte[]> packet, Put before, Put after) {

        @Override
        public String toString() {
            return option;
        }
    }

    private static Case option(String option, int vni, Put before, Put after) {
        return new Case(option, vni, LiveOptionsTest::udp, before, after);
    }

    private static String host(int number) {
        return "10.%d.%d.%d".formatted(number >>> 16, number >>> 8 & 0xFF, number & 0xFF);
    }

    private static byte[] udp(int number) {
        return PacketBuilder.ipv4()
                .from(host(number))
                .to("203.0.113.10")
                .udp(4_000, 53)
                .payloadBytes(700)
                .build();
    }

    private static byte[] udp6(int number) {
        return PacketBuilder.ipv6()
                .from("2001:db8::%x:%x".formatted(1 + (number >>> 16), number & 0xFFFF))
                .to("2001:db8:1::1")
                .udp(4_000, 53)
                .build();
    }

    /** A segment in the middle of nothing. */
    private static byte[] segment(int number) {
        return PacketBuilder.ipv4()
                .from(host(number))
                .to("203.0.113.10")
                .tcp(4_000, 443)
                .flags("A")
                .build();
    }

    static Stream<Case> options() {
        Edit accountOfEndpoint = edit("vni: 200,", "vni: 201, account: '111111111111',");
        Edit newEndpoint = edit("00002, vni: 200,", "00003, vni: 203,");
        Edit oneOfTwo = edit("load-balancer: one", "load-balancer: two");
        Edit crossZone = edit("{name: two,", "{name: two, cross-zone: true,");
        Edit inAz2 = edit("vni: 100, zone: az1", "vni: 100, zone: az2");
        return Stream.of(
                option(
                        "target-groups[].targets[].id",
                        100,
                        put("NET.11"),
                        put("NET.14", edit("{id: NET.11,", "{id: NET.14,"))),
                option(
                        "target-groups[].targets[].zone",
                        100,
                        put("NET.11"),
                        put("no_target", edit("{id: NET.11, zone: az1}", "{id: NET.11, zone: az2}"))),
                option(
                        "target-groups[].targets[].port",
                        100,
                        put("NET.11"),
                        put("NET.11:7081", edit("{id: NET.11,", "{id: NET.11, port: 7081,"))),
                option(
                        "target-groups[].fail-open",
                        100,
                        put("NET.11"),
                        put("fail_open_drop", edit("{name: first,", "{name: first, fail-open: drop,"))),
                option(
                        "load-balancers[].zones",
                        100,
                        put("NET.12 NET.13", oneOfTwo, crossZone),
                        put(
                                "NET.12",
                                oneOfTwo,
                                crossZone,
                                edit(
                                        "zones: [az1, az2], listener: {target-group: second}",
                                        "zones: [az1], listener: {target-group: second}"))),
                option(
                        "load-balancers[].cross-zone",
                        100,
                        put("NET.12", oneOfTwo),
                        put("NET.12 NET.13", oneOfTwo, crossZone)),
                new Case(
                        "load-balancers[].ip-address-type",
                        100,
                        LiveOptionsTest::udp6,
                        put("NET.11"),
                        put("inner_ip_version", edit("{name: one,", "{name: one, ip-address-type: ipv4,"))),
                option(
                        "load-balancers[].listener.target-group",
                        100,
                        put("NET.11"),
                        put(
                                "NET.12",
                                edit("target-group: first", "target-group: x"),
                                edit("target-group: second", "target-group: first"),
                                edit("target-group: x", "target-group: second"))),
                option(
                        "load-balancers[].packets.mtu",
                        100,
                        put("NET.11"),
                        put("inner_too_large", edit("{name: one,", "{name: one, packets: {mtu: 576},"))),
                new Case(
                        "load-balancers[].packets.tcp-midstream-pickup",
                        100,
                        LiveOptionsTest::segment,
                        put("tcp_not_syn"),
                        put("NET.11", edit("{name: one,", "{name: one, packets: {tcp-midstream-pickup: true},"))),
                option(
                        "endpoint-services[].load-balancers",
                        200,
                        put("NET.11"),
                        put("NET.12", edit("{name: svc, load-balancers: [one]", "{name: svc, load-balancers: [two]"))),
                option(
                        "endpoint-services[].acceptance-required",
                        203,
                        put("NET.11", newEndpoint),
                        put(
                                "endpoint_not_available",
                                edit("00002, vni: 200,", "00004, vni: 203,"),
                                edit("[one], acceptance-required: false", "[one], acceptance-required: true"))),
                option(
                        "endpoint-services[].allowed-principals",
                        201,
                        refused(400, "endpoint_unknown", accountOfEndpoint),
                        put(
                                "NET.11",
                                accountOfEndpoint,
                                edit("{name: svc,", "{name: svc, allowed-principals: ['111111111111'],"))),
                option(
                        "endpoint-services[].account",
                        201,
                        refused(400, "endpoint_unknown", accountOfEndpoint),
                        put("NET.11", accountOfEndpoint, edit("{name: svc,", "{name: svc, account: '111111111111',"))),
                new Case(
                        "endpoint-services[].ip-address-types",
                        200,
                        LiveOptionsTest::udp6,
                        put("inner_ip_version"),
                        put("NET.11", edit("{name: svc,", "{name: svc, ip-address-types: [ipv4, ipv6],"))),
                option("endpoints[].id", 203, put("endpoint_unknown"), put("NET.11", newEndpoint)),
                option("endpoints[].vni", 300, put("endpoint_unknown"), put("NET.11", edit("vni: 100", "vni: 300"))),
                option("endpoints[].zone", 100, put("NET.12", oneOfTwo), put("NET.13", oneOfTwo, inAz2)),
                option(
                        "endpoints[].account",
                        201,
                        refused(400, "endpoint_unknown", accountOfEndpoint),
                        put("NET.11", edit("vni: 200,", "vni: 201, account: '000000000000',"))),
                option(
                        "endpoints[].service",
                        200,
                        put("NET.11"),
                        put("NET.12", edit("service: svc,", "service: svc2,"))),
                option("endpoints[].load-balancer", 100, put("NET.11"), put("NET.12", oneOfTwo)),
                new Case(
                        "endpoints[].ip-address-type",
                        100,
                        LiveOptionsTest::udp6,
                        put("NET.11"),
                        put("inner_ip_version", edit("vni: 100,", "vni: 100, ip-address-type: ipv4,"))),
                option(
                        "endpoints[].connection",
                        200,
                        put("NET.11", edit("vni: 200,", "vni: 200, connection: accepted,")),
                        put("endpoint_not_available", edit("vni: 200,", "vni: 200, connection: rejected,"))));
    }

    @BeforeAll
    static void start() throws Exception {
        path = new LoopbackPath(GATEWAY, NETWORK + "9");
        for (int host = 11; host <= 14; host++) {
            path.appliance("NET." + host, NETWORK + host, ApplianceFleet.GENEVE_PORT);
        }
        path.appliance("NET.11:" + OTHER_PORT, NETWORK + 11, OTHER_PORT);
        node = Gateway.start(directory, "node", PROCESS.replace("NET.", NETWORK), ADMIN)
                .ready();
    }

    @AfterAll
    static void stop() throws Exception {
        node.close();
        path.close();
    }

    private static SortedMap<String, Integer> newFlows(int vni, int count, IntFunction<byte[]> packet)
            throws Exception {
        int from = sent;
        sent += count;
        return path.send(node, vni, count, number -> packet.apply(from + number));
    }

    private static void putAndLook(Case it, Put put) throws Exception {
        var answer = node.put("/v1/config", put.document());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(put.status());
        await(it.option())
                .atMost(WITHIN)
                .untilAsserted(
                        () -> assertThat(newFlows(it.vni(), FLOWS, it.packet()).keySet())
                                .isEqualTo(put.goes()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("options")
    void newFlowsGoWhereTheOptionSays(Case it) throws Exception {
        assertThat(node.put("/v1/config", put("").document()).statusCode()).isEqualTo(200);
        putAndLook(it, it.before());
        putAndLook(it, it.after());
    }

    @Test
    void aTargetsShareOfNewFlowsIsItsWeight() throws Exception {
        Edit toTwo = edit("load-balancer: one", "load-balancer: two");
        Edit crossZone = edit("{name: two,", "{name: two, cross-zone: true,");
        Case even = option("weight", 100, put("NET.12 NET.13", toTwo, crossZone), put(""));
        putAndLook(even, even.before());
        assertThat(newFlows(100, MANY_FLOWS, LiveOptionsTest::udp).get("NET.13"))
                .isBetween(140, 260);
        Put uneven = put("NET.12 NET.13", toTwo, crossZone, edit("{id: NET.13,", "{id: NET.13, weight: 9,"));
        assertThat(node.put("/v1/config", uneven.document()).statusCode()).isEqualTo(200);
        await().atMost(WITHIN)
                .untilAsserted(() -> assertThat(
                                newFlows(100, MANY_FLOWS, LiveOptionsTest::udp).get("NET.13"))
                        .isBetween(320, 395));
    }

    @Test
    void whatIsProtectedStaysAndGoesOnCarryingPackets() throws Exception {
        Edit isGone = edit("  - {name: one, zones: [az1, az2], listener: {target-group: first}}\n", "");
        Edit noService = edit("{name: svc, load-balancers: [one]", "{name: svc, load-balancers: [two]");
        Edit noEndpoint = edit("load-balancer: one", "load-balancer: two");
        Case it = option(
                "load-balancers[].deletion-protection",
                100,
                put("NET.11", edit("{name: one,", "{name: one, deletion-protection: true,")),
                refused(409, "NET.11", isGone, noService, noEndpoint));
        putAndLook(it, it.before());
        putAndLook(it, it.after());
        putAndLook(it, put("NET.11"));
        putAndLook(it, put("NET.12", isGone, noService, noEndpoint));
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.KernelCapability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The sheet's worked example (1.4) through a real node and a real kernel, judged by tshark. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WireKernelIT {

    private static final String NAMESPACES = """
            mount -t tmpfs tmpfs /run && ip link set lo up &&
            ip addr add 10.0.0.1/32 dev lo && ip addr add 10.0.0.2/32 dev lo &&
            ip addr add 10.0.0.3/32 dev lo &&
            ip netns add fw && ip link add gw0 type veth peer name fw0 netns fw &&
            ip addr add 10.10.2.11/24 dev gw0 && ip -n fw addr add 10.10.2.50/24 dev fw0 &&
            ethtool -K gw0 tx off >/dev/null && ip netns exec fw ethtool -K fw0 tx off >/dev/null &&
            ip netns exec fw sh -c 'echo 2 > /proc/sys/net/ipv4/ip_default_ttl; echo 1 > /proc/sys/net/ipv4/ip_no_pmtu_disc' &&
            ip link set gw0 up && ip -n fw link set fw0 up && ip -n fw link set lo up && exec "$@"
            """;

    private List<Map<String, String>> packets = List.of();
    private String output = "";

    @BeforeAll
    void run(@TempDir Path directory) throws IOException, InterruptedException {
        KernelCapability.NETWORK_NAMESPACE.require();
        KernelCapability.IPROUTE2.require();
        KernelCapability.ETHTOOL.require();
        KernelCapability.TSHARK.require();
        Process process = new ProcessBuilder(
                        "unshare",
                        "-Urnm",
                        "sh",
                        "-c",
                        NAMESPACES,
                        "wire",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.net.preferIPv4Stack=true",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        scenario().getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        packets = output.lines()
                .filter(line -> line.startsWith("packet="))
                .map(WireKernelIT::fields)
                .toList();
    }

    /** What runs in the namespaces. */
    Class<?> scenario() {
        return WireScenario.class;
    }

    /** What it said. */
    Stream<String> said() {
        return output.lines();
    }

    private static Map<String, String> fields(String line) {
        String[] values = line.substring("packet=".length()).split(";", -1);
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i < values.length; i++) {
            fields.put(WireScenario.FIELDS.get(i), values[i]);
        }
        return fields;
    }

    /** Packets to the appliance and what it returned, in the order of the exchanges. */
    private Map<String, String> sent(int exchange) {
        return packets.get(2 * exchange);
    }

    private Map<String, String> returned(int exchange) {
        return packets.get(2 * exchange + 1);
    }

    private static String payload(Map<String, String> packet) {
        return outer(packet, "udp.payload").replace(":", "");
    }

    private static int port(Map<String, String> packet, String field) {
        return Integer.parseInt(outer(packet, field));
    }

    /** A field's first value: the second, where there is one, is the inner header's. */
    private static String outer(Map<String, String> packet, String field) {
        return packet.getOrDefault(field, "").replaceFirst(",.*", "");
    }

    @Test
    void everyPacketIsDelivered() {
        assertThat(output.lines()).contains("drops=0.0");
        assertThat(packets).as("there and back: %s", output).hasSize(WireScenario.PACKETS);
    }

    @Test
    void w1OuterHeaderIsIpv4WhateverIsInside() {
        assertThat(sent(0)).containsEntry("ip.version", "4,4").containsEntry("geneve.proto_type", "0x0800");
        assertThat(sent(2)).containsEntry("ip.version", "4,6").containsEntry("geneve.proto_type", "0x86dd");
    }

    /** The second of two values is the inner header's. */
    @Test
    void w2GoesFromTheNodesAddressToTheAppliancesPort6081() {
        assertThat(sent(0))
                .containsEntry("ip.src", "10.10.2.11,10.20.0.5")
                .containsEntry("ip.dst", "10.10.2.50,203.0.113.10")
                .containsEntry("ip.len", "108,40")
                .containsEntry("udp.dstport", "6081");
        assertThat(sent(1))
                .containsEntry("ip.src", "10.10.2.11,203.0.113.10")
                .containsEntry("ip.dst", "10.10.2.50,10.20.0.5")
                .containsEntry("udp.dstport", "6081");
    }

    @Test
    void w3TakesAReturnWithAddressesSwappedAndPortsKept() {
        assertThat(returned(0))
                .containsEntry("ip.src", "10.10.2.50,10.20.0.5")
                .containsEntry("ip.dst", "10.10.2.11,203.0.113.10")
                .containsEntry("udp.dstport", "6081");
        assertThat(port(returned(0), "udp.srcport")).isEqualTo(port(sent(0), "udp.srcport"));
        assertThat(output.lines()).contains("delivered=" + WireScenario.FROM_ENDPOINT + WireScenario.SYN);
    }

    @Test
    void w4SendsFromOtherPortsThanTheOneItListensAt() {
        for (int exchange = 0; exchange < WireScenario.PACKETS / 2; exchange++) {
            assertThat(port(sent(exchange), "udp.srcport")).isNotEqualTo(6081);
            assertThat(port(returned(exchange), "udp.dstport")).isEqualTo(6081);
        }
    }

    @Test
    void w5SourcePortIsAFunctionOfTheFlowInItsRange() {
        for (int exchange = 0; exchange < WireScenario.PACKETS / 2; exchange++) {
            assertThat(port(sent(exchange), "udp.srcport")).isBetween(49_152, 65_535);
        }
        assertThat(port(sent(0), "udp.srcport")).as("both directions").isEqualTo(port(sent(1), "udp.srcport"));
    }

    @Test
    void w6UdpChecksumIsZeroOrRight() {
        for (int exchange : new int[] {0, 1}) {
            assertThat(sent(exchange).get("udp.checksum.status"))
                    .as("1 = good, 3 = not present")
                    .isIn("1", "3");
        }
    }

    /** The appliance's kernel sends as the published handler does. */
    @Test
    void w8TakesAReturnWithATtlOfTwoAndDfClear() {
        for (int exchange : new int[] {0, 1}) {
            assertThat(returned(exchange).get("ip.ttl")).startsWith("2,");
            assertThat(returned(exchange).get("ip.flags.df")).matches("(0|False),.*");
        }
        assertThat(output.lines().filter(line -> line.startsWith("delivered="))).hasSize(WireScenario.PACKETS / 2);
    }

    @Test
    void w9OuterTtlIsSixtyFourDscpZeroAndDfClear() {
        for (int exchange : new int[] {0, 1}) {
            assertThat(sent(exchange).get("ip.ttl")).startsWith("64,");
            assertThat(sent(exchange).get("ip.dsfield.dscp")).startsWith("0,");
            assertThat(sent(exchange).get("ip.flags.df"))
                    .as("nobody knows the whole path")
                    .matches("(0|False),.*");
            assertThat(sent(exchange).get("ip.checksum.status")).as("1 = good").startsWith("1");
        }
    }

    @Test
    void w12EndpointIdIsTheHexadecimalOfItsText() {
        assertThat(payload(sent(0)).substring(16, 40))
                .as("of vpce-0a1b2c3d4e5f60718")
                .isEqualTo("01080102" + "a1b2c3d4e5f60718");
    }

    @Test
    void w13EndpointIdIsThatOfTheEndpointInEveryPacket() {
        for (int exchange = 0; exchange < WireScenario.PACKETS / 2; exchange++) {
            assertThat(payload(sent(exchange)).substring(16, 40)).isEqualTo("01080102" + "a1b2c3d4e5f60718");
        }
    }

    /** What tshark decodes, and the bytes themselves but for the cookie's, which are the flow's own. */
    @Test
    void w14EveryPacketHasAllThreeOptionsAsInTheWorkedExample() {
        String options = "01080102a1b2c3d4e5f60718" + "010802020000000000000000" + "01080301";
        String[] inner = {WireScenario.SYN, WireScenario.SYN_ACK, WireScenario.UDP6};
        for (int exchange = 0; exchange < WireScenario.PACKETS / 2; exchange++) {
            String header = exchange == 2 ? "080086dd00000000" : "0800080000000000";
            assertThat(sent(exchange))
                    .containsEntry("geneve.version", "0")
                    .containsEntry("geneve.vni", "0x000000")
                    .containsEntry("geneve.option.class", "0x0108,0x0108,0x0108")
                    .containsEntry("geneve.option.type", "0x01,0x02,0x03");
            assertThat(payload(sent(exchange))).startsWith(header + options);
            assertThat(payload(sent(exchange)).substring(80)).isEqualTo(inner[exchange]);
        }
    }

    @Test
    void w16OneCookieServesBothDirections() {
        assertThat(payload(sent(1)).substring(72, 80))
                .isEqualTo(payload(sent(0)).substring(72, 80));
        assertThat(payload(sent(2)).substring(72, 80))
                .as("another flow's")
                .isNotEqualTo(payload(sent(0)).substring(72, 80));
    }

    @Test
    void w18AReturnThatRepeatsTheHeaderOfItsFlowIsDelivered() {
        for (int exchange = 0; exchange < WireScenario.PACKETS / 2; exchange++) {
            assertThat(payload(returned(exchange))).isEqualTo(payload(sent(exchange)));
        }
        assertThat(output.lines().filter(line -> line.startsWith("delivered="))).hasSize(WireScenario.PACKETS / 2);
    }

    @Test
    void w20InnerPacketIsDeliveredUnchangedAtItsEndpoint() {
        assertThat(output.lines().filter(line -> line.startsWith("delivered=")))
                .containsExactly(
                        "delivered=" + WireScenario.FROM_ENDPOINT + WireScenario.SYN,
                        "delivered=" + WireScenario.FROM_ENDPOINT + WireScenario.SYN_ACK,
                        "delivered=" + WireScenario.FROM_ENDPOINT6 + WireScenario.UDP6);
    }

    @Test
    void f4BothDirectionsGoToOneTargetUnderOneCookie() {
        assertThat(sent(1).get("ip.dst")).startsWith("10.10.2.50,");
        assertThat(payload(sent(1)).substring(0, 80)).isEqualTo(payload(sent(0)).substring(0, 80));
    }
}

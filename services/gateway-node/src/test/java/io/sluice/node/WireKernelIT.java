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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sheet's worked example (1.4) through a real node and a real kernel, judged by tshark. */
class WireKernelIT {

    private static final String NAMESPACES = """
            mount -t tmpfs tmpfs /run && ip link set lo up &&
            ip addr add 10.0.0.1/32 dev lo && ip addr add 10.0.0.2/32 dev lo &&
            ip netns add fw && ip link add gw0 type veth peer name fw0 netns fw &&
            ip addr add 10.10.2.11/24 dev gw0 && ip -n fw addr add 10.10.2.50/24 dev fw0 &&
            ethtool -K gw0 tx off >/dev/null && ip netns exec fw ethtool -K fw0 tx off >/dev/null &&
            ip link set gw0 up && ip -n fw link set fw0 up && ip -n fw link set lo up && exec "$@"
            """;

    private static List<Map<String, String>> packets = List.of();
    private static String output = "";

    @BeforeAll
    static void run(@TempDir Path directory) throws IOException, InterruptedException {
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
                        WireScenario.class.getName(),
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

    private static Map<String, String> fields(String line) {
        String[] values = line.substring("packet=".length()).split(";", -1);
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i < values.length; i++) {
            fields.put(WireScenario.FIELDS.get(i), values[i]);
        }
        return fields;
    }

    @Test
    void everyPacketIsDeliveredUnchanged() {
        assertThat(output.lines().filter(line -> line.startsWith("delivered=")))
                .containsExactly(
                        "delivered=" + WireScenario.FROM_ENDPOINT + WireScenario.SYN,
                        "delivered=" + WireScenario.FROM_ENDPOINT + WireScenario.SYN_ACK);
        assertThat(output.lines()).contains("drops=0.0");
        assertThat(packets).as("two packets, there and back").hasSize(4);
    }

    /** Outer fields, one by one (W-1, W-2, W-5, W-6, W-9); the second of two values is the inner header's. */
    @Test
    void outerHeaderIsTheExamples() {
        for (int packet : new int[] {0, 2}) {
            assertThat(packets.get(packet))
                    .containsEntry("ip.src", packet == 0 ? "10.10.2.11,10.20.0.5" : "10.10.2.11,203.0.113.10")
                    .containsEntry("ip.dst", packet == 0 ? "10.10.2.50,203.0.113.10" : "10.10.2.50,10.20.0.5")
                    .containsEntry("ip.len", "108,40")
                    .containsEntry("udp.dstport", "6081");
            assertThat(packets.get(packet).get("ip.ttl")).startsWith("64,");
            assertThat(packets.get(packet).get("ip.flags.df"))
                    .as("outer DF is clear, as nobody knows the whole path")
                    .matches("(0|False),.*");
            assertThat(packets.get(packet).get("ip.checksum.status"))
                    .as("1 = good")
                    .startsWith("1");
            assertThat(packets.get(packet).get("udp.checksum.status"))
                    .as("1 = good, 3 = not present")
                    .isIn("1", "3");
            assertThat(Integer.parseInt(packets.get(packet).get("udp.srcport"))).isBetween(49_152, 65_535);
        }
        assertThat(packets.get(0).get("udp.srcport"))
                .as("W-5: both directions of a flow leave from one port")
                .isEqualTo(packets.get(2).get("udp.srcport"));
    }

    /** What tshark decodes, and the bytes themselves but for the cookie's, which are the flow's own. */
    @Test
    void geneveIsTheExamplesByteForByte() {
        String beforeCookie = "0800080000000000" + "01080102a1b2c3d4e5f60718" + "010802020000000000000000" + "01080301";
        for (int packet : new int[] {0, 2}) {
            assertThat(packets.get(packet))
                    .containsEntry("geneve.version", "0")
                    .containsEntry("geneve.vni", "0x000000")
                    .containsEntry("geneve.proto_type", "0x0800")
                    .containsEntry("geneve.option.class", "0x0108,0x0108,0x0108")
                    .containsEntry("geneve.option.type", "0x01,0x02,0x03");
            String payload = packets.get(packet).getOrDefault("udp.payload", "").replace(":", "");
            assertThat(payload).startsWith(beforeCookie);
            assertThat(payload.substring(beforeCookie.length() + 8))
                    .isEqualTo(packet == 0 ? WireScenario.SYN : WireScenario.SYN_ACK);
            assertThat(payload)
                    .as("W-16: one cookie for both directions")
                    .startsWith(packets.get(0)
                            .getOrDefault("udp.payload", "")
                            .replace(":", "")
                            .substring(0, 80));
        }
    }
}

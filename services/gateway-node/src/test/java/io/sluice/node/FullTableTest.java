// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.testkit.PacketBuilder;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node whose flow table is full goes on opening flows: one-way ones of the same endpoint make room. With one shard, as
 * an endpoint needs one of its own in the very table that is full.
 */
class FullTableTest {

    /** Port 6081 cannot be chosen, so each process that runs this test has loopback addresses of its own. */
    private static final String NETWORK = "127." + (64 + ProcessHandle.current().pid() % 180) + ".";

    private static final int CAPACITY = 2_000;
    private static final int LIMIT_MS = 30_000;
    private static final int INNER_SOURCE_AT = 40 + 12;
    private static final String YAML = """
            node: {id: gw-1, zone: az1, shards: 1, flow-capacity: %d}
            ingress: {listen: "NET.7.1:6080"}
            appliances: {listen: "NET.7.1:6081"}
            admin: {listen: "NET.7.1:8080"}
            target-groups: [{name: firewalls, targets: [{id: NET.7.11}]}]
            load-balancers: [{name: inspection, listener: {target-group: firewalls}}]
            endpoints:
              - {id: vpce-0a1b2c3d4e5f60718, vni: 100, load-balancer: inspection, flow-quota: %d, attachments: ["NET.7.3"]}
              - {id: vpce-0a1b2c3d4e5f60719, vni: 101, load-balancer: inspection, attachments: ["NET.7.3"]}
            """.formatted(CAPACITY, CAPACITY).replace("NET.", NETWORK);

    @TempDir
    private Path directory;

    private static void send(DatagramSocket spoke, int vni, int flow) throws IOException {
        byte[] inner = PacketBuilder.ipv4()
                .from("10.1.%d.%d".formatted(flow >>> 8, flow & 0xFF))
                .to("203.0.113.10")
                .udp(4_000, 53)
                .build();
        byte[] datagram = PacketBuilder.geneve().vni(vni).payload(inner).build();
        spoke.send(new DatagramPacket(datagram, datagram.length, InetAddress.getByName(NETWORK + "7.1"), 6080));
    }

    private static int receive(DatagramSocket appliance, Gateway node) throws Exception {
        DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
        try {
            appliance.receive(packet);
        } catch (SocketTimeoutException nothing) {
            throw new AssertionError(
                    "nothing came: " + LiveNetwork.counters(node).getJsonObject("drops"), nothing);
        }
        return ByteBuffer.wrap(packet.getData()).getInt(INNER_SOURCE_AT) & 0xFFFF;
    }

    @Test
    void aFullTableMakesRoomAmongTheEndpointsOwnOneWayFlows() throws Exception {
        try (DatagramSocket spoke = new DatagramSocket(new InetSocketAddress(NETWORK + "7.3", 0));
                DatagramSocket appliance = new DatagramSocket(new InetSocketAddress(NETWORK + "7.11", 6081));
                Gateway node = Gateway.start(directory, "node", YAML, NETWORK + "7.1:8080")
                        .ready()) {
            appliance.setSoTimeout(LIMIT_MS);
            send(spoke, 101, 0xFF00);
            assertThat(receive(appliance, node)).isEqualTo(0xFF00);
            for (int flow = 0; flow < CAPACITY + 500; flow++) {
                send(spoke, 100, flow);
                assertThat(receive(appliance, node))
                        .as("one flow after the other")
                        .isEqualTo(flow);
            }
            send(spoke, 101, 0xFF01);
            assertThat(receive(appliance, node)).as("the other endpoint's flow").isEqualTo(0xFF01);
            JsonObject drops = LiveNetwork.counters(node).getJsonObject("drops");
            assertThat(drops.getLong("table_full")).isZero();
            await("the shard takes its readings every now and then")
                    .atMost(Duration.ofMillis(LIMIT_MS))
                    .untilAsserted(() -> {
                        assertThat(node.metric("sluice_flows_evicted_total", ""))
                                .isGreaterThanOrEqualTo(500);
                        assertThat(node.metric("sluice_flows", "")).isBetween(1.0, (double) CAPACITY);
                    });
        }
    }
}

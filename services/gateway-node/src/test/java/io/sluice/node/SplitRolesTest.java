// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.testkit.FreePorts;
import io.sluice.testkit.PacketBuilder;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Packets in one process, decisions in another, picks of targets in a third: the decisions are killed and come back, and no
 * packet of a known flow notices (architecture, sections 1 and 5).
 */
class SplitRolesTest {

    /** Port 6081 cannot be chosen, so each process that runs this test has loopback addresses of its own. */
    private static final String NETWORK = "127." + (64 + ProcessHandle.current().pid() % 180) + ".";

    private static final String NODE_ADDRESS = NETWORK + "0.1";
    private static final String ENDPOINT_ADDRESS = NETWORK + "3.1";
    private static final String[] APPLIANCES = {NETWORK + "1.11", NETWORK + "1.12"};
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int COOKIE_AT = 36;

    @TempDir
    private Path directory;

    private final int packetsAdmin = FreePorts.next();
    private final int decisionsAdmin = FreePorts.next();
    private final int selectionAdmin = FreePorts.next();
    private final int packetsMember = FreePorts.next();
    private final int decisionsMember = FreePorts.next();
    private final int selectionMember = FreePorts.next();
    private final int healthPort = FreePorts.next();
    private final int ingressPort = FreePorts.next();
    private final Map<String, Appliance> appliances = new HashMap<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private DatagramSocket endpoint;
    private NodeProcess packets;
    private NodeProcess decisions;
    private NodeProcess selection;

    /** Returns every packet as W-18 says; remembers the cookie of each flow by its inner source port. */
    private static final class Appliance implements AutoCloseable {

        final Map<Integer, Integer> cookies = new ConcurrentHashMap<>();
        private final DatagramSocket socket;
        private final ServerSocket health;

        Appliance(String address, int healthPort) throws IOException {
            socket = new DatagramSocket(new InetSocketAddress(address, 6081));
            health = new ServerSocket(healthPort, 50, InetAddress.getByName(address));
            Thread.ofVirtual().start(this::serve);
        }

        private void serve() {
            byte[] buffer = new byte[9_000];
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            while (!socket.isClosed()) {
                try {
                    packet.setLength(buffer.length);
                    socket.receive(packet);
                    ByteBuffer bytes = ByteBuffer.wrap(buffer);
                    cookies.put(bytes.getShort(60) & 0xFFFF, bytes.getInt(COOKIE_AT));
                    socket.send(new DatagramPacket(buffer, packet.getLength(), packet.getAddress(), 6081));
                } catch (IOException ended) {
                    return;
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
            health.close();
        }
    }

    private String configuration(String id, int admin, int listen, int other) {
        return """
                node: {id: %s, zone: az1, roles: [all], flow-capacity: 10000, secret-file: secret}
                cluster: {name: split-%d, listen: "127.0.0.1:%d", members: ["127.0.0.1:%d", "127.0.0.1:%d"]}
                ingress: {listen: "NET.0.1:%d"}
                appliances: {listen: "NET.0.1:6081"}
                admin: {listen: "NET.0.1:%d"}
                target-groups:
                  - name: firewalls
                    health-check: {protocol: TCP, port: %d, interval: 5s, timeout: 2s, healthy-threshold: 2, unhealthy-threshold: 2}
                    targets:
                      - {id: NET.1.11, zone: az1}
                      - {id: NET.1.12, zone: az1}
                load-balancers:
                  - {name: inspection, zones: [az1], listener: {target-group: firewalls}}
                endpoints:
                  - {id: vpce-0a1b2c3d4e5f60718, vni: 100, zone: az1, load-balancer: inspection, attachments: ["NET.3.1:%d"]}
                """.formatted(
                        id,
                        packetsMember,
                        listen,
                        listen,
                        other,
                        ingressPort,
                        admin,
                        healthPort,
                        endpoint.getLocalPort())
                .replace("NET.", NETWORK);
    }

    @BeforeEach
    void start() throws IOException {
        endpoint = new DatagramSocket(new InetSocketAddress(ENDPOINT_ADDRESS, 0));
        opened.add(endpoint);
        endpoint.setSoTimeout(3_000);
        for (String address : APPLIANCES) {
            Appliance appliance = new Appliance(address, healthPort);
            opened.add(appliance);
            appliances.put(address, appliance);
        }
        for (String data : new String[] {"packets-data", "decisions-data", "selection-data"}) {
            Files.createDirectories(directory.resolve(data));
            Files.write(directory.resolve(data).resolve("secret"), new byte[32]);
        }
        packets = new NodeProcess(
                directory,
                "packets",
                configuration("packets", packetsAdmin, packetsMember, decisionsMember),
                NODE_ADDRESS + ":" + packetsAdmin,
                "--roles",
                "ingress,codec");
        opened.add(packets);
        selection = new NodeProcess(
                directory,
                "selection",
                configuration("selection", selectionAdmin, selectionMember, decisionsMember),
                NODE_ADDRESS + ":" + selectionAdmin,
                "--roles",
                "target-selection");
        opened.add(selection);
        startDecisions();
        packets.ready();
        selection.ready();
    }

    private void startDecisions() throws IOException {
        decisions = new NodeProcess(
                directory,
                "decisions",
                configuration("decisions", decisionsAdmin, decisionsMember, packetsMember),
                NODE_ADDRESS + ":" + decisionsAdmin,
                "--roles",
                "flow-hashing,health-checking,control-api");
        opened.add(decisions);
        decisions.ready();
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable started : opened) {
            started.close();
        }
    }

    /** Sends one segment of a flow and waits until it comes back through its appliance. */
    private void pass(int sourcePort, String flags) throws IOException {
        byte[] inner = PacketBuilder.ipv4()
                .from("10.20.0.5")
                .to("203.0.113.10")
                .tcp(sourcePort, 443)
                .flags(flags)
                .payloadBytes(100)
                .build();
        byte[] plain = PacketBuilder.geneve().vni(100).payload(inner).build();
        endpoint.send(new DatagramPacket(plain, plain.length, InetAddress.getByName(NODE_ADDRESS), ingressPort));
        DatagramPacket back = new DatagramPacket(new byte[9_000], 9_000);
        endpoint.receive(back);
        assertThat(Arrays.copyOf(back.getData(), back.getLength())).isEqualTo(plain);
    }

    private Map<Integer, String> targetsAndCookies() {
        Map<Integer, String> all = new HashMap<>();
        appliances.forEach((address, appliance) -> appliance.cookies.forEach(
                (port, cookie) -> all.merge(port, address + " " + cookie, (a, b) -> a + " and " + b)));
        return all;
    }

    private boolean allFlowsAreAcknowledged(int flows) throws Exception {
        JsonObject listed = new JsonObject(decisions.get("/v1/flows"));
        return listed.getLong("total") == flows
                && listed.getJsonArray("flows").stream()
                        .noneMatch(flow -> ((JsonObject) flow).getBoolean("provisional"))
                && decisions.metric("sluice_flow_records", "") == flows;
    }

    /** The message is visible in the process's metrics. */
    private static void sees(NodeProcess process, String address, String direction) {
        await(address)
                .atMost(PATIENCE)
                .until(() -> process.metric(
                                "sluice_bus_messages_total",
                                "address=\"" + address + "\",direction=\"" + direction + "\"")
                        > 0);
    }

    @Test
    void knownFlowsGoOnAndNewOnesAreDecidedLocallyWhileTheDecisionsAreGone() throws Exception {
        // the first requests after a start may take longer than a packet's patience: let it settle
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> new JsonObject(decisions.get("/v1/drops"))
                        .getJsonArray("nodes")
                        .contains("packets"));
        for (int port = 1_001; port <= 1_020; port++) {
            pass(port, "S");
        }
        await().atMost(PATIENCE).ignoreExceptions().until(() -> allFlowsAreAcknowledged(20));
        // the processes know of each other by now, so this one is asked for
        pass(1_021, "S");
        await().atMost(PATIENCE).ignoreExceptions().until(() -> allFlowsAreAcknowledged(21));
        sees(packets, "sluice.flow.open.v1", "sent");
        sees(decisions, "sluice.flow.open.v1", "received");
        sees(decisions, "sluice.target.select.v1", "sent");
        sees(selection, "sluice.target.select.v1", "received");
        sees(packets, "sluice.health.changed.v1", "received");
        sees(packets, "sluice.config.changed.v1", "received");
        sees(decisions, "sluice.node.status.v1", "received");
        // a flow set up while the authority was late may have moved to its record since: its next packet shows where it
        // is
        for (int port = 1_001; port <= 1_021; port++) {
            pass(port, "PA");
        }
        Map<Integer, String> before = targetsAndCookies();

        decisions.kill();
        for (int port = 1_001; port <= 1_021; port++) {
            pass(port, "PA");
        }
        assertThat(targetsAndCookies()).as("known flows stay where they are").isEqualTo(before);
        for (int port = 2_001; port <= 2_010; port++) {
            pass(port, "S");
            pass(port, "PA");
        }
        await().until(() -> packets.metric("sluice_flow_setups_total", "decision=\"provisional\"") >= 10);
        Map<Integer, String> alone = targetsAndCookies();

        startDecisions();
        await().atMost(PATIENCE).ignoreExceptions().until(() -> allFlowsAreAcknowledged(31));
        sees(packets, "sluice.flow.adopt.v1", "sent");
        for (int port = 1_001; port <= 1_021; port++) {
            pass(port, "PA");
        }
        for (int port = 2_001; port <= 2_010; port++) {
            pass(port, "PA");
        }
        assertThat(targetsAndCookies()).as("healing moves nothing").isEqualTo(alone);
        pass(3_001, "S");
        await().atMost(PATIENCE).ignoreExceptions().until(() -> allFlowsAreAcknowledged(32));

        JsonObject drops = new JsonObject(decisions.get("/v1/drops"));
        JsonObject places = drops.getJsonObject("packets");
        assertThat(places.getLong("endpoint-in") + places.getLong("target-in"))
                .isEqualTo(places.getLong("endpoint-out") + places.getLong("target-out") + places.getLong("dropped"));
        assertThat(places.getLong("dropped")).as(drops.encode()).isZero();
    }

    @Test
    void stopsInOrderWhenItIsAsked() throws Exception {
        packets.terminate();
        assertThat(packets.exitCode()).as("128 + SIGTERM").isEqualTo(143);
        assertThat(packets.log()).contains("event=node_stopping", "event=node_stopped");
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.awaitility.Awaitility.await;

import io.sluice.testkit.PacketBuilder;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * What {@link LinkKernelIT} runs: the worked example of {@link WireScenario} through a gateway of four processes, two ingresses,
 * one codec and one that decides; then what the link is asked for besides. Says what it observed in lines {@code name=value}.
 */
final class LinkScenario {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int AGAIN_MS = 500;

    private static final String INGRESS_1 = "10.0.0.1";
    private static final String INGRESS_2 = "10.0.0.3";
    private static final String CODEC_LINK = "10.10.2.11:6082";

    /** In the order of their cluster and admin ports. */
    private static final List<String> NAMES = List.of("decisions", "codec", "ingress-1", "ingress-2");

    /** The inner source port is 68 bytes behind the outer UDP header's start. */
    private static final String NOT_WARMING_UP = WireScenario.GENEVE + " and udp[68:2] != 1001 and udp[68:2] != 1002";

    private static final int FLOWS_SET_UP = 6;

    private static final List<String> BALANCE_IN = List.of("endpoint-in", "target-in", "link-in", "generated");
    private static final List<String> BALANCE_OUT = List.of("endpoint-out", "target-out", "link-out");

    private final Path directory;
    private final List<AutoCloseable> opened = new ArrayList<>();

    private LinkScenario(Path directory) {
        this.directory = directory;
    }

    /** Runs it; the argument is a directory for its files. */
    public static void main(String[] arguments) throws Exception {
        LinkScenario scenario = new LinkScenario(Path.of(arguments[0]));
        Process appliance = WireScenario.startAppliance();
        try {
            WireScenario.captured(scenario.directory, NOT_WARMING_UP, scenario::run);
        } finally {
            appliance.destroy();
            for (AutoCloseable each : scenario.opened) {
                each.close();
            }
        }
    }

    private NodeProcess start(String name, String roles, String ingress, String link) throws Exception {
        int number = NAMES.indexOf(name);
        Path data = Files.createDirectories(directory.resolve(name + "-data"));
        Files.write(data.resolve("secret"), new byte[32]);
        String admin = "127.0.0.1:" + (8080 + number);
        String yaml = """
                node: {id: %s, zone: az1, roles: [%s], flow-capacity: 10000, secret-file: secret}
                cluster: {name: wire, listen: "127.0.0.1:%d", members: ["127.0.0.1:5701"]}
                ingress: {listen: "%s:6080"}
                appliances: {listen: "10.10.2.11:6081"}
                link: {listen: "%s"}
                admin: {listen: "%s"}
                """.formatted(name, roles, 5701 + number, ingress, link, admin);
        NodeProcess node = new NodeProcess(directory, name, yaml + WireScenario.MODEL, admin);
        opened.add(node);
        return node;
    }

    private NodeProcess startCodec() throws Exception {
        return start("codec", "codec", INGRESS_1, CODEC_LINK);
    }

    private void run() throws Exception {
        NodeProcess decisions = start(
                        "decisions",
                        "flow-hashing, target-selection, health-checking, control-api",
                        INGRESS_1,
                        CODEC_LINK)
                .ready();
        NodeProcess codec = startCodec();
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> codec.get("/readyz").contains("no ingress of zone az1"));
        NodeProcess first = start("ingress-1", "ingress", INGRESS_1, INGRESS_1 + ":6082");
        NodeProcess second = start("ingress-2", "ingress", INGRESS_2, INGRESS_2 + ":6082");
        for (NodeProcess node : List.of(codec, first, second)) {
            node.ready();
        }
        Scenario.observed("codec.waited", true);
        try (DatagramSocket endpoint = WireScenario.endpoint()) {
            // the first question after a start may take longer than a packet's patience
            WireScenario.exchange(endpoint, WireScenario.FROM_ENDPOINT + segment("S", 1_001, true), INGRESS_1);
            WireScenario.exchange(endpoint, WireScenario.FROM_ENDPOINT + segment("S", 1_002, true), INGRESS_2);
            WireScenario.exchanges(endpoint);
            twoIngresses(endpoint);
            // two to get warm, the two of the worked example, one that both know
            await().atMost(PATIENCE).until(() -> setups(first) + setups(second) >= FLOWS_SET_UP);
            drops(codec, first, second);
            balance("codec", codec);

            codec.kill();
            NodeProcess again = startCodec().ready();
            knownFlowGoesOn(endpoint, INGRESS_1);
            knownFlowGoesOn(endpoint, INGRESS_2);
            Scenario.observed("restart.setups", setups(first) + setups(second) - FLOWS_SET_UP);
            forged(again);
            balance("codec.again", again);
            balance("ingress-1", first);
            balance("ingress-2", second);
            Scenario.observed("targets", decisions.get("/v1/targets").contains("10.10.2.50"));
        }
    }

    /** A segment of a flow between two addresses, one way or the other. */
    private static String segment(String flags, int port, boolean forth) {
        PacketBuilder packet = PacketBuilder.ipv4()
                .from(forth ? "10.20.0.5" : "203.0.113.10")
                .to(forth ? "203.0.113.10" : "10.20.0.5");
        return HexFormat.of()
                .formatHex((forth ? packet.tcp(port, 443) : packet.tcp(443, port))
                        .flags(flags)
                        .build());
    }

    /** One flow whose directions enter at different ingresses: each answer comes from where its packet went. */
    private static void twoIngresses(DatagramSocket endpoint) throws Exception {
        List<String> from = new ArrayList<>();
        for (String[] each : new String[][] {
            {INGRESS_2, segment("S", 2_001, true)},
            {INGRESS_1, segment("SA", 2_001, false)},
            {INGRESS_2, segment("A", 2_001, true)},
            {INGRESS_1, segment("PA", 2_001, false)}
        }) {
            String datagram = WireScenario.FROM_ENDPOINT + each[1];
            DatagramPacket back = WireScenario.exchange(endpoint, datagram, each[0]);
            boolean same =
                    Arrays.equals(WireScenario.payload(back), HexFormat.of().parseHex(datagram));
            from.add(each[0]
                    + (back.getAddress().getHostAddress().equals(each[0]) && back.getPort() == 6080 && same
                            ? ""
                            : " answered by " + back.getSocketAddress()));
        }
        Scenario.observed("answers", String.join(",", from));
    }

    /** Sent until it comes back: while a codec is down, packets are lost. */
    private static void knownFlowGoesOn(DatagramSocket endpoint, String ingress) throws Exception {
        endpoint.setSoTimeout(AGAIN_MS);
        String datagram = WireScenario.FROM_ENDPOINT + segment("PA", ingress.equals(INGRESS_1) ? 1_001 : 1_002, true);
        await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(SocketTimeoutException.class)
                .until(() -> {
                    DatagramPacket back = WireScenario.exchange(endpoint, datagram, ingress);
                    return Arrays.equals(
                            WireScenario.payload(back), HexFormat.of().parseHex(datagram));
                });
        Scenario.observed("restart." + ingress, "delivered");
    }

    private static double setups(NodeProcess node) throws Exception {
        return node.metric("sluice_flow_setups_total", "");
    }

    private static void drops(NodeProcess... nodes) throws Exception {
        double sum = 0;
        for (NodeProcess node : nodes) {
            sum += Scenario.allDrops(node);
        }
        Scenario.observed("drops", sum);
    }

    /** Somebody who is no process of the gateway sends a frame. */
    private static void forged(NodeProcess codec) throws Exception {
        try (DatagramSocket stranger = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            byte[] frame = new byte[200];
            stranger.send(new DatagramPacket(frame, frame.length, InetAddress.getByName("10.10.2.11"), 6082));
        }
        await().atMost(PATIENCE).until(() -> Scenario.drops(codec, "link_sender_unknown") == 1);
        Scenario.observed("forged", "dropped");
    }

    /** In = out + dropped + held, once nothing moves. */
    private static void balance(String name, NodeProcess node) throws Exception {
        await(name).atMost(PATIENCE).until(() -> difference(node) == 0);
        Scenario.observed(
                "balance." + name,
                "even, link-in " + (place(node, "link-in") > 0 ? "some" : "none") + ", link-out "
                        + (place(node, "link-out") > 0 ? "some" : "none"));
    }

    private static double difference(NodeProcess node) throws Exception {
        double difference = -Scenario.allDrops(node) - node.metric("sluice_packets_held", "");
        for (String place : BALANCE_IN) {
            difference += place(node, place);
        }
        for (String place : BALANCE_OUT) {
            difference -= place(node, place);
        }
        return difference;
    }

    private static double place(NodeProcess node, String place) throws Exception {
        return node.metric("sluice_packets_total", "place=\"" + place + "\"");
    }
}

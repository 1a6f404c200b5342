// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;
import static org.awaitility.Awaitility.await;

import io.sluice.testkit.PacketBuilder;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What {@link ShardedFlowsKernelIT} runs: flows under 5-, 3- and 2-tuple keys whose packets come in every form that can
 * belong to them: both directions, fragments with and without ports, ICMP errors about either direction.
 *
 * <p>Every flow has a client of its own, so a pair of addresses is a flow whatever the key.
 */
final class ShardedFlowsScenario {

    static final int FLOWS = 120;

    private static final List<String> KINDS = List.of("5-tuple", "3-tuple", "2-tuple");
    private static final Duration HEALTHY_WITHIN = Duration.ofSeconds(40);
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;
    private static final int FRAGMENT_BYTES = 64;

    private static final String PROCESS = """
            node: {id: gw-1, zone: az1, flow-capacity: 20000}
            ingress: {listen: "10.0.0.1:6080"}
            appliances: {listen: "10.1.1.1:6081"}
            admin: {listen: "127.0.0.1:8080"}
            """;

    private final PacedTraffic traffic;
    /** By kind, VNI and addresses: at which appliances and with which cookies the flow's packets came. */
    private final Map<String, Set<String>> seen = new TreeMap<>();

    private ShardedFlowsScenario(PacedTraffic traffic) {
        this.traffic = traffic;
    }

    private static String document() {
        StringBuilder groups = new StringBuilder("target-groups:\n");
        StringBuilder balancers = new StringBuilder("load-balancers:\n");
        StringBuilder endpoints = new StringBuilder("endpoints:\n");
        for (int kind = 0; kind < KINDS.size(); kind++) {
            groups.append("""
                      - name: g%d
                        stickiness: %s
                        health-check: {port: 80, interval: 5s, timeout: 2s, healthy-threshold: 2, unhealthy-threshold: 2}
                        targets: [{id: 10.1.1.%d, zone: az1}, {id: 10.1.1.%d, zone: az1}]
                    """.formatted(kind, KINDS.get(kind), 11 + 2 * kind, 12 + 2 * kind));
            balancers.append("  - {name: b%d, zones: [az1], listener: {target-group: g%d}}\n".formatted(kind, kind));
            endpoints.append(
                    "  - {id: vpce-0a1b2c3d4e5f6071%d, vni: %d, zone: az1, load-balancer: b%d, attachments: [\"10.0.0.2\"]}\n"
                            .formatted(kind, 100 + kind, kind));
        }
        return PROCESS + groups + balancers + endpoints;
    }

    /** Runs it; the argument is a directory for its files. */
    public static void main(String[] arguments) throws Exception {
        List<ShardedFlowsScenario> running = new ArrayList<>();
        try (LiveNetwork network = new LiveNetwork();
                ApplianceFleet fleet = new ApplianceFleet(
                        network.appliances(), ApplianceFleet.addresses(1, 2 * KINDS.size()), (packet, appliances) -> {
                            running.getFirst().note(packet);
                            appliances.sendBack(packet);
                        });
                EndpointSpeaker speaker = new EndpointSpeaker(network.spoke(), "10.0.0.2")) {
            ShardedFlowsScenario scenario = new ShardedFlowsScenario(new PacedTraffic(speaker, 32, 4_000));
            running.add(scenario);
            try (Gateway node = Gateway.start(Path.of(arguments[0]), "gateway", document(), LiveNetwork.ADMIN)
                    .ready()) {
                await("all targets are healthy")
                        .atMost(HEALTHY_WITHIN)
                        .until(() -> node.metric("sluice_target_healthy", "") == 2 * KINDS.size());
                scenario.run();
                scenario.judge(node);
            }
            observed("appliances.saw", fleet.received());
        }
    }

    private void run() throws Exception {
        // an error about a flow that is being set up would be one about none
        for (int i = 0; i < FLOWS; i++) {
            for (int kind = 0; kind < KINDS.size(); kind++) {
                traffic.exchange(flow(kind, i), flow(kind, i).data(true));
            }
        }
        traffic.settle();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < FLOWS; i++) {
                for (int kind = 0; kind < KINDS.size(); kind++) {
                    SpokenFlow flow = flow(kind, i);
                    for (boolean fromClient : new boolean[] {true, false}) {
                        byte[] data = flow.data(fromClient);
                        traffic.exchange(flow, data);
                        traffic.exchange(flow, fragment(flow, fromClient, round, 0));
                        traffic.exchange(flow, fragment(flow, fromClient, round, FRAGMENT_BYTES));
                        traffic.exchange(flow, errorAbout(data));
                    }
                }
            }
        }
        traffic.settle();
    }

    private static SpokenFlow flow(int kind, int number) {
        boolean ipv6 = number % 2 == 1;
        return new SpokenFlow(
                100 + kind,
                SpokenFlow.Kind.UDP,
                ipv6 ? "2001:db8:20::" + Integer.toHexString(number + 1) : "10.20.0." + (number + 1),
                40_000 + number,
                ipv6 ? "2001:db8:cb00::10" : "203.0.113.10",
                5_000);
    }

    /** One of two fragments of a datagram; the later one has no ports. */
    private static byte[] fragment(SpokenFlow flow, boolean fromClient, int round, int offsetBytes) {
        boolean ipv6 = flow.client().indexOf(':') >= 0;
        boolean first = offsetBytes == 0;
        int identification = 2 * flow.clientPort() + round;
        PacketBuilder builder = ipv6 ? PacketBuilder.ipv6() : PacketBuilder.ipv4();
        builder.from(fromClient ? flow.client() : flow.server()).to(fromClient ? flow.server() : flow.client());
        if (ipv6) {
            builder.fragmentHeader(offsetBytes, first, identification);
        } else {
            builder.identification(identification & 0xffff).fragment(offsetBytes, first);
        }
        if (first) {
            return builder.udp(
                            fromClient ? flow.clientPort() : flow.serverPort(),
                            fromClient ? flow.serverPort() : flow.clientPort())
                    .payloadBytes(FRAGMENT_BYTES - 8)
                    .build();
        }
        return builder.protocol(InnerTuple.UDP).payloadBytes(24).build();
    }

    /** A router tells a packet's sender that it did not get through. */
    private static byte[] errorAbout(byte[] packet) throws Exception {
        boolean ipv6 = packet[0] >>> 4 == 6;
        byte[] sender = Arrays.copyOfRange(packet, ipv6 ? 8 : 12, ipv6 ? 24 : 16);
        return (ipv6 ? PacketBuilder.ipv6() : PacketBuilder.ipv4())
                .from(ipv6 ? "2001:db8:ffff::1" : "198.51.100.1")
                .to(InetAddress.getByAddress(sender).getHostAddress())
                .icmp(ipv6 ? 1 : 3, 1)
                .payload(packet)
                .build();
    }

    private synchronized void note(ReturnedPacket packet) {
        byte[] bytes = packet.datagram();
        int at = ReturnedPacket.HEADER_BYTES;
        boolean ipv6 = bytes[at] >>> 4 == 6;
        int protocol = bytes[at + (ipv6 ? 6 : 9)] & 0xff;
        if (protocol == ICMP || protocol == ICMPV6) {
            at += (ipv6 ? 40 : 20) + 8; // whose quote is the flow's
        }
        int length = ipv6 ? 16 : 4;
        String one = HexFormat.of().formatHex(bytes, at + (ipv6 ? 8 : 12), at + (ipv6 ? 8 : 12) + length);
        String other = HexFormat.of().formatHex(bytes, at + (ipv6 ? 24 : 16), at + (ipv6 ? 24 : 16) + length);
        String pair = one.compareTo(other) < 0 ? one + " " + other : other + " " + one;
        seen.computeIfAbsent(Long.toHexString(packet.endpointId()) + " " + pair, added -> new TreeSet<>())
                .add("%s %08x".formatted(packet.appliance().getHostAddress(), packet.cookie()));
    }

    private synchronized void judge(Gateway node) throws Exception {
        observed("flows", seen.size());
        observed(
                "moved",
                seen.values().stream().filter(places -> places.size() > 1).count());
        observed(
                "appliances",
                seen.values().stream()
                        .map(places -> places.iterator().next().split(" ")[0])
                        .distinct()
                        .count());
        observed("lost", traffic.lost());
        observed("unexpected", traffic.unexpected());
        observed(
                "listed",
                new JsonObject(node.get("/v1/flows?limit=1000"))
                        .getJsonArray("flows")
                        .size());
        observed(
                "listed-few",
                new JsonObject(node.get("/v1/flows?limit=7"))
                        .getJsonArray("flows")
                        .size());
        observed("total", new JsonObject(node.get("/v1/flows?limit=1")).getLong("total"));
        observed("shards", (long) node.metric("sluice_shards", ""));
        observed("handed-over", (long) node.metric("sluice_shard_handovers_total", ""));
        JsonObject counters = LiveNetwork.countersAtRest(node);
        observed("imbalance", LiveNetwork.imbalance(counters));
        observed("dropped", counters.getJsonObject("packets").getLong("dropped"));
        observed("drop-reasons", counters.getJsonObject("drops").encode());
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;
import static org.awaitility.Awaitility.await;

import io.sluice.lab.net.Namespace;
import io.sluice.testkit.PacketBuilder;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What {@link AggregatedTrafficKernelIT} runs: an endpoint and appliances that send whole aggregates, each of packets of
 * many flows, new ones at first.
 */
final class AggregatedTrafficScenario {

    static final int FLOWS = 400;
    static final int ROUNDS = 5;

    private static final int SEGMENTS = 40;
    private static final int TARGETS = 4;
    private static final int VNI = 100;
    private static final int PATIENCE_MS = 5_000;
    private static final Duration HEALTHY_WITHIN = Duration.ofSeconds(40);

    private static final String DOCUMENT = """
            node: {id: gw-1, zone: az1, flow-capacity: 20000}
            ingress: {listen: "10.0.0.1:6080"}
            appliances: {listen: "10.1.1.1:6081"}
            admin: {listen: "127.0.0.1:8080"}
            target-groups:
              - name: g
                health-check: {port: 80, interval: 5s, timeout: 2s, healthy-threshold: 2, unhealthy-threshold: 2}
                targets: [{id: 10.1.1.11, zone: az1}, {id: 10.1.1.12, zone: az1}, {id: 10.1.1.13, zone: az1}, {id: 10.1.1.14, zone: az1}]
            load-balancers:
              - {name: b, zones: [az1], listener: {target-group: g}}
            endpoints:
              - {id: vpce-0a1b2c3d4e5f60718, vni: 100, zone: az1, load-balancer: b, attachments: ["10.0.0.2"]}
            """;

    private final EndpointSpeaker speaker;
    private final AggregateSocket endpoint;
    private final Map<InetAddress, AggregateSocket> appliances = new HashMap<>();
    /** What each appliance has and has not returned yet; the fleet's thread alone. */
    private final Map<InetAddress, List<byte[]>> gathered = new HashMap<>();
    /** By tuple: appliance and cookie of each packet. */
    private final Map<InnerTuple, Set<String>> places = new HashMap<>();

    private final Map<ByteBuffer, Integer> waiting = new HashMap<>();
    private long unexpected;
    private long lost;
    private long malformed;

    private AggregatedTrafficScenario(LiveNetwork network, EndpointSpeaker speaker) {
        this.speaker = speaker;
        endpoint = new AggregateSocket(
                network.spoke(),
                InetAddress.ofLiteral("10.0.0.2"),
                new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 6080));
        InetSocketAddress gateway = new InetSocketAddress(InetAddress.ofLiteral("10.1.1.1"), 6081);
        for (String address : ApplianceFleet.addresses(1, TARGETS)) {
            InetAddress own = InetAddress.ofLiteral(address);
            appliances.put(own, new AggregateSocket(network.appliances(), own, gateway));
            gathered.put(own, new ArrayList<>());
        }
    }

    /** Runs it; the argument is a directory for its files. */
    public static void main(String[] arguments) throws Exception {
        List<AggregatedTrafficScenario> running = new ArrayList<>();
        try (LiveNetwork network = withAggregates(new LiveNetwork());
                ApplianceFleet fleet = new ApplianceFleet(
                        network.appliances(),
                        ApplianceFleet.addresses(1, TARGETS),
                        (packet, all) -> running.getFirst().gather(packet));
                EndpointSpeaker speaker = new EndpointSpeaker(network.spoke(), "10.0.0.2")) {
            AggregatedTrafficScenario scenario = new AggregatedTrafficScenario(network, speaker);
            running.add(scenario);
            try (Gateway node = Gateway.start(Path.of(arguments[0]), "gateway", DOCUMENT, LiveNetwork.ADMIN)
                    .ready()) {
                await("all targets are healthy")
                        .atMost(HEALTHY_WITHIN)
                        .until(() -> node.metric("sluice_target_healthy", "") == TARGETS);
                scenario.run(fleet);
                scenario.judge(fleet, node);
            }
        }
    }

    /** The cables carry aggregates whole, as between virtual machines of one host. */
    private static LiveNetwork withAggregates(LiveNetwork network) {
        for (Namespace end : List.of(network.spoke(), network.appliances())) {
            end.ip("link", "set", "eth0", "gso_max_segs", "64");
        }
        return network;
    }

    private void run(ApplianceFleet fleet) throws Exception {
        int[] sizes = {100, 40, 1_400, 700, 64};
        for (int round = 0; round < ROUNDS; round++) {
            for (boolean fromClient : new boolean[] {true, false}) {
                for (int first = 0; first < FLOWS; first += SEGMENTS) {
                    List<byte[]> datagrams = new ArrayList<>();
                    for (int i = first; i < first + SEGMENTS; i++) {
                        int bytes = i == first + SEGMENTS - 1 ? sizes[round] - 9 : sizes[round];
                        byte[] datagram = PacketBuilder.geneve()
                                .vni(VNI)
                                .payload(packet(i, fromClient, round, bytes))
                                .build();
                        datagrams.add(datagram);
                        waiting.merge(ByteBuffer.wrap(datagram), 1, Integer::sum);
                    }
                    endpoint.send(datagrams);
                    settle(fleet);
                }
            }
        }
    }

    /** A packet with that many bytes of payload in IPv4; in IPv6 as many less as its header is longer. */
    private static byte[] packet(int flow, boolean fromClient, int round, int payloadBytes) {
        boolean ipv6 = flow % 2 == 1;
        String client =
                ipv6 ? "2001:db8:20::" + Integer.toHexString(flow + 1) : "10.20." + flow / 200 + "." + (flow % 200 + 1);
        String server = ipv6 ? "2001:db8:cb00::10" : "203.0.113.10";
        byte[] payload = new byte[ipv6 ? payloadBytes - 20 : payloadBytes];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (flow * 13 + round * 7 + i);
        }
        return (ipv6 ? PacketBuilder.ipv6() : PacketBuilder.ipv4())
                .from(fromClient ? client : server)
                .to(fromClient ? server : client)
                .udp(fromClient ? 40_000 + flow : 5_000, fromClient ? 5_000 : 40_000 + flow)
                .payload(payload)
                .build();
    }

    private void settle(ApplianceFleet fleet) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMillis(PATIENCE_MS).toNanos();
        while (!waiting.isEmpty() && System.nanoTime() < deadline) {
            fleet.order(this::sendGathered);
            for (byte[] datagram = speaker.receive(1); datagram.length > 0; datagram = speaker.receive(0)) {
                ByteBuffer key = ByteBuffer.wrap(datagram);
                if (waiting.containsKey(key)) {
                    waiting.computeIfPresent(key, (k, count) -> count == 1 ? null : count - 1);
                } else {
                    unexpected++;
                }
            }
        }
        lost += waiting.size();
        waiting.clear();
    }

    private void gather(ReturnedPacket packet) throws IOException {
        malformed += packet.wellFormed() ? 0 : 1;
        places.computeIfAbsent(canonical(packet.tuple()), added -> new TreeSet<>())
                .add("%s %08x".formatted(packet.appliance().getHostAddress(), packet.cookie()));
        List<byte[]> together = gathered.get(packet.appliance());
        if (!together.isEmpty() && together.getFirst().length < packet.datagram().length) {
            send(packet.appliance());
        }
        together.add(packet.datagram());
        if (packet.datagram().length < together.getFirst().length) {
            send(packet.appliance());
        }
    }

    private static InnerTuple canonical(InnerTuple tuple) {
        return tuple.source().compareTo(tuple.destination()) < 0 ? tuple : tuple.reversed();
    }

    private void sendGathered() {
        try {
            for (InetAddress appliance : gathered.keySet()) {
                send(appliance);
            }
        } catch (IOException refused) {
            throw new IllegalStateException(refused);
        }
    }

    private void send(InetAddress appliance) throws IOException {
        List<byte[]> together = gathered.get(appliance);
        if (!together.isEmpty()) {
            appliances.get(appliance).send(together);
            together.clear();
        }
    }

    private void judge(ApplianceFleet fleet, Gateway node) throws Exception {
        fleet.order(() -> {
            observed("flows", places.size());
            observed(
                    "moved",
                    places.values().stream().filter(seen -> seen.size() > 1).count());
            observed(
                    "appliances",
                    places.values().stream()
                            .map(seen -> seen.iterator().next().split(" ")[0])
                            .distinct()
                            .count());
            observed("malformed", malformed);
        });
        observed("appliances.saw", fleet.received());
        observed("lost", lost);
        observed("unexpected", unexpected);
        observed("listed", new JsonObject(node.get("/v1/flows?limit=1")).getLong("total"));
        observed("handed-over", (long) node.metric("sluice_shard_handovers_total", ""));
        JsonObject counters = LiveNetwork.countersAtRest(node);
        observed("imbalance", LiveNetwork.imbalance(counters));
        observed("dropped", counters.getJsonObject("packets").getLong("dropped"));
        observed("drop-reasons", counters.getJsonObject("drops").encode());
    }
}

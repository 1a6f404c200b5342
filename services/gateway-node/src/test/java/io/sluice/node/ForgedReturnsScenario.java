// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;
import static org.awaitility.Awaitility.await;

import io.sluice.testkit.PacketBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What {@link ForgedReturnsKernelIT} runs: returns of no known flow, forged and genuine ones, at a node that starts for the
 * first time, where none is taken, and at one that was killed and starts again, in its recovery window.
 */
final class ForgedReturnsScenario {

    static final int ATTEMPTS = 20_000;

    private static final long SEED = 20_261_126;
    private static final int ARRIVES_MS = 5_000;
    private static final int ABSENT_MS = 200;

    private static final Duration WINDOW_CLOSES_WITHIN = Duration.ofSeconds(90);
    /** What a socket of the node holds for certain. */
    private static final int IN_ONE_GO = 2_000;

    private static final int FLOWS_MAX = 64;
    private static final int VNI = 100;
    /** Its endpoint may have one flow. */
    private static final int NARROW_VNI = 101;

    private static final InetAddress GATEWAY = InetAddress.ofLiteral("10.1.1.1");
    private static final InetAddress FORGER = InetAddress.ofLiteral("10.1.1.11");
    private static final InetAddress NEIGHBOUR = InetAddress.ofLiteral("10.1.1.12");

    private static final String CONFIGURATION = """
            node: {id: gw-1, zone: az1, flow-capacity: 10000}
            ingress: {listen: "10.0.0.1:6080"}
            appliances: {listen: "10.1.1.1:6081"}
            admin: {listen: "127.0.0.1:8080"}
            target-groups:
              - {name: firewalls, targets: [{id: 10.1.1.11, zone: az1}, {id: 10.1.1.12, zone: az1}]}
            load-balancers:
              - {name: inspection, zones: [az1], listener: {target-group: firewalls}}
            endpoints:
              - {id: vpce-0a1b2c3d4e5f60718, vni: 100, zone: az1, load-balancer: inspection, attachments: ["10.0.0.2"]}
              - id: vpce-0a1b2c3d4e5f60719
                vni: 101
                zone: az1
                load-balancer: inspection
                attachments: ["10.0.0.2"]
                flow-quota: 1
            """;

    private final ApplianceFleet fleet;
    private final BlockingQueue<ReturnedPacket> arrivals;
    private final EndpointSpeaker speaker;
    private final Random random = new Random(SEED);
    private int ports = 30_000;

    private ForgedReturnsScenario(
            ApplianceFleet fleet, BlockingQueue<ReturnedPacket> arrivals, EndpointSpeaker speaker) {
        this.fleet = fleet;
        this.arrivals = arrivals;
        this.speaker = speaker;
    }

    /** Runs it; the argument is a directory for its files. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        BlockingQueue<ReturnedPacket> arrivals = new LinkedBlockingQueue<>();
        try (LiveNetwork network = new LiveNetwork();
                ApplianceFleet fleet = new ApplianceFleet(
                        network.appliances(),
                        ApplianceFleet.addresses(1, 2),
                        (packet, appliances) -> arrivals.add(packet));
                EndpointSpeaker speaker = new EndpointSpeaker(network.spoke(), "10.0.0.2")) {
            ForgedReturnsScenario scenario = new ForgedReturnsScenario(fleet, arrivals, speaker);
            Map<InetAddress, Deque<ReturnedPacket>> flows;
            try (Gateway first = start(directory)) {
                flows = scenario.flows();
                scenario.outside(first, flows.get(FORGER).getFirst());
                first.kill();
            }
            try (Gateway second = start(directory)) {
                scenario.inside(second, flows);
                observed("imbalance", LiveNetwork.imbalance(LiveNetwork.countersAtRest(second)));
            }
        }
    }

    private static Gateway start(Path directory) throws Exception {
        return Gateway.start(directory, "gateway", CONFIGURATION, LiveNetwork.ADMIN)
                .ready();
    }

    /** Opens flows until the forger has three and its neighbour one: a packet of each, by appliance. */
    private Map<InetAddress, Deque<ReturnedPacket>> flows() throws Exception {
        Map<InetAddress, Deque<ReturnedPacket>> flows =
                new HashMap<>(Map.of(FORGER, new ArrayDeque<>(), NEIGHBOUR, new ArrayDeque<>()));
        for (int i = 0; i < FLOWS_MAX; i++) {
            if (flows.get(FORGER).size() >= 3 && !flows.get(NEIGHBOUR).isEmpty()) {
                return flows;
            }
            ReturnedPacket packet = open(VNI, udp(ports++));
            flows.get(packet.appliance()).add(packet);
        }
        throw new AssertionError("no flow of " + FLOWS_MAX + " goes to one of two appliances");
    }

    /** No window is open: a flow that had to go for another is not learnt again, whatever its cookie. */
    private void outside(Gateway node, ReturnedPacket example) throws Exception {
        if (Shape.asked() != Shape.ALL_IN_ONE) {
            // processes that have just started answer late, which opens one
            await("the authority answers").atMost(WINDOW_CLOSES_WITHIN).until(() -> windows(node) == 0);
        }
        observed("outside.windows", windows(node));
        ReturnedPacket evicted = open(NARROW_VNI, udp(ports++));
        observed("outside.known", returned(evicted));
        open(NARROW_VNI, udp(ports++));
        double before = Scenario.drops(node, "return_flow_unknown");
        observed("outside.genuine", returned(evicted));
        observed("outside.genuine.drops", Scenario.drops(node, "return_flow_unknown") - before);
        forge(node, "outside", example);
    }

    private void inside(Gateway node, Map<InetAddress, Deque<ReturnedPacket>> flows) throws Exception {
        observed("inside.windows", windows(node));
        ReturnedPacket learnt = flows.get(FORGER).remove();
        observed("inside.genuine", returned(learnt));
        await("the node says so").until(() -> node.metric("sluice_flows_relearned_total", "none") > 0);
        observed("inside.relearned", node.metric("sluice_flows_relearned_total", "none"));
        ReturnedPacket next = open(VNI, InnerTuple.innerOf(learnt.datagram()));
        observed("inside.same-appliance", next.appliance().equals(learnt.appliance()));
        await("its authority knows it")
                .until(() -> node.metric("sluice_flows", "") == 1 && node.metric("sluice_flows_provisional", "") == 0);
        forge(node, "inside", learnt);
        observed("inside.failed-macs", node.metric("sluice_return_macs_failed_total", ""));
        // right behind some more, so that it is off now however long the others took
        fleet.order(() -> forge(learnt));
        observed("inside.while-off", returned(flows.get(FORGER).remove()));
        observed("inside.known-while-off", returned(next));
        observed("inside.neighbour", returned(flows.get(NEIGHBOUR).remove()));
        await("the alarm is raised").until(() -> node.metric("sluice_return_mac_alarms", "") > 0);
        observed("inside.alarms", node.metric("sluice_return_mac_alarms", ""));
        await("it is said").until(() -> timesSaid(node) > 0); // the line is written behind the count
        observed("inside.said", timesSaid(node));
    }

    private static double windows(Gateway node) throws Exception {
        return node.metric("sluice_recovery_windows", "");
    }

    private static long timesSaid(Gateway node) throws IOException {
        return node.log()
                .lines()
                .filter(line -> line.contains("event=return_macs_failed"))
                .count();
    }

    /**
     * The forger returns packets of flows that do not exist, each under a guess: the epoch of now, an incarnation, and 24 bits
     * out of the blue. Says how many, what reached the spoke, and what was learnt.
     *
     * @param example of a flow that lives now
     */
    private void forge(Gateway node, String when, ReturnedPacket example) throws Exception {
        final double learntBefore = node.metric("sluice_flows_relearned_total", "");
        final double droppedBefore = Scenario.allDrops(node);
        for (int sent = 0; sent < ATTEMPTS; sent += IN_ONE_GO) {
            fleet.order(() -> forge(example));
            double dropped = droppedBefore + sent + IN_ONE_GO;
            await("all are dropped").until(() -> Scenario.allDrops(node) >= dropped);
        }
        observed(when + ".attempts", ATTEMPTS);
        observed(when + ".dropped", Scenario.allDrops(node) - droppedBefore);
        observed(when + ".acceptances", count(ABSENT_MS));
        observed(when + ".learnt", node.metric("sluice_flows_relearned_total", "") - learntBefore);
        observed(when + ".macs", node.metric("sluice_return_macs_failed_total", ""));
    }

    private void forge(ReturnedPacket example) {
        for (int i = 0; i < IN_ONE_GO; i++) {
            forged(example);
        }
    }

    private void forged(ReturnedPacket example) {
        int cookie = (example.cookie() & 0xC000_0000) | random.nextInt(1 << 30);
        byte[] inner = PacketBuilder.ipv4()
                .from("203.0.113." + (1 + random.nextInt(200)))
                .to("10.20.0.5")
                .udp(53, 1_024 + random.nextInt(20_000))
                .payloadBytes(20)
                .build();
        try {
            fleet.send(
                    FORGER,
                    example.sourcePort(),
                    GATEWAY,
                    ApplianceFleet.GENEVE_PORT,
                    PacketBuilder.geneve()
                            .gwlb(example.endpointId(), cookie)
                            .payload(inner)
                            .build());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static byte[] udp(int port) {
        return PacketBuilder.ipv4()
                .from("10.20.0.5")
                .to("203.0.113.10")
                .udp(port, 53)
                .payloadBytes(20)
                .build();
    }

    /** Sends an endpoint's packet; what an appliance gets of it. */
    private ReturnedPacket open(int vni, byte[] inner) throws Exception {
        arrivals.clear();
        speaker.send(vni, inner);
        ReturnedPacket packet = arrivals.poll(ARRIVES_MS, TimeUnit.MILLISECONDS);
        if (packet == null) {
            throw new AssertionError("the appliance gets nothing");
        }
        return packet;
    }

    /** Its appliance returns a packet: how often it reaches the spoke. */
    private int returned(ReturnedPacket packet) throws Exception {
        fleet.order(() -> {
            try {
                fleet.sendBack(packet);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        });
        return count(ABSENT_MS);
    }

    /** Packets that reach the spoke, the first within so long. */
    private int count(int withinMs) throws IOException {
        int count = 0;
        for (int wait = withinMs; speaker.receive(wait).length > 0; wait = 0) {
            count++;
        }
        return count;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;
import static org.awaitility.Awaitility.await;

import io.sluice.testkit.PacketBuilder;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What {@link ResetAndRecoveryKernelIT} runs: TCP segments of no flow, at a node that starts for the first time and at
 * one that was killed and starts again, inside its recovery window and after it.
 */
final class ResetAndRecoveryScenario {

    private static final int ARRIVES_MS = 5_000;
    private static final int ABSENT_MS = 200;

    /** The idle timeout is its length. */
    private static final Duration WINDOW_CLOSES_WITHIN = Duration.ofSeconds(90);

    /** One that was alive, two that nobody knows. */
    private static final int ADOPTED = 2;

    private static final int WARMING_UP = 20;
    private static final int WARMING_UP_ROUNDS_MAX = 50;
    private static final int WARMING_UP_PORT = 43_000;

    /** Of the segments of no flow. */
    private static final int ANSWERED = 6;

    private static final int RESETS = 100;
    private static final int SILENT = 101;

    private static final String CONFIGURATION = """
            node: {id: gw-1, zone: az1, flow-capacity: 10000}
            ingress: {listen: "10.0.0.1:6080"}
            appliances: {listen: "10.1.1.1:6081"}
            admin: {listen: "127.0.0.1:8080"}
            target-groups:
              - {name: firewalls, targets: [{id: 10.1.1.11, zone: az1}, {id: 10.1.1.12, zone: az1}]}
              - {name: others, targets: [{id: 10.1.1.13, zone: az1}]}
            load-balancers:
              - name: resets
                zones: [az1]
                listener: {target-group: firewalls, tcp-idle-timeout: 60s, send-tcp-reset-on-idle-timeout: true}
              - {name: silent, zones: [az1], listener: {target-group: others, tcp-idle-timeout: 60s}}
            endpoints:
              - {id: vpce-0a1b2c3d4e5f60718, vni: 100, zone: az1, load-balancer: resets, attachments: ["10.0.0.2"]}
              - {id: vpce-0a1b2c3d4e5f60719, vni: 101, zone: az1, load-balancer: silent, attachments: ["10.0.0.2"]}
            """;

    private final EndpointSpeaker speaker;
    private final ApplianceFleet fleet;

    private ResetAndRecoveryScenario(EndpointSpeaker speaker, ApplianceFleet fleet) {
        this.speaker = speaker;
        this.fleet = fleet;
    }

    /** Runs it; the argument is a directory for its files. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        try (LiveNetwork network = new LiveNetwork();
                ApplianceFleet fleet = new ApplianceFleet(
                        network.appliances(),
                        ApplianceFleet.addresses(1, 3),
                        (packet, appliances) -> appliances.sendBack(packet));
                EndpointSpeaker speaker = new EndpointSpeaker(network.spoke(), "10.0.0.2")) {
            ResetAndRecoveryScenario scenario = new ResetAndRecoveryScenario(speaker, fleet);
            SpokenFlow flow = flow(RESETS, 40_000);
            try (Gateway first = start(directory)) {
                observed("first.windows", first.metric("sluice_recovery_windows", ""));
                if (Shape.asked() != Shape.ALL_IN_ONE) {
                    scenario.settle(first);
                }
                scenario.segments(first, "first", 41_000);
                scenario.pass(flow, true, "S");
                scenario.pass(flow, false, "SA");
                scenario.pass(flow, true, "A");
                first.kill();
            }
            try (Gateway second = start(directory)) {
                observed("second.windows", second.metric("sluice_recovery_windows", ""));
                scenario.inside(second, flow);
                await("the recovery window closes")
                        .atMost(WINDOW_CLOSES_WITHIN)
                        .pollInterval(Duration.ofSeconds(1))
                        .until(() -> second.metric("sluice_recovery_windows", "") == 0);
                // the flow that the first one opened is remembered: these are others
                scenario.segments(second, "after", 47_000);
                observed("imbalance", LiveNetwork.imbalance(LiveNetwork.countersAtRest(second)));
            }
        }
    }

    private static Gateway start(Path directory) throws Exception {
        return Gateway.start(directory, "gateway", CONFIGURATION, LiveNetwork.ADMIN)
                .ready();
    }

    /**
     * Of processes that have just started, the first to ask another may wait longer for the answer than a packet does; an
     * authority that does not answer opens a window, so that absence proves nothing for some seconds. One process has no such
     * start.
     */
    private void settle(Gateway node) throws Exception {
        double unanswered = -1;
        for (int round = 0; round < WARMING_UP_ROUNDS_MAX && unanswered != unanswered(node); round++) {
            unanswered = unanswered(node);
            for (int i = 0; i < WARMING_UP; i++) {
                pass(flow(RESETS, WARMING_UP_PORT + round * WARMING_UP + i), true, "S");
            }
        }
        observed("settled.unanswered", unanswered);
        await("the authority answers")
                .atMost(WINDOW_CLOSES_WITHIN)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> node.metric("sluice_recovery_windows", "") == 0);
    }

    private static double unanswered(Gateway node) throws Exception {
        return node.metric("sluice_bus_failures_total", "sluice.flow.open.v1");
    }

    private static SpokenFlow flow(int vni, int port) {
        return new SpokenFlow(vni, SpokenFlow.Kind.TCP, "10.20.0.5", port, "203.0.113.10", 443);
    }

    private void pass(SpokenFlow flow, boolean fromClient, String flags) throws Exception {
        long before = fleet.received();
        speaker.send(flow.vni(), flow.packet(fromClient, flags, 0));
        if (speaker.receive(ARRIVES_MS).length == 0 || fleet.received() == before) {
            throw new AssertionError("a " + flags + " does not come through");
        }
    }

    /** Segments of no flow where no recovery window is open: what the sender gets, and what appliances do. The SYN at the end opens one. */
    private void segments(Gateway node, String when, int firstPort) throws Exception {
        final double droppedBefore = Scenario.drops(node, "tcp_not_syn");
        final double resetsBefore = node.metric("sluice_tcp_resets_total", "");
        final long appliancesBefore = fleet.received();
        send(
                RESETS,
                when + ".ack",
                ipv4(firstPort).flags("A").sequenceNumber(0x1234_5678L).acknowledgmentNumber(0xdead_beefL));
        send(
                RESETS,
                when + ".push",
                ipv4(firstPort + 1)
                        .flags("PA")
                        .sequenceNumber(1_000)
                        .acknowledgmentNumber(0xffff_ffffL)
                        .payloadBytes(33));
        send(
                RESETS,
                when + ".fin",
                ipv4(firstPort + 2).flags("F").sequenceNumber(1_000).payloadBytes(5));
        send(
                RESETS,
                when + ".wraps",
                ipv4(firstPort + 3).flags("P").sequenceNumber(0xffff_fffeL).payloadBytes(5));
        send(
                RESETS,
                when + ".syn-ack",
                ipv4(firstPort + 4).flags("SA").sequenceNumber(7).acknowledgmentNumber(99));
        send(
                RESETS,
                when + ".ipv6",
                PacketBuilder.ipv6()
                        .from("2001:db8:20::5")
                        .to("2001:db8:cb00::10")
                        .tcp(firstPort + 5, 443)
                        .flags("A")
                        .sequenceNumber(5)
                        .acknowledgmentNumber(6));
        send(RESETS, when + ".rst", ipv4(firstPort + 6).flags("R").sequenceNumber(5));
        send(
                RESETS,
                when + ".rst-ack",
                ipv4(firstPort + 6).flags("RA").sequenceNumber(5).acknowledgmentNumber(9));
        send(SILENT, when + ".switched-off", ipv4(firstPort + 7).flags("A").acknowledgmentNumber(6));
        observed(when + ".dropped", Scenario.drops(node, "tcp_not_syn") - droppedBefore);
        await("the node says so").until(() -> node.metric("sluice_tcp_resets_total", "") >= resetsBefore + ANSWERED);
        observed(when + ".resets", node.metric("sluice_tcp_resets_total", "") - resetsBefore);
        observed(when + ".at-appliances", fleet.received() - appliancesBefore);
        pass(flow(RESETS, firstPort), true, "S");
        observed(when + ".syn", "passes");
    }

    private static PacketBuilder ipv4(int port) {
        return PacketBuilder.ipv4().from("10.20.0.5").to("203.0.113.10").tcp(port, 443);
    }

    private void send(int vni, String name, PacketBuilder segment) throws Exception {
        byte[] sent = segment.build();
        speaker.send(vni, sent);
        byte[] answer = speaker.receive(
                name.endsWith("rst") || name.endsWith("rst-ack") || vni == SILENT ? ABSENT_MS : ARRIVES_MS);
        observed(name, answer.length == 0 ? "nothing" : describe(sent, InnerTuple.innerOf(answer)));
    }

    private static String describe(byte[] sent, byte[] answer) {
        ByteBuffer segment = ByteBuffer.wrap(answer);
        int at = InnerTuple.transportAt(answer);
        return "flags=%02x seq=%08x ack=%08x reversed=%s bytes=%d checksum=%04x"
                .formatted(
                        InnerTuple.tcpFlags(answer),
                        segment.getInt(at + 4),
                        segment.getInt(at + 8),
                        InnerTuple.of(answer, 0).equals(InnerTuple.of(sent, 0).reversed()),
                        answer.length - at,
                        checksum(answer, at));
    }

    /** One's complement sum over pseudo header and segment: 0xffff where the checksum is right (RFC 9293, 3.1). */
    private static int checksum(byte[] packet, int at) {
        ByteBuffer bytes = ByteBuffer.wrap(packet);
        long sum = (long) InnerTuple.TCP + packet.length - at;
        for (int i = at == 20 ? 12 : 8; i < packet.length; i += 2) {
            sum += bytes.getShort(i) & 0xffff;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }

    /** The flow that lived when the node was killed, which the journal knows, and two that nobody knows. */
    private void inside(Gateway node, SpokenFlow flow) throws Exception {
        pass(flow, false, "PA");
        pass(flow, true, "A");
        pass(flow(RESETS, 42_000), true, "A");
        pass(flow(SILENT, 42_001), true, "A");
        await("the node says so").until(() -> node.metric("sluice_flow_setups_total", "adopted") >= ADOPTED);
        observed("inside.adopted", node.metric("sluice_flow_setups_total", "adopted"));
        observed("inside.resets", node.metric("sluice_tcp_resets_total", ""));
        observed("inside.dropped", Scenario.drops(node, "tcp_not_syn"));
    }
}

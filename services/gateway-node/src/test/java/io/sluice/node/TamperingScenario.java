// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;
import static org.awaitility.Awaitility.await;

import io.sluice.testkit.GeneveBuilder;
import io.sluice.testkit.PacketBuilder;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What {@link TamperingKernelIT} runs: appliances that return packets changed in every way that the gateway must notice,
 * and in every way that it must not mind.
 *
 * <p>Said of each case: how many packets reached the spoke, what was counted as dropped, and how many packets of a return
 * as it should be reached the spoke afterwards.
 */
final class TamperingScenario {

    static final int WRONG_COOKIE_BITS = 0x5a5a5a5a;

    private static final int ARRIVES_MS = 5_000;
    private static final int ABSENT_MS = 100;
    private static final long ENDPOINT = 0xa1b2c3d4e5f60718L;
    private static final long OTHER_ENDPOINT = 0xa1b2c3d4e5f60719L;
    private static final long NO_ENDPOINT = 0xa1b2c3d4e5f6071aL;
    private static final InetAddress GATEWAY = InetAddress.ofLiteral("10.1.1.1");

    /** Registered, in the same group. */
    private static final InetAddress NEIGHBOUR = InetAddress.ofLiteral("10.1.1.12");

    /** Never registered. */
    private static final InetAddress STRANGER = InetAddress.ofLiteral("10.1.1.13");

    private static final String CONFIGURATION = """
            node: {id: gw-1, zone: az1, flow-capacity: 10000}
            ingress: {listen: "10.0.0.1:6080"}
            appliances: {listen: "10.1.1.1:6081"}
            admin: {listen: "127.0.0.1:8080"}
            target-groups:
              - {name: firewalls, targets: [{id: 10.1.1.11, zone: az1}]}
              - {name: others, targets: [{id: 10.1.1.12, zone: az1}]}
              - {name: relaxed, return-tuple-check: false, targets: [{id: 10.1.1.14, zone: az1}]}
            load-balancers:
              - {name: inspection, zones: [az1], listener: {target-group: firewalls}}
              - {name: other, zones: [az1], listener: {target-group: others}}
              - {name: relaxed, zones: [az1], listener: {target-group: relaxed}}
            endpoints:
              - {id: vpce-0a1b2c3d4e5f60718, vni: 100, zone: az1, load-balancer: inspection, attachments: ["10.0.0.2"]}
              - {id: vpce-0a1b2c3d4e5f60719, vni: 101, zone: az1, load-balancer: inspection, attachments: ["10.0.0.2"]}
              - {id: vpce-0a1b2c3d4e5f6071b, vni: 102, zone: az1, load-balancer: other, attachments: ["10.0.0.2"]}
              - {id: vpce-0a1b2c3d4e5f6071c, vni: 103, zone: az1, load-balancer: relaxed, attachments: ["10.0.0.2"]}
            """;

    /** What an appliance does with a packet instead of returning it. */
    private interface Tampering {
        void send(ReturnedPacket packet, ApplianceFleet fleet) throws IOException;
    }

    private final Gateway node;
    private final ApplianceFleet fleet;
    private final BlockingQueue<ReturnedPacket> arrivals;
    private final EndpointSpeaker speaker;
    private int ports = 30_000;

    private TamperingScenario(
            Gateway node, ApplianceFleet fleet, BlockingQueue<ReturnedPacket> arrivals, EndpointSpeaker speaker) {
        this.node = node;
        this.fleet = fleet;
        this.arrivals = arrivals;
        this.speaker = speaker;
    }

    /** Runs it; the argument is a directory for its files. */
    public static void main(String[] arguments) throws Exception {
        BlockingQueue<ReturnedPacket> arrivals = new LinkedBlockingQueue<>();
        try (LiveNetwork network = new LiveNetwork();
                ApplianceFleet fleet = new ApplianceFleet(
                        network.appliances(),
                        ApplianceFleet.addresses(1, 4),
                        (packet, appliances) -> arrivals.add(packet));
                Gateway node = Gateway.start(Path.of(arguments[0]), "gateway", CONFIGURATION, LiveNetwork.ADMIN)
                        .ready();
                EndpointSpeaker speaker = new EndpointSpeaker(network.spoke(), "10.0.0.2")) {
            TamperingScenario scenario = new TamperingScenario(node, fleet, arrivals, speaker);
            scenario.header();
            scenario.options();
            scenario.flows();
            scenario.senders();
            scenario.harmless();
            scenario.reusedTuple();
            scenario.withoutTupleCheck();
            observed("imbalance", LiveNetwork.imbalance(LiveNetwork.countersAtRest(node)));
        }
    }

    private void header() throws Exception {
        replaced("version", packet -> packet.datagram()[0] |= (byte) 0x80);
        replaced("control", packet -> packet.datagram()[1] |= (byte) 0x80);
        replaced("protocol-type", packet -> packet.datagram()[3] = (byte) 0x01);
        replaced("inner-version", packet -> ByteBuffer.wrap(packet.datagram()).putShort(2, (short) 0x86DD));
        replaced("options-overrun", packet -> packet.datagram()[0] = 0x3f);
        tampered(
                "critical-option",
                (packet, appliances) ->
                        sendInstead(packet, gwlb(packet).critical().option(0x0102, 0x80, new byte[4])));
        tampered("truncated", (packet, appliances) -> sendInstead(packet, Arrays.copyOf(packet.datagram(), 7)));
    }

    private void options() throws Exception {
        tampered(
                "missing-1",
                (packet, appliances) ->
                        sendInstead(packet, PacketBuilder.geneve().attachment(0).flowCookie(packet.cookie())));
        tampered(
                "missing-2",
                (packet, appliances) -> sendInstead(
                        packet, PacketBuilder.geneve().endpoint(ENDPOINT).flowCookie(packet.cookie())));
        tampered(
                "missing-3",
                (packet, appliances) -> sendInstead(
                        packet, PacketBuilder.geneve().endpoint(ENDPOINT).attachment(0)));
        tampered(
                "length-1",
                (packet, appliances) -> sendInstead(
                        packet,
                        PacketBuilder.geneve()
                                .option(GeneveBuilder.GWLB_CLASS, 1, new byte[4])
                                .attachment(0)
                                .flowCookie(packet.cookie())));
        tampered(
                "length-2",
                (packet, appliances) -> sendInstead(
                        packet,
                        PacketBuilder.geneve()
                                .endpoint(ENDPOINT)
                                .option(GeneveBuilder.GWLB_CLASS, 2, new byte[12])
                                .flowCookie(packet.cookie())));
        tampered(
                "length-3",
                (packet, appliances) -> sendInstead(
                        packet,
                        PacketBuilder.geneve()
                                .endpoint(ENDPOINT)
                                .attachment(0)
                                .option(
                                        GeneveBuilder.GWLB_CLASS,
                                        3,
                                        ByteBuffer.allocate(8)
                                                .putInt(packet.cookie())
                                                .array())));
        tampered(
                "duplicate",
                (packet, appliances) -> sendInstead(packet, gwlb(packet).flowCookie(packet.cookie())));
        tampered(
                "endpoint-unknown",
                (packet, appliances) ->
                        sendInstead(packet, PacketBuilder.geneve().gwlb(NO_ENDPOINT, packet.cookie())));
        tampered(
                "endpoint-other",
                (packet, appliances) ->
                        sendInstead(packet, PacketBuilder.geneve().gwlb(OTHER_ENDPOINT, packet.cookie())));
        tampered(
                "cookie-wrong",
                (packet, appliances) -> sendInstead(
                        packet, PacketBuilder.geneve().gwlb(ENDPOINT, packet.cookie() ^ WRONG_COOKIE_BITS)));
    }

    private void flows() throws Exception {
        ReturnedPacket another = open(100, udp(ports++));
        tampered(
                "cookie-of-another-flow",
                (packet, appliances) ->
                        sendInstead(packet, PacketBuilder.geneve().gwlb(ENDPOINT, another.cookie())));
        tampered("tuple-port", (packet, appliances) -> {
            packet.datagram()[ReturnedPacket.HEADER_BYTES + 20] ^= 0x40;
            appliances.sendBack(packet);
        });
        tampered("tuple-address", (packet, appliances) -> {
            packet.datagram()[ReturnedPacket.HEADER_BYTES + 15] ^= 0x40;
            appliances.sendBack(packet);
        });
        tampered("tuple-protocol", (packet, appliances) -> sendInner(packet, udpOrTcp(packet)));
        tampered(
                "flow-unknown",
                (packet, appliances) -> appliances.send(
                        packet.appliance(),
                        packet.sourcePort(),
                        GATEWAY,
                        ApplianceFleet.GENEVE_PORT,
                        PacketBuilder.geneve()
                                .gwlb(ENDPOINT, packet.cookie() ^ WRONG_COOKIE_BITS)
                                .payload(udp(9))
                                .build()));
    }

    /** The same tuple under another protocol. */
    private static byte[] udpOrTcp(ReturnedPacket packet) {
        return PacketBuilder.ipv4()
                .from("10.20.0.5")
                .to("203.0.113.10")
                .tcp(packet.tuple().sourcePort(), packet.tuple().destinationPort())
                .flags("PA")
                .build();
    }

    private void senders() throws Exception {
        tampered(
                "other-target",
                (packet, appliances) -> appliances.send(
                        NEIGHBOUR, packet.sourcePort(), GATEWAY, ApplianceFleet.GENEVE_PORT, packet.datagram()));
        tampered(
                "stranger",
                (packet, appliances) -> appliances.send(
                        STRANGER, packet.sourcePort(), GATEWAY, ApplianceFleet.GENEVE_PORT, packet.datagram()));
        tampered(
                "swapped-ports",
                (packet, appliances) -> appliances.send(
                        packet.appliance(),
                        ApplianceFleet.GENEVE_PORT,
                        GATEWAY,
                        packet.sourcePort(),
                        packet.datagram()));
    }

    private void harmless() throws Exception {
        tampered(
                "any-source-port",
                (packet, appliances) -> appliances.send(
                        packet.appliance(), 40_123, GATEWAY, ApplianceFleet.GENEVE_PORT, packet.datagram()));
        tampered(
                "other-order",
                (packet, appliances) -> sendInstead(
                        packet,
                        PacketBuilder.geneve()
                                .flowCookie(packet.cookie())
                                .option(0x0102, 0x01, new byte[8])
                                .attachment(0)
                                .endpoint(ENDPOINT)));
        tampered("vni", (packet, appliances) -> sendInstead(packet, gwlb(packet).vni(0x123456)));
        tampered(
                "reserved-bits",
                (packet, appliances) -> sendInstead(packet, gwlb(packet).reserved(0x3f, 0xff)));
        tampered(
                "option-reserved-bits",
                (packet, appliances) -> sendInstead(
                        packet,
                        PacketBuilder.geneve()
                                .rawOption(
                                        GeneveBuilder.GWLB_CLASS,
                                        1,
                                        0xe2,
                                        ByteBuffer.allocate(8).putLong(ENDPOINT).array())
                                .attachment(0)
                                .flowCookie(packet.cookie())));
        tampered(
                "payload-and-ttl",
                (packet, appliances) -> sendInner(
                        packet,
                        PacketBuilder.ipv4()
                                .from("10.20.0.5")
                                .to("203.0.113.10")
                                .ttl(7)
                                .trafficClass(0xb8)
                                .udp(packet.tuple().sourcePort(), 53)
                                .payloadBytes(99)
                                .build()));
        tampered(
                "reply-of-the-appliance",
                (packet, appliances) -> sendInner(
                        packet,
                        PacketBuilder.ipv4()
                                .from("203.0.113.10")
                                .to("10.20.0.5")
                                .udp(53, packet.tuple().sourcePort())
                                .payloadBytes(3)
                                .build()));
    }

    /** A connection closed and opened again: its cookie is another, and the old one is not taken (W-17). */
    private void reusedTuple() throws Exception {
        SpokenFlow flow = new SpokenFlow(100, SpokenFlow.Kind.TCP, "10.20.0.5", ports++, "203.0.113.10", 443);
        ReturnedPacket first = open(100, flow.packet(true, "S", 0));
        pass(flow, false, "SA");
        pass(flow, true, "A");
        pass(flow, false, "R");
        ReturnedPacket second = open(100, flow.packet(true, "S", 0));
        observed("reused.new-cookie", second.cookie() != first.cookie());
        drain();
        Map<String, Long> before = drops();
        fleet.order(() -> unchecked(() -> fleet.sendBack(first)));
        observed("reused.spoke", count(ABSENT_MS));
        observed("reused.drops", difference(before));
        fleet.order(() -> unchecked(() -> fleet.sendBack(second)));
        observed("reused.then", count(1));
    }

    private void pass(SpokenFlow flow, boolean fromClient, String flags) throws Exception {
        ReturnedPacket packet = open(flow.vni(), flow.packet(fromClient, flags, 0));
        fleet.order(() -> unchecked(() -> fleet.sendBack(packet)));
        if (speaker.receive(ARRIVES_MS).length == 0) {
            throw new AssertionError("a " + flags + " does not come back");
        }
    }

    /** With the switch off a changed tuple passes, the cookie being right. */
    private void withoutTupleCheck() throws Exception {
        ReturnedPacket packet = open(103, udp(ports++));
        packet.datagram()[ReturnedPacket.HEADER_BYTES + 20] ^= 0x40;
        Map<String, Long> before = drops();
        fleet.order(() -> unchecked(() -> fleet.sendBack(packet)));
        observed("unchecked.spoke", count(1));
        observed("unchecked.drops", difference(before));
        ReturnedPacket wrong = open(103, udp(ports++));
        Map<String, Long> beforeWrong = drops();
        fleet.order(() -> unchecked(() -> sendInstead(
                wrong, PacketBuilder.geneve().gwlb(wrong.endpointId(), wrong.cookie() ^ WRONG_COOKIE_BITS))));
        observed("unchecked.wrong-cookie.spoke", count(ABSENT_MS));
        observed("unchecked.wrong-cookie.drops", difference(beforeWrong));
    }

    private interface Change {
        void apply(ReturnedPacket packet);
    }

    private void replaced(String name, Change change) throws Exception {
        tampered(name, (packet, appliances) -> {
            change.apply(packet);
            appliances.sendBack(packet);
        });
    }

    /** A flow of its own; its first packet comes back changed, the second as it should. */
    private void tampered(String name, Tampering tampering) throws Exception {
        byte[] inner = udp(ports++);
        ReturnedPacket packet = open(100, inner);
        byte[] untouched = packet.datagram().clone();
        Map<String, Long> before = drops();
        fleet.order(() -> unchecked(() -> tampering.send(packet, fleet)));
        int spoke = count(ABSENT_MS);
        observed(name + ".spoke", spoke);
        observed(name + ".drops", spoke == 0 ? awaitDifference(before) : difference(before));
        ReturnedPacket valid = new ReturnedPacket(packet.appliance(), packet.gateway(), packet.sourcePort(), untouched);
        fleet.order(() -> unchecked(() -> fleet.sendBack(valid)));
        observed(name + ".then", count(1));
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void unchecked(Task task) {
        try {
            task.run();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static GeneveBuilder gwlb(ReturnedPacket packet) {
        return PacketBuilder.geneve().gwlb(packet.endpointId(), packet.cookie());
    }

    private void sendInstead(ReturnedPacket packet, GeneveBuilder geneve) throws IOException {
        sendInstead(
                packet, geneve.payload(InnerTuple.innerOf(packet.datagram())).build());
    }

    private void sendInstead(ReturnedPacket packet, byte[] datagram) throws IOException {
        fleet.send(packet.appliance(), packet.sourcePort(), packet.gateway(), ApplianceFleet.GENEVE_PORT, datagram);
    }

    private void sendInner(ReturnedPacket packet, byte[] inner) throws IOException {
        sendInstead(packet, gwlb(packet).payload(inner).build());
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

    private void drain() throws IOException {
        while (speaker.receive(0).length > 0) {
            // of an earlier case
        }
    }

    /** Packets that reach the spoke: waits so long for the first, or for one that must come if that is 1. */
    private int count(int withinMs) throws IOException {
        int count = 0;
        for (int wait = withinMs == 1 ? ARRIVES_MS : withinMs; speaker.receive(wait).length > 0; wait = 0) {
            count++;
        }
        return count;
    }

    private Map<String, Long> drops() throws Exception {
        JsonObject drops = LiveNetwork.counters(node).getJsonObject("drops");
        Map<String, Long> counts = new TreeMap<>();
        drops.forEach(entry -> counts.put(entry.getKey(), ((Number) entry.getValue()).longValue()));
        return counts;
    }

    private String difference(Map<String, Long> before) throws Exception {
        Map<String, Long> difference = new TreeMap<>();
        drops().forEach((reason, count) -> {
            if (count > before.get(reason)) {
                difference.put(reason, count - before.get(reason));
            }
        });
        return difference.toString();
    }

    private String awaitDifference(Map<String, Long> before) throws Exception {
        await("a drop is counted").until(() -> !difference(before).equals("{}"));
        return difference(before);
    }
}

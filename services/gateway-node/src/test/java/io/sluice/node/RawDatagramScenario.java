// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;

import io.sluice.lab.net.CommandRunner;
import io.sluice.lab.net.Namespace;
import io.sluice.lab.net.Topology;
import io.sluice.lab.raw.RawDatagram;
import io.sluice.lab.raw.RawSender;
import io.sluice.testkit.PacketBuilder;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What {@link RawDatagramKernelIT} runs: endpoint and appliance are raw senders, so every byte on the cables is written
 * here, and nobody but the gateway's own kernel sees to anything.
 *
 * <pre>
 *   spoke 10.0.0.2 ── MTU 9000 ── 10.0.0.1 node 10.1.1.1 ── MTU 9000 ── 10.1.1.11 appliance
 * </pre>
 */
final class RawDatagramScenario {

    static final int INNER_BYTES_MAX = 8500;

    private static final int CABLE_MTU_BYTES = 9000;
    private static final int GWLB_BYTES = 40;
    private static final int ARRIVES_MS = 5_000;
    private static final int ABSENT_MS = 300;
    private static final int NARROW_MTU_BYTES = INNER_BYTES_MAX + 68 - 1;

    private static final String CONFIGURATION = """
            node: {id: gw-1, zone: az1, flow-capacity: 10000}
            ingress: {listen: "10.0.0.1:6080"}
            appliances: {listen: "10.1.1.1:6081"}
            admin: {listen: "127.0.0.1:8080"}
            target-groups:
              - name: firewalls
                targets: [{id: 10.1.1.11, zone: az1}]
            load-balancers:
              - {name: inspection, zones: [az1], listener: {target-group: firewalls}}
            endpoints:
              - {id: vpce-0a1b2c3d4e5f60718, vni: 100, zone: az1, load-balancer: inspection, attachments: ["10.0.0.2"]}
            """;

    private final Gateway node;
    private final DatagramSocket spoke;
    private final DatagramSocket appliance;
    private final RawSender fromSpoke;
    private final RawSender fromAppliance;

    private RawDatagramScenario(
            Gateway node,
            DatagramSocket spoke,
            DatagramSocket appliance,
            RawSender fromSpoke,
            RawSender fromAppliance) {
        this.node = node;
        this.spoke = spoke;
        this.appliance = appliance;
        this.fromSpoke = fromSpoke;
        this.fromAppliance = fromAppliance;
    }

    /** Runs it; the argument is a directory for its files. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        try (Topology topology = new Topology(new CommandRunner())) {
            Namespace gateway = topology.own();
            Namespace spoke = topology.addNamespace("spoke");
            Namespace appliance = topology.addNamespace("fw");
            topology.cable(gateway.port("spoke"), spoke.port("eth0"), CABLE_MTU_BYTES);
            topology.cable(gateway.port("appliances"), appliance.port("eth0"), CABLE_MTU_BYTES);
            gateway.address("spoke", "10.0.0.1/24");
            spoke.address("eth0", "10.0.0.2/24");
            gateway.address("appliances", "10.1.1.1/24");
            appliance.address("eth0", "10.1.1.11/24");
            try (Gateway node = Gateway.start(directory, "gateway", CONFIGURATION, "127.0.0.1:8080")
                            .ready();
                    DatagramSocket endpointSocket = listen(spoke, "10.0.0.2", 6080);
                    DatagramSocket applianceSocket = listen(appliance, "10.1.1.11", 6081);
                    RawSender fromSpoke = RawSender.open(spoke, InetAddress.ofLiteral("10.0.0.1"));
                    RawSender fromAppliance = RawSender.open(appliance, InetAddress.ofLiteral("10.1.1.1"))) {
                RawDatagramScenario scenario =
                        new RawDatagramScenario(node, endpointSocket, applianceSocket, fromSpoke, fromAppliance);
                for (int version : new int[] {4, 6}) {
                    scenario.sizes(version);
                }
                scenario.checksums();
                scenario.aPathThatIsTooNarrow(gateway);
            }
        }
    }

    private static DatagramSocket listen(Namespace namespace, String address, int port) {
        return namespace.call(() -> {
            DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(address), port));
            socket.setReceiveBufferSize(1 << 20);
            return socket;
        });
    }

    /** The longest packet that is allowed, and one byte more, into both sides of one flow. */
    private void sizes(int version) throws IOException, InterruptedException {
        byte[] fits = inner(version, 1000, INNER_BYTES_MAX);
        byte[] tooLong = inner(version, 1000, INNER_BYTES_MAX + 1);
        String name = "ipv" + version;

        sendFromSpoke(fits);
        byte[] toAppliance = receive(appliance, ARRIVES_MS);
        observed(
                name + ".8500.to-appliance",
                toAppliance.length - GWLB_BYTES + " unchanged=" + endsWith(toAppliance, fits));
        double before = Scenario.drops(node, "inner_too_large");
        sendFromSpoke(tooLong);
        observed(name + ".8501.to-appliance", receive(appliance, ABSENT_MS).length);
        observed(name + ".8501.from-spoke.counted", Scenario.drops(node, "inner_too_large") - before);

        byte[] header = Arrays.copyOf(toAppliance, GWLB_BYTES);
        sendFromAppliance(header, fits, RawDatagram.Checksum.ZERO);
        byte[] toSpoke = receive(spoke, ARRIVES_MS);
        observed(name + ".8500.to-spoke", toSpoke.length - 8 + " unchanged=" + endsWith(toSpoke, fits));
        before = Scenario.drops(node, "inner_too_large");
        sendFromAppliance(header, tooLong, RawDatagram.Checksum.ZERO);
        observed(name + ".8501.to-spoke", receive(spoke, ABSENT_MS).length);
        observed(name + ".8501.from-appliance.counted", Scenario.drops(node, "inner_too_large") - before);
    }

    /** A return's UDP checksum is the kernel's business: what it refuses no program ever sees. */
    private void checksums() throws IOException, InterruptedException {
        byte[] packet = inner(4, 2000, 100);
        sendFromSpoke(packet);
        byte[] header = Arrays.copyOf(receive(appliance, ARRIVES_MS), GWLB_BYTES);
        for (RawDatagram.Checksum checksum : RawDatagram.Checksum.values()) {
            double before = node.metric("sluice_packets_total", "target-in");
            sendFromAppliance(header, packet, checksum);
            String name = "checksum." + checksum.name().toLowerCase(java.util.Locale.ROOT);
            observed(name, receive(spoke, checksum == RawDatagram.Checksum.WRONG ? ABSENT_MS : ARRIVES_MS).length);
            observed(name + ".seen", node.metric("sluice_packets_total", "target-in") - before);
        }
    }

    /** A leg one byte too narrow for the longest packet: dropped and counted, neither fragmented nor answered. */
    private void aPathThatIsTooNarrow(Namespace gateway) throws IOException, InterruptedException {
        gateway.ip("link", "set", "appliances", "mtu", "" + NARROW_MTU_BYTES);
        double before = Scenario.drops(node, "send_refused");
        sendFromSpoke(inner(4, 3000, INNER_BYTES_MAX));
        observed("narrow.8500", receive(appliance, ABSENT_MS).length);
        observed("narrow.8500.counted", Scenario.drops(node, "send_refused") - before);
        observed("narrow.answered", receive(spoke, ABSENT_MS).length);
        sendFromSpoke(inner(4, 3000, INNER_BYTES_MAX - 1));
        observed("narrow.8499", receive(appliance, ARRIVES_MS).length - GWLB_BYTES);
    }

    private static byte[] inner(int version, int sourcePort, int totalBytes) {
        return version == 4
                ? PacketBuilder.ipv4()
                        .from("10.20.0.5")
                        .to("203.0.113.10")
                        .udp(sourcePort, 53)
                        .payloadBytes(totalBytes - 28)
                        .build()
                : PacketBuilder.ipv6()
                        .from("2001:db8:20::5")
                        .to("2001:db8:cb00::10")
                        .udp(sourcePort, 53)
                        .payloadBytes(totalBytes - 48)
                        .build();
    }

    private void sendFromSpoke(byte[] inner) throws IOException {
        byte[] geneve = PacketBuilder.geneve().vni(100).payload(inner).build();
        fromSpoke.send(
                new RawDatagram(socket("10.0.0.2", 40_000), socket("10.0.0.1", 6080), 64, RawDatagram.Checksum.ZERO)
                        .packet(geneve));
    }

    private void sendFromAppliance(byte[] header, byte[] inner, RawDatagram.Checksum checksum) throws IOException {
        byte[] geneve = Arrays.copyOf(header, header.length + inner.length);
        System.arraycopy(inner, 0, geneve, header.length, inner.length);
        fromAppliance.send(
                new RawDatagram(socket("10.1.1.11", 50_000), socket("10.1.1.1", 6081), 2, checksum).packet(geneve));
    }

    private static InetSocketAddress socket(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    /** The next datagram's payload, empty where none comes in time. */
    private static byte[] receive(DatagramSocket socket, int timeoutMs) throws IOException {
        socket.setSoTimeout(timeoutMs);
        DatagramPacket packet = new DatagramPacket(new byte[10_000], 10_000);
        try {
            socket.receive(packet);
            return Arrays.copyOf(packet.getData(), packet.getLength());
        } catch (SocketTimeoutException absent) {
            return new byte[0];
        }
    }

    private static boolean endsWith(byte[] datagram, byte[] inner) {
        return datagram.length >= inner.length
                && ByteBuffer.wrap(datagram, datagram.length - inner.length, inner.length)
                        .equals(ByteBuffer.wrap(inner));
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What {@link WireKernelIT} runs in its namespaces: a node at the addresses of the sheet's worked example (1.4), an
 * appliance behind a veth pair that returns as W-3 and W-18 say, tshark at the appliance. Prints what tshark decoded.
 */
final class WireScenario {

    static final String SYN = "4500002812344000" + "3f06e3780a140005cb00710a9c4001bb01020304000000005002faf0cccc0000";
    static final String SYN_ACK =
            "4500002800004000" + "320602adcb00710a0a14000501bb9c400a0b0c0d010203055012ffffb1940000";
    /** UDP over IPv6, 2001:db8:20::5 port 40000 to 2001:db8:cb00::10 port 53, 4 bytes. */
    static final String UDP6 = "60000000000c113f" + "20010db8002000000000000000000005"
            + "20010db8cb0000000000000000000010" + "9c400035000c0000" + "736c7569";

    static final String FROM_ENDPOINT = "0000080000006400";
    static final String FROM_ENDPOINT6 = "000086dd00006400";

    /** What tshark is to see. */
    static final String GENEVE = "udp port 6081";

    /** Packets tshark sees: three flows' packets, there and back. */
    static final int PACKETS = 6;

    /** Fields tshark prints, outer before inner where a header is there twice. */
    static final List<String> FIELDS = List.of(
            "ip.src",
            "ip.dst",
            "ip.ttl",
            "ip.flags.df",
            "ip.dsfield.dscp",
            "ip.version",
            "ip.checksum.status",
            "ip.len",
            "udp.srcport",
            "udp.dstport",
            "udp.checksum.status",
            "geneve.version",
            "geneve.vni",
            "geneve.proto_type",
            "geneve.option.class",
            "geneve.option.type",
            "udp.payload");

    /** What passes, through whatever processes. */
    static final String MODEL = """
            target-groups:
              - name: firewalls
                targets: [{id: 10.10.2.50, zone: az1}]
            load-balancers:
              - {name: inspection, zones: [az1], listener: {target-group: firewalls}}
            endpoints:
              - {id: vpce-0a1b2c3d4e5f60718, vni: 100, zone: az1, load-balancer: inspection, attachments: ["10.0.0.2"]}
            """;

    private static final String CONFIGURATION = """
            node: {id: gw-1, zone: az1, flow-capacity: 10000}
            ingress: {listen: "10.0.0.1:6080"}
            appliances: {listen: "10.10.2.11:6081"}
            admin: {listen: "127.0.0.1:8080"}
            """ + MODEL;

    private WireScenario() {}

    /** Runs it; the argument is a directory for its files. */
    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("appliance")) {
            appliance();
            return;
        }
        Path directory = Path.of(arguments[0]);
        Process appliance = startAppliance();
        try {
            captured(directory, GENEVE, () -> {
                try (Gateway node = Gateway.start(directory, "gateway", CONFIGURATION, "127.0.0.1:8080")
                                .ready();
                        DatagramSocket endpoint = endpoint()) {
                    exchanges(endpoint);
                    System.out.println("drops=" + node.metric("sluice_drops_total", ""));
                }
            });
        } finally {
            appliance.destroy();
        }
    }

    /** What happens while tshark looks on. */
    interface Talk {
        void run() throws Exception;
    }

    /**
     * Starts tshark, lets the packets be sent, and prints what was seen of the first of them.
     *
     * @param filter what it is to see
     * @param talk starts nodes before it sends: tshark says that it captures a moment before it does
     */
    static void captured(Path directory, String filter, Talk talk) throws Exception {
        Path capture = directory.resolve("wire.pcapng");
        Process tshark =
                inAppliance("tshark", "-q", "-i", "fw0", "-f", filter, "-c", "" + PACKETS, "-w", capture.toString());
        awaitLine(tshark, "Capturing on");
        try {
            talk.run();
        } finally {
            // it ends by itself with the last packet, and only then the file is complete
            if (!tshark.waitFor(30, TimeUnit.SECONDS)) {
                tshark.destroy();
            }
        }
        decode(capture);
    }

    /** The appliance, which listens. */
    static Process startAppliance() throws IOException {
        Process appliance = inAppliance(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                WireScenario.class.getName(),
                "appliance");
        awaitLine(appliance, "listening");
        return appliance;
    }

    static DatagramSocket endpoint() throws IOException {
        DatagramSocket endpoint = new DatagramSocket(new InetSocketAddress("10.0.0.2", 6080));
        endpoint.setSoTimeout(10_000);
        return endpoint;
    }

    /** The three packets of the worked example. */
    static void exchanges(DatagramSocket endpoint) throws IOException {
        for (String datagram : List.of(FROM_ENDPOINT + SYN, FROM_ENDPOINT + SYN_ACK, FROM_ENDPOINT6 + UDP6)) {
            System.out.println(
                    "delivered=" + HexFormat.of().formatHex(payload(exchange(endpoint, datagram, "10.0.0.1"))));
        }
    }

    /** Sends a datagram to an ingress; what comes back. */
    static DatagramPacket exchange(DatagramSocket endpoint, String datagram, String ingress) throws IOException {
        byte[] plain = HexFormat.of().parseHex(datagram);
        endpoint.send(new DatagramPacket(plain, plain.length, InetAddress.getByName(ingress), 6080));
        DatagramPacket back = new DatagramPacket(new byte[2_000], 2_000);
        endpoint.receive(back);
        return back;
    }

    static byte[] payload(DatagramPacket packet) {
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    private static Process inAppliance(String... command) throws IOException {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", "fw"));
        all.addAll(Arrays.asList(command));
        return new ProcessBuilder(all).redirectErrorStream(true).start();
    }

    private static void awaitLine(Process process, String text) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.contains(text)) {
                return;
            }
        }
        throw new IOException("ended without saying '" + text + "'");
    }

    /** Returns what comes: addresses swapped, ports kept, so from the node's own source port to 6081. */
    private static void appliance() throws IOException {
        InetAddress self = InetAddress.getByName("10.10.2.50");
        try (DatagramSocket in = new DatagramSocket(new InetSocketAddress(self, 6081))) {
            System.out.println("listening");
            DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
            while (true) {
                packet.setLength(2_000);
                in.receive(packet);
                try (DatagramSocket out = new DatagramSocket(new InetSocketAddress(self, packet.getPort()))) {
                    out.send(new DatagramPacket(packet.getData(), packet.getLength(), packet.getAddress(), 6081));
                }
            }
        }
    }

    private static void decode(Path capture) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "tshark",
                "-r",
                capture.toString(),
                "-o",
                "udp.check_checksum:TRUE",
                "-o",
                "ip.check_checksum:TRUE",
                "-T",
                "fields",
                "-E",
                "separator=;",
                "-E",
                "occurrence=a"));
        FIELDS.forEach(field -> command.addAll(List.of("-e", field)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .forEach(line -> System.out.println("packet=" + line));
        process.waitFor();
        Files.deleteIfExists(capture);
    }
}

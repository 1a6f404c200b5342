// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.net;

import io.sluice.lab.capture.CableTap;
import io.sluice.lab.capture.PcapReader;
import io.sluice.lab.capture.PcapRecord;
import io.sluice.lab.traffic.Content;
import io.sluice.lab.traffic.Download;
import io.sluice.lab.traffic.FileServer;
import io.sluice.lab.traffic.IcmpEcho;
import io.sluice.lab.traffic.Outcome;
import io.sluice.lab.traffic.UdpEchoServer;
import io.sluice.lab.traffic.UdpExchange;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What {@link TopologyKernelIT} runs inside the sandbox: prints one line {@code name=value} per observation. */
final class TopologyScenario {
    private TopologyScenario() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        try (Topology topology = new Topology(new CommandRunner())) {
            Namespace app = topology.addNamespace("app");
            Namespace spoke = topology.addNamespace("spoke");
            Namespace internet = topology.addNamespace("internet");
            Namespace fabric = topology.addNamespace("fabric");
            Port bridge = topology.bridge(fabric, "br0", 1500);
            topology.cable(fabric.port("app"), app.port("eth0"), 1500);
            topology.cable(fabric.port("spoke"), spoke.port("app"), 1500);
            topology.join(bridge, fabric.port("app"));
            topology.join(bridge, fabric.port("spoke"));
            topology.cable(spoke.port("igw"), internet.port("eth0"), 1500);
            spoke.setting("net/ipv4/ip_forward", "1");
            spoke.setting("net/ipv6/conf/all/forwarding", "1");
            for (String address : List.of("10.20.1.1/24", "2001:db8:20:1::1/64")) {
                spoke.address("app", address);
            }
            for (String address : List.of("203.0.113.1/24", "2001:db8:cb00::1/64")) {
                spoke.address("igw", address);
            }
            // The main table knows both subnets; a rule by input device takes precedence over it.
            spoke.routeByInput("app", 101, 101);
            spoke.route(Route.via("default", "203.0.113.10").dev("igw").inTable(101));
            spoke.route(Route.onLink(true, "default", "igw").inTable(101));
            host(app, List.of("10.20.1.5/24", "2001:db8:20:1::5/64"), List.of("10.20.1.1", "2001:db8:20:1::1"));
            host(
                    internet,
                    List.of("203.0.113.10/24", "2001:db8:cb00::10/64"),
                    List.of("203.0.113.1", "2001:db8:cb00::1"));

            Path pcap = directory.resolve("app.pcap");
            try (CableTap tap = CableTap.start(fabric.port("app"), pcap);
                    FileServer _ = FileServer.start(internet, 80);
                    UdpEchoServer _ = UdpEchoServer.start(internet, 7)) {
                print("ping4", app.call(() -> new IcmpEcho(InetAddress.ofLiteral("203.0.113.10"), 77, 3, 56).run()));
                print(
                        "ping6",
                        app.call(() -> new IcmpEcho(InetAddress.ofLiteral("2001:db8:cb00::10"), 78, 3, 56).run()));
                print("nobody", app.call(() -> new IcmpEcho(InetAddress.ofLiteral("203.0.113.99"), 79, 1, 56).run()));
                print("tcp4", app.call(() -> download("10.20.1.5", "203.0.113.10")));
                print("tcp6", app.call(() -> download("2001:db8:20:1::5", "2001:db8:cb00::10")));
                print("udp4", app.call(() -> udp("10.20.1.5", "203.0.113.10")));
                print("udp6", app.call(() -> udp("2001:db8:20:1::5", "2001:db8:cb00::10")));
                long before = tap.frames();
                tap.flush();
                System.out.println("dropped=" + tap.droppedFrames());
                // a neighbour's message may come at any moment, so not "equal"
                System.out.println("captured-all=" + (before > 0 && count(pcap, 0) >= before));
                System.out.println("echo-requests=" + count(pcap, 8) + " echo-replies=" + count(pcap, 0x100));
                System.out.println("longest=" + longest(pcap));
            }
            try {
                app.ip("link", "set", "nosuch", "up");
            } catch (CommandFailedException e) {
                System.out.println("failure=" + e.getMessage());
            }
        }
        try (var left = Files.list(Path.of("/run/netns"))) {
            System.out.println("left=" + left.count());
        }
    }

    private static void host(Namespace host, List<String> addresses, List<String> routers) {
        addresses.forEach(address -> host.address("eth0", address));
        routers.forEach(router -> host.route(Route.via("default", router)));
    }

    private static Outcome download(String from, String to) {
        return new Download(
                        InetAddress.ofLiteral(from),
                        40000,
                        new InetSocketAddress(InetAddress.ofLiteral(to), 80),
                        new Content(7, 300_001),
                        false,
                        5000)
                .run();
    }

    private static Outcome udp(String from, String to) {
        return new UdpExchange(
                        InetAddress.ofLiteral(from),
                        40001,
                        new InetSocketAddress(InetAddress.ofLiteral(to), 7),
                        List.of(1, 64, 1400))
                .run();
    }

    private static void print(String name, Outcome outcome) {
        System.out.println(name + "=" + outcome.ok() + " " + outcome.detail());
    }

    /** Frames (kind 0), ICMP echo requests (8) or replies (0x100) to or from identifier 77. */
    private static long count(Path pcap, int kind) throws Exception {
        long count = 0;
        try (PcapReader reader = new PcapReader(pcap)) {
            for (PcapRecord frame = reader.next(); frame != null; frame = reader.next()) {
                var bytes = frame.frame();
                boolean icmp = bytes.limit() > 42
                        && bytes.getShort(12) == 0x0800
                        && bytes.get(23) == 1
                        && bytes.getShort(38) == 77;
                if (kind == 0 || (icmp && bytes.get(34) == (byte) kind)) {
                    count++;
                }
            }
        }
        return count;
    }

    private static int longest(Path pcap) throws Exception {
        int longest = 0;
        try (PcapReader reader = new PcapReader(pcap)) {
            for (PcapRecord frame = reader.next(); frame != null; frame = reader.next()) {
                longest = Math.max(longest, frame.originalLengthBytes());
            }
        }
        return longest;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;

import io.sluice.lab.net.CommandRunner;
import io.sluice.lab.net.Namespace;
import io.sluice.lab.net.Route;
import io.sluice.lab.net.Topology;
import io.sluice.lab.traffic.Content;
import io.sluice.lab.traffic.Download;
import io.sluice.lab.traffic.FileServer;
import io.sluice.lab.traffic.IcmpEcho;
import io.sluice.lab.traffic.Outcome;
import io.sluice.lab.traffic.UdpEchoServer;
import io.sluice.lab.traffic.UdpExchange;
import io.sluice.lab.uml.UmlMachine;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@link UmlEndpointKernelIT} runs: a spoke whose router is another kernel, with no software of ours.
 *
 * <pre>
 *   app 10.20.1.5, 10.20.2.5 ── vec1 ┐ Linux 6.1 ┌ vec0 10.0.0.2 ── 10.0.0.1 node 10.1.1.1 ── 10.1.1.11 appliance
 *   internet 203.0.113.10 ───── vec2 ┘ geneve    └ gwe0: VNI 100, bare IP; gwe1: VNI 101, Ethernet
 * </pre>
 */
final class UmlScenario {

    /** Frames inside need the endpoint key {@code inner: ethernet}. */
    static final boolean ETHERNET = true;

    static final int INNER_MTU_BYTES = 8500;

    /** The kernel under test is a process among others: what is late is not lost. */
    private static final int ECHO_TIMEOUT_MS = 10_000;

    static final long DOWNLOAD_BYTES = 4L << 20;

    private static final int CABLE_MTU_BYTES = 9000;
    private static final int BOOT_SECONDS = 40;
    private static final int BOOTS_MAX = 3;
    private static final String INTERNET = "203.0.113.10";

    private static final String CONFIGURATION = """
            node: {id: gw-1, zone: az1, flow-capacity: 10000}
            ingress: {listen: "10.0.0.1:6080"}
            appliances: {listen: "10.1.1.1:6081"}
            admin: {listen: "127.0.0.1:8080"}
            target-groups:
              - name: firewalls
                health-check: {protocol: HTTP, port: 80, interval: 5s, timeout: 2s, healthy-threshold: 2, unhealthy-threshold: 2}
                targets: [{id: 10.1.1.11, zone: az1}]
            load-balancers:
              - {name: inspection, zones: [az1], listener: {target-group: firewalls}}
            endpoints:
              - {id: vpce-0a1b2c3d4e5f60718, vni: 100, zone: az1, load-balancer: inspection, attachments: ["10.0.0.2"]}
            """;

    private static final String ETHERNET_ENDPOINT = """
              - {id: vpce-0a1b2c3d4e5f60719, vni: 101, zone: az1, load-balancer: inspection, attachments: ["10.0.0.2"], inner: ethernet}
            """;

    /** What comes from the spoke's own hosts goes into the tunnel; what comes out of it is routed as ever. */
    private static final String ROUTER = """
            insmod $K/lib/crc-ccitt.ko
            insmod $K/net/ipv6/ipv6.ko
            echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
            insmod $K/net/ipv4/udp_tunnel.ko
            insmod $K/net/ipv6/ip6_udp_tunnel.ko
            insmod $K/drivers/net/geneve.ko
            ip link set lo up
            ip link set vec0 up
            ip link set vec1 up
            ip link set vec2 up
            ip addr add 10.0.0.2/24 dev vec0
            ip addr add 10.20.1.1/24 dev vec1
            ip addr add 10.20.2.1/24 dev vec1
            ip addr add 203.0.113.1/24 dev vec2
            ip link add gwe0 type geneve id 100 remote 10.0.0.1 dstport 6080 ttl 64 innerprotoinherit
            ip link set gwe0 mtu 8500 up
            ip link add gwe1 type geneve id 101 remote 10.0.0.1 dstport 6080 ttl 64
            ip link set gwe1 mtu 8500 up
            ip addr add 169.254.101.2/30 dev gwe1
            echo 1 >/proc/sys/net/ipv4/ip_forward
            for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done
            ip route add default dev gwe0 table 10
            ip route add default via 169.254.101.1 dev gwe1 table 11
            ip rule add iif vec1 from 10.20.2.0/24 lookup 11 priority 11
            ip rule add iif vec2 to 10.20.2.0/24 lookup 11 priority 11
            ip rule add iif vec1 lookup 10 priority 12
            ip rule add iif vec2 lookup 10 priority 12
            """;

    private UmlScenario() {}

    /** Runs it; the argument is a directory for its files. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        try (Topology topology = new Topology(new CommandRunner())) {
            Namespace gateway = topology.own();
            Namespace appliance = topology.addNamespace("fw");
            topology.cable(gateway.port("appliances"), appliance.port("eth0"), CABLE_MTU_BYTES);
            gateway.address("appliances", "10.1.1.1/24");
            appliance.address("eth0", "10.1.1.11/24");
            Namespace app = topology.addNamespace("app");
            Namespace internet = topology.addNamespace("internet");
            List<UmlMachine.Card> cards = List.of(
                    new UmlMachine.Card("underlay", CABLE_MTU_BYTES),
                    new UmlMachine.Card("tapapp", INNER_MTU_BYTES),
                    new UmlMachine.Card("tapinternet", INNER_MTU_BYTES));
            Process program = Scenario.referenceAppliance(appliance, directory, "10.1.1.11");
            String configuration = CONFIGURATION + (ETHERNET ? ETHERNET_ENDPOINT : "");
            try (UmlMachine router = router(gateway, cards, app, internet, directory);
                    NodeProcess node = new NodeProcess(directory, "gateway", configuration, "127.0.0.1:8080")) {
                observed("kernel", router.release());
                node.ready();
                traffic(app, internet, node);
            } finally {
                program.destroyForcibly().onExit().join();
            }
        }
    }

    /**
     * Boots it, with the hosts behind it. Now and then one of its cards hears nothing from then on, whatever is sent: seen once
     * so far, before any packet of ours was there. Such a machine is no router, and another one is booted.
     */
    private static UmlMachine router(
            Namespace gateway, List<UmlMachine.Card> cards, Namespace app, Namespace internet, Path directory)
            throws Exception {
        for (int boots = 1; ; boots++) {
            for (UmlMachine.Card card : cards) {
                gateway.ip("tuntap", "add", card.tap(), "mode", "tap");
                gateway.ip("link", "set", card.tap(), "mtu", "" + card.mtuBytes(), "gso_max_segs", "1", "up");
            }
            gateway.address("underlay", "10.0.0.1/24");
            UmlMachine router = UmlMachine.boot(gateway, cards, ROUTER, directory, BOOT_SECONDS);
            host(gateway, app, "tapapp", "10.20.1.1", "10.20.1.5/24", "10.20.2.5/24");
            host(gateway, internet, "tapinternet", "203.0.113.1", INTERNET + "/24");
            Outcome toApp = neighbour(app, "10.20.1.1");
            Outcome toInternet = neighbour(internet, "203.0.113.1");
            if ((toApp.ok() && toInternet.ok()) || boots == BOOTS_MAX) {
                observed("boots", boots);
                return router;
            }
            System.out.println("a card is deaf: app " + toApp + ", internet " + toInternet + "\n" + router.log());
            router.close();
            app.ip("link", "del", "eth0");
            internet.ip("link", "del", "eth0");
            gateway.ip("link", "del", "underlay");
        }
    }

    private static Outcome neighbour(Namespace host, String router) {
        return host.call(() -> new IcmpEcho(InetAddress.ofLiteral(router), 76, 1, 56, ECHO_TIMEOUT_MS).run());
    }

    /** The machine holds its cards by their files, so they may move to the hosts that are to be behind them. */
    private static void host(Namespace from, Namespace host, String tap, String router, String... addresses) {
        from.ip("link", "set", tap, "netns", host.name(), "name", "eth0");
        host.ip("link", "set", "eth0", "mtu", "" + INNER_MTU_BYTES, "gso_max_segs", "1", "up");
        for (String address : addresses) {
            host.address("eth0", address);
        }
        host.route(Route.via("default", router));
    }

    private static void traffic(Namespace app, Namespace internet, NodeProcess node) throws Exception {
        try (FileServer _ = FileServer.start(internet, 80);
                UdpEchoServer _ = UdpEchoServer.start(internet, 7)) {
            kind("ip", "10.20.1.5", app);
            observed("ip.to-appliances", node.metric("sluice_packets_total", "target-out"));
            if (ETHERNET) {
                kind("ethernet", "10.20.2.5", app);
            }
            observed("flows", node.get("/v1/flows").replace("\n", ""));
            observed("drops", node.metric("sluice_drops_total", ""));
            observed("drop-reasons", node.get("/v1/drops").replace("\n", ""));
        }
    }

    private static void kind(String name, String client, Namespace app) {
        InetAddress internet = InetAddress.ofLiteral(INTERNET);
        observed(
                name + ".tcp",
                app.call(() -> new Download(
                                InetAddress.ofLiteral(client),
                                40_000,
                                new InetSocketAddress(internet, 80),
                                new Content(11, DOWNLOAD_BYTES),
                                false,
                                10_000)
                        .run()));
        observed(
                name + ".udp",
                app.call(() -> new UdpExchange(
                                InetAddress.ofLiteral(client),
                                40_001,
                                new InetSocketAddress(internet, 7),
                                List.of(1, 64, 1400, INNER_MTU_BYTES - 28))
                        .run()));
        observed(name + ".ping", echo(app, client, internet, 56));
        observed(name + ".ping8500", echo(app, client, internet, INNER_MTU_BYTES - 28));
    }

    private static Outcome echo(Namespace app, String client, InetAddress to, int payloadBytes) {
        return app.call(() -> {
            app.ip("route", "replace", "default", "via", "10.20." + client.charAt(6) + ".1", "src", client);
            return new IcmpEcho(to, 77, 3, payloadBytes, ECHO_TIMEOUT_MS).run();
        });
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;
import static org.awaitility.Awaitility.await;

import io.sluice.lab.net.CommandRunner;
import io.sluice.lab.net.Namespace;
import io.sluice.lab.net.Route;
import io.sluice.lab.net.Topology;
import io.sluice.lab.traffic.Content;
import io.sluice.lab.traffic.Download;
import io.sluice.lab.traffic.FileServer;
import io.sluice.lab.traffic.UdpEchoServer;
import io.sluice.lab.traffic.UdpExchange;
import io.sluice.lab.twoarm.TwoArmAppliance;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What {@link TwoArmKernelIT} runs: the appliance's namespace decapsulates, forwards and masquerades, and its answers go
 * to the application by a cable of their own.
 *
 * <pre>
 *   app 10.20.1.5 ── agent ── 10.0.0.1 node 10.1.1.1 ── 10.1.1.11 fw ── masquerade ── 203.0.113.10 internet
 *        └───────────────── 10.30.0.0/24, answers only ────────────────┘
 * </pre>
 */
final class TwoArmScenario {

    static final long DOWNLOAD_BYTES = 1L << 20;

    /** Longer than a closed flow lingers, which is 5 s. */
    static final int IDLE_MS = 6_000;

    private static final int INNER_MTU_BYTES = 1432;
    private static final int CABLE_MTU_BYTES = 1500;
    private static final String INTERNET = "203.0.113.10";
    private static final String APPLICATION = "10.20.1.5";

    private static final String CONFIGURATION = """
            node: {id: gw-1, zone: az1, flow-capacity: 10000}
            ingress: {listen: "10.0.0.1:6080"}
            appliances: {listen: "10.1.1.1:6081"}
            admin: {listen: "127.0.0.1:8080"}
            target-groups:
              - name: firewalls
                health-check: {protocol: TCP, port: 80, interval: 5s, timeout: 2s, healthy-threshold: 2, unhealthy-threshold: 2}
                targets: [{id: 10.1.1.11, zone: az1}]
            load-balancers:
              - {name: inspection, zones: [az1], listener: {target-group: firewalls}}
            endpoints:
              - {id: vpce-0a1b2c3d4e5f60718, vni: 100, zone: az1, load-balancer: inspection, attachments: ["10.0.0.2"]}
            """;

    private static final String MASQUERADE = """
            table ip twoarm {
              chain out {
                type nat hook postrouting priority 100
                oifname eth1 masquerade
              }
            }
            """;

    private TwoArmScenario() {}

    /** Runs it; the argument is a directory for its files. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        CommandRunner runner = new CommandRunner();
        try (Topology topology = new Topology(runner)) {
            Namespace gateway = topology.own();
            Namespace app = topology.addNamespace("app");
            Namespace fw = topology.addNamespace("fw");
            Namespace internet = topology.addNamespace("internet");
            topology.cable(gateway.port("spoke"), app.port("underlay"), CABLE_MTU_BYTES);
            topology.cable(gateway.port("appliances"), fw.port("eth0"), CABLE_MTU_BYTES);
            topology.cable(fw.port("eth1"), internet.port("eth0"), INNER_MTU_BYTES);
            topology.cable(fw.port("eth2"), app.port("answers"), INNER_MTU_BYTES);
            gateway.address("spoke", "10.0.0.1/24");
            gateway.address("appliances", "10.1.1.1/24");
            app.address("underlay", "10.0.0.2/24");
            app.address("answers", "10.30.0.2/24");
            app.address("answers", APPLICATION + "/32");
            fw.address("eth0", "10.1.1.11/24");
            fw.address("eth1", "203.0.113.1/24");
            fw.address("eth2", "10.30.0.1/24");
            internet.address("eth0", INTERNET + "/24");
            for (Namespace asymmetric : List.of(app, fw)) {
                asymmetric.setting("net/ipv4/conf/all/rp_filter", "0");
                asymmetric.setting("net/ipv4/conf/default/rp_filter", "0");
            }
            fw.setting("net/ipv4/ip_forward", "1");
            fw.route(Route.via("10.20.1.0/24", "10.30.0.2"));
            runner.run(fw.command(List.of("nft", "-f", "-")), MASQUERADE);
            Process agent = Scenario.program(
                    app,
                    directory.resolve("agent.log"),
                    "io.sluice.agent.AgentMain",
                    "attach",
                    "--device",
                    "gwe0",
                    "--vni",
                    "100",
                    "--gateway",
                    "10.0.0.1:6080",
                    "--local",
                    "10.0.0.2:6080",
                    "--mtu",
                    "" + INNER_MTU_BYTES);
            try (TwoArmAppliance appliance = TwoArmAppliance.start(
                            fw, InetAddress.ofLiteral("10.1.1.11"), Scenario.HEALTH_PORT, "inside");
                    Gateway node = Gateway.start(directory, "gateway", CONFIGURATION, "127.0.0.1:8080")
                            .ready()) {
                await("the agent")
                        .until(() ->
                                Files.readString(directory.resolve("agent.log")).contains("attached"));
                app.route(Route.onLink(false, "203.0.113.0/24", "gwe0"));
                traffic(app, internet, node, appliance);
                observed("overflowed", fw.counters().udpOverflows());
            } finally {
                agent.destroyForcibly().onExit().join();
            }
        }
    }

    private static void traffic(Namespace app, Namespace internet, Gateway node, TwoArmAppliance appliance)
            throws Exception {
        InetAddress client = InetAddress.ofLiteral(APPLICATION);
        InetAddress server = InetAddress.ofLiteral(INTERNET);
        try (FileServer _ = FileServer.start(internet, 80);
                UdpEchoServer _ = UdpEchoServer.start(internet, 7)) {
            observed(
                    "tcp",
                    app.call(() -> new Download(
                                    client,
                                    40_000,
                                    new InetSocketAddress(server, 80),
                                    new Content(13, DOWNLOAD_BYTES),
                                    false,
                                    10_000)
                            .run()));
            observed(
                    "udp",
                    app.call(() -> new UdpExchange(
                                    client, 40_001, new InetSocketAddress(server, 7), List.of(1, 64, 1000))
                            .run()));
        }
        await("the download's flow is idle")
                .atMost(Duration.ofSeconds(20))
                .until(() -> flow(node, 6).getLong("idleMs") >= IDLE_MS);
        // no packet is on its way any more: two counters are read one after the other
        observed("decapsulated", appliance.decapsulated());
        observed("target-in", node.metric("sluice_packets_total", "target-in"));
        observed("target-out", node.metric("sluice_packets_total", "target-out"));
        JsonObject tcp = flow(node, 6);
        observed("tcp.state", tcp.getString("state"));
        observed("tcp.forward", tcp.getJsonObject("forward").getLong("packets"));
        observed("tcp.reverse", tcp.getJsonObject("reverse").getLong("packets"));
        observed("udp.reverse", flow(node, 17).getJsonObject("reverse").getLong("packets"));
        observed("drops", node.metric("sluice_drops_total", ""));
        observed("drop-reasons", node.get("/v1/drops").replace("\n", ""));
    }

    private static JsonObject flow(Gateway node, int protocol) throws Exception {
        return new JsonObject(node.get("/v1/flows"))
                .getJsonArray("flows").stream()
                        .map(JsonObject.class::cast)
                        .filter(flow -> flow.getInteger("protocol") == protocol)
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("no flow of protocol " + protocol));
    }
}

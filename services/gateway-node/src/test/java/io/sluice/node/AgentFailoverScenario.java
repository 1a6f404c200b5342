// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;
import static org.awaitility.Awaitility.await;

import io.sluice.lab.net.Namespace;
import io.sluice.lab.net.Route;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * What {@link AgentFailoverKernelIT} runs: an agent that knows two nodes carries both directions of UDP flows and of a TCP
 * connection, while the node in use is killed, comes back, and hangs.
 */
final class AgentFailoverScenario {

    private static final String DEVICE = "gwe0";
    private static final int TABLE = 10;
    private static final Duration HEALTHY_WITHIN = Duration.ofSeconds(40);
    /** A node's start and what the agent waits for after it. */
    private static final Duration RETURN_WITHIN = Duration.ofSeconds(90);
    /** Shorter than a node that hangs stays a member of its cluster. */
    private static final long HANGS_MS = 2_000;

    private final Map<InnerTuple, Set<String>> places = new ConcurrentHashMap<>();

    private AgentFailoverScenario() {}

    /** Runs it; the argument is a directory for its files. */
    public static void main(String[] arguments) throws Exception {
        new AgentFailoverScenario().run(Path.of(arguments[0]));
    }

    private void run(Path directory) throws Exception {
        Path agentLog = directory.resolve("agent.log");
        try (TwoNodeNetwork network = new TwoNodeNetwork(directory);
                ApplianceFleet fleet =
                        new ApplianceFleet(network.appliances(), ApplianceFleet.addresses(1, 4), this::inspect);
                NodeInNamespace decisions = network.decisions();
                NodeInNamespace second = network.packets(2, false)) {
            NodeInNamespace first = network.packets(1, false);
            decisions.ready();
            first.ready();
            second.ready();
            await("all targets are healthy")
                    .atMost(HEALTHY_WITHIN)
                    .until(() -> decisions.metric("sluice_target_healthy", "") == 4);
            Process agent = attach(network.spoke(), agentLog);
            try (EchoTraffic traffic = new EchoTraffic(network)) {
                traffic.steady();
                traffic.mark();
                first.kill();
                traffic.steady();
                say("killed", traffic);
                observed("killed.changes", changes(agentLog, "silent"));

                traffic.mark();
                first = network.packets(1, false);
                traffic.until(() -> changes(agentLog, "returned") == 1, RETURN_WITHIN);
                traffic.steady();
                say("returned", traffic);

                traffic.mark();
                first.signal("TERM");
                traffic.until(() -> changes(agentLog, "silent") == 2, RETURN_WITHIN);
                traffic.steady();
                say("stopped", traffic);

                first.close();
                first = network.packets(1, false);
                traffic.until(() -> changes(agentLog, "returned") == 2, RETURN_WITHIN);
                traffic.steady();

                traffic.mark();
                first.signal("STOP");
                traffic.run(HANGS_MS);
                first.signal("CONT");
                traffic.run(HANGS_MS);
                traffic.steady();
                say("hung", traffic);
                observed("changes.silent", changes(agentLog, "silent"));
                observed("changes.returned", changes(agentLog, "returned"));
            } finally {
                first.close();
            }
            agent.destroy();
            agent.waitFor(10, TimeUnit.SECONDS);
            observed("agent", counters(agentLog));
            // where answers come to sockets that are closed just then, the client's host says so (ICMP)
            observed(
                    "flows",
                    places.keySet().stream()
                            .filter(tuple -> tuple.protocol() == InnerTuple.UDP || tuple.protocol() == InnerTuple.TCP)
                            .count());
            observed(
                    "moved",
                    places.values().stream().filter(seen -> seen.size() > 1).count());
            JsonObject counters = LiveNetwork.countersAtRest(decisions);
            observed("keep-alives", counters.getJsonObject("packets").getLong("keep-alives"));
            observed("drop-reasons", counters.getJsonObject("drops").encode());
            observed("second.imbalance", (long) (second.metric("sluice_packets_total", "place=\"endpoint-in\"")
                    + second.metric("sluice_packets_total", "place=\"target-in\"")
                    + second.metric("sluice_packets_total", "place=\"generated\"")
                    - second.metric("sluice_packets_total", "-out\"")
                    - second.metric("sluice_drops_total", "")
                    - second.metric("sluice_packets_held", "")));
            observed("appliances.saw", fleet.received());
        }
    }

    private static void say(String event, EchoTraffic traffic) {
        observed(event + ".gap-ms", traffic.longestGapMs());
        observed(event + ".silent-flows", traffic.silentFlows());
        observed(event + ".unanswered", traffic.unanswered());
        observed(event + ".tcp", traffic.tcp());
        observed(event + ".tcp-gap-ms", traffic.longestTcpGapMs());
    }

    private static Process attach(Namespace spoke, Path log) throws IOException {
        Process agent = Scenario.program(
                spoke,
                log,
                "io.sluice.agent.AgentMain",
                "attach",
                "--device",
                DEVICE,
                "--vni",
                "100",
                "--gateway",
                "10.2.1.2",
                "--gateway",
                "10.2.2.2",
                "--local",
                "10.0.0.2");
        await("the agent has a device")
                .atMost(HEALTHY_WITHIN)
                .until(() -> Files.readString(log).contains("attached device="));
        spoke.route(Route.onLink(false, "default", DEVICE).inTable(TABLE));
        spoke.routeByInput("client", TABLE, 100);
        spoke.routeByInput("server", TABLE, 101);
        return agent;
    }

    private static long changes(Path log, String reason) throws IOException {
        try (var lines = Files.lines(log)) {
            return lines.filter(line -> line.contains("event=gateway_changed") && line.contains("reason=" + reason))
                    .count();
        }
    }

    private static String counters(Path log) throws IOException {
        try (var lines = Files.lines(log)) {
            return lines.filter(line -> line.contains("detached")).findFirst().orElse("");
        }
    }

    private void inspect(ReturnedPacket packet, ApplianceFleet fleet) throws IOException {
        InnerTuple tuple = packet.tuple();
        places.computeIfAbsent(
                        tuple.source().compareTo(tuple.destination()) < 0 ? tuple : tuple.reversed(),
                        added -> new TreeSet<>())
                .add("%s %08x".formatted(packet.appliance().getHostAddress(), packet.cookie()));
        fleet.sendBack(packet);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * What {@link RolesApartRun} runs: a gateway of which each role is a process and a namespace of its own, two of those that
 * carry packets. Each is stopped in turn for some time while flows speak, and flows are opened while it is away.
 *
 * <p>Another appliance is registered after the first flows are open, which half of them would be picked for today: a flow
 * that is decided anew instead of being remembered moves, and is seen.
 *
 * <p>Arguments: a directory, the number of flows, packets a second, and for how many seconds each is stopped.
 */
final class RolesApartScenario {

    /** The processes, by the number of their namespace. */
    enum Part {
        INGRESS_1(1, "ingress"),
        INGRESS_2(2, "ingress"),
        CODEC_1(3, "codec"),
        CODEC_2(4, "codec"),
        FLOW_HASHING(5, "flow-hashing"),
        TARGET_SELECTION(6, "target-selection"),
        HEALTH_CHECKING(7, "health-checking"),
        CONTROL_API(8, "control-api");

        private final int number;
        private final String role;

        Part(int number, String role) {
            this.number = number;
            this.role = role;
        }

        /** Its name among what is observed. */
        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** The order in which they are stopped; of the two that carry packets, the first. */
    static final List<Part> STOPPED = List.of(
            Part.TARGET_SELECTION,
            Part.HEALTH_CHECKING,
            Part.CONTROL_API,
            Part.FLOW_HASHING,
            Part.CODEC_1,
            Part.INGRESS_1);

    private static final List<Part> INGRESSES = List.of(Part.INGRESS_1, Part.INGRESS_2);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration HOME_WITHIN = Duration.ofSeconds(20);

    /** As an agent does that misses three answers. */
    private static final long NOTICED_AFTER_MS = 600;

    private static final long STILL_MS = 1_000;
    private static final String FIRST_TWO = "[{id: 10.1.1.11, zone: az1}, {id: 10.1.1.12, zone: az1}";
    private static final String MODEL = """
            target-groups:
              - name: firewalls
                health-check: {port: 80, interval: 5s, timeout: 2s, healthy-threshold: 2, unhealthy-threshold: 2}
                targets: %s
            load-balancers:
              - {name: inspection, zones: [az1], listener: {target-group: firewalls}}
            endpoints:
              - {id: vpce-0a1b2c3d4e5f60718, vni: 100, zone: az1, load-balancer: inspection, attachments: ["10.9.0.2"]}
            """;
    private static final String MEMBERS = String.join(
            ", ",
            IntStream.rangeClosed(1, Part.values().length)
                    .mapToObj(number -> "\"10.3.0." + number + ":5701\"")
                    .toList());

    private final ClusterTraffic traffic;
    private final List<SpokenFlow> flows;
    private final FlowHomes homes;
    private final Map<Part, ClusterNode> nodes = new EnumMap<>(Part.class);
    private final int flowsEach;
    private int opened;

    private RolesApartScenario(ClusterTraffic traffic, List<SpokenFlow> flows, FlowBook book, int flowsEach) {
        this.traffic = traffic;
        this.flows = flows;
        this.homes = new FlowHomes(book, flows);
        this.flowsEach = flowsEach;
    }

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        int first = Integer.parseInt(arguments[1]);
        int packetsPerSecond = Integer.parseInt(arguments[2]);
        long stoppedMs = 1_000 * Long.parseLong(arguments[3]);
        int more = Math.max(10, first / 20);
        Files.write(directory.resolve("secret"), new byte[32]);
        FlowBook book = new FlowBook();
        List<SpokenFlow> flows = IntStream.range(0, first + STOPPED.size() * more)
                .mapToObj(ClusterScenario::flow)
                .toList();
        try (ClusterNetwork network = new ClusterNetwork(Part.values().length);
                ApplianceFleet fleet = new ApplianceFleet(
                        network.appliances(), ApplianceFleet.addresses(1, 4), (packet, appliances) -> {
                            book.note(packet, System.currentTimeMillis());
                            appliances.sendBack(packet);
                        });
                ClusterTraffic traffic =
                        new ClusterTraffic(network.spoke(), flows, INGRESSES.size(), packetsPerSecond)) {
            RolesApartScenario scenario = new RolesApartScenario(traffic, flows, book, more);
            try {
                for (Part part : Part.values()) {
                    scenario.nodes.put(
                            part, new ClusterNode(network.node(part.number), directory, part.label(), process(part)));
                }
                scenario.begin(first);
                for (Part part : STOPPED) {
                    scenario.without(part, stoppedMs);
                }
                scenario.traffic.pause(true);
                observed("malformed", book.malformed());
                observed("appliances.saw", fleet.received());
            } finally {
                for (ClusterNode node : scenario.nodes.values()) {
                    node.close();
                }
            }
        }
    }

    private static String process(Part part) {
        return """
                node: {id: NAME, zone: az1, roles: [ROLE], flow-capacity: 100000, secret-file: ../secret}
                cluster: {name: apart, listen: "10.3.0.N:5701", members: [MEMBERS]}
                ingress: {listen: "10.0.N.1:6080"}
                appliances: {listen: "10.2.N.1:6081"}
                link: {listen: "10.3.0.N:6082"}
                admin: {listen: "127.0.0.1:8080"}
                """.replace("NAME", part.label())
                        .replace("ROLE", part.role)
                        .replace(".N.", "." + part.number + ".")
                        .replace(".N:", "." + part.number + ":")
                        .replace("MEMBERS", MEMBERS)
                + MODEL.formatted(FIRST_TWO + "]");
    }

    private void begin(int first) throws Exception {
        for (ClusterNode node : nodes.values()) {
            node.ready();
        }
        awaitHealthy(2);
        traffic.speaking(first);
        traffic.open(0, first);
        Thread.sleep(STILL_MS);
        traffic.answer(0, first);
        traffic.pause(false);
        opened = first;
        await("every flow is seen by an appliance")
                .atMost(PATIENCE)
                .until(() -> homes.whereabouts().size() == first);
        awaitReconciled();
        homes.settle(flows.subList(0, first));
        observed("begin.provisional", setups("provisional"));
        String answer = node(Part.CONTROL_API)
                .answer(
                        "PUT",
                        "/v1/config",
                        MODEL.formatted(FIRST_TWO + ", {id: 10.1.1.13, zone: az1}, {id: 10.1.1.14, zone: az1}]"));
        observed("begin.put", answer.substring(0, 3));
        awaitHealthy(4);
        homes.judge("begin");
    }

    private ClusterNode node(Part part) {
        return nodes.get(part);
    }

    /** The control API alone counts the gateway's targets. */
    private void awaitHealthy(int targets) {
        node(Part.CONTROL_API).awaitHealthy(targets, PATIENCE);
    }

    private long setups(String decision) {
        long sum = 0;
        for (Part part : INGRESSES) {
            sum += (long) node(part).metric("sluice_flow_setups_total", "decision=\"" + decision + "\"");
        }
        return sum;
    }

    /** Every flow has its record with the one that decides, and no flow is provisional. */
    private void awaitReconciled() {
        try {
            await("every flow is acknowledged")
                    .atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() ->
                            INGRESSES.stream().allMatch(part -> node(part).metric("sluice_flows_provisional", "") == 0)
                                    && node(Part.FLOW_HASHING).metric("sluice_flow_records", "") == opened);
        } catch (ConditionTimeoutException late) {
            nodes.values().forEach(ClusterNode::printFlows);
            throw late;
        }
    }

    /** One is stopped; known flows speak on, some are opened; it comes back, and everything is as if it had been there. */
    private void without(Part part, long stoppedMs) throws Exception {
        String name = part.label();
        rest();
        final long sentBefore = traffic.sent();
        final long backBefore = traffic.back();
        traffic.beginGaps();
        traffic.pause(false);
        final long provisionalBefore = setups("provisional");
        node(part).stop();
        final long stoppedAtMs = System.currentTimeMillis();
        if (INGRESSES.contains(part)) {
            Thread.sleep(NOTICED_AFTER_MS);
            traffic.leave(part.number, 3 - part.number);
        }
        Thread.sleep(stoppedMs / 3);
        openMore();
        Thread.sleep(Math.max(0, stoppedAtMs + stoppedMs - System.currentTimeMillis()));
        homes.settle(flows.subList(opened - flowsEach, opened));
        observed(name + ".stopped-ms", System.currentTimeMillis() - stoppedAtMs);
        gaps(name);
        if (!INGRESSES.contains(part)) {
            observed(name + ".provisional", setups("provisional") - provisionalBefore);
        }
        homes.judge(name + ".without");
        long againMs = System.currentTimeMillis();
        node(part).start();
        node(part).ready();
        observed(name + ".ready-again-ms", System.currentTimeMillis() - againMs);
        awaitReconciled();
        observed(name + ".reconciled-ms", System.currentTimeMillis() - againMs);
        awaitHealthy(4);
        if (INGRESSES.contains(part)) {
            traffic.comeBack(part.number);
        }
        observed(name + ".back-home-ms", homes.awaitHome(HOME_WITHIN));
        awaitReconciled();
        rest();
        long sent = traffic.sent() - sentBefore;
        observed(name + ".sent", sent);
        observed(name + ".lost", sent - (traffic.back() - backBefore));
        traffic.pause(false);
        homes.judge(name);
    }

    /** Nothing is sent any more, and what was is back or lost. */
    private void rest() throws InterruptedException {
        traffic.pause(true);
        Thread.sleep(STILL_MS);
    }

    private void openMore() throws Exception {
        int from = opened;
        opened += flowsEach;
        traffic.open(from, opened);
        Thread.sleep(STILL_MS);
        traffic.answer(from, opened);
        Thread.sleep(STILL_MS);
        traffic.speaking(opened);
    }

    private void gaps(String name) {
        int known = opened - flowsEach;
        observed(name + ".gap-ms", ClusterTraffic.summary(traffic.gapsMs(flow -> flow < known)));
    }
}

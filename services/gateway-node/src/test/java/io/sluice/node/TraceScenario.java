// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What {@link TraceKernelIT} runs: for groups of every stickiness, where {@code /v1/trace} says that a packet goes, and
 * then where it really goes: before the flow is known and after, with all targets healthy, with one unhealthy, with one
 * that drains.
 */
final class TraceScenario {

    private static final int ARRIVES_MS = 5_000;
    private static final int FLOWS = 24;
    private static final int FIRST_VNI = 100;
    private static final List<String> STICKINESS = List.of("5-tuple", "3-tuple", "2-tuple");
    /** A record that is made of what an ingress decided alone. */
    private static final Duration RECORD_WITHIN = Duration.ofSeconds(20);

    private static final Duration FAILS_WITHIN = Duration.ofSeconds(60);

    private final EndpointSpeaker speaker;
    private final Gateway node;

    private TraceScenario(EndpointSpeaker speaker, Gateway node) {
        this.speaker = speaker;
        this.node = node;
    }

    private static final String NODE = """
            node: {id: gw-1, zone: az1, flow-capacity: 10000}
            ingress: {listen: "10.0.0.1:6080"}
            appliances: {listen: "10.1.1.1:6081"}
            admin: {listen: "127.0.0.1:8080"}
            """;

    /** One group, load balancer and endpoint a stickiness; each group has three appliances of its own. */
    private static String gateway(String leftOut) {
        StringBuilder groups = new StringBuilder();
        StringBuilder balancers = new StringBuilder();
        StringBuilder endpoints = new StringBuilder();
        for (int i = 0; i < STICKINESS.size(); i++) {
            List<String> targets = new ArrayList<>();
            for (int host = 0; host < 3; host++) {
                String address = address(i, host);
                if (!leftOut.equals(String.valueOf(host))) {
                    targets.add("{id: " + address + ", zone: az1, weight: " + (1 + host) + "}");
                }
            }
            groups.append("""
                      - name: g%d
                        stickiness: %s
                        deregistration-delay: 300s
                        health-check: {port: 80, interval: 5s, timeout: 2s, healthy-threshold: 2, unhealthy-threshold: 2}
                        targets: [%s]
                    """.formatted(i, STICKINESS.get(i), String.join(", ", targets)));
            balancers.append("  - {name: b%d, zones: [az1], listener: {target-group: g%d}}\n".formatted(i, i));
            endpoints.append("  - {id: %s, vni: %d, zone: az1, load-balancer: b%d, attachments: [\"10.0.0.2\"]}\n"
                    .formatted(endpoint(i), FIRST_VNI + i, i));
        }
        return """
                target-groups:
                %sload-balancers:
                %sendpoints:
                %s""".formatted(groups, balancers, endpoints);
    }

    private static String address(int group, int host) {
        return "10.1.1." + (11 + 3 * group + host);
    }

    private static String endpoint(int group) {
        return "vpce-0000000000000%04x".formatted(0x100 + group);
    }

    /** Runs it; the argument is a directory for its files. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        Map<InnerTuple, String> arrived = new ConcurrentHashMap<>();
        try (LiveNetwork network = new LiveNetwork();
                ApplianceFleet fleet = new ApplianceFleet(
                        network.appliances(), ApplianceFleet.addresses(1, 9), (packet, appliances) -> {
                            arrived.put(packet.tuple(), packet.appliance().getHostAddress());
                            appliances.sendBack(packet);
                        });
                EndpointSpeaker speaker = new EndpointSpeaker(network.spoke(), "10.0.0.2");
                Gateway node = Gateway.start(directory, "gateway", NODE + gateway("none"), LiveNetwork.ADMIN)
                        .ready()) {
            TraceScenario scenario = new TraceScenario(speaker, node);
            scenario.awaitStates(Set.of("healthy"));
            scenario.run("healthy", arrived, 40_000, "10.20.1.");
            for (int group = 0; group < STICKINESS.size(); group++) {
                fleet.health(address(group, 0), false);
            }
            scenario.awaitStates(Set.of("healthy", "unhealthy"));
            scenario.run("unhealthy", arrived, 41_000, "10.20.2.");
            scenario.again("unhealthy", arrived, 40_000, "10.20.1.");
            var put = node.put("/v1/config", gateway("1"));
            if (put.statusCode() != 200) {
                throw new AssertionError(put.body());
            }
            scenario.awaitStates(Set.of("healthy", "unhealthy", "draining"));
            scenario.run("draining", arrived, 42_000, "10.20.3.");
            scenario.again("draining", arrived, 40_000, "10.20.1.");
        }
    }

    private void awaitStates(Set<String> wanted) {
        await("states are " + wanted)
                .atMost(FAILS_WITHIN)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    Set<String> states = new TreeSet<>();
                    for (int group = 0; group < STICKINESS.size(); group++) {
                        Set<String> own = new TreeSet<>();
                        for (int host = 0; host < 3; host++) {
                            own.add(LiveNetwork.state(node, address(group, host)));
                        }
                        if (!own.equals(wanted)) {
                            return false;
                        }
                        states.addAll(own);
                    }
                    return states.equals(wanted);
                });
    }

    private JsonObject trace(int group, SpokenFlow flow) throws Exception {
        JsonObject body = new JsonObject(node.get("/v1/trace?endpoint=" + endpoint(group) + "&source=" + flow.client()
                + "&destination=" + flow.server() + "&protocol=" + (flow.kind() == SpokenFlow.Kind.TCP ? 6 : 17)
                + "&source-port=" + flow.clientPort() + "&destination-port=" + flow.serverPort()));
        if (!body.containsKey("decision")) {
            throw new AssertionError(body.encode());
        }
        return body;
    }

    private static SpokenFlow flow(int group, int number, int firstPort, String network) {
        SpokenFlow.Kind kind = number % 2 == 0 ? SpokenFlow.Kind.TCP : SpokenFlow.Kind.UDP;
        return new SpokenFlow(FIRST_VNI + group, kind, network + (1 + number), firstPort + number, "203.0.113.10", 443);
    }

    /** New flows: traced, sent, traced again; says how many went where the trace said, and by which rows. */
    private void run(String when, Map<InnerTuple, String> arrived, int firstPort, String network) throws Exception {
        for (int group = 0; group < STICKINESS.size(); group++) {
            int right = 0;
            int known = 0;
            Set<String> rows = new TreeSet<>();
            Set<String> targets = new TreeSet<>();
            for (int number = 0; number < FLOWS; number++) {
                SpokenFlow flow = flow(group, number, firstPort, network);
                JsonObject before = trace(group, flow).getJsonObject("decision");
                rows.add(before.getString("from") + "-" + before.getString("row"));
                String really = send(arrived, flow, "S");
                targets.add(really);
                right += really.equals(before.getString("target")) ? 1 : 0;
                known += isKnown(group, flow, really) ? 1 : 0;
            }
            String name = when + "." + STICKINESS.get(group);
            observed(name + ".right", right + " of " + FLOWS);
            observed(name + ".known", known + " of " + FLOWS);
            observed(name + ".rows", String.join(" ", rows));
            observed(name + ".targets", targets.size());
        }
    }

    /**
     * Whether ingress and authority have it there. Of one process both have it before the packet leaves; where others are asked
     * the answer may be late, and the record is made of what the ingress decided meanwhile.
     */
    private boolean isKnown(int group, SpokenFlow flow, String target) throws Exception {
        long untilNs = System.nanoTime() + (Shape.asked() == Shape.ALL_IN_ONE ? 0 : RECORD_WITHIN.toNanos());
        while (true) {
            JsonObject trace = trace(group, flow);
            JsonObject decision = trace.getJsonObject("decision");
            if (decision.getString("from").equals("entry")
                    && target.equals(decision.getString("target"))
                    && trace.getJsonArray("flows").size() == 2) {
                return true;
            }
            if (System.nanoTime() >= untilNs) {
                observed("unknown", trace.encode());
                return false;
            }
            Thread.sleep(100);
        }
    }

    /** Flows of the first run, whose targets are what they are by now: traced and sent again. */
    private void again(String when, Map<InnerTuple, String> arrived, int firstPort, String network) throws Exception {
        for (int group = 0; group < STICKINESS.size(); group++) {
            int right = 0;
            Set<String> rows = new TreeSet<>();
            for (int number = 0; number < FLOWS; number++) {
                SpokenFlow flow = flow(group, number, firstPort, network);
                JsonObject decision = trace(group, flow).getJsonObject("decision");
                rows.add(decision.getString("from") + "-" + decision.getString("row"));
                right += send(arrived, flow, "A").equals(decision.getString("target")) ? 1 : 0;
            }
            String name = when + "." + STICKINESS.get(group) + ".old";
            observed(name + ".right", right + " of " + FLOWS);
            observed(name + ".rows", String.join(" ", rows));
        }
    }

    private String send(Map<InnerTuple, String> arrived, SpokenFlow flow, String flags) throws Exception {
        InnerTuple tuple = flow.tuple();
        arrived.remove(tuple);
        speaker.send(flow.vni(), flow.packet(true, flags, 0));
        if (speaker.receive(ARRIVES_MS).length == 0) {
            throw new AssertionError(flow + " does not come back");
        }
        String really = arrived.get(tuple);
        return really == null ? "nowhere" : really;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * What {@link ClusterKernelIT} runs: three nodes in two zones and four appliances; flows whose two directions enter at any
 * two nodes; then nodes die in every way there is.
 *
 * <p>After the flows are open a fifth appliance is registered: a fifth of the flows would be picked for it today. So a flow
 * that is decided anew instead of being remembered moves, and is seen.
 *
 * <p>Arguments: a directory, the number of flows, packets a second, and what happens, in order.
 */
final class ClusterScenario {

    static final int NODES = 3;

    /** Flows that are printed of many. */
    private static final int EXAMPLES = 3;

    private static final int VNI = 100;
    private static final Duration HEALTHY_WITHIN = Duration.ofSeconds(60);
    private static final Duration HOME_WITHIN = Duration.ofSeconds(20);
    private static final Duration COPIED_WITHIN = Duration.ofSeconds(60);
    private static final int CAPACITY_MIN = 200_000;

    /** As an agent does that misses three answers. */
    private static final long NOTICED_AFTER_MS = 600;

    private static final String DOCUMENT = """
            target-groups:
              - name: firewalls
                health-check: {port: 80, interval: 5s, timeout: 2s, healthy-threshold: 2, unhealthy-threshold: 2}
                targets:
                  - {id: 10.1.1.11, zone: az1}
                  - {id: 10.1.1.12, zone: az1}
                  - {id: 10.1.2.11, zone: az2}
                  - {id: 10.1.2.12, zone: az2}
            %s
            load-balancers:
              - {name: inspection, zones: [az1, az2], cross-zone: true, listener: {target-group: firewalls}}
            endpoints:
              - {id: vpce-0a1b2c3d4e5f60718, vni: 100, zone: az1, load-balancer: inspection, attachments: ["10.9.0.2"]}
            """;

    private static final String FIFTH = "      - {id: 10.1.1.13, zone: az1}";
    private static final String SIXTH = "      - {id: 10.1.2.13, zone: az2}";

    /** An event of faults by chance, with the seed behind it and, where there are several, their number: nemesis-7-3. */
    static final String NEMESIS = "nemesis-";

    private static final String PROCESS = """
            node: {id: gw-N, zone: ZONE, flow-capacity: CAPACITY, secret-file: ../secret}
            cluster: {name: three, listen: "10.3.0.N:5701", members: ["10.3.0.1:5701", "10.3.0.2:5701", "10.3.0.3:5701"]}
            ingress: {listen: "10.0.N.1:6080"}
            appliances: {listen: "10.2.N.1:6081", zones: {OTHER: "10.2.N.3:6081"}}
            admin: {listen: "127.0.0.1:8080"}
            """;

    private final Path directory;
    private final ClusterNetwork network;
    private final List<ClusterNode> nodes;
    private final List<SpokenFlow> flows;
    private final ClusterTraffic traffic;
    private final FlowBook book;
    private final ApplianceFleet fleet;
    private final List<String> fleetAddresses;
    private int targets = 4;
    private String happening = "begin";
    private final FlowHomes homes;

    private ClusterScenario(
            Path directory,
            ClusterNetwork network,
            List<ClusterNode> nodes,
            List<SpokenFlow> flows,
            ClusterTraffic traffic,
            FlowBook book,
            ApplianceFleet fleet,
            List<String> fleetAddresses) {
        this.directory = directory;
        this.network = network;
        this.nodes = nodes;
        this.flows = flows;
        this.traffic = traffic;
        this.book = book;
        this.homes = new FlowHomes(book, flows);
        this.fleet = fleet;
        this.fleetAddresses = List.copyOf(fleetAddresses);
    }

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        int flowCount = Integer.parseInt(arguments[1]);
        int packetsPerSecond = Integer.parseInt(arguments[2]);
        FlowBook book = new FlowBook();
        Files.write(directory.resolve("secret"), new byte[32]);
        List<String> appliances = new ArrayList<>(ApplianceFleet.addresses(1, 3));
        appliances.addAll(ApplianceFleet.addresses(2, 3));
        List<ClusterNode> nodes = new ArrayList<>();
        List<SpokenFlow> flows =
                IntStream.range(0, flowCount).mapToObj(ClusterScenario::flow).toList();
        try (ClusterNetwork network = new ClusterNetwork(NODES + 1);
                ApplianceFleet fleet = new ApplianceFleet(network.appliances(), appliances, (packet, all) -> {
                    book.note(packet, System.currentTimeMillis());
                    all.sendBack(packet);
                });
                ClusterTraffic traffic = new ClusterTraffic(network.spoke(), flows, NODES, packetsPerSecond)) {
            for (int node = 1; node <= NODES; node++) {
                nodes.add(new ClusterNode(
                        network.node(node),
                        directory,
                        "gw-" + node,
                        process(node, flowCount) + DOCUMENT.formatted("")));
            }
            try {
                ClusterScenario scenario = new ClusterScenario(
                        directory, network, nodes, flows, traffic, book, fleet, appliances.subList(0, 2));
                scenario.begin();
                for (String event : List.of(arguments).subList(3, arguments.length)) {
                    scenario.happens(event);
                }
                scenario.end();
                observed("appliances.saw", fleet.received());
            } finally {
                for (ClusterNode node : nodes) {
                    node.close();
                }
            }
        }
    }

    /** The first two are of one zone, the others of the other. */
    private static String process(int node, int flows) {
        return PROCESS.replace("gw-N", "gw-" + node)
                .replace("CAPACITY", Integer.toString(Math.max(CAPACITY_MIN, 2 * flows)))
                .replace(".N.", "." + node + ".")
                .replace(".N:", "." + node + ":")
                .replace("ZONE", node < NODES ? "az1" : "az2")
                .replace("OTHER", node < NODES ? "az2" : "az1");
    }

    static SpokenFlow flow(int number) {
        return new SpokenFlow(
                VNI,
                number % 2 == 0 ? SpokenFlow.Kind.TCP : SpokenFlow.Kind.UDP,
                "10." + (20 + number / 62_500) + "." + number / 250 % 250 + "." + (number % 250 + 1),
                40_000 + number % 20_000,
                "203.0.113.10",
                443);
    }

    private void begin() throws Exception {
        for (ClusterNode node : nodes) {
            node.ready();
        }
        awaitHealthy(4);
        long beginMs = System.currentTimeMillis();
        traffic.open();
        Thread.sleep(1_000);
        traffic.answer();
        observed("begin.ms", System.currentTimeMillis() - beginMs);
        traffic.pause(false);
        Thread.sleep(2_000);
        awaitCopied();
        for (ClusterNode node : nodes) {
            observed("begin.records." + nodes.indexOf(node), (long) node.metric("sluice_flow_records", ""));
        }
        observed("begin.records", sum("sluice_flow_records", ""));
        observed("begin.provisional", sum("sluice_flow_setups_total", "provisional"));
        awaitSeen();
        observed("begin.missing", flows.size() - homes.settle(flows));
        for (ClusterNode node : nodes) {
            observed("begin.drops." + nodes.indexOf(node), node.get("/v1/drops"));
        }
        String put = nodes.getFirst().answer("PUT", "/v1/config", DOCUMENT.formatted(FIFTH));
        observed("begin.put", put.substring(0, 3));
        targets = 5;
        awaitHealthy(targets);
        Thread.sleep(1_000);
        judge("begin");
    }

    private void awaitSeen() throws Exception {
        try {
            await("every flow is seen by an appliance")
                    .atMost(COPIED_WITHIN)
                    .until(() -> homes.whereabouts().size() == flows.size());
        } catch (ConditionTimeoutException late) {
            Set<SpokenFlow> unseen = new LinkedHashSet<>(flows);
            unseen.removeAll(homes.whereabouts().keySet());
            observed("begin.unseen", unseen.size());
            for (SpokenFlow flow : unseen.stream().limit(EXAMPLES).toList()) {
                observed("begin.unseen." + flow, nodes.getFirst().get(trace(flow)));
            }
            for (ClusterNode node : nodes) {
                observed("begin.drops." + nodes.indexOf(node), node.get("/v1/drops"));
            }
            throw late;
        }
    }

    private static String trace(SpokenFlow flow) {
        return "/v1/trace?endpoint=vpce-0a1b2c3d4e5f60718&source=" + flow.client() + "&source-port=" + flow.clientPort()
                + "&destination=" + flow.server() + "&destination-port=" + flow.serverPort() + "&protocol="
                + (flow.kind() == SpokenFlow.Kind.TCP ? 6 : 17);
    }

    private void awaitHealthy(int targets) {
        nodes.forEach(node -> node.awaitHealthy(targets, HEALTHY_WITHIN));
    }

    private long sum(String metric, String labels) {
        long sum = 0;
        for (ClusterNode node : nodes) {
            sum += (long) node.metric(metric, labels);
        }
        return sum;
    }

    /** Every flow has one record at one node, and no flow is provisional. */
    private void awaitCopied() {
        try {
            await("every flow is acknowledged")
                    .atMost(COPIED_WITHIN)
                    .ignoreExceptions()
                    .until(() ->
                            sum("sluice_flows_provisional", "") == 0 && sum("sluice_flow_records", "") == flows.size());
        } catch (ConditionTimeoutException late) {
            nodes.forEach(ClusterNode::printFlows);
            throw late;
        }
    }

    private void happens(String event) throws Exception {
        happening = event;
        traffic.beginGaps();
        long sentBefore = traffic.sent();
        long backBefore = traffic.back();
        long beginMs = System.currentTimeMillis();
        switch (event) {
            case "kill-entry" ->
                loses(1, () -> nodes.get(0).kill(), () -> nodes.get(0).start());
            case "kill-again" ->
                loses(2, () -> nodes.get(1).kill(), () -> nodes.get(1).start());
            case "hang" ->
                loses(2, () -> nodes.get(1).hang(true), () -> nodes.get(1).hang(false));
            case "stop" ->
                loses(3, () -> nodes.get(2).stop(), () -> nodes.get(2).start());
            case "cut-off" -> cutOff(3);
            case "rolling" -> {
                for (int node = 1; node <= NODES; node++) {
                    ClusterNode one = nodes.get(node - 1);
                    loses(node, one::stop, one::start);
                }
            }
            case "power-cut" -> powerCut();
            case "stop-all" -> stopAll();
            case "join" -> join();
            default -> {
                if (!event.startsWith(NEMESIS)) {
                    throw new IllegalArgumentException(event);
                }
                String[] drawn = event.substring(NEMESIS.length()).split("-", 2);
                nemesis(event, Long.parseLong(drawn[0]), drawn.length == 1 ? 1 : Integer.parseInt(drawn[1]));
            }
        }
        awaitCopied();
        observed(event + ".back-home-ms", homes.awaitHome(HOME_WITHIN));
        // a cut may be noticed only now, when it is over, and records move once more
        awaitCopied();
        observed(event + ".took-ms", System.currentTimeMillis() - beginMs);
        observed(event + ".sent", traffic.sent() - sentBefore);
        observed(event + ".back", traffic.back() - backBefore);
        judge(event);
    }

    private interface Step {
        void run() throws Exception;
    }

    /** A node goes; what entered there enters elsewhere as soon as that is noticed; the node comes back. */
    private void loses(int node, Step goes, Step comesBack) throws Exception {
        int[] others =
                IntStream.rangeClosed(1, NODES).filter(other -> other != node).toArray();
        boolean[] entered = new boolean[flows.size()];
        for (int flow = 0; flow < entered.length; flow++) {
            entered[flow] = traffic.entersAt(flow, node);
        }
        goes.run();
        Thread.sleep(NOTICED_AFTER_MS);
        traffic.leave(node, others);
        Thread.sleep(8_000);
        gaps(node + "-died.entering-there", traffic.gapsMs(flow -> entered[flow]));
        gaps(node + "-died.entering-elsewhere", traffic.gapsMs(flow -> !entered[flow]));
        comesBack.run();
        nodes.get(node - 1).ready();
        nodes.get(node - 1).awaitHealthy(targets, HEALTHY_WITHIN);
        traffic.comeBack(node);
        Thread.sleep(2_000);
        traffic.beginGaps();
    }

    private void cutOff(int node) throws Exception {
        network.cutOff(node, true);
        Thread.sleep(20_000);
        gaps("all", traffic.gapsMs(flow -> true));
        network.cutOff(node, false);
        Thread.sleep(15_000);
    }

    /** A node that knows nothing but the others' addresses. */
    private void join() throws Exception {
        long beginMs = System.currentTimeMillis();
        ClusterNode fourth = new ClusterNode(
                network.node(NODES + 1), directory, "gw-" + (NODES + 1), process(NODES + 1, flows.size()));
        nodes.add(fourth);
        fourth.ready();
        observed("join.ready-ms", System.currentTimeMillis() - beginMs);
        awaitHealthy(targets);
        observed("join.targets-known-ms", System.currentTimeMillis() - beginMs);
        gaps("all", traffic.gapsMs(flow -> true));
        traffic.join();
        await("it decides about its share")
                .atMost(COPIED_WITHIN)
                .until(() -> fourth.metric("sluice_flow_records", "") > 0);
        observed("join.records-there", (long) fourth.metric("sluice_flow_records", ""));
    }

    /** As whoever stops the machines does: all at once, and each finds the others leaving. */
    private void stopAll() throws Exception {
        for (ClusterNode node : nodes) {
            node.stop();
        }
        startAll();
    }

    private void powerCut() throws Exception {
        for (ClusterNode node : nodes) {
            node.kill();
        }
        for (ClusterNode node : nodes) {
            node.loseWhatWasNotSynced();
        }
        startAll();
    }

    private void startAll() throws Exception {
        for (ClusterNode node : nodes) {
            node.start();
        }
        for (ClusterNode node : nodes) {
            node.ready();
        }
        awaitHealthy(targets);
        Thread.sleep(3_000);
    }

    /** Ways for a node to go; each with its way back. */
    private enum NodeFault {
        KILL,
        HANG,
        CUT_OFF,
        STOP
    }

    /** What happens to targets in the same second. */
    private enum TargetEvent {
        NOTHING,
        FAILS,
        IS_REGISTERED,
        IS_WEIGHTED
    }

    /**
     * Faults drawn by a seed: one node at a time, and something of a target with it. Two nodes lost within the lag are not
     * among them: for those nothing is promised.
     */
    private void nemesis(String name, long seed, int faults) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        for (int fault = 1; fault <= faults; fault++) {
            int number = 1 + random.nextInt(NODES);
            NodeFault goes = NodeFault.values()[random.nextInt(NodeFault.values().length)];
            TargetEvent event = TargetEvent.values()[random.nextInt(TargetEvent.values().length)];
            boolean targetFirst = random.nextBoolean();
            String target = fleetAddresses.get(random.nextInt(fleetAddresses.size()));
            int weight = 1 + random.nextInt(5);
            long lastsMs = random.nextLong(500, 8_500);
            observed(
                    name + ".fault-" + fault,
                    "%s gw-%d for %d ms, %s %s, weight %d, %s"
                            .formatted(goes, number, lastsMs, event, target, weight, targetFirst ? "before" : "after"));
            ClusterNode witness = nodes.get(number % NODES);
            if (targetFirst) {
                happens(event, target, weight, witness);
            }
            begins(goes, number);
            if (!targetFirst) {
                happens(event, target, weight, witness);
            }
            Thread.sleep(lastsMs);
            ends(goes, number);
            fleet.health(target, true);
            nodes.get(number - 1).ready();
            awaitHealthy(targets);
            traffic.comeBack(number);
            awaitCopied();
        }
    }

    private void begins(NodeFault fault, int number) throws Exception {
        ClusterNode node = nodes.get(number - 1);
        switch (fault) {
            case KILL -> node.kill();
            case HANG -> node.hang(true);
            case STOP -> node.stop();
            case CUT_OFF -> network.cutOff(number, true);
        }
        if (fault != NodeFault.CUT_OFF) {
            Thread.sleep(NOTICED_AFTER_MS);
            traffic.leave(
                    number,
                    IntStream.rangeClosed(1, NODES)
                            .filter(other -> other != number)
                            .toArray());
        }
    }

    private void ends(NodeFault fault, int number) throws Exception {
        ClusterNode node = nodes.get(number - 1);
        switch (fault) {
            case KILL, STOP -> node.start();
            case HANG -> node.hang(false);
            case CUT_OFF -> network.cutOff(number, false);
        }
    }

    private void happens(TargetEvent event, String target, int weight, ClusterNode witness) throws Exception {
        switch (event) {
            case FAILS -> fleet.health(target, false);
            case IS_REGISTERED -> {
                put(witness, DOCUMENT.formatted(FIFTH + "\n" + SIXTH));
                targets = 6;
            }
            case IS_WEIGHTED -> {
                String more = targets == 6 ? FIFTH + "\n" + SIXTH : FIFTH;
                put(witness, DOCUMENT.formatted(more.replace("zone: az1}", "zone: az1, weight: " + weight + "}")));
            }
            case NOTHING -> {}
        }
    }

    /** Two of three nodes are there; a refusal all the same is said, and asked for again as a client would. */
    private static void put(ClusterNode witness, String document) {
        await("the configuration is taken").atMost(HOME_WITHIN).until(() -> {
            String answer = witness.answer("PUT", "/v1/config", document);
            boolean taken = answer.startsWith("200 ");
            if (!taken) {
                System.out.println("refused: " + answer);
            }
            return taken;
        });
    }

    private void gaps(String name, long[] gapsMs) {
        if (gapsMs.length > 0) {
            observed(happening + ".gap-ms." + name, ClusterTraffic.summary(gapsMs));
        }
    }

    private void judge(String name) throws Exception {
        homes.judge(name);
        observed(name + ".corrected-so-far", sum("sluice_flows_moved_provisional_total", ""));
        observed(name + ".records", settledRecords());
    }

    /** A hang may be noticed only now, when it is over: records are on their way once more, and no sum says how many there are. */
    private long settledRecords() {
        try {
            await("one record of each flow")
                    .atMost(COPIED_WITHIN)
                    .ignoreExceptions()
                    .until(() -> sum("sluice_flow_records", "") == flows.size());
        } catch (ConditionTimeoutException never) {
            System.out.println("records do not settle: " + never.getMessage());
        }
        return sum("sluice_flow_records", "");
    }

    private void end() throws Exception {
        traffic.pause(true);
        Thread.sleep(1_000);
        observed(
                "end.at-the-fifth",
                homes.whereabouts().values().stream()
                        .filter("10.1.1.13"::equals)
                        .count());
        observed("malformed", book.malformed());
        for (ClusterNode node : nodes) {
            observed("end.memory." + nodes.indexOf(node), node.memory());
            for (String line : node.complaints().stream().limit(5).toList()) {
                System.out.println("complaint: " + line);
            }
        }
        Map<String, Long> lags = new HashMap<>();
        for (String within : CopyLag.WITHIN) {
            lags.put(within, sum("sluice_flow_record_copies_total", "copy=\"cluster\",within_ms=\"" + within + "\""));
        }
        observed("lag-ms", lags);
    }
}

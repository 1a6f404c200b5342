// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;

/** What {@link ManyFlowsKernelIT} runs: 1,000 flows at once over four appliances, then 10,000 random ones, then a fifth. */
final class ManyFlowsScenario {

    static final int FLOWS = 1_000;
    static final int RANDOM_FLOWS = 10_000;
    static final int APPLIANCES = 4;
    static final long SEED = Long.getLong("sluice.many-flows.seed", 20_261_125L);

    private static final int VNI = 100;
    private static final String FIFTH = ", {id: 10.1.1.15, zone: az1}";
    private static final int FRESH_FLOWS = 1_000;
    private static final Duration GONE_WITHIN = Duration.ofSeconds(30);
    private static final Duration HEALTHY_WITHIN = Duration.ofSeconds(40);

    private static final String DOCUMENT = """
            target-groups:
              - name: firewalls
                health-check: {port: 80, interval: 5s, timeout: 2s, healthy-threshold: 2, unhealthy-threshold: 2}
                targets: [{id: 10.1.1.11, zone: az1}, {id: 10.1.1.12, zone: az1}, {id: 10.1.1.13, zone: az1}, {id: 10.1.1.14, zone: az1}%s]
            load-balancers:
              - {name: inspection, zones: [az1], listener: {target-group: firewalls}}
            endpoints:
              - {id: vpce-0a1b2c3d4e5f60718, vni: 100, zone: az1, load-balancer: inspection, attachments: ["10.0.0.2"]}
            """;

    private static final String PROCESS = """
            node: {id: gw-1, zone: az1, flow-capacity: 50000}
            ingress: {listen: "10.0.0.1:6080"}
            appliances: {listen: "10.1.1.1:6081"}
            admin: {listen: "127.0.0.1:8080"}
            """;

    private final Gateway node;
    private final FlowBook book;
    private final PacedTraffic traffic;

    private ManyFlowsScenario(Gateway node, FlowBook book, PacedTraffic traffic) {
        this.node = node;
        this.book = book;
        this.traffic = traffic;
    }

    /** Runs it; the argument is a directory for its files. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        FlowBook book = new FlowBook();
        try (LiveNetwork network = new LiveNetwork();
                ApplianceFleet fleet = new ApplianceFleet(
                        network.appliances(), ApplianceFleet.addresses(1, APPLIANCES + 1), (packet, appliances) -> {
                            book.note(packet, System.currentTimeMillis());
                            appliances.sendBack(packet);
                        });
                Gateway node = Gateway.start(directory, "gateway", PROCESS + DOCUMENT.formatted(""), LiveNetwork.ADMIN)
                        .ready();
                EndpointSpeaker speaker = new EndpointSpeaker(network.spoke(), "10.0.0.2")) {
            awaitHealthy(node, APPLIANCES);
            new ManyFlowsScenario(node, book, new PacedTraffic(speaker)).run();
            observed("appliances.saw", fleet.received());
        }
    }

    private static void awaitHealthy(Gateway node, int targets) {
        await("all targets are healthy")
                .atMost(HEALTHY_WITHIN)
                .until(() -> node.metric("sluice_target_healthy", "firewalls") == targets);
    }

    private void run() throws Exception {
        List<SpokenFlow> flows = flows();
        for (SpokenFlow flow : flows) {
            traffic.exchange(flow, flow.packet(true, "S", 0));
        }
        for (SpokenFlow flow : flows) {
            traffic.exchange(flow, flow.packet(false, "SA", 16));
            traffic.exchange(flow, flow.packet(true, "A", 0));
            traffic.exchange(flow, flow.data(false));
        }
        traffic.settle();
        observed("first.lost", traffic.lost());
        live(flows);
        judge("first", flows);

        List<SpokenFlow> random = randomFlows(SEED);
        for (SpokenFlow flow : random) {
            traffic.exchange(flow, flow.data(true));
        }
        traffic.settle();
        spread(random);

        var put = node.put("/v1/config", DOCUMENT.formatted(FIFTH));
        observed("fifth.put", put.statusCode());
        awaitHealthy(node, APPLIANCES + 1);
        for (List<SpokenFlow> all : List.of(flows, random)) {
            for (SpokenFlow flow : all) {
                traffic.exchange(flow, flow.data(true));
                traffic.exchange(flow, flow.data(false));
            }
        }
        traffic.settle();
        judge("fifth", flows);
        judge("fifth-random", random);
        observed("fifth.old-flows", at(flows, "10.1.1.15") + at(random, "10.1.1.15"));
        List<SpokenFlow> fresh = randomFlows(SEED + 1).subList(0, FRESH_FLOWS);
        for (SpokenFlow flow : fresh) {
            traffic.exchange(flow, flow.data(true));
        }
        traffic.settle();
        observed("fifth.new-flows", at(fresh, "10.1.1.15"));

        close(flows);
        observed("lost", traffic.lost());
        observed("unexpected", traffic.unexpected());
        observed("malformed", book.malformed());
        JsonObject counters = LiveNetwork.countersAtRest(node);
        observed("imbalance", LiveNetwork.imbalance(counters));
        observed("drops", counters.getJsonObject("packets").getLong("dropped"));
        observed("drop-reasons", counters.getJsonObject("drops").encode());
    }

    /** TCP, UDP and echoes over IPv4 and IPv6. */
    private static List<SpokenFlow> flows() {
        List<SpokenFlow> flows = new ArrayList<>();
        for (int i = 0; i < FLOWS; i++) {
            SpokenFlow.Kind kind = List.of(SpokenFlow.Kind.values()).get(i % 3);
            boolean ipv6 = i % 2 == 1;
            // echoes of two hosts are one flow (F-25), so each has a host of its own; the others share hosts
            int host = kind == SpokenFlow.Kind.ECHO ? i : i % 50;
            String client = ipv6
                    ? "2001:db8:20::" + Integer.toHexString(host + 1)
                    : "10.20." + (host >> 8) + "." + ((host & 0xff) % 254 + 1);
            if (!ipv6 && kind == SpokenFlow.Kind.ECHO) {
                client = "10.21." + i / 200 + "." + (i % 200 + 1);
            }
            flows.add(new SpokenFlow(VNI, kind, client, 40_000 + i, ipv6 ? "2001:db8:cb00::10" : "203.0.113.10", 443));
        }
        return flows;
    }

    private static List<SpokenFlow> randomFlows(long seed) {
        Random random = new Random(seed);
        List<SpokenFlow> flows = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        while (flows.size() < RANDOM_FLOWS) {
            String client =
                    "10." + (64 + random.nextInt(64)) + "." + random.nextInt(256) + "." + (1 + random.nextInt(254));
            String server =
                    "198." + (18 + random.nextInt(2)) + "." + random.nextInt(256) + "." + (1 + random.nextInt(254));
            int clientPort = 1_024 + random.nextInt(64_000);
            int serverPort = 1 + random.nextInt(1_023);
            if (taken.add(client + clientPort + server + serverPort)) {
                flows.add(new SpokenFlow(VNI, SpokenFlow.Kind.UDP, client, clientPort, server, serverPort));
            }
        }
        return flows;
    }

    /** What the node itself says, while all flows are open. */
    private void live(List<SpokenFlow> flows) throws Exception {
        JsonObject listed = new JsonObject(node.get("/v1/flows?limit=" + FLOWS));
        JsonArray array = listed.getJsonArray("flows");
        observed("live.total", listed.getLong("total"));
        observed("live.listed", array.size());
        Map<Integer, Long> byProtocol = array.stream()
                .map(JsonObject.class::cast)
                .collect(Collectors.groupingBy(
                        flow -> flow.getInteger("protocol"), TreeMap::new, Collectors.counting()));
        observed("live.protocols", byProtocol);
        observed(
                "live.states",
                array.stream()
                        .map(JsonObject.class::cast)
                        .filter(flow -> flow.getInteger("protocol") == InnerTuple.TCP)
                        .collect(Collectors.groupingBy(flow -> flow.getString("state"), Collectors.counting())));
        observed(
                "live.both-ways",
                array.stream()
                        .map(JsonObject.class::cast)
                        .filter(flow -> flow.getJsonObject("forward").getLong("packets") > 0
                                && flow.getJsonObject("reverse").getLong("packets") > 0)
                        .count());
        observed("live.expected", flows.size());
    }

    /** Every flow at one appliance with one cookie, both directions seen there. */
    private void judge(String name, List<SpokenFlow> flows) {
        Map<FlowBook.FlowName, List<FlowBook.Stretch>> seen = book.flows();
        long missing = 0;
        long moved = 0;
        long oneWay = 0;
        Map<Integer, Integer> cookies = new HashMap<>();
        for (SpokenFlow flow : flows) {
            List<FlowBook.Stretch> stretches = seen.getOrDefault(name(flow), List.of());
            if (stretches.isEmpty()) {
                missing++;
                continue;
            }
            moved += stretches.size() > 1 ? 1 : 0;
            FlowBook.Stretch only = stretches.getFirst();
            oneWay += only.fromClient == 0 || only.fromServer == 0 ? 1 : 0;
            cookies.merge(only.cookie, 1, Integer::sum);
        }
        observed(name + ".missing", missing);
        observed(name + ".moved", moved);
        observed(name + ".one-way", oneWay);
        observed(name + ".cookies", cookies.size());
    }

    private static FlowBook.FlowName name(SpokenFlow flow) {
        return new FlowBook.FlowName(ENDPOINT_ID, flow.tuple());
    }

    private static final long ENDPOINT_ID = 0xa1b2c3d4e5f60718L;

    private long at(List<SpokenFlow> flows, String appliance) {
        Map<FlowBook.FlowName, List<FlowBook.Stretch>> seen = book.flows();
        InetAddress address = InetAddress.ofLiteral(appliance);
        return flows.stream()
                .filter(flow -> seen.getOrDefault(name(flow), List.of()).stream()
                        .anyMatch(stretch -> stretch.appliance.equals(address)))
                .count();
    }

    private void spread(List<SpokenFlow> flows) {
        long[] counts = new long[APPLIANCES];
        List<String> addresses = ApplianceFleet.addresses(1, APPLIANCES);
        for (int i = 0; i < APPLIANCES; i++) {
            counts[i] = at(flows, addresses.get(i));
        }
        double expected = flows.size() / (double) APPLIANCES;
        double chiSquare = Arrays.stream(counts)
                .mapToDouble(count -> (count - expected) * (count - expected) / expected)
                .sum();
        observed("spread.seed", SEED);
        observed("spread.counts", Arrays.toString(counts));
        observed("spread.total", Arrays.stream(counts).sum());
        observed("spread.largest", Arrays.stream(counts).max().orElseThrow());
        observed("spread.smallest", Arrays.stream(counts).min().orElseThrow());
        observed("spread.chi-square", chiSquare);
    }

    /** Half of the connections close and the node sees it; the others do not notice. */
    private void close(List<SpokenFlow> flows) throws Exception {
        List<SpokenFlow> closing = flows.stream()
                .filter(flow -> flow.kind() == SpokenFlow.Kind.TCP)
                .toList();
        // A side answers what has reached it: processes and shards keep the order of a direction, not that of both.
        for (SpokenFlow flow : closing) {
            traffic.exchange(flow, flow.packet(true, "FA", 0));
        }
        traffic.settle();
        for (SpokenFlow flow : closing) {
            traffic.exchange(flow, flow.packet(false, "FA", 0));
        }
        traffic.settle();
        for (SpokenFlow flow : closing) {
            traffic.exchange(flow, flow.packet(true, "A", 0));
        }
        traffic.settle();
        observed("closing", closing.size());
        judge("closed", flows);
        long left = (long) FLOWS + RANDOM_FLOWS + FRESH_FLOWS - closing.size();
        try {
            await("closed flows are gone").atMost(GONE_WITHIN).until(() -> total() == left);
        } catch (ConditionTimeoutException late) {
            observed("closed.lost", traffic.lost());
            observed("closed.too-many", total() - left);
            observed("closed.drops", node.get("/v1/drops"));
            throw late;
        }
        observed("closed.left", left);
    }

    /** How many flows the node has. */
    private long total() throws Exception {
        return new JsonObject(node.get("/v1/flows?limit=1")).getLong("total");
    }
}

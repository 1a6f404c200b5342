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
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What {@link ChangesUnderLoadKernelIT} runs: 10,000 flows under load, half of them to a group that keeps its flows and
 * half to one that rebalances, while 100 documents change both and appliances turn unhealthy and recover.
 */
final class ChangesUnderLoadScenario {

    static final int FLOWS = 10_000;
    static final int CHANGES = 100;

    private static final long PAUSE_MS = 350;
    private static final long PACKETS_PER_SECOND = 4_000;
    private static final Duration HEALTHY_WITHIN = Duration.ofSeconds(60);

    /** One packet in so many comes back so late that its flow has had its next one meanwhile, and may have moved. */
    private static final int ONE_IN = 500;

    private static final long LATE_MS = 3_000;

    /** What is late is under way and in no buffer; what is lost for good stays under way to the end. */
    private static final int WINDOW = 128;

    private static final int PATIENCE_MS = 4_000;

    /** Moves that nothing justifies and that are shown. */
    private static final int EXAMPLES = 3;

    private static final String PROCESS = """
            node: {id: gw-1, zone: az1, flow-capacity: 50000}
            ingress: {listen: "10.0.0.1:6080"}
            appliances: {listen: "10.1.1.1:6081", zones: {az2: "10.1.2.1:6081"}}
            admin: {listen: "127.0.0.1:8080"}
            """;

    private final ChangingGroup keeps = new ChangingGroup("keeps", "no_rebalance", 101, 11);
    private final ChangingGroup rebalances = new ChangingGroup("rebalances", "rebalance", 201, 14);
    private final FlowBook book = new FlowBook();
    private final List<SpokenFlow> flows = new ArrayList<>();
    private final Random random;
    /** Of the appliances' thread. */
    private final Random late;

    private ChangesUnderLoadScenario(long seed) {
        random = new Random(seed);
        late = new Random(seed);
    }

    /** Runs it; the arguments are a directory for its files and the seed. */
    public static void main(String[] arguments) throws Exception {
        long seed = Long.parseLong(arguments[1]);
        observed("seed", seed);
        new ChangesUnderLoadScenario(seed).run(Path.of(arguments[0]));
    }

    private void run(Path directory) throws Exception {
        List<String> addresses = new ArrayList<>(keeps.addresses());
        addresses.addAll(rebalances.addresses());
        try (LiveNetwork network = new LiveNetwork();
                ApplianceFleet fleet = new ApplianceFleet(network.appliances(), addresses, (packet, appliances) -> {
                    book.note(packet, System.currentTimeMillis());
                    if (late.nextInt(ONE_IN) == 0) {
                        appliances.sendBackAfter(packet, LATE_MS);
                    } else {
                        appliances.sendBack(packet);
                    }
                });
                Gateway node = Gateway.start(directory, "gateway", PROCESS + document(), LiveNetwork.ADMIN)
                        .ready();
                EndpointSpeaker speaker = new EndpointSpeaker(network.spoke(), "10.0.0.2")) {
            keeps.saying();
            rebalances.saying();
            PacedTraffic traffic = new PacedTraffic(speaker, WINDOW, PATIENCE_MS);
            makeFlows();
            awaitHealthy(node);
            for (SpokenFlow flow : flows) {
                traffic.exchange(flow, flow.packet(true, "S", 16));
            }
            for (SpokenFlow flow : flows) {
                traffic.exchange(flow, flow.packet(false, "SA", 16));
            }
            observed("established.lost", traffic.lost());

            long startNs = System.nanoTime();
            long before = speaker.sent();
            CompletableFuture<List<String>> changes = CompletableFuture.supplyAsync(() -> changeAll(node, fleet));
            load(traffic, changes);
            List<String> refused = changes.get();
            observed("refused", refused);
            double seconds = (System.nanoTime() - startNs) / 1e9;
            observed("load.seconds", "%.1f".formatted(seconds));
            observed("load.packets-per-second", "%.0f".formatted((speaker.sent() - before) / seconds));

            awaitHealthy(node);
            for (SpokenFlow flow : flows) {
                traffic.exchange(flow, flow.data(true));
                traffic.exchange(flow, flow.data(false));
            }
            traffic.settle();
            judge(keeps, "keeps");
            judge(rebalances, "rebalances");
            observed("lost", traffic.lost());
            observed("unexpected", traffic.unexpected());
            observed("malformed", book.malformed());
            observed("flows", new JsonObject(node.get("/v1/flows?limit=1")).getLong("total"));
            observed("moves.said", node.metric("sluice_flows_failed_over_total", ""));
            observed("moves.provisional", (long) node.metric("sluice_flows_moved_provisional_total", ""));
            for (String decision : List.of("acknowledged", "provisional", "refused", "adopted")) {
                observed("set-up." + decision, (long) node.metric("sluice_flow_setups_total", decision));
            }
            observed(
                    "kernel-drops",
                    (long) node.metric("sluice_receive_queue_drops_total", "")
                            + LiveNetwork.kernelDrops(network.spoke())
                            + LiveNetwork.kernelDrops(network.appliances()));
            JsonObject counters = LiveNetwork.countersAtRest(node);
            observed("imbalance", LiveNetwork.imbalance(counters));
            observed("packets", counters.getJsonObject("packets").encode());
            observed("dropped", counters.getJsonObject("packets").getLong("dropped"));
            observed(
                    "dropped.late",
                    counters.getJsonObject("drops").getLong("return_cookie_mismatch")
                            + counters.getJsonObject("drops").getLong("target_unknown"));
            observed("drop-reasons", counters.getJsonObject("drops").encode());
        }
    }

    private String document() {
        return "zones: [az1, az2]\ntarget-groups:\n" + keeps.targetGroup() + rebalances.targetGroup()
                + "load-balancers:\n" + keeps.loadBalancer() + rebalances.loadBalancer()
                + "endpoints:\n" + keeps.endpoints() + rebalances.endpoints();
    }

    private void makeFlows() {
        for (int i = 0; i < FLOWS; i++) {
            ChangingGroup group = i % 2 == 0 ? keeps : rebalances;
            int vni = Integer.parseInt(group.vnis().get(i / 2 % 2));
            SpokenFlow.Kind kind = i % 5 < 2 ? SpokenFlow.Kind.TCP : SpokenFlow.Kind.UDP;
            String client = "10.20." + (i >> 8) + "." + ((i & 0xff) % 254 + 1);
            flows.add(new SpokenFlow(vni, kind, client, 20_000 + i, "203.0.113.10", 443));
        }
    }

    private void awaitHealthy(Gateway node) {
        long wanted = keeps.registeredCount() + rebalances.registeredCount();
        await("all registered targets are healthy")
                .atMost(HEALTHY_WITHIN)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> node.metric("sluice_target_healthy", "") == wanted);
    }

    /** Changes both groups a hundred times; documents that were refused. */
    private List<String> changeAll(Gateway node, ApplianceFleet fleet) {
        List<String> refused = new ArrayList<>();
        try {
            for (int i = 0; i < CHANGES; i++) {
                String what = keeps.change(random, fleet) + "; " + rebalances.change(random, fleet);
                System.out.println("# " + System.currentTimeMillis() + " change " + i + ": " + what);
                put(node, refused);
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            }
            keeps.calm(fleet);
            rebalances.calm(fleet);
            put(node, refused);
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
        return refused;
    }

    private void put(Gateway node, List<String> refused) throws Exception {
        keeps.saying();
        rebalances.saying();
        var answer = node.put("/v1/config", document());
        if (answer.statusCode() != 200) {
            refused.add(answer.statusCode() + " " + answer.body());
        }
    }

    /** Packets of all flows in turn, both directions, at a steady pace, until the changes are done. */
    private void load(PacedTraffic traffic, CompletableFuture<?> until) throws Exception {
        Random order = new Random(random.nextLong());
        long startNs = System.nanoTime();
        for (long sent = 0; !until.isDone(); sent++) {
            SpokenFlow flow = flows.get((int) (sent % FLOWS));
            traffic.exchange(flow, flow.data(order.nextBoolean()));
            long dueNs = startNs + sent * TimeUnit.SECONDS.toNanos(1) / PACKETS_PER_SECOND;
            if (dueNs - System.nanoTime() > TimeUnit.MILLISECONDS.toNanos(1)) {
                LockSupport.parkNanos(dueNs - System.nanoTime());
            }
        }
        traffic.settle();
    }

    private void judge(ChangingGroup group, String name) {
        Map<FlowBook.FlowName, List<FlowBook.Stretch>> seen = book.flows();
        long missing = 0;
        long moved = 0;
        long renamed = 0;
        long unjustified = 0;
        long oldCookie = 0;
        long stranded = 0;
        List<String> examples = new ArrayList<>();
        for (SpokenFlow flow : flows) {
            if (!group.vnis().contains("" + flow.vni())) {
                continue;
            }
            List<FlowBook.Stretch> stretches =
                    seen.get(new FlowBook.FlowName(ChangingGroup.endpointId(flow.vni()), flow.tuple()));
            if (stretches == null) {
                missing++;
                continue;
            }
            for (int i = 1; i < stretches.size(); i++) {
                FlowBook.Stretch from = stretches.get(i - 1);
                FlowBook.Stretch to = stretches.get(i);
                if (from.appliance.equals(to.appliance)) {
                    renamed++;
                    continue;
                }
                moved++;
                oldCookie += from.cookie == to.cookie ? 1 : 0;
                if (!group.mayHaveLeft(from.appliance, from.sinceMs, to.sinceMs)) {
                    unjustified++;
                    if (unjustified <= EXAMPLES) {
                        examples.add(flow + ": " + stretches);
                    }
                }
            }
            stranded += group.registered(stretches.getLast().appliance) ? 0 : 1;
        }
        observed(name + ".missing", missing);
        observed(name + ".moved", moved);
        observed(name + ".renamed", renamed);
        observed(name + ".unjustified", unjustified);
        observed(name + ".unjustified-moves", examples);
        observed(name + ".old-cookie", oldCookie);
        observed(name + ".stranded", stranded);
    }
}

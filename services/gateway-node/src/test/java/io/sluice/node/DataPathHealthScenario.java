// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * What {@link DataPathHealthKernelIT} runs: appliances whose health port answers all the time and whose data path does
 * what it is told, one in a group of its own for each question.
 */
final class DataPathHealthScenario {

    private static final int PACKETS_PER_SECOND = 1_000;
    private static final int FLOWS = 20;
    private static final long WATCH_MS = 3_000;
    private static final int PROBE_PORT = 61_081;
    private static final Duration WITHIN = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private static final String SILENT = "10.1.1.11";
    private static final String TWO_ARM = "10.1.1.12";
    private static final String DENIES = "10.1.1.13";
    private static final String PROBED = "10.1.1.14";
    private static final List<String> APPLIANCES = List.of(SILENT, TWO_ARM, DENIES, PROBED);

    private static final String PROCESS = """
            node: {id: gw-1, zone: az1, flow-capacity: 10000}
            ingress: {listen: "10.0.0.1:6080"}
            appliances: {listen: "10.1.1.1:6081"}
            admin: {listen: "127.0.0.1:8080"}
            """;

    private static final String CHECK =
            "health-check: {port: 80, interval: 5s, timeout: 2s, healthy-threshold: 2, unhealthy-threshold: 2}";

    /** What an appliance does with packets, health checks aside. */
    private enum Mode {
        /** Returns flows and the probe that must come back. */
        RIGHT,
        /** Returns nothing. */
        SWALLOW,
        /** Returns flows, and no probe. */
        NO_PROBES,
        /** Returns what it must not as well. */
        EVERYTHING,
        /** Returns flows of even client ports, and the probe that must come back. */
        DENY_HALF,
    }

    private static final Map<String, Mode> MODES = new ConcurrentHashMap<>(Map.of(
            SILENT, Mode.RIGHT,
            TWO_ARM, Mode.SWALLOW,
            DENIES, Mode.DENY_HALF,
            PROBED, Mode.RIGHT));

    /** When an appliance swallowed the first packet of a flow after this was set to 0. */
    private static final AtomicLong FIRST_SWALLOWED_NS = new AtomicLong(-1);

    private final Gateway node;
    private final EndpointSpeaker speaker;

    private DataPathHealthScenario(Gateway node, EndpointSpeaker speaker) {
        this.node = node;
        this.speaker = speaker;
    }

    /** Runs it; the argument is a directory for its files. */
    public static void main(String[] arguments) throws Exception {
        try (LiveNetwork network = new LiveNetwork();
                ApplianceFleet fleet =
                        new ApplianceFleet(network.appliances(), APPLIANCES, DataPathHealthScenario::inspect);
                Gateway node = Gateway.start(Path.of(arguments[0]), "gateway", PROCESS + document(), LiveNetwork.ADMIN)
                        .ready();
                EndpointSpeaker speaker = new EndpointSpeaker(network.spoke(), "10.0.0.2")) {
            DataPathHealthScenario scenario = new DataPathHealthScenario(node, speaker);
            for (String appliance : APPLIANCES) {
                scenario.awaitState(appliance, "healthy");
            }
            scenario.fallsSilent();
            scenario.isNotSilent("two-arm", TWO_ARM);
            scenario.isNotSilent("denies", DENIES);
            scenario.probes();
            JsonObject counters = LiveNetwork.countersAtRest(node);
            observed("imbalance", LiveNetwork.imbalance(counters));
            observed("packets", counters.getJsonObject("packets").encode());
            observed("drop-reasons", counters.getJsonObject("drops").encode());
            observed("appliances.saw", fleet.received());
        }
    }

    private static void inspect(ReturnedPacket packet, ApplianceFleet fleet) throws IOException {
        boolean probe = packet.endpointId() == 0;
        int port = packet.tuple().destinationPort();
        boolean passes = switch (MODES.get(packet.appliance().getHostAddress())) {
            case RIGHT -> !probe || port == PROBE_PORT;
            case SWALLOW -> false;
            case NO_PROBES -> !probe;
            case EVERYTHING -> true;
            case DENY_HALF -> probe ? port == PROBE_PORT : packet.tuple().sourcePort() % 2 == 0;
        };
        if (passes) {
            fleet.sendBack(packet);
        } else if (!probe) {
            FIRST_SWALLOWED_NS.compareAndSet(0, System.nanoTime());
        }
    }

    private static String document() {
        StringBuilder groups = new StringBuilder("target-groups:\n");
        StringBuilder balancers = new StringBuilder("load-balancers:\n");
        StringBuilder endpoints = new StringBuilder("endpoints:\n");
        for (String appliance : APPLIANCES) {
            String name = name(appliance);
            String detection = appliance.equals(PROBED)
                    ? "probe: {data-path: true, negative: true, interval: 100ms, failures: 3}"
                    : "passive-detection: {enabled: true, silence: 300ms}";
            groups.append("  - {name: %s, %s, %s, targets: [{id: %s, zone: az1}]}%n"
                    .formatted(name, CHECK, detection, appliance));
            balancers.append("  - {name: %s, zones: [az1], listener: {target-group: %s}}%n".formatted(name, name));
            endpoints.append(
                    "  - {id: vpce-0%016x, vni: %d, zone: az1, load-balancer: %s, attachments: [\"10.0.0.2\"]}%n"
                            .formatted(0x2000 + vni(appliance), vni(appliance), name));
        }
        return "" + groups + balancers + endpoints;
    }

    private static String name(String appliance) {
        return "fw" + vni(appliance);
    }

    private static int vni(String appliance) {
        return 300 + APPLIANCES.indexOf(appliance);
    }

    /** A target that has returned everything swallows everything, then returns flows only, then probes as well. */
    private void fallsSilent() throws Exception {
        List<SpokenFlow> flows = flows(SILENT);
        traffic(flows, CompletableFuture.runAsync(() -> sleep(WATCH_MS / 3)));
        observed("silent.before", LiveNetwork.state(node, SILENT));
        MODES.put(SILENT, Mode.SWALLOW);
        FIRST_SWALLOWED_NS.set(0);
        CompletableFuture<Long> flagged = CompletableFuture.supplyAsync(() -> {
            awaitState(SILENT, "unhealthy");
            return System.nanoTime();
        });
        traffic(flows, flagged);
        observed("silent.flagged-after-ms", (flagged.get() - FIRST_SWALLOWED_NS.get()) / 1_000_000);
        observed("silent.description", description(SILENT));
        observed("silent.still", statesDuring(SILENT, flows, WATCH_MS));
        MODES.put(SILENT, Mode.NO_PROBES);
        observed("silent.returns-flows-only", statesDuring(SILENT, flows, WATCH_MS));
        MODES.put(SILENT, Mode.RIGHT);
        awaitState(SILENT, "healthy");
        observed("silent.recovered", LiveNetwork.state(node, SILENT));
    }

    private void isNotSilent(String what, String appliance) throws Exception {
        observed(what + ".states", statesDuring(appliance, flows(appliance), WATCH_MS));
    }

    private void probes() throws Exception {
        observed("probed.right", statesDuring(PROBED, List.of(), WATCH_MS / 2));
        MODES.put(PROBED, Mode.NO_PROBES);
        observed("probed.broken-after-ms", timeTo(PROBED, "unhealthy"));
        observed("probed.broken", description(PROBED));
        MODES.put(PROBED, Mode.RIGHT);
        observed("probed.mended-after-ms", timeTo(PROBED, "healthy"));
        MODES.put(PROBED, Mode.EVERYTHING);
        observed("probed.leaking-after-ms", timeTo(PROBED, "unhealthy"));
        observed("probed.leaking", description(PROBED));
        MODES.put(PROBED, Mode.RIGHT);
        observed("probed.closed-after-ms", timeTo(PROBED, "healthy"));
    }

    private long timeTo(String appliance, String state) {
        long startNs = System.nanoTime();
        awaitState(appliance, state);
        return (System.nanoTime() - startNs) / 1_000_000;
    }

    private void awaitState(String appliance, String state) {
        await(appliance + " is " + state)
                .atMost(WITHIN)
                .pollInterval(PAUSE)
                .until(() -> LiveNetwork.state(node, appliance).equals(state));
    }

    private String description(String appliance) throws Exception {
        return new JsonObject(node.get("/v1/targets"))
                .getJsonArray("targets").stream()
                        .map(JsonObject.class::cast)
                        .filter(target -> target.getString("id").equals(appliance))
                        .map(target -> target.getString("description", ""))
                        .findFirst()
                        .orElse("");
    }

    /** All states that a target is seen in while its flows have traffic. */
    private Set<String> statesDuring(String appliance, List<SpokenFlow> flows, long ms) throws Exception {
        CompletableFuture<Set<String>> seen = CompletableFuture.supplyAsync(() -> {
            Set<String> states = new HashSet<>();
            long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
            while (System.nanoTime() < endNs) {
                try {
                    states.add(LiveNetwork.state(node, appliance));
                } catch (Exception failed) {
                    throw new IllegalStateException(failed);
                }
                sleep(PAUSE.toMillis());
            }
            return states;
        });
        traffic(flows, seen);
        return seen.get();
    }

    private static List<SpokenFlow> flows(String appliance) {
        List<SpokenFlow> flows = new ArrayList<>();
        for (int i = 0; i < FLOWS; i++) {
            flows.add(new SpokenFlow(vni(appliance), SpokenFlow.Kind.UDP, "10.20.0.5", 40_000 + i, "203.0.113.10", 53));
        }
        return flows;
    }

    /** Packets of the flows in turn at a steady pace, whatever comes back, until something is done. */
    private void traffic(List<SpokenFlow> flows, CompletableFuture<?> until) throws Exception {
        long startNs = System.nanoTime();
        for (long sent = 0; !until.isDone(); sent++) {
            if (!flows.isEmpty()) {
                SpokenFlow flow = flows.get((int) (sent % flows.size()));
                speaker.send(flow.vni(), flow.data(true));
            }
            while (speaker.receive(0).length > 0) {
                // what came back
            }
            long dueNs = startNs + sent * TimeUnit.SECONDS.toNanos(1) / PACKETS_PER_SECOND;
            if (dueNs > System.nanoTime()) {
                LockSupport.parkNanos(dueNs - System.nanoTime());
            }
        }
        until.get();
    }

    private static void sleep(long ms) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
    }
}

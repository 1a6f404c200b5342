// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * What {@link ScreensKernelIT} runs: {@code observe} beside a gateway to which everything happens that it tells of, then
 * {@code top} while flows of two spokes pass. Both are processes, as an operator starts them; what they print stays in the
 * directory.
 */
final class ScreensScenario {

    /** What {@code observe} printed. */
    static final String OBSERVED = "observe.txt";

    /** What {@code top} printed. */
    static final String TOP = "top.txt";

    private static final int FLOWS = 200;
    private static final long PACKETS_PER_SECOND = 3_000;

    /** Rates of targets are of the last two or three seconds. */
    private static final long STEADY_AFTER_S = 4;

    private static final Duration WITHIN = Duration.ofSeconds(60);

    private static final String NODE = """
            node: {id: gw-1, zone: az1, flow-capacity: 10000}
            ingress: {listen: "10.0.0.1:6080"}
            appliances: {listen: "10.1.1.1:6081", zones: {az2: "10.1.2.1:6081"}}
            admin: {listen: "127.0.0.1:8080"}
            """;

    private static final String GATEWAY = """
            zones: [az1, az2]
            target-groups:
              - name: firewalls
                health-check: {port: 80, interval: 5s, timeout: 2s, healthy-threshold: 2, unhealthy-threshold: 2}
                targets:
                  - {id: 10.1.1.11, zone: az1}
                  - {id: 10.1.1.12, zone: az1, weight: 2}
                  - {id: 10.1.2.11, zone: az2}
                  - {id: 10.1.2.12, zone: az2}
            load-balancers: [{name: inspection, zones: [az1, az2], listener: {target-group: firewalls}}]
            endpoints:
              - {id: vpce-0a1b2c3d4e5f60718, vni: 100, zone: az1, load-balancer: inspection, attachments: ["10.0.0.2"]}
              - {id: vpce-0a1b2c3d4e5f60719, vni: 200, zone: az2, load-balancer: inspection, attachments: ["10.0.0.2"]}
            """;

    private ScreensScenario() {}

    /** Runs it; the argument is a directory for its files. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        List<String> addresses = new ArrayList<>(ApplianceFleet.addresses(1, 2));
        addresses.addAll(ApplianceFleet.addresses(2, 2));
        try (LiveNetwork network = new LiveNetwork();
                ApplianceFleet fleet = new ApplianceFleet(
                        network.appliances(), addresses, (packet, appliances) -> appliances.sendBack(packet));
                EndpointSpeaker speaker = new EndpointSpeaker(network.spoke(), "10.0.0.2");
                Gateway node = Gateway.start(directory, "gateway", NODE + GATEWAY, LiveNetwork.ADMIN)
                        .ready()) {
            observe(directory, fleet, speaker, node);
            top(directory, speaker);
        }
    }

    private static Process cli(Path out, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "setpriv",
                "--pdeathsig",
                "KILL",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx96m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.sluice.cli.Main"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
    }

    private static void observe(Path directory, ApplianceFleet fleet, EndpointSpeaker speaker, Gateway node)
            throws Exception {
        for (String target : List.of("10.1.1.11", "10.1.1.12", "10.1.2.11", "10.1.2.12")) {
            await(target)
                    .atMost(WITHIN)
                    .until(() -> LiveNetwork.state(node, target).equals("healthy"));
        }
        Path out = directory.resolve("all-" + OBSERVED);
        Process observing = cli(out, "observe");
        int before = awaitListener(out, node);
        PacedTraffic traffic = new PacedTraffic(speaker, 1, 5_000);
        SpokenFlow web = new SpokenFlow(100, SpokenFlow.Kind.TCP, "10.20.0.5", 40_000, "203.0.113.10", 443);
        SpokenFlow names = new SpokenFlow(200, SpokenFlow.Kind.UDP, "10.20.0.6", 40_001, "203.0.113.10", 53);
        SpokenFlow echo = new SpokenFlow(200, SpokenFlow.Kind.ECHO, "10.20.0.7", 0, "203.0.113.10", 0);
        traffic.exchange(web, web.packet(true, "S", 0));
        traffic.exchange(web, web.packet(false, "SA", 0));
        traffic.exchange(names, names.data(true));
        traffic.exchange(echo, echo.data(true));
        traffic.settle();
        awaitLines(out, " opened ", 3);
        SpokenFlow unknown = new SpokenFlow(100, SpokenFlow.Kind.TCP, "10.20.0.8", 40_002, "203.0.113.10", 443);
        speaker.send(unknown.vni(), unknown.packet(true, "A", 0)); // a segment in the middle of nothing
        awaitLines(out, " drop ", 1);
        traffic.exchange(web, web.packet(true, "R", 0));
        traffic.settle();
        awaitLines(out, " closed ", 1);
        fleet.health("10.1.1.11", false);
        awaitLines(out, " -> unhealthy", 1);
        fleet.health("10.1.1.11", true);
        awaitLines(out, " unhealthy -> healthy", 1);
        awaitLines(out, put(node, GATEWAY.replace("weight: 2", "weight: 3")), 1);
        observing.destroy();
        observing.waitFor();
        List<String> lines = Files.readAllLines(out);
        Files.write(directory.resolve(OBSERVED), lines.subList(before, lines.size()));
        observed("observe.lost", traffic.lost());
    }

    /** It says nothing before something happens, so something does until it says so; how many lines that took. */
    private static int awaitListener(Path out, Gateway node) {
        AtomicInteger turn = new AtomicInteger();
        await("observe listens")
                .atMost(WITHIN)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    put(node, GATEWAY.replace("weight: 2", "weight: " + (3 + turn.incrementAndGet())));
                    return Files.readString(out).contains(" revision ");
                });
        try {
            awaitLines(out, put(node, GATEWAY), 1);
            return Files.readAllLines(out).size();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Puts a document in force; its revision. */
    private static String put(Gateway node, String document) throws IOException, InterruptedException {
        var answer = node.put("/v1/config", document);
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.body());
        }
        return String.valueOf(new JsonObject(answer.body()).getLong("revision"));
    }

    private static void awaitLines(Path out, String text, int count) {
        await(count + " lines with '" + text + "'").atMost(WITHIN).until(() -> {
            try (var lines = Files.lines(out)) {
                return lines.filter(line -> line.contains(text)).count() >= count;
            }
        });
    }

    private static void top(Path directory, EndpointSpeaker speaker) throws Exception {
        List<SpokenFlow> flows = new ArrayList<>();
        PacedTraffic traffic = new PacedTraffic(speaker);
        for (int i = 0; i < FLOWS; i++) {
            SpokenFlow.Kind kind = i % 3 == 0 ? SpokenFlow.Kind.UDP : SpokenFlow.Kind.TCP;
            SpokenFlow flow =
                    new SpokenFlow(i % 2 == 0 ? 100 : 200, kind, "10.20.1." + (1 + i), 41_000 + i, "203.0.113.10", 443);
            traffic.exchange(flow, flow.packet(true, "S", 0));
            traffic.exchange(flow, flow.packet(false, "SA", 0));
            flows.add(flow);
        }
        List<Process> picture = new ArrayList<>();
        long startNs = System.nanoTime();
        for (long sent = 0; picture.isEmpty() || picture.getFirst().isAlive(); sent++) {
            if (sent == STEADY_AFTER_S * PACKETS_PER_SECOND) {
                picture.add(cli(directory.resolve(TOP), "top", "--once"));
            }
            SpokenFlow flow = flows.get((int) (sent % FLOWS));
            traffic.exchange(flow, flow.packet(sent % 3 != 0, "PA", 600));
            long dueNs = startNs + sent * TimeUnit.SECONDS.toNanos(1) / PACKETS_PER_SECOND;
            if (dueNs - System.nanoTime() > TimeUnit.MILLISECONDS.toNanos(1)) {
                LockSupport.parkNanos(dueNs - System.nanoTime());
            }
        }
        traffic.settle();
        observed("top.exit-code", picture.getFirst().exitValue());
        observed("top.lost", traffic.lost());
    }
}

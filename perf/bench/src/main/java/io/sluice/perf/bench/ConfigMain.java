// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What packets notice of large configurations, as a program: {@code ConfigMain ROOT HOST_JSON FLAGS [--rate N]}.
 *
 * <p>The launcher calls it as it calls {@link BenchMain}. One gateway on one core, with known flows of one group under load;
 * meanwhile documents are put in force over HTTP that leave this group as it is. Packets come at a steady rate, each with its
 * time, so that the longest time is at least the longest that the packet loop stood still; then as many as there can be.
 *
 * <p>Everything a document sets off is in the time of the packets: the reading, the snapshots, the first probes of every target
 * and the reports of their health; and as all threads of the gateway share its one core, what these take from the packet loop.
 */
final class ConfigMain {

    private static final int RATE_DEFAULT = 20_000;
    private static final int STEADY_MS = 8_000;
    private static final int FULL_MS = 6_000;

    /** Flows are open by then, and packets come steadily. */
    private static final int APPLIED_AFTER_MS = 2_000;

    private static final int FLOW_CAPACITY = 100_000;
    private static final int GROUPS = 1_000;
    private static final int TARGETS_EACH = 10;
    private static final int TARGETS_OF_ONE = 300;
    private static final Pair PAIR = new Pair(Workload.parse("64-10k-4t-returns"), Row.GATEWAY_IO_URING);
    private static final Pattern MADE = Pattern.compile("selection_changed.* made_us=\"?(\\d+)");

    private final Settings settings;
    private final int ratePerS;
    private final Load load;
    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<String, String> documents = new TreeMap<>();
    private final JsonArray found = new JsonArray();

    private ConfigMain(Settings settings, int ratePerS) {
        this.settings = settings;
        this.ratePerS = ratePerS;
        this.load = new Load(settings);
    }

    /** Runs it; the first three arguments are the launcher's. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path root = Path.of(arguments[0]);
        JsonObject host = new JsonObject(Files.readString(Path.of(arguments[1])));
        int rate = NumberOption.parse(List.of(arguments).subList(3, arguments.length), "--rate", RATE_DEFAULT);
        Path scratch = Scratch.make();
        Instant begun = Instant.now();
        ConfigMain main = new ConfigMain(new Settings(root, scratch, 1, 1, 0, FLOW_CAPACITY, 0, ""), rate);
        main.measure();
        String name = "config-" + RunName.of(begun, host);
        host.put("jdkFlags", arguments[2].strip()).put("ratePerS", rate).put("steps", main.found);
        ResultFiles.write(root, name, host, page(name, host));
        Scratch.delete(scratch);
        System.exit(0); // the client's threads
    }

    private void measure() throws IOException, InterruptedException {
        Groups loaded = Groups.of(List.of(PAIR.workload()));
        documents.put("small", document(loaded).text());
        documents.put(
                "1,000 x 10",
                document(loaded).with("many", GROUPS, TARGETS_EACH, 1).text());
        documents.put(
                "1,000 x 10, one changed",
                document(loaded)
                        .with("many", GROUPS - 1, TARGETS_EACH, 1)
                        .with("other", 1, TARGETS_EACH, 2)
                        .text());
        documents.put(
                "300 in one",
                document(loaded).with("large", 1, TARGETS_OF_ONE, 1).text());
        HealthAnswers health = new HealthAnswers();
        try (BenchRun run = new BenchRun(settings, List.of(PAIR), text -> System.err.println("sluice: " + text))) {
            run.start();
            Forwarder forwarder = run.forwarder(PAIR.row());
            steady(forwarder, "nothing", List.of());
            steady(forwarder, "1,000 x 10, the first time", List.of("1,000 x 10"));
            steady(forwarder, "1,000 x 10 stay", List.of());
            steady(forwarder, "one group of 1,000 changed", List.of("1,000 x 10, one changed"));
            steady(forwarder, "1,000 groups gone", List.of("small"));
            steady(forwarder, "1,000 x 10 again", List.of("1,000 x 10"));
            steady(forwarder, "1,000 groups gone again", List.of("small"));
            steady(forwarder, "300 in one", List.of("300 in one"));
            steady(forwarder, "300 gone", List.of("small"));
            full(forwarder, "full load: nothing", List.of());
            full(forwarder, "full load: 1,000 x 10, then gone", List.of("1,000 x 10", "small"));
            full(forwarder, "full load: 1,000 x 10", List.of("1,000 x 10"));
            full(forwarder, "full load: 1,000 x 10 stay", List.of());
        } finally {
            health.close();
        }
    }

    private GatewayDocument document(Groups loaded) {
        return new GatewayDocument(PAIR.row(), loaded, settings.flowCapacity());
    }

    private void steady(Forwarder forwarder, String what, List<String> names) throws IOException, InterruptedException {
        int known = made(forwarder.log()).size();
        List<Long> appliedMs = new ArrayList<>();
        JsonObject printed = load.steady(PAIR, forwarder, ratePerS, STEADY_MS, () -> appliedMs.addAll(apply(names)));
        add(forwarder, what, appliedMs, known, printed, "atRate");
    }

    private void full(Forwarder forwarder, String what, List<String> names) throws IOException, InterruptedException {
        int known = made(forwarder.log()).size();
        List<Long> appliedMs = new ArrayList<>();
        JsonObject printed = load.full(PAIR, forwarder, FULL_MS, () -> appliedMs.addAll(apply(names)));
        add(forwarder, what, appliedMs, known, printed, "closed");
    }

    private void add(
            Forwarder forwarder, String what, List<Long> appliedMs, int known, JsonObject printed, String phase)
            throws IOException {
        List<Long> madeUs = made(forwarder.log());
        JsonObject step = new JsonObject()
                .put("step", what)
                .put("appliedMs", new JsonArray(appliedMs))
                .put("snapshotUs", new JsonArray(madeUs.subList(known, madeUs.size())))
                .put("packets", printed.getJsonObject(phase));
        for (String times : List.of("latencyNs", "sentLateNs")) {
            if (printed.containsKey(times)) {
                step.put(times, printed.getJsonObject(times));
            }
        }
        found.add(step);
        System.err.println("sluice: " + line(step));
    }

    /** How long each took to be acknowledged, ms. */
    private List<Long> apply(List<String> names) throws IOException, InterruptedException {
        List<Long> appliedMs = new ArrayList<>();
        for (String name : names) {
            Thread.sleep(APPLIED_AFTER_MS);
            String document = documents.get(name);
            if (document == null) {
                throw new IllegalArgumentException("no document " + name + ": expected one of " + documents.keySet());
            }
            Instant begun = Instant.now();
            GatewayNode.put(client, PAIR.row(), settings, document);
            appliedMs.add(Duration.between(begun, Instant.now()).toMillis());
        }
        return appliedMs;
    }

    /** How long the gateway took for each snapshot, by its log, µs. */
    private static List<Long> made(String log) {
        return MADE.matcher(log)
                .results()
                .map(match -> Long.parseLong(match.group(1)))
                .toList();
    }

    private static String line(JsonObject step) {
        JsonArray applied = step.getJsonArray("appliedMs");
        JsonArray snapshots = step.getJsonArray("snapshotUs");
        long longestUs = snapshots.stream().mapToLong(us -> (Long) us).max().orElse(0);
        JsonObject packets = step.getJsonObject("packets");
        JsonObject times = step.getJsonObject("latencyNs");
        return String.format(
                Locale.ROOT,
                "| %s | %s | %d | %s | %s | %.1f | %d |",
                step.getString("step"),
                applied.isEmpty()
                        ? ""
                        : String.join(
                                ", ", applied.stream().map(String::valueOf).toList()),
                snapshots.size(),
                longestUs == 0 ? "" : String.format(Locale.ROOT, "%.1f", longestUs / 1e3),
                times == null
                        ? "|"
                        : String.format(
                                Locale.ROOT, "%.2f | %.1f", times.getLong("p99") / 1e6, times.getLong("max") / 1e6),
                packets.getLong("ratePerS") / 1e3,
                packets.getLong("lost"));
    }

    private static String page(String name, JsonObject host) {
        List<String> lines = new ArrayList<>();
        host.getJsonArray("steps").forEach(step -> lines.add(line((JsonObject) step)));
        return """
                # %s

                gateway-io_uring on one core, %s round trips: %d a second and what comes of each, then as many as there can be. %s

                | what | applied in, ms | snapshots | longest, ms | p99, ms | longest, ms | k/s | lost |
                | --- | --- | --- | --- | --- | --- | --- | --- |
                %s
                """.formatted(
                name, PAIR.workload().name(), host.getInteger("ratePerS"), HostLine.of(host), String.join("\n", lines));
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Collections and allocation of a gateway with a small heap under full load, as a program: {@code GarbageMain ROOT
 * HOST_JSON FLAGS [--seconds N]}.
 *
 * <p>The launcher calls it as it calls {@link BenchMain}. Known flows only: they are opened, and compilers are done, before
 * the time that counts.
 */
final class GarbageMain {

    private static final int SECONDS_DEFAULT = 30;
    private static final int WARM_MS = 20_000;
    /** What a table of this size takes fits the heap and leaves most of it free. */
    private static final int FLOW_CAPACITY = 100_000;

    private static final String HEAP = "-Xmx256m";
    private static final int THREADS_SHOWN = 5;
    private static final List<Pair> PAIRS =
            List.of("64-10k-4t-one-way", "64-10k-4t-returns", "1400-10k-4t-returns-agg").stream()
                    .map(workload -> new Pair(Workload.parse(workload), Row.GATEWAY_IO_URING))
                    .toList();

    private final Settings settings;
    private final int seconds;
    private final JsonArray found = new JsonArray();

    private GarbageMain(Settings settings, int seconds) {
        this.settings = settings;
        this.seconds = seconds;
    }

    /** Runs it; the first three arguments are the launcher's. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path root = Path.of(arguments[0]);
        JsonObject host = new JsonObject(Files.readString(Path.of(arguments[1])));
        int seconds = NumberOption.parse(List.of(arguments).subList(3, arguments.length), "--seconds", SECONDS_DEFAULT);
        Path scratch = Scratch.make();
        Instant begun = Instant.now();
        GarbageMain main = new GarbageMain(new Settings(root, scratch, 1, 1, 0, FLOW_CAPACITY, 0, HEAP), seconds);
        main.measure();
        String name = "garbage-" + RunName.of(begun, host);
        host.put("jdkFlags", arguments[2].strip() + " " + HEAP)
                .put("flowCapacity", FLOW_CAPACITY)
                .put("seconds", seconds)
                .put("workloads", main.found);
        ResultFiles.write(root, name, host, main.page(name, host));
        Scratch.delete(scratch);
    }

    private void measure() throws IOException, InterruptedException {
        Load load = new Load(settings);
        HealthAnswers health = new HealthAnswers();
        try (BenchRun run = new BenchRun(settings, PAIRS, text -> System.err.println("sluice: " + text))) {
            run.start();
            Forwarder forwarder = run.forwarder(Row.GATEWAY_IO_URING);
            try (JvmWatch watch = new JvmWatch(forwarder.pid())) {
                for (Pair pair : PAIRS) {
                    System.err.println("sluice: " + pair.name());
                    load.warm(pair, forwarder, WARM_MS);
                    watch.read(); // what reading needs the first time is in no figure
                    JvmCounts before = watch.read();
                    long packets = load.full(pair, forwarder, seconds * 1000);
                    add(pair, packets, watch.read().since(before));
                }
            }
        } finally {
            health.close();
        }
    }

    private void add(Pair pair, long packets, JvmCounts counts) {
        String shard = counts.busiestThread();
        JsonArray threads = new JsonArray();
        counts.allocatedBytes().entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(THREADS_SHOWN)
                .forEach(thread -> threads.add(
                        new JsonObject().put("thread", thread.getKey()).put("allocatedBytes", thread.getValue())));
        long shardBytes = counts.allocatedBytes().getOrDefault(shard, 0L);
        long allBytes = counts.allocatedBytes().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        found.add(new JsonObject()
                .put("workload", pair.workload().name())
                .put("packets", packets)
                .put("collections", counts.collections())
                .put("collectingMs", counts.collectingMs())
                .put("heapGrowthBytes", counts.heapBytes())
                .put("eventLoop", shard)
                .put("eventLoopBytes", shardBytes)
                .put("eventLoopBytesPerPacket", packets == 0 ? null : (double) shardBytes / packets)
                .put("allThreadsBytes", allBytes)
                .put("mostAllocating", threads));
    }

    private String page(String name, JsonObject host) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            JsonObject workload = found.getJsonObject(i);
            lines.add(String.format(
                    Locale.ROOT,
                    "| %s | %,d | %d | %d | %.3f | %.1f | %.1f |",
                    workload.getString("workload"),
                    workload.getLong("packets"),
                    workload.getLong("collections"),
                    workload.getLong("collectingMs"),
                    workload.getDouble("eventLoopBytesPerPacket", Double.NaN),
                    workload.getLong("eventLoopBytes") / 1e6,
                    workload.getLong("allThreadsBytes") / 1e6));
        }
        return """
                # %s

                gateway-io_uring with %s under full load for %d s a workload, after %d s of warming with the same flows. With
                returns a packet is a round trip. %s

                | workload | packets | collections | ms of these | bytes/packet, event loop | MB, event loop | MB, all threads |
                | --- | --- | --- | --- | --- | --- | --- |
                %s
                """.formatted(name, HEAP, seconds, WARM_MS / 1000, HostLine.of(host), String.join("\n", lines));
    }
}

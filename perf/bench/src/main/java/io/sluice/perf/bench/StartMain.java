// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How long starts take, as a program: {@code StartMain ROOT HOST_JSON FLAGS [--rounds N]}.
 *
 * <p>The launcher calls it as it calls {@link BenchMain}. All is timed from the moment at which {@code ./sluice} is started, on a
 * tree that is built: a node until the first packet has come back through an appliance and until it says that it is ready, from
 * an empty data directory and from its own; and what the command line says of itself. A round has each once. Nothing is pinned: a
 * start has all cores.
 */
final class StartMain {

    private static final int ROUNDS_DEFAULT = 7;
    private static final int FLOW_CAPACITY = 1_000_000;
    private static final int STOP_S = 30;
    private static final long POLL_MS = 5;
    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final Row ROW = Row.GATEWAY_IO_URING;
    private static final Groups GROUPS = Groups.of(List.of(Workload.parse("64-1-1t-returns")));

    private final Settings settings;
    private final Map<String, List<Double>> found = new LinkedHashMap<>();

    private StartMain(Settings settings) {
        this.settings = settings;
    }

    /** Runs it; the first three arguments are the launcher's. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path root = Path.of(arguments[0]);
        JsonObject host = new JsonObject(Files.readString(Path.of(arguments[1])));
        int rounds = NumberOption.parse(List.of(arguments).subList(3, arguments.length), "--rounds", ROUNDS_DEFAULT);
        Path scratch = Scratch.make();
        Instant begun = Instant.now();
        StartMain main = new StartMain(new Settings(root, scratch, rounds, 1, 0, FLOW_CAPACITY, 0, ""));
        main.measure();
        String name = "start-" + RunName.of(begun, host);
        JsonObject starts = new JsonObject();
        main.found.forEach((what, ms) -> starts.put(what, new JsonArray(ms)));
        host.put("jdkFlags", arguments[2].strip())
                .put("rounds", rounds)
                .put("flowCapacity", FLOW_CAPACITY)
                .put("startsMs", starts);
        ResultFiles.write(root, name, host, page(name, host, main.found));
        Scratch.delete(scratch);
    }

    private void measure() throws IOException, InterruptedException {
        try (HealthAnswers _ = new HealthAnswers()) {
            for (int round = 0; round < settings.rounds(); round++) {
                Path own = Files.createDirectory(settings.scratch().resolve("round-" + round));
                node("run, the first time", settings.with(own, ""));
                node("run, again", settings.with(own, ""));
                program("--help", "--help");
                program("flow list --help", "flow", "list", "--help");
                found.forEach(
                        (what, ms) -> System.err.printf(Locale.ROOT, "sluice: %s: %.0f ms%n", what, ms.getLast()));
            }
        }
    }

    /** Starts a node and stops it when it is ready. */
    private void node(String what, Settings own) throws IOException, InterruptedException {
        Path log = own.scratch().resolve("node.log");
        ProcessBuilder builder = new ProcessBuilder(GatewayNode.command(ROW, GROUPS, own))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        try (FirstPacket packet = new FirstPacket(ROW)) {
            long since = System.nanoTime();
            Process process = builder.start();
            // an interrupted run leaves nothing behind
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
            try {
                add(what + ": first packet", packet.await(since, LONGEST));
                add(what + ": ready", awaitReady(process, log, since));
            } finally {
                process.destroy();
                if (!process.waitFor(STOP_S, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            }
        }
    }

    private static Duration awaitReady(Process process, Path log, long since) throws IOException, InterruptedException {
        while (!Files.readString(log).contains("event=node_ready")) {
            if (!process.isAlive()) {
                throw new IOException("the node has ended, see " + log);
            }
            Thread.sleep(POLL_MS);
        }
        return Duration.ofNanos(System.nanoTime() - since);
    }

    /** Has the launcher say something. */
    private void program(String what, String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(settings.root().resolve("sluice").toString()));
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(Redirect.DISCARD);
        long since = System.nanoTime();
        int status = builder.redirectError(Redirect.INHERIT).start().waitFor();
        if (status != 0) {
            throw new IOException(command + " ended with " + status);
        }
        add(what, Duration.ofNanos(System.nanoTime() - since));
    }

    private void add(String what, Duration taken) {
        found.computeIfAbsent(what, first -> new ArrayList<>()).add(taken.toNanos() / 1e6);
    }

    static String page(String name, JsonObject host, Map<String, List<Double>> found) {
        StringBuilder lines = new StringBuilder();
        found.forEach((what, ms) -> {
            Spread spread = Spread.of(ms, each -> each);
            lines.append(String.format(
                    Locale.ROOT,
                    "| %s | %.0f | %.0f | %.0f |%n",
                    what,
                    spread.median(),
                    spread.lowest(),
                    spread.highest()));
        });
        return """
                # %s

                From the start of `./sluice`, ms: %d rounds, a node with room for %,d flows that stands alone. %s

                | what | median | lowest | highest |
                | --- | --- | --- | --- |
                %s""".formatted(
                        name, host.getInteger("rounds"), host.getInteger("flowCapacity"), HostLine.of(host), lines);
    }
}

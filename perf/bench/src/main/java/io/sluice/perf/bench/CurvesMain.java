// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How figures go with the numbers of targets, endpoints and flows, as a program: {@code CurvesMain ROOT HOST_JSON FLAGS
 * JMH_JSON MEMORY_JSON [--rounds N]}.
 *
 * <p>The launcher calls it as it calls {@link BenchMain}, with what JMH and {@code FlowTableMemory} found before.
 */
final class CurvesMain {

    private static final int ROUNDS_DEFAULT = 3;
    private static final int FLOW_CAPACITY = 4_000_000;
    private static final int NEW_FLOWS_MAX = 400_000;

    private CurvesMain() {}

    /** Runs it; the first five arguments are the launcher's. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path root = Path.of(arguments[0]);
        JsonObject host = new JsonObject(Files.readString(Path.of(arguments[1])));
        List<String> flags = List.of(arguments[2].strip().split("\\s+"));
        JsonArray lookUps = new JsonArray(Files.readString(Path.of(arguments[3])));
        JsonArray memory = new JsonArray(Files.readString(Path.of(arguments[4])));
        int rounds = NumberOption.parse(List.of(arguments).subList(5, arguments.length), "--rounds", ROUNDS_DEFAULT);
        Path scratch = Scratch.make();
        Settings settings = new Settings(root, scratch, rounds, 1, 0, FLOW_CAPACITY, NEW_FLOWS_MAX, "");
        Instant begun = Instant.now();
        List<Pair> pairs = Curves.pairs();
        List<Cell> cells;
        HealthAnswers health = new HealthAnswers();
        try (BenchRun run = new BenchRun(settings, pairs, text -> System.err.println("sluice: " + text))) {
            run.start();
            cells = run.measure();
        } finally {
            health.close();
        }
        List<Curve> curves = Curves.of(cells, lookUps, memory);
        JsonObject results = Results.of(
                host, settings, flags, Duration.between(begun, Instant.now()).toSeconds(), cells);
        results.put("curves", CurvesPage.json(curves)).put("lookUps", lookUps).put("memory", memory);
        Path directory = Files.createDirectories(root.resolve("perf/results"));
        String name = "curves-" + RunName.of(begun, host);
        Files.writeString(directory.resolve(name + ".json"), results.encodePrettily() + "\n");
        String page = CurvesPage.page(name, results, curves, memory);
        Files.writeString(directory.resolve(name + ".md"), page);
        for (Curve curve : curves) {
            Files.writeString(directory.resolve(name + "-" + curve.file() + ".svg"), CurvePlot.svg(curve));
        }
        System.out.print(page);
        System.err.println("sluice: results are in perf/results/" + name + ".json, .md and .svg");
        Scratch.delete(scratch);
        System.exit(cells.stream().anyMatch(Cell::faulty) ? 1 : 0);
    }
}

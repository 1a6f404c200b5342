// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The benchmark as a program: {@code BenchMain ROOT HOST_JSON FLAGS [--full] [--rounds N] [--only REGEX] [--profile]
 * [--list]}.
 *
 * <p>The launcher calls it inside a network namespace whose loopback is up, with the programs in C built. The table goes
 * to stdout, progress to stderr. Ends with 1 when a packet came out wrong or out of order.
 */
final class BenchMain {

    private static final int ROUNDS_DEFAULT = 3;
    private static final int FLOWS_FEW = 400_000;
    private static final int FLOWS_MANY = 4_000_000;
    private static final int MILLION = 1_000_000;
    private static final int NEW_FLOWS_MAX = MILLION;

    private final Path root;
    private final Path host;
    private final List<String> flags;
    private boolean full;
    private boolean list;
    private boolean profile;
    private int rounds = ROUNDS_DEFAULT;
    private Pattern only = Pattern.compile("");

    private BenchMain(Path root, Path host, List<String> flags) {
        this.root = root;
        this.host = host;
        this.flags = flags;
    }

    /** Runs it; the first three arguments are the launcher's. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        BenchMain main = new BenchMain(
                Path.of(arguments[0]),
                Path.of(arguments[1]),
                List.of(arguments[2].strip().split("\\s+")));
        main.parse(List.of(arguments).subList(3, arguments.length));
        System.exit(main.run());
    }

    private void parse(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            switch (arguments.get(i)) {
                case "--full" -> full = true;
                case "--profile" -> profile = true;
                case "--list" -> list = true;
                case "--rounds" -> rounds = Integer.parseInt(arguments.get(++i));
                case "--only" -> only = Pattern.compile(arguments.get(++i));
                default -> throw new IllegalArgumentException("no option " + arguments.get(i));
            }
        }
    }

    private int run() throws IOException, InterruptedException {
        List<Pair> pairs = (full ? Grid.full() : Grid.standard())
                .stream().filter(pair -> only.matcher(pair.name()).find()).toList();
        if (pairs.isEmpty()) {
            say("nothing is called --only " + only + ": expected a part of a name that "
                    + (full ? "--full --list" : "--list") + " shows");
            return 1;
        }
        if (list) {
            pairs.forEach(pair -> System.out.println(pair.name()));
            return 0;
        }
        long opening = pairs.stream()
                .map(Pair::workload)
                .distinct()
                .filter(Workload::opensFlows)
                .count();
        boolean many =
                opening > 0 || pairs.stream().anyMatch(pair -> pair.workload().flows() >= MILLION);
        int capacity = many ? FLOWS_MANY : FLOWS_FEW;
        // with two more for warming and a profile, beside the most flows of any other workload
        int newFlows = (int) Math.min(NEW_FLOWS_MAX, (FLOWS_MANY - MILLION) / (rounds * Math.max(1, opening) + 2));
        Path scratch = Scratch.make();
        Settings settings = new Settings(root, scratch, rounds, 1, 0, capacity, newFlows, "");
        Instant begun = Instant.now();
        List<Cell> cells;
        List<Profile> profiles;
        HealthAnswers health = new HealthAnswers();
        try {
            cells = measure(settings, pairs);
            profiles = profile ? profile(settings, pairs) : List.of();
        } finally {
            health.close();
        }
        long seconds = Duration.between(begun, Instant.now()).toSeconds();
        JsonObject facts = new JsonObject(Files.readString(host));
        publish(Results.of(facts, settings, flags, seconds, cells), cells, begun, profiles);
        Scratch.delete(scratch);
        return cells.stream().anyMatch(Cell::faulty) ? 1 : 0;
    }

    private static List<Cell> measure(Settings settings, List<Pair> pairs) throws IOException, InterruptedException {
        try (BenchRun run = new BenchRun(settings, pairs, BenchMain::say)) {
            run.start();
            return run.measure();
        }
    }

    /** Starts the forwarders anew, so that what sampling asks of a JVM is in no figure. */
    private static List<Profile> profile(Settings settings, List<Pair> pairs) throws IOException, InterruptedException {
        Path scratch = Files.createDirectory(settings.scratch().resolve("profile"));
        try (BenchRun run = new BenchRun(settings.with(scratch, Profiles.JVM_OPTIONS), pairs, BenchMain::say)) {
            run.start();
            return run.profile();
        }
    }

    private void publish(JsonObject results, List<Cell> cells, Instant begun, List<Profile> profiles)
            throws IOException {
        Path directory = Files.createDirectories(root.resolve("perf/results"));
        String name = RunName.of(begun, results);
        String table = Table.of(cells);
        Files.writeString(directory.resolve(name + ".json"), results.encodePrettily() + "\n");
        Files.writeString(directory.resolve(name + ".md"), Table.page(name, results, table));
        if (!profiles.isEmpty()) {
            Profile.write(profiles, directory, name);
        }
        Plots.write(cells, directory, name);
        System.out.print(table);
        say("results are in perf/results/" + name + ".json, .md and .png");
    }

    private static void say(String text) {
        System.err.println("sluice: " + text);
    }
}

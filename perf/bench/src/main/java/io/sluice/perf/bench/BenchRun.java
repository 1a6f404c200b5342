// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Starts all forwarders, measures every pair once a round, ends them.
 *
 * <p>The rounds interleave: neighbours and the host's moods hit all rows alike, and show as spread.
 */
final class BenchRun implements AutoCloseable {

    private static final int READY_S_MAX = 120;
    private static final int WARM_MS = 6_000;
    /** Set-up runs less often than the path of packets, so compilers come to it later. */
    private static final int WARM_NEW_FLOWS_MS = 10_000;

    private static final List<Workload> WARM_WORKLOADS = Stream.of(
                    "64-10k-4t-one-way", "mixed-10k-4t-returns", "1400-64-4t-returns-agg")
            .map(Workload::parse)
            .toList();

    private final Settings settings;
    private final Consumer<String> say;
    private final Load load;
    private final Map<Row, Forwarder> forwarders = new EnumMap<>(Row.class);
    private final Set<Row> leftOut = EnumSet.noneOf(Row.class);
    private final List<Pair> pairs;

    BenchRun(Settings settings, List<Pair> pairs, Consumer<String> say) {
        this.settings = settings;
        this.pairs = List.copyOf(pairs);
        this.say = say;
        this.load = new Load(settings);
    }

    /** Starts the forwarders of the pairs and warms those that compile while they run. */
    void start() throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (Pair pair : pairs) {
                if (!forwarders.containsKey(pair.row()) && !leftOut.contains(pair.row())) {
                    start(pair.row());
                }
            }
            for (Forwarder forwarder : forwarders.values()) {
                await(client, forwarder);
            }
        }
        for (Forwarder forwarder : forwarders.values()) {
            if (forwarder.row().kind() == Row.Kind.GATEWAY && !leftOut.contains(forwarder.row())) {
                for (Workload workload : warmWorkloads(forwarder.row())) {
                    load.warm(
                            new Pair(workload, forwarder.row()),
                            forwarder,
                            workload.opensFlows() ? WARM_NEW_FLOWS_MS : WARM_MS);
                }
            }
        }
        forwarders.values().forEach(Forwarder::rest);
    }

    private void start(Row row) throws IOException, InterruptedException {
        Optional<String> obstacle = row.obstacle();
        if (obstacle.isEmpty()) {
            say.accept("starting " + row.text());
            try {
                forwarders.put(row, Forwarder.start(row, groups(row), settings));
            } catch (RowUnavailableException e) {
                obstacle = Optional.of(String.valueOf(e.getMessage()));
            }
        }
        if (obstacle.isPresent()) {
            say.accept(row.text() + " is left out: " + obstacle.get());
            leftOut.add(row);
        }
    }

    private List<Workload> warmWorkloads(Row row) {
        return Stream.concat(
                        WARM_WORKLOADS.stream().filter(row::does),
                        workloads(row).filter(Workload::opensFlows).limit(1))
                .toList();
    }

    private Stream<Workload> workloads(Row row) {
        return pairs.stream().filter(pair -> pair.row() == row).map(Pair::workload);
    }

    private Groups groups(Row row) {
        return Groups.of(Stream.concat(WARM_WORKLOADS.stream(), workloads(row)).toList());
    }

    private void await(HttpClient client, Forwarder forwarder) throws IOException, InterruptedException {
        Row row = forwarder.row();
        for (int i = 0; i < READY_S_MAX * 5; i++) {
            if (!forwarder.isAlive()) {
                throw new IOException(row.text() + " ended by itself: " + forwarder.log());
            }
            if (ready(client, forwarder)) {
                leaveOutUnlessAsWanted(forwarder);
                return;
            }
            Thread.sleep(200);
        }
        throw new IOException(row.text() + " was not ready in " + READY_S_MAX + " s");
    }

    private boolean ready(HttpClient client, Forwarder forwarder) throws IOException, InterruptedException {
        return switch (forwarder.row().kind()) {
            case GATEWAY -> GatewayNode.ready(client, forwarder.row(), groups(forwarder.row()), settings);
            case OPEN_VSWITCH, KERNEL -> true; // once started
            case C_FORWARDER, C_REFLECTOR -> forwarder.log().contains("ready");
            case NGINX -> Files.exists(settings.scratch().resolve("nginx.pid"));
        };
    }

    private void leaveOutUnlessAsWanted(Forwarder forwarder) throws IOException {
        Row row = forwarder.row();
        if (row.kind() != Row.Kind.GATEWAY) {
            return;
        }
        String transport = GatewayNode.transport(forwarder.log()).orElse("nothing known");
        if (!transport.equals(row.options().getFirst())) {
            say.accept(row.text() + " is left out: this machine has it carried by " + transport);
            leftOut.add(row);
        }
    }

    /**
     * Measures, every other round backwards, so that nobody is always first; every pair that could be has a cell, in their
     * order.
     */
    List<Cell> measure() throws IOException, InterruptedException {
        Map<Pair, List<Sample>> samples = new LinkedHashMap<>();
        for (int round = 1; round <= settings.rounds(); round++) {
            int number = 0;
            for (Pair pair : round % 2 == 0 ? pairs.reversed() : pairs) {
                number++;
                Forwarder forwarder = forwarders.get(pair.row());
                if (forwarder == null || leftOut.contains(pair.row())) {
                    continue;
                }
                forwarder.work();
                Sample sample = load.measure(pair, forwarder);
                forwarder.rest();
                samples.computeIfAbsent(pair, key -> new ArrayList<>()).add(sample);
                say.accept("round %d of %d, %d of %d: %s: %.0f k/s, %.0f %% busy, loss-free %.0f k/s"
                        .formatted(
                                round,
                                settings.rounds(),
                                number,
                                pairs.size(),
                                pair.name(),
                                sample.saturatedPerS() / 1000,
                                sample.busy() * 100,
                                sample.lossFreePerS() / 1000));
            }
        }
        List<Cell> cells = new ArrayList<>();
        samples.forEach((pair, rounds) -> cells.add(new Cell(pair, rounds)));
        return cells;
    }

    /** The process of a row that was started; it works. */
    Forwarder forwarder(Row row) throws IOException, InterruptedException {
        Forwarder forwarder = forwarders.get(row);
        if (forwarder == null || leftOut.contains(row)) {
            throw new IOException(row.text() + " does not run here");
        }
        forwarder.work();
        return forwarder;
    }

    /** Samples where the time goes, pair by pair. */
    List<Profile> profile() throws IOException, InterruptedException {
        Profiles profiles = new Profiles(settings, load);
        List<Profile> found = new ArrayList<>();
        for (Pair pair : pairs) {
            Forwarder forwarder = forwarders.get(pair.row());
            boolean process = pair.row().kind() != Row.Kind.KERNEL;
            if (forwarder != null && process && !leftOut.contains(pair.row())) {
                say.accept("profile of " + pair.name());
                forwarder.work();
                found.add(profiles.of(pair, forwarder));
                forwarder.rest();
            }
        }
        return found;
    }

    @Override
    public void close() {
        for (Forwarder forwarder : forwarders.values()) {
            forwarder.close();
        }
    }
}

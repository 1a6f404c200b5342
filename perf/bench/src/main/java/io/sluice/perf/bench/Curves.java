// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** Which curves there are, and how they come from what was measured. */
final class Curves {

    private static final List<Row> ROWS = List.of(Row.C_MMSG, Row.GATEWAY_IO_URING);
    private static final List<Integer> TARGETS_OF_NEW_FLOWS = List.of(2, 32, 300);
    private static final List<Integer> TARGETS = List.of(1, 4, 32);
    private static final List<Integer> ENDPOINTS = List.of(1, 16, 256);
    private static final String SIZE = "64";
    private static final int FLOWS = 10_000;
    private static final int USUAL_TARGETS = 4;

    private Curves() {}

    /** What is to be measured through sockets. */
    static List<Pair> pairs() {
        List<Workload> workloads = new ArrayList<>();
        TARGETS_OF_NEW_FLOWS.forEach(targets -> workloads.add(Workload.newFlows(targets)));
        TARGETS.forEach(targets -> workloads.add(packets(targets, 1)));
        ENDPOINTS.forEach(endpoints -> workloads.add(packets(USUAL_TARGETS, endpoints)));
        return workloads.stream()
                .distinct()
                .flatMap(workload -> ROWS.stream().map(row -> new Pair(workload, row)))
                .toList();
    }

    private static Workload packets(int targets, int endpoints) {
        return new Workload(SIZE, FLOWS, targets, endpoints, false, false);
    }

    /**
     * All curves.
     *
     * @param cells of {@link #pairs}
     * @param lookUps the record of JMH's runs of {@code FlowTableBenchmark}
     * @param memory what {@code FlowTableMemory} printed
     */
    static List<Curve> of(List<Cell> cells, JsonArray lookUps, JsonArray memory) {
        return List.of(
                sockets(
                        "new-flows",
                        "New flows a second, against targets",
                        "targets",
                        "thousand new flows a second of one core",
                        cells,
                        Workload::opensFlows,
                        Workload::targets,
                        Curves::perCore),
                sockets(
                        "new-flows-cpu",
                        "CPU time of a new flow, against targets",
                        "targets",
                        "ns of the process",
                        cells,
                        Workload::opensFlows,
                        Workload::targets,
                        Cell::cpuNsPerPacket),
                sockets(
                        "targets",
                        "Packets a second, against targets",
                        "targets",
                        "thousand packets a second of one core",
                        cells,
                        workload -> !workload.opensFlows() && workload.endpoints() == 1,
                        Workload::targets,
                        Curves::perCore),
                sockets(
                        "endpoints",
                        "Packets a second, against endpoints",
                        "endpoints",
                        "thousand packets a second of one core",
                        cells,
                        workload -> !workload.opensFlows() && workload.targets() == USUAL_TARGETS,
                        Workload::endpoints,
                        Curves::perCore),
                lookUps(lookUps),
                memory(memory));
    }

    /** What a whole core would do: the time that others or the host had of it, or a generator left, is no part of this. */
    private static Spread perCore(Cell cell) {
        return Spread.of(cell.samples(), sample -> 1e6 / sample.cpuNsPerPacket());
    }

    private static Curve sockets(
            String file,
            String title,
            String of,
            String unit,
            List<Cell> cells,
            Predicate<Workload> which,
            ToLongFunction<Workload> quantity,
            Function<Cell, Spread> figure) {
        List<Curve.Line> lines = new ArrayList<>();
        for (Row row : ROWS) {
            List<Curve.Point> points = cells.stream()
                    .filter(cell ->
                            cell.pair().row() == row && which.test(cell.pair().workload()))
                    .map(cell ->
                            new Curve.Point(quantity.applyAsLong(cell.pair().workload()), figure.apply(cell)))
                    .sorted(Comparator.comparingLong(Curve.Point::of))
                    .toList();
            if (!points.isEmpty()) {
                lines.add(new Curve.Line(row.text(), points));
            }
        }
        return new Curve(file, title, of, unit, lines);
    }

    private static Curve lookUps(JsonArray records) {
        Map<String, List<Curve.Point>> points = new TreeMap<>();
        for (int i = 0; i < records.size(); i++) {
            JsonObject found = records.getJsonObject(i);
            String benchmark = found.getString("benchmark");
            JsonObject quantiles = found.getJsonObject("primaryMetric").getJsonObject("scorePercentiles");
            Spread ns =
                    new Spread(quantiles.getDouble("50.0"), quantiles.getDouble("0.0"), quantiles.getDouble("100.0"));
            points.computeIfAbsent(benchmark.substring(benchmark.lastIndexOf('.') + 1), name -> new ArrayList<>())
                    .add(new Curve.Point(
                            Long.parseLong(found.getJsonObject("params").getString("flows")), ns));
        }
        List<Curve.Line> lines = new ArrayList<>();
        points.forEach((name, of) -> lines.add(new Curve.Line(name, of)));
        return new Curve("look-up", "Look-up in the flow table, against flows in it", "flows", "ns", lines);
    }

    private static Curve memory(JsonArray tables) {
        List<Curve.Line> lines = new ArrayList<>();
        for (String kind : List.of("allocatedBytes", "heapBytes", "residentBytes")) {
            List<Curve.Point> points = new ArrayList<>();
            for (int i = 0; i < tables.size(); i++) {
                JsonObject table = tables.getJsonObject(i);
                long flows = table.getLong("flows");
                double bytes = table.getDouble(kind) / flows;
                points.add(new Curve.Point(flows, new Spread(bytes, bytes, bytes)));
            }
            lines.add(new Curve.Line(kind, points));
        }
        return new Curve("memory", "Memory of a full flow table, against its flows", "flows", "bytes a flow", lines);
    }
}

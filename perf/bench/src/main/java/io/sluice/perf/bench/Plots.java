// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.style.Styler;

/** The results as pictures: a group of bars for each workload, a colour for each row. */
final class Plots {

    private static final int HEIGHT = 700;
    private static final int WIDTH_MIN = 900;
    private static final int WIDTH_OF_WORKLOAD = 150;

    private Plots() {}

    /** Writes the PNG files and names them. */
    static List<Path> write(List<Cell> cells, Path directory, String name) throws IOException {
        List<Path> files = new ArrayList<>();
        files.add(write(
                cells,
                directory.resolve(name + "-rate.png"),
                "Packets a second at saturation; 1 is the workload's best row",
                cell -> cell.saturatedPerS().median() / best(cells, cell.pair().workload())));
        files.add(write(
                cells,
                directory.resolve(name + "-cpu.png"),
                "CPU time of the forwarder for a packet (with returns: a round trip), ns",
                cell -> cell.cpuNsPerPacket().median()));
        files.add(write(
                cells,
                directory.resolve(name + "-p99.png"),
                "99 of 100 packets took at most, µs, at half the loss-free rate",
                cell -> cell.latencyUs("p99").median()));
        return files;
    }

    private static double best(List<Cell> cells, Workload workload) {
        return cells.stream()
                .filter(cell -> cell.pair().workload().equals(workload))
                .mapToDouble(cell -> cell.saturatedPerS().median())
                .max()
                .orElse(1);
    }

    private static Path write(List<Cell> cells, Path file, String title, ToDoubleFunction<Cell> figure)
            throws IOException {
        Set<String> workloads = new LinkedHashSet<>();
        Set<Row> rows = new LinkedHashSet<>();
        for (Cell cell : cells) {
            workloads.add(cell.pair().workload().name());
            rows.add(cell.pair().row());
        }
        CategoryChart chart = new CategoryChartBuilder()
                .title(title)
                .width(Math.max(WIDTH_MIN, WIDTH_OF_WORKLOAD * workloads.size()))
                .height(HEIGHT)
                .build();
        chart.getStyler().setXAxisLabelRotation(30);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
        chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
        for (Row row : rows) {
            List<Double> values = new ArrayList<>();
            for (String workload : workloads) {
                values.add(cells.stream()
                        .filter(cell -> cell.pair().row() == row
                                && cell.pair().workload().name().equals(workload))
                        .mapToDouble(figure)
                        .filter(value -> value > 0)
                        .findFirst()
                        .orElse(Double.NaN));
            }
            chart.addSeries(
                    row.text(),
                    List.copyOf(workloads),
                    values.stream()
                            .map(value -> Double.isNaN(value) ? null : value)
                            .toList());
        }
        Files.write(file, ChartEncoder.getBytes(chart, "PNG"));
        return file;
    }
}

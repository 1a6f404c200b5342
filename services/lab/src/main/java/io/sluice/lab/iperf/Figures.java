// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.iperf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** All measurements by what was measured; prints medians, of rates also the lowest and highest. */
final class Figures {

    /**
     * A row of the table.
     *
     * @param mtuBytes of the inner packets
     * @param toApplication whether the Internet host sent
     */
    record Row(int mtuBytes, boolean toApplication, Way way) {
        String text() {
            return "mtu %d, %s, %s"
                    .formatted(mtuBytes, toApplication ? "internet to app" : "app to internet", way.text());
        }
    }

    private final Map<Row, List<Measurement>> rounds = new LinkedHashMap<>();

    void add(Row row, Measurement measurement) {
        rounds.computeIfAbsent(row, key -> new ArrayList<>()).add(measurement);
    }

    /** A table in Markdown. */
    String table() {
        StringBuilder table = new StringBuilder(1024);
        table.append("| path | Mbit/s | lowest-highest | retransmits | agent, core s/Gbit | busy cores |\n");
        table.append("| --- | --- | --- | --- | --- | --- |\n");
        rounds.forEach((row, measured) -> {
            List<Double> rates =
                    measured.stream().map(Measurement::megabits).sorted().toList();
            List<Double> again = measured.stream()
                    .map(one -> (double) one.retransmits())
                    .sorted()
                    .toList();
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %.0f | %.0f-%.0f | %.0f | %s | %s |%n",
                    row.text(),
                    median(rates),
                    rates.getFirst(),
                    rates.getLast(),
                    median(again),
                    agent(measured),
                    cores(measured)));
        });
        return table.toString();
    }

    /** What the agent's work on a gigabit takes of one core: a rate depends on what else runs, this hardly does. */
    private static String agent(List<Measurement> measured) {
        List<Double> seconds = measured.stream()
                .filter(one -> one.cores().containsKey("agent"))
                .map(one -> one.cores().getOrDefault("agent", 0.0) * 1000 / one.megabits())
                .sorted()
                .toList();
        return seconds.isEmpty() ? "" : String.format(Locale.ROOT, "%.2f", median(seconds));
    }

    private static String cores(List<Measurement> measured) {
        Set<String> names = new TreeSet<>(measured.getFirst().cores().keySet());
        StringBuilder text = new StringBuilder();
        for (String name : names) {
            List<Double> values = measured.stream()
                    .map(one -> one.cores().getOrDefault(name, 0.0))
                    .sorted()
                    .toList();
            text.append(text.isEmpty() ? "" : ", ").append(String.format(Locale.ROOT, "%s %.2f", name, median(values)));
        }
        return text.toString();
    }

    /** The middle one, or the mean of the two in the middle. */
    static double median(List<Double> sorted) {
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The results as a Markdown table, columns padded so that it reads as text too. */
final class Table {

    private static final List<Row> REFERENCES = List.of(
            Row.C_MMSG,
            Row.C_GSO,
            Row.C_GRO_GSO,
            Row.C_REFLECTOR,
            Row.NGINX,
            Row.OVS_USERSPACE,
            Row.OVS_USERSPACE_AFXDP,
            Row.KERNEL_FORWARDING);

    /** Share of the core's time that the host took, above which it is said. */
    private static final double STOLEN_MIN = 0.02;

    private Table() {}

    static String of(List<Cell> cells) {
        List<List<String>> lines = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of(
                "workload",
                "row",
                "saturated k/s",
                "(spread)",
                "busy",
                "ns/packet",
                "loss-free k/s",
                "p50 µs",
                "p99 µs",
                "p99.9 µs"));
        List<Row> references = references(cells);
        references.forEach(row -> head.add("to " + row.text()));
        head.add("remarks");
        lines.add(head);
        for (Cell cell : cells) {
            lines.add(line(cell, cells, references));
        }
        return render(lines);
    }

    /** A page of its own: the host, the table, how to read it, the pictures. */
    static String page(String name, JsonObject results, String table) {
        return """
                # %s

                %s %d rounds, medians; %d s in all.

                %s
                **saturated**: closed loop, packets delivered (with returns: brought back) a second. **busy**: share that the
                forwarder had of the time its core was given (what the host took away, **stolen**, is left out); below %.2f (*)
                the generator was the limit, and such rows are compared by CPU time per packet. **loss-free**: the highest open-loop rate that lost at most 1 of 10,000 and had no more
                than 2 ms of traffic (or 512 packets) under way at the end; ≥: in a round the generator did not keep pace
                above it, or the search ended there, so it may be higher. Times are of half that rate, open loop, from when
                a packet was due; -: the generator did not keep pace, or there was no such rate. **to …**: above 1 the row
                does more than that one, median and range of the rounds' ratios. **late**: came after the phase they were sent
                in, and count as lost there. **refused**: the kernel did not take them from the generator; they count as lost too.
                **new-…**: every packet opens a flow, so these are flows, not packets; the busiest of the process's threads
                takes so much of the time for each.
                **p99 of being sent**: how late the generator was itself, where that is more than half of the p99 beside it.

                ![rate](%s-rate.png)
                ![CPU time](%s-cpu.png)
                ![latency](%s-p99.png)
                """.formatted(
                        name,
                        HostLine.of(results),
                        results.getInteger("rounds"),
                        results.getLong("tookS"),
                        table,
                        Cell.BUSY_MIN,
                        name,
                        name,
                        name);
    }

    /** Those that were measured. */
    private static List<Row> references(List<Cell> cells) {
        return REFERENCES.stream()
                .filter(row -> cells.stream().anyMatch(cell -> cell.pair().row() == row))
                .toList();
    }

    private static List<String> line(Cell cell, List<Cell> cells, List<Row> references) {
        List<String> line = new ArrayList<>();
        line.add(cell.pair().workload().name());
        line.add(cell.pair().row().text());
        line.add(thousands(cell.saturatedPerS().median()));
        line.add(thousands(cell.saturatedPerS().lowest()) + "-"
                + thousands(cell.saturatedPerS().highest()));
        line.add(format("%.2f", cell.busy().median()) + (cell.generatorBound() ? "*" : ""));
        line.add(format("%.0f", cell.cpuNsPerPacket().median()));
        line.add((cell.lossFreeIsLowerBound() ? "≥ " : "")
                + thousands(cell.lossFreePerS().median()));
        for (String quantile : List.of("p50", "p99", "p999")) {
            line.add(format("%.0f", cell.latencyUs(quantile).median()));
        }
        for (Row row : references) {
            line.add(reference(cells, cell, row)
                    .map(other -> ratio(cell.ratioTo(other)) + (cell.byCpuTime(other) ? "*" : ""))
                    .orElse(""));
        }
        line.add(remarks(cell));
        return line;
    }

    private static String ratio(Spread rounds) {
        String median = format("%.2f", rounds.median());
        return rounds.lowest() == rounds.highest()
                ? median
                : median + " (" + format("%.2f", rounds.lowest()) + "-" + format("%.2f", rounds.highest()) + ")";
    }

    /** Rows on one kind of path are compared, loopback or veth. */
    private static Optional<Cell> reference(List<Cell> cells, Cell cell, Row row) {
        return cells.stream()
                .filter(other -> cell.pair().row() != row
                        && other.pair().row() == row
                        && cell.pair().row().veth() == row.veth()
                        && other.pair().workload().equals(cell.pair().workload()))
                .findFirst();
    }

    private static String remarks(Cell cell) {
        List<String> remarks = new ArrayList<>();
        if (cell.pair().workload().opensFlows()) {
            remarks.add(format(
                    "busiest thread %.0f ns/flow",
                    cell.busiestThreadNsPerPacket().median()));
        }
        if (cell.wrong() != 0) {
            remarks.add(cell.wrong() + " WRONG");
        }
        if (cell.reordered() != 0) {
            remarks.add(cell.reordered() + " out of order");
        }
        if (cell.late() != 0) {
            remarks.add(cell.late() + " late");
        }
        if (cell.refused() != 0) {
            remarks.add(cell.refused() + " refused");
        }
        if (cell.sentLateUs().median() > cell.latencyUs("p99").median() / 2) {
            remarks.add(format("p99 of being sent %.0f µs", cell.sentLateUs().median()));
        }
        if (cell.disturbed().median() > 1 - Cell.BUSY_MIN) {
            remarks.add(
                    format("others had %.0f %% of the core", cell.disturbed().median() * 100));
        }
        if (cell.stolen().median() >= STOLEN_MIN) {
            remarks.add(format("%.0f %% stolen", cell.stolen().median() * 100));
        }
        return String.join(", ", remarks);
    }

    private static String thousands(double perS) {
        return perS < 100_000 ? format("%.1f", perS / 1000) : format("%.0f", perS / 1000);
    }

    private static String format(String format, double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
    }

    private static String render(List<List<String>> lines) {
        int columns = lines.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> line : lines) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder(4096);
        for (int i = 0; i < lines.size(); i++) {
            append(text, lines.get(i), widths);
            if (i == 0) {
                List<String> rule = new ArrayList<>();
                for (int width : widths) {
                    rule.add("-".repeat(width));
                }
                append(text, rule, widths);
            }
        }
        return text.toString();
    }

    private static void append(StringBuilder text, List<String> line, int[] widths) {
        for (int i = 0; i < widths.length; i++) {
            boolean words = i < 2 || i == widths.length - 1;
            String padding = " ".repeat(widths[i] - line.get(i).length());
            text.append("| ")
                    .append(words ? line.get(i) + padding : padding + line.get(i))
                    .append(' ');
        }
        text.append("|\n");
    }
}

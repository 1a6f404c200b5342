// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;

/** The curves as JSON and as a Markdown page. */
final class CurvesPage {

    private CurvesPage() {}

    /** The curves in JSON. */
    static JsonArray json(List<Curve> curves) {
        JsonArray all = new JsonArray();
        for (Curve curve : curves) {
            JsonArray lines = new JsonArray();
            for (Curve.Line line : curve.lines()) {
                JsonArray points = new JsonArray();
                for (Curve.Point point : line.points()) {
                    points.add(new JsonObject()
                            .put("of", point.of())
                            .put("median", point.figure().median())
                            .put("lowest", point.figure().lowest())
                            .put("highest", point.figure().highest()));
                }
                lines.add(new JsonObject().put("name", line.name()).put("points", points));
            }
            all.add(new JsonObject()
                    .put("title", curve.title())
                    .put("of", curve.of())
                    .put("unit", curve.unit())
                    .put("lines", lines));
        }
        return all;
    }

    /**
     * The page.
     *
     * @param name of the run's files
     * @param results with the host's facts
     * @param tables what memory the tables took, as {@code FlowTableMemory} printed it
     */
    static String page(String name, JsonObject results, List<Curve> curves, JsonArray tables) {
        StringBuilder page = new StringBuilder(8192);
        page.append("""
                # %s

                %s %d rounds through sockets; medians, lowest and highest in brackets. Packets of 64 bytes, 10,000 flows, one way, 4 targets where their number is not the quantity. Rates
                are of a whole core: 1 / CPU time, of the whole process with the kernel's work for it.

                """.formatted(name, HostLine.of(results), results.getInteger("rounds")));
        for (Curve curve : curves) {
            append(page, curve);
            page.append("![%s](%s-%s.svg)\n\n".formatted(curve.title(), name, curve.file()));
        }
        for (int i = 0; i < tables.size(); i++) {
            JsonObject table = tables.getJsonObject(i);
            page.append(String.format(
                    Locale.ROOT,
                    "A table of %,d flows: %.3f GiB of heap, %.3f GiB resident.\n",
                    table.getLong("flows"),
                    table.getLong("heapBytes") / (double) (1 << 30),
                    table.getLong("residentBytes") / (double) (1 << 30)));
        }
        return page.toString();
    }

    private static void append(StringBuilder page, Curve curve) {
        page.append("## ")
                .append(curve.title())
                .append(" (")
                .append(curve.unit())
                .append(")\n\n| ")
                .append(curve.of());
        curve.lines().forEach(line -> page.append(" | ").append(line.name()));
        page.append(" |\n|").append(" --- |".repeat(curve.lines().size() + 1)).append('\n');
        for (long quantity : curve.quantities()) {
            page.append(String.format(Locale.ROOT, "| %,d", quantity));
            for (Curve.Line line : curve.lines()) {
                page.append(" | ").append(figure(line, quantity));
            }
            page.append(" |\n");
        }
        page.append('\n');
    }

    private static String figure(Curve.Line line, long quantity) {
        return line.points().stream()
                .filter(point ->
                        point.of() == quantity && !Double.isNaN(point.figure().median()))
                .map(Curve.Point::figure)
                .map(figure -> figure.lowest() == figure.highest()
                        ? String.format(Locale.ROOT, "%.1f", figure.median())
                        : String.format(
                                Locale.ROOT, "%.1f (%.1f-%.1f)", figure.median(), figure.lowest(), figure.highest()))
                .findFirst()
                .orElse("-");
    }
}

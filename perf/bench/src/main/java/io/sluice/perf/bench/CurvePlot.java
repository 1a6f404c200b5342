// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.util.List;
import java.util.Locale;

/**
 * A curve as an SVG file that stands alone. The quantity goes by its logarithm, the figure from 0; a bar through a point
 * is lowest to highest, and a point that is pointed at says its numbers.
 */
final class CurvePlot {

    private static final int WIDTH = 820;
    private static final int HEIGHT = 440;
    private static final int LEFT = 80;
    private static final int RIGHT = 200;
    private static final int TOP = 44;
    private static final int BOTTOM = 56;
    private static final int TICKS = 5;
    private static final List<String> COLOURS = List.of("#2a6f97", "#d1495b", "#5a8f3c", "#8d6a9f");

    private final Curve curve;
    private final double firstLog;
    private final double lastLog;
    private final double highest;
    private final StringBuilder svg = new StringBuilder(8192);

    private CurvePlot(Curve curve) {
        this.curve = curve;
        this.firstLog = Math.log((double) Math.max(1, curve.quantities().getFirst()));
        this.lastLog = Math.log((double) Math.max(1, curve.quantities().getLast()));
        this.highest = ceiling(curve.lines().stream()
                .flatMap(line -> line.points().stream())
                .mapToDouble(point -> point.figure().highest())
                .filter(figure -> !Double.isNaN(figure))
                .max()
                .orElse(1));
    }

    /** The picture of a curve that has a point. */
    static String svg(Curve curve) {
        return new CurvePlot(curve).draw();
    }

    private String draw() {
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                .formatted(WIDTH, HEIGHT, WIDTH, HEIGHT));
        svg.append(" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        text(LEFT, 24, "start", "font-size=\"15\"", curve.title());
        axes();
        for (int i = 0; i < curve.lines().size(); i++) {
            line(curve.lines().get(i), COLOURS.get(i % COLOURS.size()), TOP + 16 + 20 * i);
        }
        return svg.append("</svg>\n").toString();
    }

    private void axes() {
        for (int i = 0; i <= TICKS; i++) {
            double figure = highest * i / TICKS;
            stroke(LEFT, y(figure), WIDTH - RIGHT, y(figure), "#dddddd", 1);
            text(LEFT - 8, y(figure) + 4, "end", "", shortly(figure));
        }
        for (long quantity : curve.quantities()) {
            stroke(x(quantity), y(0), x(quantity), y(0) + 5, "#444444", 1);
            text(x(quantity), y(0) + 20, "middle", "", "%,d".formatted(quantity));
        }
        stroke(LEFT, y(0), WIDTH - RIGHT, y(0), "#444444", 1);
        text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", "", curve.of());
        double middle = (TOP + HEIGHT - BOTTOM) / 2.0;
        text(18, middle, "middle", "transform=\"rotate(-90 18 %.0f)\"".formatted(middle), curve.unit());
    }

    private void line(Curve.Line line, String colour, int legendY) {
        List<Curve.Point> points = line.points().stream()
                .filter(point -> !Double.isNaN(point.figure().median()))
                .toList();
        for (int i = 0; i < points.size(); i++) {
            Curve.Point point = points.get(i);
            Spread figure = point.figure();
            double x = x(point.of());
            if (i > 0) {
                Curve.Point before = points.get(i - 1);
                stroke(x(before.of()), y(before.figure().median()), x, y(figure.median()), colour, 2);
            }
            stroke(x, y(figure.lowest()), x, y(figure.highest()), colour, 1);
            svg.append(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"><title>%s, %,d %s: %s (%s-%s) %s</title></circle>\n",
                    x,
                    y(figure.median()),
                    colour,
                    line.name(),
                    point.of(),
                    curve.of(),
                    shortly(figure.median()),
                    shortly(figure.lowest()),
                    shortly(figure.highest()),
                    curve.unit()));
        }
        stroke(WIDTH - RIGHT + 20, legendY - 4, WIDTH - RIGHT + 40, legendY - 4, colour, 2);
        text(WIDTH - RIGHT + 46, legendY, "start", "", line.name());
    }

    private double x(long quantity) {
        double width = WIDTH - LEFT - RIGHT;
        double inset = 20;
        if (lastLog == firstLog) {
            return LEFT + width / 2;
        }
        return LEFT
                + inset
                + (width - 2 * inset) * (Math.log((double) Math.max(1, quantity)) - firstLog) / (lastLog - firstLog);
    }

    private double y(double figure) {
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * figure / highest;
    }

    private void stroke(double x1, double y1, double x2, double y2, String colour, int width) {
        svg.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%d\"/>\n",
                x1,
                y1,
                x2,
                y2,
                colour,
                width));
    }

    private void text(double x, double y, String anchor, String more, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>%s</text>\n",
                x,
                y,
                anchor,
                more,
                text));
    }

    /** The next of 1, 2, 2.5 and 5 times a power of ten, so that the fifths of it are short numbers. */
    private static double ceiling(double figure) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(1e-9, figure))));
        for (double step : new double[] {1, 2, 2.5, 5}) {
            if (figure <= step * power) {
                return step * power;
            }
        }
        return 10 * power;
    }

    private static String shortly(double figure) {
        return String.format(Locale.ROOT, figure >= 100 || figure == Math.rint(figure) ? "%,.0f" : "%.1f", figure);
    }
}

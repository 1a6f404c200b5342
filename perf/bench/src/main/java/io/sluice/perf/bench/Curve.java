// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.util.List;

/**
 * How a figure goes with a quantity.
 *
 * @param file last part of the picture's name
 * @param title what is shown
 * @param of the quantity
 * @param unit of the figure
 * @param lines one for each subject
 */
record Curve(String file, String title, String of, String unit, List<Line> lines) {

    /**
     * One subject.
     *
     * @param name of the subject
     * @param points by rising quantity
     */
    record Line(String name, List<Point> points) {}

    /**
     * One measurement.
     *
     * @param of the quantity
     * @param figure its median and how far it spread
     */
    record Point(long of, Spread figure) {}

    Curve {
        lines = List.copyOf(lines);
    }

    /** The quantities that any line has, rising. */
    List<Long> quantities() {
        return lines.stream()
                .flatMap(line -> line.points().stream())
                .map(Point::of)
                .distinct()
                .sorted()
                .toList();
    }
}

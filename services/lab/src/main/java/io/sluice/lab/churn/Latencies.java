// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** How long requests took. <b>Units</b>: milliseconds. <b>Threading</b>: confined to one thread. */
final class Latencies {
    private final List<Double> sorted = new ArrayList<>();

    void add(double ms) {
        int at = Collections.binarySearch(sorted, ms);
        sorted.add(at < 0 ? -at - 1 : at, ms);
    }

    int count() {
        return sorted.size();
    }

    /** The value that so many of a hundred do not exceed; 0 where there is none. */
    double percentile(double percent) {
        if (sorted.isEmpty()) {
            return 0;
        }
        int rank = (int) Math.ceil(percent / 100 * sorted.size());
        return sorted.get(Math.max(0, rank - 1));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d requests, p50 %.1f ms, p99 %.1f ms, longest %.1f ms",
                count(),
                percentile(50),
                percentile(99),
                percentile(100));
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.iperf;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What one run of iperf3 came to.
 *
 * @param megabits received a second
 * @param retransmits TCP segments sent again
 * @param cores processors that each program kept busy, by its name; {@code machine} is all of the machine
 */
record Measurement(double megabits, long retransmits, Map<String, Double> cores) {

    /** As progress shows it. */
    String text() {
        return String.format(Locale.ROOT, "%.0f Mbit/s, %d retransmits, busy cores", megabits, retransmits)
                + cores.entrySet().stream()
                        .map(core -> String.format(Locale.ROOT, " %s %.2f", core.getKey(), core.getValue()))
                        .collect(Collectors.joining(","));
    }
}

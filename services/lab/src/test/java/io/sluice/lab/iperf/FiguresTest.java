// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.iperf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class FiguresTest {

    @Test
    void showsMedianAndSpreadOfTheRounds() {
        Figures figures = new Figures();
        Figures.Row row = new Figures.Row(1432, true, Way.SLUICE);
        figures.add(row, new Measurement(300.4, 5, Map.of("agent", 0.5, "machine", 1.9)));
        figures.add(row, new Measurement(100.0, 0, Map.of("agent", 0.3, "machine", 1.7)));
        figures.add(row, new Measurement(200.0, 9, Map.of("agent", 0.4, "machine", 1.8)));
        assertThat(figures.table().lines().toList().getLast())
                .isEqualTo(
                        "| mtu 1432, internet to app, sluice | 200 | 100-300 | 5 | 2.00 | agent 0.40, machine 1.80 |");
    }
}

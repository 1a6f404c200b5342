// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GridTest {

    /** Few enough for three rounds in less than ten minutes, enough for each question to have its reference beside it. */
    @Test
    void standardIsTwentyToThirtyPairsEachOnce() {
        List<Pair> pairs = Grid.standard();
        assertThat(pairs).hasSizeBetween(20, 30).doesNotHaveDuplicates();
        assertThat(pairs).allMatch(pair -> pair.row().does(pair.workload()));
    }

    @Test
    void rowsOfOneWorkloadAreNeighbours() {
        List<Workload> changes =
                Grid.standard().stream().map(Pair::workload).distinct().toList();
        int runs = 1;
        List<Pair> pairs = Grid.standard();
        for (int i = 1; i < pairs.size(); i++) {
            runs += pairs.get(i).workload().equals(pairs.get(i - 1).workload()) ? 0 : 1;
        }
        assertThat(runs).isEqualTo(changes.size());
    }

    @Test
    void fullHoldsTheStandardSizesOfEveryRow() {
        assertThat(Grid.full()).doesNotHaveDuplicates();
        assertThat(Grid.full().stream().map(Pair::row).distinct()).containsExactlyInAnyOrder(Row.values());
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecordQueueTest {

    private static final int RECORDS = 5_000;

    /** Against a set that keeps its order, step by step at random. */
    @Test
    void handsOutEachOnceInOrder() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        RecordQueue queue = new RecordQueue(RECORDS);
        Set<Integer> model = new LinkedHashSet<>();
        for (int step = 0; step < 100_000; step++) {
            int record = random.nextInt(RECORDS);
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3, 4, 5 -> {
                    queue.add(record);
                    model.add(record);
                }
                case 6 -> {
                    queue.remove(record);
                    model.remove(record);
                }
                default -> {
                    int expected = model.isEmpty()
                            ? FlowRecords.NONE
                            : model.iterator().next();
                    assertThat(queue.take()).as("seed %d, step %d", seed, step).isEqualTo(expected);
                    model.remove(expected);
                }
            }
            assertThat(queue.contains(record))
                    .as("seed %d, step %d", seed, step)
                    .isEqualTo(model.contains(record));
            assertThat(queue.count()).isEqualTo(model.size());
        }
        List<Integer> waiting = new ArrayList<>();
        queue.forEach(waiting::add);
        assertThat(waiting).as("seed %d", seed).containsExactlyElementsOf(model);
    }

    /** Whatever happens to a place for copies, no record is forgotten that it lacks. */
    @Test
    void hasRoomForAll() {
        int records = 1 << 19;
        RecordQueue queue = new RecordQueue(records);
        for (int record = 0; record < records; record++) {
            queue.add(record);
        }
        for (int record = 0; record < records; record++) {
            if (queue.take() != record) {
                assertThat(record).as("is handed out").isNegative();
            }
        }
        assertThat(queue.take()).isEqualTo(FlowRecords.NONE);
    }
}

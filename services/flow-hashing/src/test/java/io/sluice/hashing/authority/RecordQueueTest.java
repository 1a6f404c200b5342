// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordQueueTest {

    private final RecordQueue queue = new RecordQueue();

    @Test
    void handsOutInOrderWhileItGrows() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Deque<Integer> model = new ArrayDeque<>();
        for (int step = 0; step < 100_000; step++) {
            if (random.nextInt(10) < 6) {
                queue.add(step);
                model.add(step);
            } else {
                Integer expected = model.poll();
                assertThat(queue.take()).as("seed %d, step %d", seed, step).isEqualTo(expected == null ? -1 : expected);
            }
        }
    }

    @Test
    void addsNothingBeyondItsRoom() {
        for (int record = 0; record <= RecordQueue.ROOM; record++) {
            queue.add(record);
        }
        for (int record = 0; record < RecordQueue.ROOM; record++) {
            assertThat(queue.take()).isEqualTo(record);
        }
        assertThat(queue.take()).isEqualTo(FlowRecords.NONE);
    }
}

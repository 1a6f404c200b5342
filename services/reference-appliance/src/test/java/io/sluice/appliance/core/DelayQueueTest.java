// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DelayQueueTest {

    /** A monotonic clock may be anywhere: here it wraps within every test. */
    private static final long START_NS = justBeforeTheWrap();

    private final DelayQueue<String> queue = new DelayQueue<>(3);
    private final List<String> released = new ArrayList<>();

    private static long justBeforeTheWrap() {
        return Long.MAX_VALUE - 10;
    }

    private boolean add(int first, String sender, long dueNs) {
        ByteBuffer bytes = ByteBuffer.wrap(new byte[] {99, (byte) first, 7});
        return queue.add(bytes, 1, 2, sender, dueNs);
    }

    private void release(long nowNs) {
        queue.release(
                nowNs, (bytes, lengthBytes, sender) -> released.add(sender + ":" + bytes.get(0) + ":" + lengthBytes));
    }

    @Test
    void keepsOrderThoughALaterPacketIsDueBefore() {
        add(1, "a", START_NS + 100);
        add(2, "b", START_NS + 50);
        release(START_NS + 60);
        assertThat(released).isEmpty();
        assertThat(queue.waitNs(START_NS + 60)).isEqualTo(40);
        release(START_NS + 100);
        assertThat(released).containsExactly("a:1:2", "b:2:2");
        assertThat(queue.waitNs(START_NS)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void refusesWhatHasNoRoomAndGoesOnAfterwards() {
        for (int round = 0; round < 5; round++) {
            assertThat(add(1, "a", START_NS)).isTrue();
            assertThat(add(2, "b", START_NS)).isTrue();
            assertThat(add(3, "c", START_NS)).isTrue();
            assertThat(add(4, "d", START_NS)).isFalse();
            assertThat(queue.size()).isEqualTo(3);
            release(START_NS);
            assertThat(released).containsExactly("a:1:2", "b:2:2", "c:3:2");
            released.clear();
        }
    }

    @Test
    void refusesPacketLongerThanASlot() {
        ByteBuffer large = ByteBuffer.allocate(DelayQueue.SLOT_BYTES + 1);
        assertThat(queue.add(large, 0, DelayQueue.SLOT_BYTES + 1, "a", START_NS))
                .isFalse();
        assertThat(queue.add(large, 1, DelayQueue.SLOT_BYTES, "a", START_NS)).isTrue();
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/** One producer and one consumer see the ring as a bounded queue. */
@Param(name = "packet", gen = IntGen.class, conf = "1:5")
public class PacketRingLincheckTest {

    private static final int CELLS = 2;
    private static final int EMPTY = -1;

    private final PacketRing ring = new PacketRing(CELLS, Integer.BYTES);
    private final ByteBuffer from = ByteBuffer.allocate(Integer.BYTES);
    private final ByteBuffer to = ByteBuffer.allocate(Integer.BYTES);

    /** By the producer: whether there was room. */
    @Operation(nonParallelGroup = "producer")
    public boolean offer(int packet) {
        from.putInt(0, packet);
        return ring.offer(0, packet, 0, 0, 0, from, 0, Integer.BYTES, 0);
    }

    /** By the consumer: the next packet. */
    @Operation(nonParallelGroup = "consumer")
    public int take() {
        if (!ring.hasPacket()) {
            return EMPTY;
        }
        ring.copyTo(to, 0);
        int word = (int) ring.first();
        ring.advance();
        return word == to.getInt(0) ? word : Integer.MIN_VALUE;
    }

    /** The same, said without threads. */
    public static class Bounded {

        private final Queue<Integer> queue = new ArrayDeque<>();

        /** Whether there was room. */
        public boolean offer(int packet) {
            return queue.size() < CELLS && queue.add(packet);
        }

        /** The next packet. */
        public int take() {
            return queue.isEmpty() ? EMPTY : queue.remove();
        }
    }

    @Test
    void isLinearisableInEveryInterleaving() {
        new ModelCheckingOptions()
                .iterations(12)
                .invocationsPerIteration(500)
                .threads(2)
                .actorsPerThread(4)
                .sequentialSpecification(Bounded.class)
                .check(getClass());
    }

    @Test
    void isLinearisableUnderStress() {
        new StressOptions()
                .iterations(10)
                .invocationsPerIteration(1_000)
                .threads(2)
                .actorsPerThread(5)
                .sequentialSpecification(Bounded.class)
                .check(getClass());
    }
}

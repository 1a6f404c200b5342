// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.nio.ByteBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJJJJJJ_Result;
import org.openjdk.jcstress.infra.results.JJJJJJJ_Result;
import org.openjdk.jcstress.infra.results.JJJJJJ_Result;

/** A cell's content is published by a release of the tail, its reuse by a release of the head. */
public final class PacketRingStress {

    private PacketRingStress() {}

    /** Who sees the packet sees all of it: kind, length, four words and bytes. */
    @JCStressTest
    @Outcome(id = "0, 0, 0, 0, 0, 0, 0", expect = ACCEPTABLE, desc = "not there yet")
    @Outcome(id = "1, 8, 2, 3, 4, 5, 6", expect = ACCEPTABLE, desc = "there as a whole")
    @Outcome(expect = FORBIDDEN, desc = "a part of it")
    @State
    public static class CellIsSeenWhole {

        private final PacketRing ring = new PacketRing(2, Long.BYTES);
        private final ByteBuffer from = ByteBuffer.allocate(Long.BYTES).putLong(0, 6);
        private final ByteBuffer to = ByteBuffer.allocate(Long.BYTES);

        @Actor
        public void producer() {
            ring.offer(1, 2, 3, 4, 5, from, 0, Long.BYTES, 0);
        }

        @Actor
        public void consumer(JJJJJJJ_Result seen) {
            if (!ring.hasPacket()) {
                return;
            }
            seen.r1 = ring.kind();
            seen.r2 = ring.lengthBytes();
            seen.r3 = ring.first();
            seen.r4 = ring.second();
            seen.r5 = ring.third();
            seen.r6 = ring.fourth();
            ring.copyTo(to, 0);
            seen.r7 = to.getLong(0);
        }
    }

    /** Three packets through one cell: none is overwritten before it is taken. Of each the words and the bytes. */
    @JCStressTest
    @Outcome(id = "1, 1, 2, 2, 3, 3", expect = ACCEPTABLE, desc = "each as it was put in")
    @Outcome(expect = FORBIDDEN, desc = "overwritten, or taken before it was whole")
    @State
    public static class OneCellIsReused {

        private final NumberedPackets packets = new NumberedPackets(1);

        @Actor
        public void producer() {
            packets.put(1);
            packets.put(2);
            packets.put(3);
        }

        @Actor
        public void consumer(JJJJJJ_Result taken) {
            packets.await();
            taken.r1 = packets.words();
            taken.r2 = packets.bytes();
            packets.awaitNext();
            taken.r3 = packets.words();
            taken.r4 = packets.bytes();
            packets.awaitNext();
            taken.r5 = packets.words();
            taken.r6 = packets.bytes();
        }
    }

    /** Four packets through two cells. */
    @JCStressTest
    @Outcome(id = "1, 1, 2, 2, 3, 3, 4, 4", expect = ACCEPTABLE, desc = "each as it was put in")
    @Outcome(expect = FORBIDDEN, desc = "overwritten, or taken before it was whole")
    @State
    public static class TwoCellsAreReused {

        private final NumberedPackets packets = new NumberedPackets(2);

        @Actor
        public void producer() {
            packets.put(1);
            packets.put(2);
            packets.put(3);
            packets.put(4);
        }

        @Actor
        public void consumer(JJJJJJJJ_Result taken) {
            packets.await();
            taken.r1 = packets.words();
            taken.r2 = packets.bytes();
            packets.awaitNext();
            taken.r3 = packets.words();
            taken.r4 = packets.bytes();
            packets.awaitNext();
            taken.r5 = packets.words();
            taken.r6 = packets.bytes();
            packets.awaitNext();
            taken.r7 = packets.words();
            taken.r8 = packets.bytes();
        }
    }

    /** A consumer that goes on asking sees the packet in the end. */
    @JCStressTest(Mode.Termination)
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "seen")
    @Outcome(id = "STALE", expect = FORBIDDEN, desc = "never seen")
    @State
    public static class PacketIsSeenInTheEnd {

        private final NumberedPackets packets = new NumberedPackets(1);

        @Actor
        public void consumer() {
            packets.await();
        }

        @Signal
        public void producer() {
            packets.put(1);
        }
    }
}

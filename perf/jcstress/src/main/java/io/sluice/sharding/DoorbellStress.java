// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.nio.ByteBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** No wake-up is lost: what is in the ring before the bell rings is taken, in this turn or in one that waits. */
public final class DoorbellStress {

    private DoorbellStress() {}

    /** A ring, its bell, and the loop that answers. */
    static class Shard {

        final WaitingTask loop = new WaitingTask();
        final Doorbell bell = new Doorbell(this::drain);
        private final PacketRing ring = new PacketRing(1, 1);
        private final ByteBuffer bytes = ByteBuffer.allocate(1);
        private int taken;

        void handOver() {
            ring.offer(0, 0, 0, 0, 0, bytes, 0, 1, 0);
            bell.ring();
        }

        private void drain() {
            while (ring.hasPacket()) {
                ring.advance();
                taken++;
            }
        }

        int takenAtRest() {
            loop.run();
            return taken;
        }
    }

    /** A packet comes while the loop answers for an earlier one and is about to sleep. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "taken")
    @Outcome(id = "0", expect = FORBIDDEN, desc = "lies in the ring, and nobody looks")
    @State
    public static class LoopIsAboutToSleep extends Shard {

        public LoopIsAboutToSleep() {
            bell.answerOn(loop);
        }

        @Actor
        public void producer() {
            handOver();
        }

        @Actor
        public void loop() {
            loop.run();
        }

        @Arbiter
        public void atRest(I_Result packets) {
            packets.r1 = takenAtRest();
        }
    }

    /** A packet comes while the loop begins to answer. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "taken")
    @Outcome(id = "0", expect = FORBIDDEN, desc = "lies in the ring, and nobody looks")
    @State
    public static class LoopBegins extends Shard {

        @Actor
        public void producer() {
            handOver();
        }

        @Actor
        public void loop() {
            bell.answerOn(loop);
            loop.run();
        }

        @Arbiter
        public void atRest(I_Result packets) {
            packets.r1 = takenAtRest();
        }
    }
}

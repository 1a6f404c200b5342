// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Who is told reads the newest value then, and whoever reads one sees all of it. */
public final class LatestStress {

    private LatestStress() {}

    /** A newer value is set while the follower is told of the one before. */
    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "the newest is what it read last")
    @Outcome(expect = FORBIDDEN, desc = "it keeps an older one and is not told again")
    @State
    public static class FollowerReadsTheNewest {

        private final WaitingTurn loop = new WaitingTurn();
        private final Latest<Integer> latest = new Latest<>(0);
        private int read;

        public FollowerReadsTheNewest() {
            latest.follow(loop.context(), () -> read = latest.get());
            latest.set(1);
        }

        @Actor
        public void setter() {
            latest.set(2);
        }

        @Actor
        public void follower() {
            loop.run();
        }

        @Arbiter
        public void atRest(I_Result value) {
            loop.run();
            value.r1 = read;
        }
    }

    /** What was written into a value before it was set is there for whoever reads it, final or not. */
    @JCStressTest
    @Outcome(id = "0, 0, 0, 0", expect = ACCEPTABLE, desc = "the first")
    @Outcome(id = "1, 2, 3, 4", expect = ACCEPTABLE, desc = "the newer, as a whole")
    @Outcome(expect = FORBIDDEN, desc = "a part of it")
    @State
    public static class ValueIsSeenWhole {

        private final Latest<Plain> latest = new Latest<>(new Plain(0, 0, 0, 0));

        /** Four numbers. */
        private static final class Plain {

            private int first;
            private int second;
            private int third;
            private int fourth;

            Plain(int first, int second, int third, int fourth) {
                this.first = first;
                this.second = second;
                this.third = third;
                this.fourth = fourth;
            }
        }

        @Actor
        public void setter() {
            latest.set(new Plain(1, 2, 3, 4));
        }

        @Actor
        public void reader(IIII_Result seen) {
            Plain value = latest.get();
            seen.r1 = value.first;
            seen.r2 = value.second;
            seen.r3 = value.third;
            seen.r4 = value.fourth;
        }
    }

    /** Who goes on reading sees the newer value in the end. */
    @JCStressTest(Mode.Termination)
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "seen")
    @Outcome(id = "STALE", expect = FORBIDDEN, desc = "never seen")
    @State
    public static class ValueIsSeenInTheEnd {

        private final Latest<Integer> latest = new Latest<>(0);

        @Actor
        public void reader() {
            while (latest.get() == 0) {
                // reads again
            }
        }

        @Signal
        public void setter() {
            latest.set(1);
        }
    }
}

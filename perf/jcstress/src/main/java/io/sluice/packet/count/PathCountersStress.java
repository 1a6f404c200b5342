// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.count;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.sluice.model.metric.DropReason;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/** Readers see each value whole, and rising. */
public final class PathCountersStress {

    private static final DropReason REASON = DropReason.RECEIVE_NO_BUFFER;

    private PathCountersStress() {}

    /** All 64 bits change at once. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "before")
    @Outcome(id = "-1", expect = ACCEPTABLE, desc = "after")
    @Outcome(expect = FORBIDDEN, desc = "half of it")
    @State
    public static class ValueIsSeenWhole {

        private final PathCounters counters = new PathCounters();

        @Actor
        public void loop() {
            counters.drop(REASON, -1);
        }

        @Actor
        public void reader(J_Result value) {
            value.r1 = counters.drops(REASON);
        }
    }

    /** Who reads twice, by two references to the counters, sees no value after a later one. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "0, 1", "0, 2", "1, 1", "1, 2", "2, 2"},
            expect = ACCEPTABLE,
            desc = "rises")
    @Outcome(expect = FORBIDDEN, desc = "falls")
    @State
    public static class ValueRises {

        private final PathCounters counters = new PathCounters();
        private final Readable one = new Readable();
        private final Readable other = new Readable();

        /** What a reader holds. */
        private final class Readable {
            private PathCounters read = counters;
        }

        @Actor
        public void loop() {
            counters.drop(REASON, 1);
            counters.drop(REASON, 1);
        }

        @Actor
        public void reader(JJ_Result values) {
            PathCounters first = one.read;
            PathCounters second = other.read;
            values.r1 = first.drops(REASON);
            values.r2 = second.drops(REASON);
        }
    }

    /** Who goes on reading sees the value in the end. */
    @JCStressTest(Mode.Termination)
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "seen")
    @Outcome(id = "STALE", expect = FORBIDDEN, desc = "never seen")
    @State
    public static class ValueIsSeenInTheEnd {

        private final PathCounters counters = new PathCounters();

        @Actor
        public void reader() {
            while (counters.drops(REASON) == 0) {
                // reads again
            }
        }

        @Signal
        public void loop() {
            counters.drop(REASON, 1);
        }
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/** One shard passes strays on, the next takes them: none is left behind, and those between the two are counted. */
public final class ShardInboxStress {

    private ShardInboxStress() {}

    /** Two batches of one stray each come while the loop answers for what was before. */
    @JCStressTest
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "both are taken, none is between the shards")
    @Outcome(expect = FORBIDDEN, desc = "one lies in the ring and nobody looks, or the counts are wrong")
    @State
    public static class NoStrayIsLeftBehind {

        private final StrayPair shards = new StrayPair();

        @Actor
        public void from() {
            shards.pass();
            shards.pass();
        }

        @Actor
        public void to() {
            shards.loop.run();
        }

        @Arbiter
        public void atRest(JJ_Result strays) {
            shards.loop.run();
            strays.r1 = shards.inbox.takenStrays();
            strays.r2 = shards.between();
        }
    }

    /** What is counted between two shards while a stray passes is one too many rather than one too few. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "before, or after it was taken")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "on its way")
    @Outcome(id = "-1", expect = FORBIDDEN, desc = "taken before it was passed on")
    @State
    public static class BetweenIsNeverNegative {

        private final StrayPair shards = new StrayPair();

        @Actor
        public void from() {
            shards.pass();
        }

        @Actor
        public void to(J_Result strays) {
            shards.loop.run();
            strays.r1 = shards.between();
        }
    }
}

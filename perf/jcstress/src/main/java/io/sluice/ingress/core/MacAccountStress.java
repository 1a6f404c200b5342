// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Several shards spend one target's budget. */
public final class MacAccountStress {

    private static final long NOW_MS = 5_000;
    private static final int HALF = MacAccount.PER_SECOND / 2;

    private MacAccountStress() {}

    /** Two shards charge half of the budget each: one of them is told that it is spent, and the target is off. */
    @JCStressTest
    @Outcome(id = "true, false, false", expect = ACCEPTABLE, desc = "the first shard spent the rest")
    @Outcome(id = "false, true, false", expect = ACCEPTABLE, desc = "the other did")
    @Outcome(expect = FORBIDDEN, desc = "a charge is lost, or counts twice")
    @State
    public static class NoChargeIsLost {

        private final MacAccount account = new MacAccount();

        @Actor
        public void shard(ZZZ_Result spent) {
            spent.r1 = account.failed(HALF, NOW_MS);
        }

        @Actor
        public void otherShard(ZZZ_Result spent) {
            spent.r2 = account.failed(HALF, NOW_MS);
        }

        @Arbiter
        public void afterwards(ZZZ_Result spent) {
            spent.r3 = account.allows(NOW_MS);
        }
    }

    /** Another shard may try what it is trying just now; once it has been refused, it stays refused. */
    @JCStressTest
    @Outcome(
            id = {"true, true", "true, false", "false, false"},
            expect = ACCEPTABLE,
            desc = "off once and for all")
    @Outcome(id = "false, true", expect = FORBIDDEN, desc = "off, and then on again")
    @State
    public static class OffStaysOff {

        private final MacAccount account = new MacAccount();

        @Actor
        public void shard() {
            account.failed(MacAccount.PER_SECOND, NOW_MS);
            account.failed(MacAccount.PER_SECOND, NOW_MS);
        }

        @Actor
        public void otherShard(ZZ_Result allowed) {
            allowed.r1 = account.allows(NOW_MS);
            allowed.r2 = account.allows(NOW_MS);
        }
    }

    /** A shard that goes on asking is refused in the end. */
    @JCStressTest(Mode.Termination)
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "refused")
    @Outcome(id = "STALE", expect = FORBIDDEN, desc = "allowed forever")
    @State
    public static class OffIsSeenInTheEnd {

        private final MacAccount account = new MacAccount();

        @Actor
        public void otherShard() {
            while (account.allows(NOW_MS)) {
                // asks again
            }
        }

        @Signal
        public void shard() {
            account.failed(MacAccount.PER_SECOND, NOW_MS);
        }
    }
}

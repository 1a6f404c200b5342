// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A sign that one shard gives is heard by each other one, once. */
public final class LifeSignStress {

    private LifeSignStress() {}

    /** A shard asks while another gives, and asks again. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true"},
            expect = ACCEPTABLE,
            desc = "heard once")
    @Outcome(expect = FORBIDDEN, desc = "not heard, or twice")
    @State
    public static class SignIsHeardOnce {

        private final LifeSign sign = new LifeSign();

        @Actor
        public void giver() {
            sign.give(0);
        }

        @Actor
        public void asker(ZZ_Result heard) {
            heard.r1 = sign.take(1);
        }

        @Arbiter
        public void asksAgain(ZZ_Result heard) {
            heard.r2 = sign.take(1);
        }
    }

    /** Two shards give at once: both have heard of the other, a third one of either. */
    @JCStressTest
    @Outcome(id = "true, true, true", expect = ACCEPTABLE, desc = "heard by all")
    @Outcome(expect = FORBIDDEN, desc = "one sign wiped the other out")
    @State
    public static class TwoGiveAtOnce {

        private final LifeSign sign = new LifeSign();

        @Actor
        public void giver() {
            sign.give(0);
        }

        @Actor
        public void otherGiver() {
            sign.give(1);
        }

        @Arbiter
        public void allAsk(ZZZ_Result heard) {
            heard.r1 = sign.take(0);
            heard.r2 = sign.take(1);
            heard.r3 = sign.take(2);
        }
    }

    /** Two shards ask at once: each hears of it, and neither takes it from a third. */
    @JCStressTest
    @Outcome(id = "true, true, true", expect = ACCEPTABLE, desc = "heard by all")
    @Outcome(expect = FORBIDDEN, desc = "one heard in another's place")
    @State
    public static class TwoAskAtOnce {

        private final LifeSign sign = new LifeSign();

        public TwoAskAtOnce() {
            sign.give(0);
        }

        @Actor
        public void asker(ZZZ_Result heard) {
            heard.r1 = sign.take(1);
        }

        @Actor
        public void otherAsker(ZZZ_Result heard) {
            heard.r2 = sign.take(2);
        }

        @Arbiter
        public void thirdAsks(ZZZ_Result heard) {
            heard.r3 = sign.take(1) || sign.take(2) ? false : sign.take(3);
        }
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** Who finds the same even stamp before and after has read what belongs together. */
public final class EntryHintsStress {

    private static final long WORD = 11;
    private static final long OTHERS_WORD = 12;
    private static final long TARGET = 1;
    private static final long OTHERS_TARGET = 3;
    private static final LinkPeer HERE = StressPeers.ingress(1);
    private static final LinkPeer OTHERS = StressPeers.ingress(3);

    private EntryHintsStress() {}

    /** One place, on which another flow's packet falls before and after this one's. */
    static class Place {

        final EntryHints hints = new EntryHints(0, 1);

        Place() {
            hints.note(OTHERS_WORD, OTHERS, OTHERS_TARGET);
        }

        void change() {
            hints.note(WORD, HERE, TARGET);
            hints.note(OTHERS_WORD, OTHERS, OTHERS_TARGET);
            hints.note(WORD, HERE, TARGET);
        }

        int ingress() {
            LinkPeer found = hints.ingress(WORD);
            return found == null ? 0 : found == HERE ? 1 : 3;
        }
    }

    /** Of the target: none or the packet's, never another packet's; at rest it is known. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "none, or its own")
    @Outcome(expect = FORBIDDEN, desc = "another packet's")
    @State
    public static class TargetIsThePackets extends Place {

        @Actor
        public void shard() {
            change();
        }

        @Actor
        public void reader(JJ_Result targets) {
            targets.r1 = hints.targetKey(WORD);
        }

        @Arbiter
        public void atRest(JJ_Result targets) {
            targets.r2 = hints.targetKey(WORD);
        }
    }

    /** The same of the ingress. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "none, or its own")
    @Outcome(expect = FORBIDDEN, desc = "another packet's")
    @State
    public static class IngressIsThePackets extends Place {

        @Actor
        public void shard() {
            change();
        }

        @Actor
        public void reader(II_Result ingresses) {
            ingresses.r1 = ingress();
        }

        @Arbiter
        public void atRest(II_Result ingresses) {
            ingresses.r2 = ingress();
        }
    }
}

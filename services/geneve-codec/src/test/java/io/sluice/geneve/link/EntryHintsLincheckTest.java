// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import io.sluice.model.message.LinkHello;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * However often a place changes while it is read, nobody takes one packet's hint for another's. That a hint is not found while
 * its place changes is no fault, so what is compared is not the hint but whether it is one of the packet's.
 */
public class EntryHintsLincheckTest {

    private static final LinkPeer HERE = LinkPeersTest.peer(LinkHello.Side.INGRESS, 1);
    private static final LinkPeer THERE = LinkPeersTest.peer(LinkHello.Side.INGRESS, 2);
    private static final LinkPeer OTHERS = LinkPeersTest.peer(LinkHello.Side.INGRESS, 3);
    private static final long WORD = 11;
    private static final long OTHERS_WORD = 12;

    /** All fall on one place. */
    private final EntryHints hints = new EntryHints(0, 1);

    /** By the shard. */
    @Operation(nonParallelGroup = "shard")
    public void comesInHere() {
        hints.note(WORD, HERE, 1);
    }

    /** By the shard: the same flow's other direction. */
    @Operation(nonParallelGroup = "shard")
    public void comesInThere() {
        hints.note(WORD, THERE, 2);
    }

    /** By the shard: another flow. */
    @Operation(nonParallelGroup = "shard")
    public void anotherComesIn() {
        hints.note(OTHERS_WORD, OTHERS, 3);
    }

    /** By any. */
    @Operation
    public boolean isItsTarget() {
        return hints.targetKey(WORD) != 3;
    }

    /** By any. */
    @Operation
    public boolean isItsIngress() {
        @Nullable LinkPeer ingress = hints.ingress(WORD);
        return ingress == null || ingress != OTHERS;
    }

    /** What is right. */
    public static class Right {

        /** Nothing is said by it. */
        public void comesInHere() {}

        /** Nothing is said by it. */
        public void comesInThere() {}

        /** Nothing is said by it. */
        public void anotherComesIn() {}

        /** Always. */
        public boolean isItsTarget() {
            return true;
        }

        /** Always. */
        public boolean isItsIngress() {
            return true;
        }
    }

    @Test
    void nobodyTakesAnothersHintInAnyInterleaving() {
        new ModelCheckingOptions()
                .iterations(20)
                .invocationsPerIteration(500)
                .threads(2)
                .actorsPerThread(4)
                .sequentialSpecification(Right.class)
                .check(getClass());
    }
}

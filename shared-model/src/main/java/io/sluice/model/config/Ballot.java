// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import io.sluice.model.id.NodeId;
import java.util.Comparator;

/**
 * One attempt of one node to write the configuration. Of two attempts the greater one wins the votes.
 *
 * @param round rises with each attempt; 0 for none
 * @param proposer the node that tries
 */
public record Ballot(long round, NodeId proposer) implements Comparable<Ballot> {

    /** Before the first. */
    public static final Ballot NONE = new Ballot(0, new NodeId("none"));

    private static final Comparator<Ballot> ORDER =
            Comparator.comparingLong(Ballot::round).thenComparing(Ballot::proposer);

    /** Checks the round. */
    public Ballot {
        Ranges.require("round", round, 0, Long.MAX_VALUE);
    }

    @Override
    public int compareTo(Ballot other) {
        return ORDER.compare(this, other);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import io.sluice.model.id.NodeId;
import java.util.List;

/**
 * A model with its place in history. Which of two revisions counts is {@link #supersedes}, everywhere.
 *
 * @param number 0 for "nothing configured yet", then rising
 * @param author the node it was made on
 * @param ancestors digests of the revisions that it was made from, its parent's first, the newest {@value #ANCESTORS_MAX}
 *     of them; empty where it was made from none
 * @param model what it says
 */
public record ConfigRevision(long number, NodeId author, List<String> ancestors, GatewayModel model) {

    /** Digests of ancestors kept. */
    public static final int ANCESTORS_MAX = 32;

    /** Checks the number, keeps a copy. */
    public ConfigRevision {
        Ranges.require("configuration revision", number, 0, Long.MAX_VALUE);
        Ranges.require("ancestors of a configuration revision", ancestors.size(), 0, ANCESTORS_MAX);
        ancestors = List.copyOf(ancestors);
    }

    /** A revision that was made from none. */
    public ConfigRevision(long number, NodeId author, GatewayModel model) {
        this(number, author, List.of(), model);
    }

    /**
     * Whether a node that holds another revision takes this one instead.
     *
     * <p>The higher number wins. Two different ones with the same number settle the same way on every node whatever order
     * they come in: the greater author wins; of one author, who must have started over, the later.
     */
    public boolean supersedes(ConfigRevision held) {
        if (number != held.number) {
            return number > held.number;
        }
        int byAuthor = author.compareTo(held.author);
        return byAuthor != 0 ? byAuthor > 0 : !model.equals(held.model);
    }

    /** Digest of the revision that it was made from; empty where it was made from none. */
    public String parent() {
        return ancestors.isEmpty() ? "" : ancestors.getFirst();
    }

    /** Whether it is known to have been made from a revision, directly or not. */
    public boolean descendsFrom(String digest) {
        return ancestors.contains(digest);
    }

    /** Whether its ancestors go back to the first one, so that a revision which is not among them is none. */
    public boolean knowsAllAncestors() {
        return ancestors.size() < ANCESTORS_MAX;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import io.sluice.model.id.NodeId;

/**
 * A model with its place in history. Which of two revisions counts is {@link #supersedes}, everywhere.
 *
 * @param number 0 for "nothing configured yet", then rising
 * @param author the node it was made on
 * @param model what it says
 */
public record ConfigRevision(long number, NodeId author, GatewayModel model) {

    /** Checks the number. */
    public ConfigRevision {
        Ranges.require("configuration revision", number, 0, Long.MAX_VALUE);
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
}

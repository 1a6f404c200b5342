// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.agree;

/**
 * How many votes a write needs.
 *
 * @param members members of the cluster there are to be, 1 or more
 * @param allowTwoNode whether one of two members may write alone: then both may at once, and what one of them wrote is
 *     given up when they meet
 */
public record Quorum(int members, boolean allowTwoNode) {

    /** Most members. */
    public static final int MEMBERS_MAX = 64;

    /** Checks the number. */
    public Quorum {
        if (members < 1 || members > MEMBERS_MAX) {
            throw new IllegalArgumentException("'" + members + "' members: expected a number from 1 to " + MEMBERS_MAX);
        }
        if (allowTwoNode && members != 2) {
            throw new IllegalArgumentException("allow-two-node is for a cluster of two members, and this has " + members
                    + ": expected it left out, or false");
        }
    }

    /**
     * Answers that a write waits for, while they come: of two that may write alone each still hears the other, so that both do
     * not write at once while both are there.
     *
     * @param asked how many nodes are asked
     */
    public int votesAwaited(int asked) {
        return allowTwoNode ? asked : votesNeeded();
    }

    /** Votes that a write needs, the writer's own among them. */
    public int votesNeeded() {
        return allowTwoNode ? 1 : members / 2 + 1;
    }
}

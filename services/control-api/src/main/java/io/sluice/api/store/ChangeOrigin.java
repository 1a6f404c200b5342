// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.store;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.NodeId;

/**
 * Whose doing a change is.
 *
 * @param who a token's name, {@code anonymous@<address>} where none was needed, or {@code node:<id>}
 * @param act what was done, in a few words: {@code apply}, {@code rollback to 7}, {@code drained}, {@code lost to 42 of gw-1}
 */
public record ChangeOrigin(String who, String act) {

    /** What the act of a revision begins with that is kept though it does not count. */
    public static final String LOST = "lost to ";

    private static final String NODE = "node:";

    /** A node's own doing. */
    public static ChangeOrigin ofNode(NodeId node, String act) {
        return new ChangeOrigin(nodeName(node), act);
    }

    /** How a node is named whose own doing something is. */
    public static String nodeName(NodeId node) {
        return NODE + node.value();
    }

    /** The mark of a revision of a branch that met another one and does not count. */
    public static ChangeOrigin ofLost(ConfigRevision lost, ConfigRevision winner) {
        return ofNode(
                lost.author(), LOST + winner.number() + " of " + winner.author().value());
    }

    /** Whether this marks a revision that does not count. */
    public boolean isLost() {
        return act.startsWith(LOST) && who.startsWith(NODE);
    }

    /** The author of a revision that does not count. */
    public NodeId authorOfLost() {
        return new NodeId(who.substring(NODE.length()));
    }

    /** What a revision that does not count was lost to, in words: {@code 42 of gw-1}. */
    public String winnerOfLost() {
        return act.substring(LOST.length());
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.api.store.ChangeOrigin;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.NodeId;
import io.sluice.model.wire.RevisionDigest;
import java.util.Collections;
import java.util.Optional;

/** Tells revisions that were made one from the other from those of different branches. Pure functions. */
final class Branches {

    private static final String AUTHOR = "node:";
    private static final String LOST = "lost to ";

    private Branches() {}

    /**
     * Whether a revision that does not count says something that the one which counts was not made from.
     *
     * <p>Where the winner has so many ancestors that it does not name them all, only a common ancestor of both proves it:
     * a node that was away for that long just hears of what it missed.
     */
    static boolean differ(ConfigRevision winner, ConfigRevision loser) {
        if (loser.number() == 0
                || winner.model().equals(loser.model())
                || winner.descendsFrom(RevisionDigest.of(loser))) {
            return false;
        }
        return winner.knowsAllAncestors() || !Collections.disjoint(winner.ancestors(), loser.ancestors());
    }

    /** How a lost revision is marked in the store: by its author, and by what it was lost to. */
    static ChangeOrigin lostTo(ConfigRevision lost, ConfigRevision winner) {
        return new ChangeOrigin(
                AUTHOR + lost.author().value(),
                LOST + winner.number() + " of " + winner.author().value());
    }

    /** The author of a revision that is marked as lost; empty for any other mark. */
    static Optional<NodeId> authorOfLost(ChangeOrigin origin) {
        return origin.act().startsWith(LOST) && origin.who().startsWith(AUTHOR)
                ? Optional.of(new NodeId(origin.who().substring(AUTHOR.length())))
                : Optional.empty();
    }

    /** What a revision that is marked as lost was lost to, in words: {@code 42 of gw-1}. */
    static String winnerOf(ChangeOrigin origin) {
        return origin.act().substring(LOST.length());
    }
}

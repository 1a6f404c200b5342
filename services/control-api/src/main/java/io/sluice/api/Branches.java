// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.wire.RevisionDigest;
import java.util.Collections;

/** Tells revisions that were made one from the other from those of different branches. Pure functions. */
final class Branches {

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
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.id.StableHash;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import java.util.Arrays;

/**
 * Weighted rendezvous hashing over one set of targets, evaluated directly.
 *
 * <p>For a flow every target draws a number u between 0 and 1 from (key hash, fingerprint of the target); the target
 * with the smallest -log2(u) / weight gets the flow. -log2(u) / weight is exponentially distributed with a rate
 * proportional to the weight, and the smallest of such numbers falls to each target in proportion to its weight,
 * exactly. A target's number depends on nothing but the flow and the target, so a target that leaves gives up its own
 * flows and no other moves, and one that joins takes its share evenly from all.
 *
 * <p>Nodes must agree on picks without talking, so everything is integer arithmetic with a defined result:
 *
 * <pre>
 *  fingerprint = mix(FNV-1a-64(group name, 0, target id))
 *  key         = mix(key hash + 0x9E3779B97F4A7C15 · algorithm version)
 *  u           = (mix(key xor fingerprint) | 1) / 2^64
 *  cost        = -log2(u) in units of 2^-52, from a table of 4096 segments, linear between entries
 *  score       = upper 64 bits of (cost · 2^4) · floor((2^63 - 1) / weight)
 *  pick        = lowest score; of equal scores the first target
 * </pre>
 *
 * where mix and FNV-1a are those of {@link StableHash}.
 *
 * <p>A fingerprint is made of group and target id and of nothing else. Not of the registration: an appliance that is
 * drained and registered again (T20) is the same appliance, and the keys it used to win fall to it again; were the
 * registration part of it, each re-registration would move its share of keys twice, and a flow whose record is younger
 * than the replication lag would change target (promise P2) for no reason. The registration tells flows of two
 * incarnations apart where that matters: in {@link io.sluice.model.id.TargetRef}, hence in records and cookies. Not of
 * weight, address or zone either: a change of weight then moves only the flows that the change is worth.
 *
 * <p><b>Threading</b>: immutable. <b>Complexity</b>: one mix and one comparison a target, for some of them a table look-up
 * and a multiplication, ln(targets) of equal weight: see {@link #pick}. No allocation there.
 */
public final class RendezvousRanking {

    /** Which arithmetic this is; two nodes agree on picks only if they agree on it. */
    public static final int ALGORITHM_VERSION = 1;

    /** What {@link #pick} answers where there is no target. */
    public static final int NONE = -1;

    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    /** cost is at most 2^58: four more bits of it survive the division by the weight. */
    private static final int COST_SHIFT = 4;

    private final long[] fingerprints;
    private final long[] reciprocals;

    /** Of the greatest weight. */
    private final long leastReciprocal;

    /**
     * Ranks targets in the given order, which decides between equal scores.
     *
     * @param fingerprints of each target, see {@link #fingerprint}
     * @param weights of each target, 1 or more
     */
    public RendezvousRanking(long[] fingerprints, int[] weights) {
        if (fingerprints.length != weights.length) {
            throw new IllegalArgumentException(
                    "%d fingerprints for %d weights".formatted(fingerprints.length, weights.length));
        }
        this.fingerprints = fingerprints.clone();
        this.reciprocals = new long[weights.length];
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] < 1) {
                throw new IllegalArgumentException("weight " + weights[i] + " is out of range: expected 1 or more");
            }
            reciprocals[i] = Long.MAX_VALUE / weights[i];
        }
        this.leastReciprocal = Arrays.stream(reciprocals).min().orElse(Long.MAX_VALUE);
    }

    /** What of a target takes part in the ranking. */
    public static long fingerprint(TargetGroupId group, TargetId target) {
        long hash = StableHash.separated(StableHash.fnv1a(StableHash.START, group.name()));
        return StableHash.mix(StableHash.fnv1a(hash, target.value()));
    }

    /** Targets ranked. */
    public int size() {
        return fingerprints.length;
    }

    /**
     * The target that gets a flow, as a position in the order given at construction.
     *
     * <p>A score never rises with u, nor with the weight. So a target whose u is not above that of the best one of the greatest
     * weight so far has no lower score, whatever its weight, and is passed by without a logarithm.
     *
     * @param keyHash 64-bit hash of the flow's key, equal for both directions and on all nodes
     * @return 0 to size - 1, or {@link #NONE} where there is no target
     */
    public int pick(long keyHash) {
        long key = mixedKey(keyHash);
        int best = NONE;
        long bestScore = Long.MAX_VALUE;
        long passed = 0; // no target with such a fraction, or a lower one, has a score below the best
        for (int i = 0; i < fingerprints.length; i++) {
            long fraction = fraction(key, fingerprints[i]);
            if (Long.compareUnsigned(fraction, passed) <= 0) {
                continue;
            }
            long score = scoreOf(fraction, reciprocals[i]);
            if (score < bestScore) { // scores stay below 2^61, so the first one is always taken
                bestScore = score;
                best = i;
                passed = reciprocals[i] == leastReciprocal ? fraction : passed;
            }
        }
        return best;
    }

    /**
     * The score of one target for a flow: {@link #pick} answers the first of those with the least.
     *
     * @param keyHash as for {@link #pick}
     * @param position 0 to size - 1
     * @return 0 to 2^61
     */
    public long score(long keyHash, int position) {
        return scoreOf(fraction(mixedKey(keyHash), fingerprints[position]), reciprocals[position]);
    }

    private static long mixedKey(long keyHash) {
        return StableHash.mix(keyHash + GOLDEN * ALGORITHM_VERSION);
    }

    /** u in units of 2^-64, unsigned: never 0. */
    private static long fraction(long mixedKey, long fingerprint) {
        return StableHash.mix(mixedKey ^ fingerprint) | 1;
    }

    private static long scoreOf(long fraction, long reciprocal) {
        long cost = Log2Table.negativeLog2OfFraction(fraction);
        return Math.multiplyHigh(cost << COST_SHIFT, reciprocal);
    }
}

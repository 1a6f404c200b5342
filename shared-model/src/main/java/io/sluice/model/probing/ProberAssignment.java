// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.probing;

import io.sluice.model.id.NodeId;
import io.sluice.model.id.StableHash;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Which probers of a zone probe a target: rendezvous hashing, so that every node finds the same without asking.
 *
 * <p>For (target, zone) every prober draws a number from their names; the {@code count} with the highest probe it, all of them
 * where there are fewer. A number depends on nothing else: who leaves gives up what it probed itself and nothing else moves,
 * who joins takes its share evenly from all. Not part of it is the boot of a prober, so one that is restarted gets back what it
 * had; nor the registration of the target, which is the same appliance when it is registered again.
 *
 * <p>Pinned, as nodes of two releases run side by side.
 */
public final class ProberAssignment {

    /** Probers of a target in each zone unless configured otherwise (H-2): the fewest of which one can err alone. */
    public static final int PROBERS_DEFAULT = 3;

    /** Most of them: each costs the target a connection an interval. */
    public static final int PROBERS_MAX = 16;

    private record Ranked(Prober prober, long rank) {}

    private static final Comparator<Ranked> BY_RANK = Comparator.comparingLong(Ranked::rank)
            .reversed()
            .thenComparing(ranked -> ranked.prober().node());

    private ProberAssignment() {}

    /**
     * The probers of a target in a zone, the first by rank first.
     *
     * @param live those that may probe it from there, each node once
     * @param count how many are to probe it, 1 to {@value #PROBERS_MAX}
     */
    public static List<Prober> of(TargetRef target, Zone zone, Collection<Prober> live, int count) {
        return live.stream()
                .map(prober -> new Ranked(prober, rank(target, zone, prober.node())))
                .sorted(BY_RANK)
                .limit(count)
                .map(Ranked::prober)
                .toList();
    }

    /** A prober's number for a target in a zone; the higher one goes first, and of equal ones the lesser node id. */
    static long rank(TargetRef target, Zone zone, NodeId node) {
        long hash = StableHash.fnv1a(StableHash.START, target.group().name());
        hash = StableHash.fnv1a(StableHash.separated(hash), target.id().value());
        hash = StableHash.fnv1a(StableHash.separated(hash), zone.name());
        hash = StableHash.fnv1a(StableHash.separated(hash), node.value());
        return StableHash.mix(hash);
    }

    /** Refuses numbers of probers that are none. */
    public static int requireCount(int count) {
        if (count < 1 || count > PROBERS_MAX) {
            throw new IllegalArgumentException("%d probers: expected 1 to %d".formatted(count, PROBERS_MAX));
        }
        return count;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.config.FailOpen;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.probing.GroupVerdicts;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One group's part of a {@link TargetSetSnapshot}: its targets in order, their health and the fate of their flows, and a
 * pool for each zone that endpoints enter from.
 *
 * <p>It is made of the group, its load balancer, those zones, what probers say of its targets, and the time; of nothing of
 * other groups. So where {@link #stillHolds} the next snapshot takes it as it is: ten thousand targets cost what those cost
 * that changed.
 *
 * <p>Targets are numbered by their position in the group, from 0; the snapshot adds where the group begins.
 *
 * <p><b>Threading</b>: immutable.
 */
final class GroupSelection {

    private final ModelLayout.GroupUse use;
    private final GroupVerdicts verdicts;
    private final long madeAtMs;
    private final long nextStepMs;
    private final NumberedTarget[] targets;
    private final TargetHealth[] health;
    private final FlowFate[] fates;
    private final Map<Zone, TargetPool> pools = new TreeMap<>();
    private final boolean keepsAll;
    private final byte[] digest;

    GroupSelection(ModelLayout.GroupUse use, GroupVerdicts verdicts, long nowMs) {
        this.use = use;
        this.verdicts = verdicts;
        this.madeAtMs = nowMs;
        TargetGroup group = use.group();
        targets = new NumberedTarget[group.targets().size()];
        for (int i = 0; i < targets.length; i++) {
            Target target = group.targets().get(i);
            targets[i] =
                    new NumberedTarget(new TargetRef(group.id(), target.id(), target.registration()), target, group);
        }
        Arrays.sort(targets, Comparator.comparing(NumberedTarget::ref));

        TargetSight sight = new TargetSight(verdicts, nowMs);
        health = new TargetHealth[targets.length];
        fates = new FlowFate[targets.length];
        // what bypasses is a target to flows, if to nobody else
        boolean kept =
                group.failure().failOpen() != FailOpen.BYPASS || FlowFate.ofBypass(group.failure()) == FlowFate.KEEP;
        for (int i = 0; i < targets.length; i++) {
            health[i] = sight.shown(targets[i], use.user());
            fates[i] = FlowFate.of(group.failure(), group.stickiness(), health[i].state());
            kept &= fates[i] == FlowFate.KEEP;
        }
        long nextMs = SlowStart.NEVER;
        LoadBalancer balancer = use.user();
        if (balancer != null) {
            for (Zone zone : use.zones()) {
                TargetPool pool = TargetPool.of(balancer, group, zone, targets, health, sight);
                pools.put(zone, pool);
                nextMs = Math.min(nextMs, pool.nextStepMs());
                kept &= pool.keepsAll();
            }
        }
        nextStepMs = nextMs;
        keepsAll = kept;
        digest = digest();
    }

    /** Whether it would be made again just so. */
    boolean stillHolds(ModelLayout.GroupUse nowUse, GroupVerdicts nowVerdicts, long nowMs) {
        return nowMs >= madeAtMs && nowMs < nextStepMs && use.equals(nowUse) && verdicts.equals(nowVerdicts);
    }

    /** Over what decides: not when or why a state began. */
    private byte[] digest() {
        TargetGroup group = use.group();
        InputDigest input = new InputDigest()
                .put(group.id().name())
                .put(group.stickiness().code())
                .put(group.failure().failover().name())
                .put(group.failure().resetOnUnhealthy() ? 1 : 0)
                .put(group.failure().resetOnDeregistration() ? 1 : 0)
                .put(group.failure().failOpen().text())
                .put(group.slowStartMs())
                .put(targets.length);
        for (int i = 0; i < targets.length; i++) {
            Target target = targets[i].target();
            input.put(target.id().value())
                    .put(target.registration())
                    .put(target.address().bits())
                    .put(target.port())
                    .put(target.zone().name())
                    .put(target.weight())
                    .put(health[i].state().text());
        }
        input.put(pools.size());
        pools.values().forEach(pool -> pool.addTo(input));
        return input.bytes();
    }

    TargetGroup group() {
        return use.group();
    }

    /** When a target that starts slowly gets more, or {@link SlowStart#NEVER}. */
    long nextStepMs() {
        return nextStepMs;
    }

    int size() {
        return targets.length;
    }

    NumberedTarget target(int position) {
        return targets[position];
    }

    TargetHealth healthOf(int position) {
        return health[position];
    }

    /** What each prober that probes it from its own zone says of a target, by node. */
    List<GroupVerdicts.Word> wordsOn(int position) {
        return verdicts.words(
                targets[position].ref(), targets[position].target().zone());
    }

    FlowFate fateOf(int position) {
        return fates[position];
    }

    /** Whether every flow of every target of it is to stay, whichever zone it entered in. */
    boolean keepsAll() {
        return keepsAll;
    }

    /** The pool of a zone that an endpoint enters from. */
    TargetPool pool(Zone zone) {
        TargetPool pool = pools.get(zone);
        if (pool == null) {
            throw new IllegalStateException("no endpoint leads to " + group().id() + " from zone " + zone
                    + ": expected one of " + pools.keySet());
        }
        return pool;
    }

    /** Position of a registration; where it is not here, what {@link Arrays#binarySearch} says of its place. */
    int positionOf(TargetRef ref) {
        int low = 0;
        int high = targets.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int compared = targets[middle].ref().compareTo(ref);
            if (compared == 0) {
                return middle;
            }
            if (compared < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }

    /** Position of a registration, or of the same target under another one (T20), or a negative number. */
    int positionOfAnyRegistration(TargetRef ref) {
        int position = positionOf(ref);
        if (position >= 0) {
            return position;
        }
        // sorted by id, then registration, and an id is in a group once: it can only be a neighbour
        int insertionPoint = -position - 1;
        if (isSameTarget(ref, insertionPoint)) {
            return insertionPoint;
        }
        return isSameTarget(ref, insertionPoint - 1) ? insertionPoint - 1 : -1;
    }

    private boolean isSameTarget(TargetRef ref, int position) {
        return position >= 0
                && position < targets.length
                && targets[position].ref().id().equals(ref.id());
    }

    void addTo(InputDigest input) {
        input.put(digest);
    }
}

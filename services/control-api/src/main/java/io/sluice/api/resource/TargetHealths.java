// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.resource;

import io.sluice.model.config.Target;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.probing.GroupVerdicts;
import io.sluice.selection.core.TargetSetSnapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Health of every target at one moment: one that drains is {@code draining} since it was deregistered, whatever its checks
 * say (T17, T19).
 *
 * <p><b>Threading</b>: confined to one request; the index is made when first asked.
 */
public final class TargetHealths {

    private final TargetSetSnapshot snapshot;

    /** Of each group that was asked for: a reply about one target costs no look at those of others. */
    private final Map<TargetGroupId, Map<TargetId, Integer>> indexes = new HashMap<>();

    /** @param snapshot of that moment */
    public TargetHealths(TargetSetSnapshot snapshot) {
        this.snapshot = snapshot;
    }

    /** A target's health; empty where selection does not know it yet. */
    public Optional<TargetHealth> of(TargetGroupId group, TargetId target) {
        return Optional.ofNullable(
                        indexes.computeIfAbsent(group, this::indexesOf).get(target))
                .map(index -> of(snapshot, index));
    }

    /** What its probers say of a target, by node; nothing where selection does not know it yet. */
    public List<GroupVerdicts.Word> probersOf(TargetGroupId group, TargetId target) {
        Integer index = indexes.computeIfAbsent(group, this::indexesOf).get(target);
        return index == null ? List.of() : snapshot.wordsOn(index);
    }

    private Map<TargetId, Integer> indexesOf(TargetGroupId group) {
        Map<TargetId, Integer> found = new HashMap<>();
        for (TargetRef ref : snapshot.targetsOf(group)) {
            found.put(ref.id(), snapshot.indexOf(ref));
        }
        return found;
    }

    /** Health of the target with that index. */
    public static TargetHealth of(TargetSetSnapshot snapshot, int index) {
        Target target = snapshot.target(index);
        return target.draining()
                ? new TargetHealth(
                        snapshot.targetRef(index),
                        target.zone(),
                        HealthState.DRAINING,
                        HealthReason.DEREGISTRATION_IN_PROGRESS,
                        target.deregisteredAtMs())
                : snapshot.healthOf(index);
    }
}

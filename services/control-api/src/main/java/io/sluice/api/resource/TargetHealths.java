// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.resource;

import io.sluice.model.config.Target;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.selection.core.TargetSetSnapshot;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Health of every target at one moment: one that drains is {@code draining} since it was deregistered, whatever its checks
 * say (T17, T19).
 *
 * <p><b>Threading</b>: confined to one request; the index is made when first asked.
 */
public final class TargetHealths {

    private record Key(TargetGroupId group, TargetId target) {}

    private final TargetSetSnapshot snapshot;
    private @Nullable Map<Key, Integer> indexes;

    /** @param snapshot of that moment */
    public TargetHealths(TargetSetSnapshot snapshot) {
        this.snapshot = snapshot;
    }

    /** A target's health; empty where selection does not know it yet. */
    public Optional<TargetHealth> of(TargetGroupId group, TargetId target) {
        Map<Key, Integer> known = indexes;
        if (known == null) {
            known = new HashMap<>();
            for (int index = 0; index < snapshot.targetCount(); index++) {
                known.put(
                        new Key(
                                snapshot.targetRef(index).group(),
                                snapshot.target(index).id()),
                        index);
            }
            indexes = known;
        }
        return Optional.ofNullable(known.get(new Key(group, target))).map(index -> of(snapshot, index));
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

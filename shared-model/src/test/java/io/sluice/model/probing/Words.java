// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.probing;

import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.message.HealthChanged;
import java.util.List;

/** What probers say of one target, and who they are. */
final class Words {

    static final Zone A = new Zone("a");
    static final Zone B = new Zone("b");
    static final NodeId NODE_1 = new NodeId("node-1");
    static final NodeId NODE_2 = new NodeId("node-2");
    static final NodeId NODE_3 = new NodeId("node-3");
    static final long NOW_MS = 1_790_000_000_000L;
    static final TargetRef A1 = new TargetRef(new TargetGroupId("inspection"), new TargetId("a1"), 1);

    private Words() {}

    /** By letter: Healthy, Unhealthy, Initial, else unuSed. */
    static HealthState state(char letter) {
        return switch (letter) {
            case 'H' -> HealthState.HEALTHY;
            case 'U' -> HealthState.UNHEALTHY;
            case 'I' -> HealthState.INITIAL;
            default -> HealthState.UNUSED;
        };
    }

    static TargetHealth says(HealthState state) {
        return says(state, 1_000);
    }

    static TargetHealth says(HealthState state, long sinceMs) {
        HealthReason reason = switch (state) {
            case UNHEALTHY -> HealthReason.FAILED_HEALTH_CHECKS;
            case INITIAL -> HealthReason.INITIAL_HEALTH_CHECKING;
            default -> HealthReason.NONE;
        };
        return new TargetHealth(A1, A, state, reason, sinceMs);
    }

    static HealthChanged report(NodeId source, long bootId, long sequence, TargetHealth... targets) {
        return new HealthChanged(source, bootId, sequence, List.of(targets));
    }

    /** Has taken the target over from somebody who called it so. */
    static HealthChanged inherits(NodeId source, long bootId, long sequence, HealthState state) {
        return new HealthChanged(
                source, bootId, sequence, false, List.of(says(HealthState.INITIAL)), List.of(says(state)));
    }

    /** Leaves, with this as its last word. */
    static HealthChanged leaves(NodeId source, long bootId, long sequence, HealthState state) {
        return new HealthChanged(source, bootId, sequence, true, List.of(says(state)), List.of());
    }
}

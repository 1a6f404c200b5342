// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.config.FailOpen;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthState;

/**
 * What becomes of an existing flow because of the target it is pinned to (sheet 4.2 to 4.4).
 *
 * <p>A fate is looked at when the flow's next packet comes (T14); nothing happens to a flow without packets. It is
 * decided anew with every snapshot: a flow whose target recovers before its next packet simply stays (T3f).
 */
public enum FlowFate {

    /** Stays where it is (T7; T10; T18 while the target drains). */
    KEEP,

    /**
     * Is picked anew among healthy targets (T5, T6). Where {@link TargetSetSnapshot#pickForMove} says there is none, it
     * stays (T10).
     */
    MOVE,

    /** A TCP packet is answered by a RST because the target is unhealthy, and the entry goes; others stay (T12-T14). */
    RESET_UNHEALTHY,

    /** The same because the target has drained. */
    RESET_DEREGISTERED,

    /** Ends at once: its group or its load balancer was deleted (T22), or it may be uninspected no more. */
    END;

    /**
     * Fate of flows whose target is registered or drains.
     *
     * <p>Rebalance takes precedence over the reset, and the reset needs a 5-tuple (T13). A draining target keeps its
     * flows whatever its checks say (T18, T19); an initial or unused one has no verdict that could cost it any.
     *
     * @param policy of the target's group
     * @param stickiness of the flow's entry; of the group where only that is known (F-7)
     * @param state the target's, seen from the flow's zone
     */
    public static FlowFate of(FailurePolicy policy, Stickiness stickiness, HealthState state) {
        if (state != HealthState.UNHEALTHY) {
            return KEEP;
        }
        return fate(policy, stickiness, policy.resetOnUnhealthy(), RESET_UNHEALTHY);
    }

    /**
     * Fate of flows whose target is gone: deregistered, and its delay is over (T6, T7, T14).
     *
     * @param policy of the target's group
     * @param stickiness as for {@link #of}
     */
    public static FlowFate ofDeparted(FailurePolicy policy, Stickiness stickiness) {
        return fate(policy, stickiness, policy.resetOnDeregistration(), RESET_DEREGISTERED);
    }

    /**
     * Fate of flows that are delivered uninspected: they end at once where the group does so no longer, are moved to a
     * healthy target as soon as there is one where flows are rebalanced, and else stay, as flows that failed open (T3e).
     *
     * @param policy of the group
     */
    public static FlowFate ofBypass(FailurePolicy policy) {
        if (policy.failOpen() != FailOpen.BYPASS) {
            return END;
        }
        return policy.rebalances() ? MOVE : KEEP;
    }

    private static FlowFate fate(FailurePolicy policy, Stickiness stickiness, boolean resets, FlowFate reset) {
        if (policy.rebalances()) {
            return MOVE;
        }
        return resets && stickiness == Stickiness.FIVE_TUPLE ? reset : KEEP;
    }
}

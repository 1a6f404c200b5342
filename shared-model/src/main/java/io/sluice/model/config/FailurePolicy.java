// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

/**
 * What a target group does about targets that fail or leave (sheet 4.2 to 4.4).
 *
 * @param failover whether flows of such a target move
 * @param deregistrationDelayMs how long a deregistered target drains, 0-3,600,000 (T17)
 * @param resetOnUnhealthy whether the next packet of a flow of an unhealthy target is answered by a TCP RST (T12)
 * @param resetOnDeregistration the same after a deregistered target has drained
 * @param failOpen what happens to new flows when no target is healthy
 */
public record FailurePolicy(
        TargetFailover failover,
        long deregistrationDelayMs,
        boolean resetOnUnhealthy,
        boolean resetOnDeregistration,
        FailOpen failOpen) {

    /** Longest deregistration delay (T17). */
    public static final long DEREGISTRATION_DELAY_MAX_MS = 3_600_000;

    /** The defaults of the AWS API. */
    public static final FailurePolicy DEFAULT =
            new FailurePolicy(TargetFailover.NO_REBALANCE, 300_000, false, false, FailOpen.FORWARD);

    /** Checks the range. */
    public FailurePolicy {
        Ranges.require("deregistration-delay (ms)", deregistrationDelayMs, 0, DEREGISTRATION_DELAY_MAX_MS);
    }

    /** Whether flows of a failed or departed target move. */
    public boolean rebalances() {
        return failover == TargetFailover.REBALANCE;
    }
}

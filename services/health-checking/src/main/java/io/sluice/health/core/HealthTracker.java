// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;

/**
 * What the probes of one target have shown so far: thresholds as a pure function.
 *
 * <p>Counting is consecutive: one opposite result resets it (H-4). A new target is initial until as many probes in a
 * row as a threshold asks for have passed or failed (H-7). Thresholds are asked for anew with every result, so a change
 * applies to the count at hand.
 *
 * @param state the verdict so far
 * @param reason why; while unhealthy that of the newest failure
 * @param sinceMs when the state began, milliseconds since 1970
 * @param streak probes in a row that passed, or, negative, that failed; counted up to {@value #STREAK_MAX}
 * @param lastFailure reason of the newest failure, {@link HealthReason#NONE} before the first
 */
public record HealthTracker(
        HealthState state, HealthReason reason, long sinceMs, int streak, HealthReason lastFailure) {

    /** No threshold is higher, so nothing is gained by counting on. */
    static final int STREAK_MAX = 10;

    /** A target that has just been registered. */
    public static HealthTracker registered(long nowMs) {
        return new HealthTracker(
                HealthState.INITIAL, HealthReason.REGISTRATION_IN_PROGRESS, nowMs, 0, HealthReason.NONE);
    }

    /** What it is after one more probe. */
    public HealthTracker after(ProbeResult result, HealthCheckSpec spec, long nowMs) {
        HealthReason failure = result.passed() ? lastFailure : result.reason(spec.protocol());
        int counted = result.passed()
                ? Math.min(Math.max(streak, 0) + 1, STREAK_MAX)
                : Math.max(Math.min(streak, 0) - 1, -STREAK_MAX);
        HealthReason shown = switch (state) {
            case INITIAL -> HealthReason.INITIAL_HEALTH_CHECKING;
            case UNHEALTHY -> failure;
            case HEALTHY, UNUSED, DRAINING -> HealthReason.NONE;
        };
        return new HealthTracker(state, shown, sinceMs, counted, failure).judged(spec, nowMs);
    }

    /** What it is by these thresholds, without another probe. */
    public HealthTracker judged(HealthCheckSpec spec, long nowMs) {
        if (streak >= spec.healthyThreshold() && state != HealthState.HEALTHY) {
            return new HealthTracker(HealthState.HEALTHY, HealthReason.NONE, nowMs, streak, lastFailure);
        }
        if (-streak >= spec.unhealthyThreshold() && state != HealthState.UNHEALTHY) {
            return new HealthTracker(HealthState.UNHEALTHY, lastFailure, nowMs, streak, lastFailure);
        }
        return this;
    }
}

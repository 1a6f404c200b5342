// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;

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
 * @param found whether the state is what these probes have shown, not what others said
 */
public record HealthTracker(
        HealthState state, HealthReason reason, long sinceMs, int streak, HealthReason lastFailure, boolean found) {

    /** No threshold is higher, so nothing is gained by counting on. */
    static final int STREAK_MAX = 10;

    /** A target that has just been registered. */
    public static HealthTracker registered(long nowMs) {
        return new HealthTracker(
                HealthState.INITIAL, HealthReason.REGISTRATION_IN_PROGRESS, nowMs, 0, HealthReason.NONE, false);
    }

    /**
     * The target as others know it, for a prober that takes it over: healthy or unhealthy until as many probes of its own as a
     * threshold asks for say so or otherwise.
     *
     * @param known with the reason of the newest failure where it is unhealthy: shown until there is a newer one
     */
    public static HealthTracker from(TargetHealth known) {
        HealthReason lastFailure = known.state() == HealthState.UNHEALTHY ? known.reason() : HealthReason.NONE;
        return new HealthTracker(known.state(), known.reason(), known.sinceMs(), 0, lastFailure, false);
    }

    /** The same count from another state that others know, while these probes have shown none. */
    HealthTracker heard(TargetHealth known) {
        if (found || known.state() == state) {
            return this;
        }
        HealthReason failure = known.state() == HealthState.UNHEALTHY && streak >= 0 ? known.reason() : lastFailure;
        return new HealthTracker(known.state(), known.reason(), known.sinceMs(), streak, failure, false);
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
        return new HealthTracker(state, shown, sinceMs, counted, failure, found).judged(spec, nowMs);
    }

    /** What it is by these thresholds, without another probe. */
    public HealthTracker judged(HealthCheckSpec spec, long nowMs) {
        if (streak >= spec.healthyThreshold() && !isFound(HealthState.HEALTHY)) {
            return found(HealthState.HEALTHY, HealthReason.NONE, nowMs);
        }
        if (-streak >= spec.unhealthyThreshold() && !isFound(HealthState.UNHEALTHY)) {
            return found(HealthState.UNHEALTHY, lastFailure, nowMs);
        }
        return this;
    }

    private boolean isFound(HealthState verdict) {
        return found && state == verdict;
    }

    /** A state that others knew already began when they say. */
    private HealthTracker found(HealthState verdict, HealthReason why, long nowMs) {
        return new HealthTracker(verdict, why, state == verdict ? sinceMs : nowMs, streak, lastFailure, true);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import java.util.Optional;

/**
 * One target as one zone sees it: what its probes have shown, what codecs hold against it, and what follows from both.
 *
 * <p>Draining wins over every verdict (T19); a hold wins over the probes; under both the probes go on counting, so that
 * when a hold ends their own verdict is there at once.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
final class TargetCheck {

    private final ProbeKey key;
    private Target target;
    private TargetGroup group;
    private HealthTracker tracker;
    private HealthReason hold = HealthReason.NONE;
    private HealthState state;
    private HealthReason reason;
    private long sinceMs;

    /** A check that begins now. */
    TargetCheck(ProbeKey key, Target target, TargetGroup group, long nowMs) {
        this.key = key;
        this.target = target;
        this.group = group;
        this.tracker = HealthTracker.registered(nowMs);
        this.state = stateNow();
        this.reason = reasonNow();
        this.sinceMs = target.draining() ? target.deregisteredAtMs() : nowMs;
    }

    /** Whether this check still is of that target: not at another address, not registered again (T20). */
    boolean isOf(Target other) {
        return target.address().equals(other.address()) && !(target.draining() && !other.draining());
    }

    boolean detectsSilence() {
        return group.passiveDetection().enabled();
    }

    long intervalMs() {
        return group.healthCheck().intervalMs();
    }

    ProbeTask task() {
        return new ProbeTask(key, target.address(), group.healthCheck());
    }

    Optional<HealthTransition> configured(Target asItIs, TargetGroup its, long nowMs) {
        target = asItIs;
        group = its;
        tracker = tracker.judged(group.healthCheck(), nowMs);
        return changed(nowMs);
    }

    Optional<HealthTransition> probed(ProbeResult result, long nowMs) {
        tracker = tracker.after(result, group.healthCheck(), nowMs);
        return changed(nowMs);
    }

    Optional<HealthTransition> held(HealthReason why, long nowMs) {
        hold = why;
        return changed(nowMs);
    }

    TargetHealth health() {
        return new TargetHealth(key.target(), key.zone(), state, reason, sinceMs);
    }

    private Optional<HealthTransition> changed(long nowMs) {
        HealthState from = state;
        state = stateNow();
        reason = reasonNow();
        if (from == state) {
            return Optional.empty();
        }
        sinceMs = target.draining() ? target.deregisteredAtMs() : nowMs;
        return Optional.of(new HealthTransition(key, from, state, reason));
    }

    private HealthState stateNow() {
        if (target.draining()) {
            return HealthState.DRAINING;
        }
        return hold == HealthReason.NONE ? tracker.state() : HealthState.UNHEALTHY;
    }

    private HealthReason reasonNow() {
        if (target.draining()) {
            return HealthReason.DEREGISTRATION_IN_PROGRESS;
        }
        return hold == HealthReason.NONE ? tracker.reason() : hold;
    }
}

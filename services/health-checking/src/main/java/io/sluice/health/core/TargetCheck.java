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
 * <p>A target may fall to other probers of the zone. It is then called unused, and when it falls to this one again the check
 * starts from what the others know of it; that is told apart from what the probes have shown.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
final class TargetCheck {

    private final ProbeKey key;
    private Target target;
    private TargetGroup group;
    private HealthTracker tracker;
    private boolean begunAnew;
    private boolean probing;
    private HealthReason hold = HealthReason.NONE;
    private HealthState state;
    private HealthReason reason;
    private long sinceMs;

    /**
     * A check that begins now, once it is {@linkplain #take taken}.
     *
     * @param begunAnew the target was known here and is to start as initial, whatever others still say of it as it was
     */
    TargetCheck(ProbeKey key, Target target, TargetGroup group, boolean begunAnew, long nowMs) {
        this.begunAnew = begunAnew;
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

    boolean isProbing() {
        return probing;
    }

    /** The target falls to this prober; answers whether it did not before. */
    boolean take() {
        boolean news = !probing;
        probing = true;
        return news;
    }

    /** Others have it. What was found here is forgotten, as it will be old when the target comes back. */
    void leave(long nowMs) {
        probing = false;
        begunAnew = false;
        tracker = HealthTracker.registered(nowMs);
        changed(nowMs);
    }

    /** Whether others would miss its word, were it left: probes have shown how it is, and it does not drain. */
    boolean isMissed() {
        return tracker.found() && !target.draining();
    }

    /** Whether nothing is known of it, neither found by probes nor heard. */
    boolean isBlank() {
        return tracker.state() == HealthState.INITIAL;
    }

    /** Whether all that is known of it is what others say. */
    private boolean isHeard() {
        return probing && !target.draining() && hold == HealthReason.NONE && !tracker.found() && !isBlank();
    }

    /** Whether what others know counts here: as long as nothing is found. */
    boolean wantsToHear() {
        return probing && !begunAnew && !tracker.found();
    }

    /**
     * Takes what others know; no transition: nobody saw one. What they hold against the path through the target is no state
     * that probes have shown: whoever takes the target over hears of it itself, and it may end before there are probes.
     *
     * @return whether what it took over is another state than before
     */
    boolean heard(TargetHealth known, long nowMs) {
        if (known.reason().isOfDataPath()
                || (known.state() != HealthState.HEALTHY && known.state() != HealthState.UNHEALTHY)) {
            return false;
        }
        HealthState before = tracker.state();
        tracker = tracker.streak() == 0 ? HealthTracker.from(known) : tracker.heard(known);
        changed(nowMs);
        return tracker.state() != before && isHeard();
    }

    Optional<HealthTransition> configured(Target asItIs, TargetGroup its, long nowMs) {
        target = asItIs;
        group = its;
        tracker = tracker.judged(group.healthCheck(), nowMs);
        return changed(nowMs);
    }

    Optional<HealthTransition> probed(ProbeResult result, long nowMs) {
        tracker = tracker.after(result, group.healthCheck(), nowMs);
        begunAnew &= !tracker.found();
        return changed(nowMs);
    }

    Optional<HealthTransition> held(HealthReason why, long nowMs) {
        hold = why;
        return changed(nowMs);
    }

    /** What this prober says of it: only what it found itself. */
    TargetHealth health() {
        if (isHeard()) {
            return said(HealthState.INITIAL, HealthReason.INITIAL_HEALTH_CHECKING);
        }
        return probing || target.draining()
                ? new TargetHealth(key.target(), key.zone(), state, reason, sinceMs)
                : said(HealthState.UNUSED, HealthReason.NOT_IN_USE);
    }

    /** No time of its own: it began with nothing that happened to the target. */
    private TargetHealth said(HealthState called, HealthReason why) {
        return new TargetHealth(key.target(), key.zone(), called, why, 0);
    }

    /** That it can be probed here, and whether it drains. */
    TargetHealth ability() {
        return target.draining()
                ? said(HealthState.DRAINING, HealthReason.DEREGISTRATION_IN_PROGRESS)
                : said(HealthState.UNUSED, HealthReason.NOT_IN_USE);
    }

    /** What it took over with the target and has not found itself, if anything. */
    Optional<TargetHealth> inherited() {
        return isHeard()
                ? Optional.of(new TargetHealth(key.target(), key.zone(), state, reason, sinceMs))
                : Optional.empty();
    }

    private Optional<HealthTransition> changed(long nowMs) {
        HealthState from = state;
        state = stateNow();
        reason = reasonNow();
        if (from == state) {
            return Optional.empty();
        }
        sinceMs = target.draining() ? target.deregisteredAtMs() : isHeard() ? tracker.sinceMs() : nowMs;
        if (!probing) {
            return Optional.empty();
        }
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

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import java.util.List;

/**
 * What all probers say of one group's targets at a time: the part of a {@link HealthView} that decides in one group. Two
 * that are equal make equal decisions, so that what was made of one need not be made again of the other.
 *
 * @param voices of probers that mention the group, in order of their node ids
 */
record GroupVerdicts(List<Voice> voices) {

    /**
     * One prober's word.
     *
     * @param report what it says
     * @param live whether it was heard lately
     */
    record Voice(GroupReport report, boolean live) {}

    /** Keeps a copy. */
    GroupVerdicts {
        voices = List.copyOf(voices);
    }

    /** State of a target that is in use, seen from a zone: see {@link HealthView#health}. */
    TargetHealth health(TargetRef target, Zone probedFrom) {
        boolean liveVerdict = false;
        for (Voice voice : voices) {
            liveVerdict |= voice.live() && voice.report().hasVerdict(target, probedFrom);
        }
        int healthyCount = 0;
        int unhealthyCount = 0;
        for (Voice voice : voices) {
            TargetHealth health = voice.report().of(target, probedFrom);
            if (health == null || (liveVerdict && !voice.live())) {
                continue;
            }
            if (health.state() == HealthState.HEALTHY) {
                healthyCount++;
            } else if (health.state() == HealthState.UNHEALTHY) {
                unhealthyCount++;
            }
        }
        HealthState state = healthyCount + unhealthyCount == 0
                ? HealthState.INITIAL
                : healthyCount >= unhealthyCount ? HealthState.HEALTHY : HealthState.UNHEALTHY;
        HealthReason reason = null;
        long sinceMs = 0;
        for (Voice voice : voices) {
            TargetHealth health = voice.report().of(target, probedFrom);
            if (health == null || (liveVerdict && !voice.live())) {
                continue;
            }
            if (health.state() == state) {
                sinceMs = reason == null ? health.sinceMs() : Math.min(sinceMs, health.sinceMs());
                reason = reason == null ? health.reason() : reason;
            }
        }
        if (reason == null) {
            reason = HealthReason.REGISTRATION_IN_PROGRESS; // initial, and no prober has mentioned it
        }
        return new TargetHealth(target, probedFrom, state, reason, sinceMs);
    }
}

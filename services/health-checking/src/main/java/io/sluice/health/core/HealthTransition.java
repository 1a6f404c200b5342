// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;

/**
 * A target has changed its state.
 *
 * @param key which, seen from where
 * @param from the state it left
 * @param to the state it is in
 * @param reason why
 */
public record HealthTransition(ProbeKey key, HealthState from, HealthState to, HealthReason reason) {}

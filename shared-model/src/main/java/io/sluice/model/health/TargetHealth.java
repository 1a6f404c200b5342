// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.health;

import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;

/**
 * What one prober says of one target, seen from one zone.
 *
 * @param target the target
 * @param probedFrom the zone whose node address the probes come from (H-1, F-34)
 * @param state the verdict
 * @param reason why
 * @param sinceMs when the state began, milliseconds since 1970
 */
public record TargetHealth(TargetRef target, Zone probedFrom, HealthState state, HealthReason reason, long sinceMs) {}

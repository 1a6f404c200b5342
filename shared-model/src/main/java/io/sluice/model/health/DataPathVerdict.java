// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.health;

import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;

/**
 * What a codec says of the path through one target, seen from one zone's address.
 *
 * @param target the target
 * @param seenFrom the zone whose node address was used
 * @param state the verdict
 */
public record DataPathVerdict(TargetRef target, Zone seenFrom, State state) {

    /** What a path does. */
    public enum State {
        /** Probes come back that must, and none that must not. */
        PASSING,
        /** Probes that must come back do not. */
        FAILING,
        /** Probes that must not come back do. */
        LEAKING,
        /** Packets go in and none comes out; ends by a passed probe alone. */
        SILENT
    }
}

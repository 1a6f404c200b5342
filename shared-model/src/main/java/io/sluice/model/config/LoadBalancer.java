// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.Zone;
import java.util.List;

/**
 * A gateway load balancer: the zones it is enabled in, and its one listener.
 *
 * @param id name
 * @param zones enabled zones, at least one
 * @param listener where flows go
 */
public record LoadBalancer(LoadBalancerId id, List<Zone> zones, Listener listener) {

    /** Checks that there is a zone, keeps a copy. */
    public LoadBalancer {
        zones = List.copyOf(zones);
        if (zones.isEmpty()) {
            throw new IllegalArgumentException("load balancer " + id + " is enabled in no zone: expected at least one");
        }
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.resource.Zones;
import io.sluice.model.id.Zone;

/** {@code /v1/zones}. */
public final class ZonesRoute implements AdminRoute {

    private final ResourceOperations<Zone> zones;

    /** @param desk what to work with */
    public ZonesRoute(ResourceDesk desk) {
        Zones kind = new Zones();
        this.zones = new ResourceOperations<>(desk, context -> kind, "zone");
    }

    @Override
    public void bind(Operations operations) {
        operations
                .on("listZones", zones::list)
                .on("getZone", zones::get)
                .on("putZone", zones::put)
                .on("deleteZone", zones::delete);
    }
}

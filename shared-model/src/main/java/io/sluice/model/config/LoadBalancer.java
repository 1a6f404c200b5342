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
 * @param crossZone whether targets of every enabled zone are eligible in each (section 4)
 * @param ipAddressType which inner packets it takes
 * @param deletionProtection whether it refuses to be deleted
 * @param packets how it treats special packets
 * @param tags of no meaning to packets
 */
public record LoadBalancer(
        LoadBalancerId id,
        List<Zone> zones,
        Listener listener,
        boolean crossZone,
        IpAddressType ipAddressType,
        boolean deletionProtection,
        PacketPolicy packets,
        Tags tags) {

    /** A load balancer without tags. */
    public LoadBalancer(
            LoadBalancerId id,
            List<Zone> zones,
            Listener listener,
            boolean crossZone,
            IpAddressType ipAddressType,
            boolean deletionProtection,
            PacketPolicy packets) {
        this(id, zones, listener, crossZone, ipAddressType, deletionProtection, packets, Tags.NONE);
    }

    /** A load balancer with the defaults of the configuration page. */
    public LoadBalancer(LoadBalancerId id, List<Zone> zones, Listener listener) {
        this(id, zones, listener, false, IpAddressType.DUALSTACK, false, PacketPolicy.DEFAULT);
    }

    /** Checks that there is a zone, keeps a copy. */
    public LoadBalancer {
        zones = List.copyOf(zones);
        if (zones.isEmpty()) {
            throw new IllegalArgumentException("load balancer " + id + " is enabled in no zone: expected at least one");
        }
    }
}

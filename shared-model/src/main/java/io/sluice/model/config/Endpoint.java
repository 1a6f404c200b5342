// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import io.sluice.model.id.EndpointId;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.Vni;
import io.sluice.model.id.Zone;
import java.util.List;

/**
 * A gateway load balancer endpoint: where a spoke's traffic enters and leaves (E-17).
 *
 * @param id 64-bit id, option 1 of every packet
 * @param vni GENEVE network identifier on the endpoint side
 * @param zone its availability zone: its flows stay there (AZ affinity)
 * @param loadBalancer the load balancer behind it
 * @param attachments who may send for it, and where its packets are delivered; 1-16
 */
public record Endpoint(
        EndpointId id, Vni vni, Zone zone, LoadBalancerId loadBalancer, List<Ipv4SocketAddress> attachments) {

    /** Attachments an endpoint may have. */
    public static final int ATTACHMENTS_MAX = 16;

    /** Checks the number of attachments, keeps a copy. */
    public Endpoint {
        attachments = List.copyOf(attachments);
        Ranges.require("number of attachments of endpoint " + id, attachments.size(), 1, ATTACHMENTS_MAX);
    }
}

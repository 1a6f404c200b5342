// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.bus.cluster.ClusterSettings;
import io.sluice.datagram.DatagramTransport;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.Zone;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything one process is told at start.
 *
 * @param id unique name of the node
 * @param zone zone of the node's ingress and of its first appliance-side address
 * @param roles what the process does
 * @param transport the best transport to try
 * @param flowCapacity flows the node can hold
 * @param secretFile the cookie master secret; null for the default place in the data directory
 * @param cluster the member under the bus
 * @param ingress endpoint-side address; null where the process has no ingress
 * @param appliances appliance-side address of each zone served here; empty where the process has no codec
 * @param sourcePorts source ports for each of them
 * @param admin where the admin routes listen
 * @param model the declarative part
 */
public record NodeConfig(
        NodeId id,
        Zone zone,
        Set<Role> roles,
        DatagramTransport transport,
        int flowCapacity,
        @Nullable String secretFile,
        ClusterSettings cluster,
        @Nullable Ipv4SocketAddress ingress,
        Map<Zone, Ipv4SocketAddress> appliances,
        int sourcePorts,
        Ipv4SocketAddress admin,
        GatewayModel model) {

    /** Keeps copies. */
    public NodeConfig {
        roles = Set.copyOf(roles);
        appliances = Map.copyOf(appliances);
    }
}

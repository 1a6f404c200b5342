// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.api.agree.Quorum;
import io.sluice.api.verticle.AdminTls;
import io.sluice.bus.cluster.ClusterSettings;
import io.sluice.datagram.DatagramTransport;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.Zone;
import io.sluice.model.probing.ProberAssignment;
import io.sluice.sharding.OwnerHash;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything one process is told at start.
 *
 * @param id unique name of the node
 * @param zone zone of the node's ingress and of its first appliance-side address
 * @param roles what the process does
 * @param transport the best transport to try
 * @param shards event loops that carry packets; 0 for one per core
 * @param flowCapacity flows the node can hold, all shards together
 * @param secretFile the cookie master secret; null for the default place in the data directory
 * @param acceptedSecretFile another master secret, whose cookies are accepted and never issued; null for none
 * @param cluster the member under the bus
 * @param quorum how many members must agree to a configuration write
 * @param probers how many nodes are to probe a target from a zone
 * @param ingress endpoint-side address; null where the process has no ingress
 * @param appliances appliance-side address of each zone served here; empty where the process has no codec
 * @param sourcePorts source ports for each of them
 * @param link where packets between ingress and codec go; null where no such address is given
 * @param admin where the admin routes listen
 * @param adminTls makes them HTTPS; null for HTTP
 * @param model the declarative part
 * @param digest SHA-256 of the file, in hexadecimal
 */
public record NodeConfig(
        NodeId id,
        Zone zone,
        Set<Role> roles,
        DatagramTransport transport,
        int shards,
        int flowCapacity,
        @Nullable String secretFile,
        @Nullable String acceptedSecretFile,
        ClusterSettings cluster,
        Quorum quorum,
        int probers,
        @Nullable Ipv4SocketAddress ingress,
        Map<Zone, Ipv4SocketAddress> appliances,
        int sourcePorts,
        @Nullable Ipv4SocketAddress link,
        Ipv4SocketAddress admin,
        @Nullable AdminTls adminTls,
        GatewayModel model,
        String digest) {

    /** Most shards of a node. */
    public static final int SHARDS_MAX = OwnerHash.SHARDS_MAX;

    /** Keeps copies; refuses numbers of shards that are none. */
    public NodeConfig {
        roles = Set.copyOf(roles);
        appliances = Map.copyOf(appliances);
        ProberAssignment.requireCount(probers);
        if (shards < 0 || shards > SHARDS_MAX) {
            throw new IllegalArgumentException(
                    "'%d': expected a number from 0 to %d, 0 for one per core".formatted(shards, SHARDS_MAX));
        }
    }

    /** The same with another number of shards. */
    public NodeConfig withShards(int other) {
        return new NodeConfig(
                id,
                zone,
                roles,
                transport,
                other,
                flowCapacity,
                secretFile,
                acceptedSecretFile,
                cluster,
                quorum,
                probers,
                ingress,
                appliances,
                sourcePorts,
                link,
                admin,
                adminTls,
                model,
                digest);
    }

    /** Whether only this machine reaches the admin routes. */
    public boolean adminIsLocal() {
        return admin.address().isLoopback();
    }

    /** Whether the process has one half of the packet path alone, so that packets go over the link to the other. */
    public boolean isLinked() {
        return roles.contains(Role.INGRESS) != roles.contains(Role.CODEC);
    }

    /**
     * Zones that the process probes targets from, each with the address its probes come from there. A process without the
     * codec may be on another machine than the codecs: it probes from its own zone alone, and from whatever address its
     * host picks, which is none here.
     */
    public Map<Zone, Optional<Ipv4Address>> probeSources() {
        return roles.contains(Role.CODEC)
                ? appliances.entrySet().stream()
                        .collect(Collectors.toUnmodifiableMap(
                                Map.Entry::getKey,
                                entry -> Optional.of(entry.getValue().address())))
                : Map.of(zone, Optional.empty());
    }

    /**
     * Event loops that carry packets; 1 where the process carries none.
     *
     * @param cores of this machine
     */
    public int shardCount(int cores) {
        if (!roles.contains(Role.INGRESS) && !roles.contains(Role.CODEC)) {
            return 1;
        }
        return shards == 0 ? Math.clamp(cores, 1, SHARDS_MAX) : shards;
    }
}

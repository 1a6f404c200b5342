// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a member is and whom it joins.
 *
 * @param name members of different names never join; 1-64 letters, digits, dots, underscores or hyphens
 * @param listen the one address the member binds to, for Hazelcast and, at a port of the system's choice, for the bus;
 *     null for a member that stands alone: on loopback, at a port of the system's choice
 * @param members whom to join, oneself or not; empty for nobody, as it is where the member stands alone
 */
public record ClusterSettings(String name, @Nullable Ipv4SocketAddress listen, List<Ipv4SocketAddress> members) {

    /** Hazelcast's own default port. */
    public static final int PORT = 5701;

    private static final Ipv4Address LOOPBACK = Ipv4Address.parse("127.0.0.1");

    /** Checks the name, keeps a copy. */
    public ClusterSettings {
        if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException("'" + name
                    + "' is no cluster name: expected 1 to 64 letters, digits, dots, underscores or hyphens");
        }
        members = List.copyOf(members);
        if (listen == null && !members.isEmpty()) {
            throw new IllegalArgumentException("a member that stands alone joins nobody, got " + members);
        }
    }

    /**
     * A member that joins nobody and that nobody joins: what runs where nothing is said. It has a name of its own, made
     * anew each time, and takes whatever loopback port is free, so that any number of them live on one machine.
     */
    public static ClusterSettings alone() {
        return new ClusterSettings("alone-" + UUID.randomUUID(), null, List.of());
    }

    /** Whether the member joins nobody and nobody joins it. */
    public boolean isAlone() {
        return listen == null;
    }

    /** Addresses of all members that there are to be, as far as this one is told; none where it stands alone. */
    public List<Ipv4SocketAddress> expected() {
        return listen == null
                ? List.of()
                : Stream.concat(Stream.of(listen), members.stream()).distinct().toList();
    }

    /** The first member that cannot reach this one: it is on another host, and this one's address on loopback. */
    public Optional<Ipv4SocketAddress> outOfReach() {
        return members.stream()
                .filter(member -> address().isLoopback() && !member.address().isLoopback())
                .findFirst();
    }

    /** The one address the member binds to. */
    public Ipv4Address address() {
        return listen == null ? LOOPBACK : listen.address();
    }

    /** The port Hazelcast binds to; 0 for one of the system's choice. */
    public int port() {
        return listen == null ? 0 : listen.port();
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.UUID;

/**
 * Where a member is and whom it joins.
 *
 * @param name members of different names never join; 1-64 letters, digits, dots, underscores or hyphens
 * @param listen the one address the member binds to, for Hazelcast and, at a port of the system's choice, for the bus
 * @param members whom to join, oneself or not; empty for nobody
 */
public record ClusterSettings(String name, Ipv4SocketAddress listen, List<Ipv4SocketAddress> members) {

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
    }

    /**
     * A member that nobody can join and that joins nobody, on loopback at a port that is free now: what runs where
     * nothing is said. Several may run on one machine.
     *
     * @throws UncheckedIOException where loopback has no free port
     */
    public static ClusterSettings alone() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new ClusterSettings(
                    "alone-" + UUID.randomUUID(), new Ipv4SocketAddress(LOOPBACK, free.getLocalPort()), List.of());
        } catch (IOException failed) {
            throw new UncheckedIOException("no free port on loopback", failed);
        }
    }
}

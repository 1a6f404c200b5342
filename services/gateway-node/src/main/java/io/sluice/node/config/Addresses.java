// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;

/** Addresses of one host each: what packets come from and go to. */
final class Addresses {

    private static final int FIRST_MULTICAST = 224;
    private static final int LAST_MULTICAST = 239;
    private static final int BROADCAST = -1;

    private Addresses() {}

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException where the text is none, or one of no host: unspecified, multicast or broadcast
     */
    static Ipv4Address unicast(String text) {
        return unicast(Ipv4Address.parse(text), text);
    }

    /** Reads an address with a port, or without for the default. */
    static Ipv4SocketAddress unicast(String text, int defaultPort) {
        Ipv4SocketAddress parsed = Ipv4SocketAddress.parse(text, defaultPort);
        return new Ipv4SocketAddress(unicast(parsed.address(), text), parsed.port());
    }

    private static Ipv4Address unicast(Ipv4Address address, String text) {
        int firstOctet = address.bits() >>> 24;
        boolean multicast = firstOctet >= FIRST_MULTICAST && firstOctet <= LAST_MULTICAST;
        if (firstOctet == 0 || multicast || address.bits() == BROADCAST) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no address of one host: expected for example 10.0.0.1");
        }
        return address;
    }
}

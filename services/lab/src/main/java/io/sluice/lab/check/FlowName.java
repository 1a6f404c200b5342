// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.check;

/** A flow's tuple from its initiator's view; ports are 0 where the protocol has none. */
public record FlowName(int protocol, HostAddress source, int sourcePort, HostAddress destination, int destinationPort) {
    public static final int ICMP = 1;
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int ICMPV6 = 58;

    /** The same flow seen from the other end. */
    public FlowName reversed() {
        return new FlowName(protocol, destination, destinationPort, source, sourcePort);
    }

    /** The one of both views that comes first: equal for both directions (F-4). */
    FlowName normalised() {
        int order = source.compareTo(destination);
        return order < 0 || (order == 0 && sourcePort <= destinationPort) ? this : reversed();
    }

    public static String protocolName(int protocol) {
        return switch (protocol) {
            case ICMP -> "icmp";
            case TCP -> "tcp";
            case UDP -> "udp";
            case ICMPV6 -> "icmpv6";
            default -> Integer.toString(protocol);
        };
    }

    @Override
    public String toString() {
        return protocolName(protocol) + " " + side(source, sourcePort) + " -> " + side(destination, destinationPort);
    }

    private static String side(HostAddress address, int port) {
        if (port == 0) {
            return address.toString();
        }
        return (address.ipv6() ? "[" + address + "]" : address.toString()) + ":" + port;
    }
}

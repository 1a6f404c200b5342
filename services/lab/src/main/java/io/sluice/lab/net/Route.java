// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.net;

import java.util.ArrayList;
import java.util.List;

/**
 * A route.
 *
 * @param ipv6 whether it is an IPv6 route (a destination of {@code default} does not tell)
 * @param destination a prefix or {@code default}
 * @param via next hop's address, empty when the destination is on the link
 * @param device output device, empty to let the kernel find it by the next hop
 * @param table number of the routing table, 254 being the main one
 */
public record Route(boolean ipv6, String destination, String via, String device, int table) {
    public static final int MAIN_TABLE = 254;

    public static Route via(String destination, String nextHop) {
        return new Route(nextHop.contains(":"), destination, nextHop, "", MAIN_TABLE);
    }

    /** A route out of a device without a next hop, as into a TUN device. */
    public static Route onLink(boolean ipv6, String destination, String device) {
        return new Route(ipv6, destination, "", device, MAIN_TABLE);
    }

    public Route dev(String newDevice) {
        return new Route(ipv6, destination, via, newDevice, table);
    }

    public Route inTable(int newTable) {
        return new Route(ipv6, destination, via, device, newTable);
    }

    List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of(destination));
        if (!via.isEmpty()) {
            arguments.addAll(List.of("via", via));
        }
        if (!device.isEmpty()) {
            arguments.addAll(List.of("dev", device));
        }
        arguments.addAll(List.of("table", Integer.toString(table)));
        return arguments;
    }
}

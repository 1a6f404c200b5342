// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance.core;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Rules of a firewall: what matches one is dropped.
 *
 * @param ports inner TCP and UDP destination ports that are denied, at most {@value #PORTS_MAX}
 * @param halfOfFlows whether every second flow is denied in both directions, by a hash of its tuple
 */
public record DenyRules(List<Integer> ports, boolean halfOfFlows) {

    /** Nothing is denied. */
    public static final DenyRules NONE = new DenyRules(List.of(), false);

    /** Ports that can be denied at a time. */
    public static final int PORTS_MAX = 16;

    /** Keeps a copy. */
    public DenyRules {
        ports = List.copyOf(ports);
    }

    /** Whether a packet is denied. */
    public boolean denies(GatewayPacket packet) {
        if (halfOfFlows && inDeniedHalf(packet)) {
            return true;
        }
        int port = packet.destinationPort();
        if (port != 0) {
            for (int i = 0; i < ports.size(); i++) {
                if (ports.get(i) == port) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The ends are added, so both directions have one answer; cookie and endpoint do not count. */
    private static boolean inDeniedHalf(GatewayPacket packet) {
        long ends = end(packet.sourceHigh(), packet.sourceLow(), packet.sourcePort())
                + end(packet.destinationHigh(), packet.destinationLow(), packet.destinationPort());
        return mix(ends + packet.protocol()) < 0;
    }

    private static long end(long high, long low, int port) {
        return mix(mix(high) ^ low ^ (long) port << 40);
    }

    private static long mix(long value) {
        long mixed = (value ^ value >>> 31) * 0x9E37_79B9_7F4A_7C15L;
        mixed = (mixed ^ mixed >>> 29) * 0xBF58_476D_1CE4_E5B9L;
        return mixed ^ mixed >>> 32;
    }

    /** Parts of a mode's text, each with a comma before it. */
    String text() {
        String denied = ports.isEmpty()
                ? ""
                : ports.stream().map(String::valueOf).collect(Collectors.joining("+", ",deny=", ""));
        return denied + (halfOfFlows ? ",deny-half" : "");
    }
}

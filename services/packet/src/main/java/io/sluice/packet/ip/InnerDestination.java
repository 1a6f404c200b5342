// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.ip;

import io.sluice.packet.InnerPacket;

/**
 * Whether an inner packet's destination is one that an endpoint route can lead to (F-29).
 *
 * <p>Not unicast, and never forwarded, are:
 *
 * <table>
 *   <caption>Destinations that no endpoint route carries</caption>
 *   <tr><th>what</th><th>IPv4</th><th>IPv6</th></tr>
 *   <tr><td>multicast</td><td>224.0.0.0/4</td><td>ff00::/8</td></tr>
 *   <tr><td>limited broadcast</td><td>255.255.255.255</td><td></td></tr>
 *   <tr><td>link-local</td><td>169.254.0.0/16</td><td>fe80::/10</td></tr>
 *   <tr><td>this network, unspecified</td><td>0.0.0.0/8</td><td>::</td></tr>
 * </table>
 *
 * <p>Directed broadcasts cannot be told from hosts without knowing the subnets, and pass. <b>Allocation:</b> none.
 * <b>Source:</b> RFC 5771, RFC 919, RFC 3927, RFC 1122 section 3.2.1.3, RFC 4291 section 2.4.
 */
public final class InnerDestination {
    private static final long LIMITED_BROADCAST = 0xFFFF_FFFFL;

    private InnerDestination() {}

    /**
     * Whether the destination is unicast and not bound to one link.
     *
     * @param inner a packet that was parsed without error
     */
    public static boolean unicast(InnerPacket inner) {
        return inner.ipVersion() == 4
                ? unicastIpv4(inner.destinationLow())
                : unicastIpv6(inner.destinationHigh(), inner.destinationLow());
    }

    /** The rule for an IPv4 address, an unsigned 32-bit number. */
    public static boolean unicastIpv4(long address) {
        return address >>> 24 != 0 && address >>> 28 != 0xE && address >>> 16 != 0xA9FE && address != LIMITED_BROADCAST;
    }

    /** The rule for an IPv6 address in two halves. */
    public static boolean unicastIpv6(long high, long low) {
        return high >>> 56 != 0xFF && high >>> 54 != 0x3FA && (high | low) != 0;
    }
}

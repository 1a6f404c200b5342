// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.ip;

/** Assigned protocol numbers that the packet path tells apart: IPv4 protocols and IPv6 next headers. */
public final class IpProtocol {
    /** IPv6 hop-by-hop options. */
    public static final int HOP_BY_HOP = 0;

    /** Internet control messages of IPv4. */
    public static final int ICMP = 1;

    /** Transmission control protocol. */
    public static final int TCP = 6;

    /** User datagram protocol. */
    public static final int UDP = 17;

    /** IPv6 routing header. */
    public static final int ROUTING = 43;

    /** IPv6 fragment header. */
    public static final int FRAGMENT = 44;

    /** Generic routing encapsulation. */
    public static final int GRE = 47;

    /** IPsec encapsulating security payload. */
    public static final int ESP = 50;

    /** IPsec authentication header. */
    public static final int AUTHENTICATION_HEADER = 51;

    /** Internet control messages of IPv6. */
    public static final int ICMPV6 = 58;

    /** Nothing follows. */
    public static final int NO_NEXT_HEADER = 59;

    /** IPv6 destination options. */
    public static final int DESTINATION_OPTIONS = 60;

    private IpProtocol() {}
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

/**
 * How many flows of each kind a zone's application host takes part in.
 *
 * @param downloads TCP downloads from the Internet, IPv4
 * @param downloads6 the same, IPv6
 * @param uploads TCP downloads that the Internet host starts, IPv4 (ingress routing)
 * @param uploads6 the same, IPv6
 * @param datagrams UDP exchanges that the application starts, IPv4
 * @param datagrams6 the same, IPv6
 * @param datagramsIn UDP exchanges that the Internet host starts, IPv4
 * @param echo whether both sides send ICMP and ICMPv6 echo requests
 */
record Workload(
        int downloads,
        int downloads6,
        int uploads,
        int uploads6,
        int datagrams,
        int datagrams6,
        int datagramsIn,
        boolean echo) {}

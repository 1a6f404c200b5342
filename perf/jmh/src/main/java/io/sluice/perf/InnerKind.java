// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf;

/** What is inside the GENEVE datagrams of a benchmark. */
public enum InnerKind {
    /** 20 bytes of IPv4 and 20 of TCP. */
    IPV4_TCP,

    /** 40 bytes of IPv6 and 8 of UDP. */
    IPV6_UDP
}

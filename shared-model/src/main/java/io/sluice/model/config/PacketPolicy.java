// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

/**
 * How a load balancer treats special packets (sheet 2.3 and 5).
 *
 * @param fragmentsFollow whether later fragments go where the first one went (F-23); else all go by the 3-tuple
 * @param icmpErrorsFollow whether an ICMP error goes where the flow it quotes goes (F-24); else by the 3-tuple, as on AWS
 * @param pmtud whether a packet that is too large is answered by ICMP; else it is dropped silently
 * @param mssClamp largest TCP MSS let through in SYN and SYN-ACK, 536-8,960; 0 for no clamp
 * @param tcpMidstreamPickup whether a TCP segment without SYN opens a flow (the behaviour before F-16)
 * @param mtu largest inner packet, 576-8,500
 */
public record PacketPolicy(
        boolean fragmentsFollow,
        boolean icmpErrorsFollow,
        boolean pmtud,
        int mssClamp,
        boolean tcpMidstreamPickup,
        int mtu) {

    /** Largest inner packet. */
    public static final int MTU_MAX = 8_500;

    /** The defaults of the configuration page. */
    public static final PacketPolicy DEFAULT = new PacketPolicy(true, true, false, 0, false, MTU_MAX);

    /** Checks the ranges. */
    public PacketPolicy {
        if (mssClamp != 0) {
            Ranges.require("mss-clamp", mssClamp, 536, 8_960);
        }
        Ranges.require("packets mtu", mtu, 576, MTU_MAX);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import java.util.Locale;

/** Why the agent dropped a packet. Each reason has a counter, and a sentence that says what it means. */
public enum AgentDropReason {
    DEVICE_NOT_IP("The device handed over a packet that is neither IPv4 nor IPv6."),
    DEVICE_LINK_LOCAL(
            "The packet is for this link only (neighbour, router or group discovery) and is never forwarded."),
    DEVICE_OFFLOAD_MALFORMED("What the device said about a packet's checksum or segments does not fit the packet."),
    SEND_REFUSED("The kernel refused the datagram to the gateway: no route, no buffer, or larger than UDP carries."),
    SENDER_UNKNOWN("The datagram came from another address or port than those of the gateway's nodes."),
    GENEVE_TRUNCATED("The datagram is shorter than its GENEVE header and options."),
    GENEVE_VERSION("The GENEVE version is not 0."),
    GENEVE_CRITICAL("The GENEVE critical bit is set: an option that must be understood is not (RFC 8926)."),
    GENEVE_CONTROL("A GENEVE control packet (O bit) that is not the echo of a keep-alive."),
    KEEP_ALIVE_LATE("The echo of a keep-alive that no longer counts, or of none that was sent to this node."),
    GENEVE_PROTOCOL_TYPE("The GENEVE protocol type is neither 0x0800 nor 0x86DD."),
    VNI_OTHER("The datagram is for another endpoint."),
    INNER_VERSION_MISMATCH("The inner IP version and the GENEVE protocol type disagree."),
    INNER_TRUNCATED("The inner packet says it is longer than the bytes that came."),
    INNER_MALFORMED("The inner header is shorter than an IP header can be."),
    DEVICE_REFUSED("The device refused the packet: it is down, or its queue is full.");

    private final String sentence;

    AgentDropReason(String sentence) {
        this.sentence = sentence;
    }

    /** What it means, in a sentence. */
    public String sentence() {
        return sentence;
    }

    /** Text as logs show it: lower case with underscores. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.metric;

import java.util.Locale;

/** Why a packet was dropped. Each reason has a counter, and a sentence that says what to do or what it means. */
public enum DropReason {
    GENEVE_TRUNCATED("The datagram is shorter than its GENEVE header and options."),
    GENEVE_VERSION("The GENEVE version is not 0."),
    GENEVE_OPTIONS_OVERRUN("The GENEVE options do not fit the length the header gives them."),
    GENEVE_CRITICAL_OPTION_UNKNOWN("A critical GENEVE option is unknown here (RFC 8926)."),
    GENEVE_CONTROL("A GENEVE control packet (O bit) that is no keep-alive."),
    GENEVE_PROTOCOL_TYPE(
            "The GENEVE protocol type is not what the endpoint carries: IPv4, IPv6, or Ethernet (key inner)."),
    ENDPOINT_UNKNOWN("No endpoint has this VNI, or the endpoint's load balancer is gone."),
    ENDPOINT_NOT_AVAILABLE("The endpoint waits to be accepted, or was rejected (E-3, E-4)."),
    ATTACHMENT_UNKNOWN("The sender is not an attachment of the endpoint."),
    FRAME_MALFORMED("The Ethernet frame of an endpoint is shorter than its header."),
    FRAME_NOT_IP("An Ethernet frame carries neither IP nor a question that is answered (ARP, neighbour solicitation)."),
    FRAME_HEADER_UNKNOWN("There is no Ethernet header to deliver the packet with, or no room to remember another."),
    INNER_VERSION_MISMATCH("The inner IP version and the GENEVE protocol type disagree."),
    INNER_TRUNCATED("The inner packet says it is longer than the bytes that came."),
    INNER_MALFORMED("The inner header makes no sense."),
    INNER_TOO_LARGE("The inner packet is longer than the load balancer's mtu, 8500 bytes by default (Q-1)."),
    INNER_NOT_UNICAST("The inner destination is multicast, broadcast or link-local (F-29)."),
    INNER_IP_VERSION(
            "The inner packet is IPv6, and the endpoint, its service or its load balancer takes IPv4 alone (E-9)."),
    NO_TARGET("No target is registered in the endpoint's zone (T3d)."),
    FAIL_OPEN_DROP("No target is healthy, and the target group's fail-open policy is to drop."),
    RESET_TARGET_UNHEALTHY("The flow's target is unhealthy; the sender was answered with a TCP reset (T14)."),
    RESET_TARGET_DEREGISTERED("The flow's target has drained; the sender was answered with a TCP reset (T14)."),
    TCP_NOT_SYN("A TCP segment other than a SYN belongs to no known flow (F-16)."),
    TABLE_FULL("The flow table has no room for another flow."),
    HELD_OVERFLOW("Too many packets are waiting for their flow's set-up; the oldest was dropped."),
    TARGET_UNKNOWN("The sender is no registered target, nor one a live flow is pinned to (W-10)."),
    RETURN_PORT("A packet was returned to the port it was sent from, not to the GENEVE port (W-3)."),
    OPTION_MISSING("A returned packet lacks one of the three options (W-19)."),
    OPTION_LENGTH("A returned packet has an option of the wrong length (W-19)."),
    OPTION_DUPLICATE("A returned packet has one of the three options more than once."),
    RETURN_ENDPOINT_UNKNOWN("A returned packet names an endpoint that does not exist (W-19)."),
    RETURN_ENDPOINT_MISMATCH("A returned packet names another endpoint than its cookie's flow (W-19)."),
    RETURN_TUPLE_MISMATCH("A returned packet has a flow's cookie and another inner tuple (W-21)."),
    RETURN_FLOW_UNKNOWN("A returned packet belongs to no known flow (W-19, W-23)."),
    RETURN_COOKIE_MISMATCH("A returned packet carries a cookie that is not its flow's (W-17, W-19)."),
    RETURN_TARGET_MISMATCH("A packet was returned by another target than its flow's."),
    PROBE_UNKNOWN(
            "A target sent the endpoint id of probes (0), and no probe of it with this cookie waits; it may be late."),
    PROBE_CHANGED("A target returned a data-path probe changed: only its TTL may differ, and so the checksum."),
    LINK_PEER_UNKNOWN("No process with the other half of the packet path, codec or ingress, is known in this zone."),
    LINK_SENDER_UNKNOWN(
            "A datagram came to the link's address from no process of this zone that has said that it is there."),
    LINK_SEAL(
            "A datagram on the link is not sealed as its sender seals: another master secret, too old, changed, or forged."),
    RECEIVE_NO_BUFFER("The packet memory was full when the datagram arrived."),
    SHARD_RING_FULL(
            "The shard that owns the packet's addresses did not keep up with what other shards hand over to it."),
    SEND_REFUSED("The kernel refused the datagram: no route, full queue, or larger than the path (Q-5)."),
    SHUTDOWN("Packets that waited for a decision when the node stopped, and keep-alives while it does.");

    private final String sentence;

    DropReason(String sentence) {
        this.sentence = sentence;
    }

    /** What it means, in a sentence. */
    public String sentence() {
        return sentence;
    }

    /** Text as metrics and admin routes show it: lower case with underscores. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

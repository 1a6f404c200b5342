// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

/**
 * What decoding a GENEVE datagram or an inner packet came to: {@link #OK}, or the first reason found to drop it.
 *
 * <p>One constant for each distinct reason, in the order in which the decoders look. The constants are results, not
 * exceptions: nothing a peer sends makes a decoder throw.
 *
 * <p>Source: RFC 8926 sections 3.4 and 3.5, RFC 791, RFC 8200, RFC 9293, RFC 768; W-14, W-15, W-19, F-26, F-28.
 */
public enum DecodeStatus {
    /** Every check passed; the decoder's accessors hold. */
    OK("The packet is well formed."),
    /** Fewer bytes than the 8 of the base header. */
    GENEVE_TRUNCATED("The datagram is shorter than the 8-byte GENEVE base header."),
    /** RFC 8926 section 3.4: an unknown version must be dropped. */
    GENEVE_VERSION("The GENEVE version is not 0."),
    /** Opt Len reaches past the end of the datagram. */
    GENEVE_OPTIONS_OVERRUN("The GENEVE option length reaches past the end of the datagram."),
    /** RFC 8926 section 3.5: the lengths of the options must sum to Opt Len. */
    GENEVE_OPTION_LENGTHS("The lengths of the GENEVE options do not add up to the option length of the base header."),
    /** RFC 8926 section 3.5: an option with the critical bit that the receiver does not know. */
    GENEVE_CRITICAL_OPTION_UNKNOWN("A GENEVE option is marked critical and is not known here."),
    /** The O bit is set: the payload is a control message and must not be forwarded. */
    GENEVE_CONTROL("The GENEVE packet is a control packet, whose payload is not forwarded."),
    /** Neither IPv4 nor IPv6, nor, where frames are taken, Ethernet. */
    GENEVE_PROTOCOL_TYPE("The GENEVE protocol type is not one that is served here."),
    /** W-14, W-19: a load balancer option has other than 8, 8 or 4 data bytes. */
    OPTION_LENGTH("A gateway load balancer option has the wrong data length."),
    /** A load balancer option is present twice. */
    OPTION_DUPLICATE("A gateway load balancer option is present more than once."),
    /** W-14, W-19: not all three load balancer options are present. */
    OPTION_MISSING("At least one of the three gateway load balancer options is missing."),
    /** Fewer inner bytes than the fixed header, or than the inner total length says. */
    INNER_TRUNCATED("The inner packet is shorter than its header says."),
    /** The inner version nibble is not the one of the protocol type. */
    INNER_VERSION_MISMATCH("The inner IP version is not the one that the GENEVE protocol type announces."),
    /** The inner lengths contradict each other, or a header needed for the flow key does not fit. */
    INNER_MALFORMED("The inner headers contradict each other or do not fit into the inner packet."),
    /** More IPv6 extension headers than the walk is bounded to. */
    INNER_EXTENSION_HEADERS("The inner packet has more IPv6 extension headers than are walked.");

    private final String sentence;

    DecodeStatus(String sentence) {
        this.sentence = sentence;
    }

    /** The reason as one English sentence, for the reference and for people reading counters. */
    public String sentence() {
        return sentence;
    }
}

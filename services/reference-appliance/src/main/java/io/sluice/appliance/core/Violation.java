// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance.core;

import java.util.Locale;

/** What is wrong with a packet from the gateway (sheet, section 1.2). */
public enum Violation {
    TRUNCATED(true, "The datagram is shorter than its GENEVE header and options."),
    VERSION(true, "The GENEVE version is not 0."),
    CONTROL_PACKET(true, "The O bit is set."),
    PROTOCOL_TYPE(true, "The protocol type is neither 0x0800 nor 0x86DD."),
    OPTIONS_OVERRUN(true, "An option reaches beyond the option length of the header."),
    OPTION_MISSING(true, "One of the three options is missing (W-14)."),
    OPTION_LENGTH(true, "One of the three options has other than 8, 8 and 4 bytes of data (W-14)."),
    CRITICAL_OPTION(true, "An unknown option is marked critical (RFC 8926)."),
    INNER_TRUNCATED(true, "The inner packet says it is longer than the bytes that came."),
    INNER_VERSION_MISMATCH(true, "The inner IP version and the protocol type disagree."),
    CRITICAL_BIT(false, "The C bit is set though no option is critical (W-11)."),
    VNI_NOT_ZERO(false, "The VNI is not 0, which takes AWS's handler off its fast path."),
    RESERVED_BITS(false, "Reserved bits are set."),
    OPTION_REPEATED(false, "One of the three options came more than once."),
    OPTION_EXTRA(false, "There is another option, so the overhead is not 68 bytes.");

    private final boolean fatal;
    private final String sentence;

    Violation(boolean fatal, String sentence) {
        this.fatal = fatal;
        this.sentence = sentence;
    }

    /** True where the packet is dropped; others are counted only. */
    public boolean isFatal() {
        return fatal;
    }

    /** What it means, in a sentence. */
    public String sentence() {
        return sentence;
    }

    /** Text as the statistics show it: lower case with underscores. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

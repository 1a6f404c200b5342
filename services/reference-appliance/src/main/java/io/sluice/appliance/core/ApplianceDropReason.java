// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance.core;

import java.util.Locale;

/** Why the appliance did not return a packet that has no fatal {@link Violation}. */
public enum ApplianceDropReason {
    MODE_DROP("The mode is drop: the verdict of a firewall."),
    RULE_DENY("A rule denies it: its destination port, or its half of the flows."),
    MODE_SILENT("The mode is silent: an appliance that receives and never returns."),
    DELAY_QUEUE_FULL("Too many packets wait for their delay to pass, or this one is longer than a slot."),
    SOURCE_PORT_TAKEN("Another program uses the source port that the packet must be returned from (W-3)."),
    SEND_REFUSED("The kernel refused the datagram.");

    private final String sentence;

    ApplianceDropReason(String sentence) {
        this.sentence = sentence;
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

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import java.util.Locale;

/** What the agent counts besides its drops. In packets and not in bytes, except where the name says so. */
public enum AgentCount {
    PACKETS_FROM_DEVICE,
    PACKETS_TO_GATEWAY,
    BYTES_TO_GATEWAY,
    DATAGRAMS_RECEIVED,
    PACKETS_TO_DEVICE,
    BYTES_TO_DEVICE,
    KEEP_ALIVES_SENT,
    KEEP_ALIVES_ANSWERED,
    /** Times the network said that the gateway cannot be reached, mostly "port unreachable": nobody listens there. */
    ICMP_ERRORS;

    /** Text as logs show it: lower case with underscores. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

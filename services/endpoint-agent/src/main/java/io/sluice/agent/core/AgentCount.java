// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import java.util.Locale;

/**
 * What the agent counts besides its drops. Packets are those that the tunnel carries one by one, not what the kernel hands
 * over or takes at once; bytes only where the name says so.
 */
public enum AgentCount {
    PACKETS_FROM_DEVICE,
    PACKETS_TO_GATEWAY,
    BYTES_TO_GATEWAY,
    DATAGRAMS_RECEIVED,
    PACKETS_TO_DEVICE,
    BYTES_TO_DEVICE,
    /** Messages that carried packets to the gateway, many datagrams each where the kernel cuts them. */
    MESSAGES_TO_GATEWAY,
    /** Writes that carried packets to the device, many segments of a TCP connection each where it takes them. */
    WRITES_TO_DEVICE,
    KEEP_ALIVES_SENT,
    KEEP_ALIVES_ANSWERED,
    /** Times another node of the list was turned to. */
    GATEWAY_CHANGES,
    /** Times the network said that the gateway cannot be reached, mostly "port unreachable": nobody listens there. */
    ICMP_ERRORS;

    /** Text as logs show it: lower case with underscores. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

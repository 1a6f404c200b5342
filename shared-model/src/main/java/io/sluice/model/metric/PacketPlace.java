// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.metric;

import java.util.Locale;

/**
 * Where packets are counted. At any quiet moment {@code ENDPOINT_IN + TARGET_IN + GENERATED = ENDPOINT_OUT +
 * TARGET_OUT + CONSUMED + dropped by reason + held}.
 */
public enum PacketPlace {
    /** Datagrams that came from endpoints, keep-alives included. */
    ENDPOINT_IN,
    /** Datagrams the kernel took for endpoints, keep-alive answers included. */
    ENDPOINT_OUT,
    /** Datagrams that came to the target-facing address. */
    TARGET_IN,
    /** Datagrams the kernel took for targets. */
    TARGET_OUT,
    /** Packets the gateway made itself. */
    GENERATED,
    /** Packets that were meant for the gateway and ended here: answers to its data-path probes. No drop: all is well. */
    CONSUMED;

    /** Text as metrics and admin routes show it: lower case with hyphens. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.metric;

import java.util.Locale;

/**
 * Where packets are counted. At any quiet moment {@code ENDPOINT_IN + TARGET_IN + LINK_IN + GENERATED = ENDPOINT_OUT +
 * TARGET_OUT + LINK_OUT + dropped by reason + held}; {@code PROBE_ANSWERS} and {@code KEEP_ALIVES} stand beside it.
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
    /** Datagrams that came over the link between ingress and codec, where they are processes of their own. */
    LINK_IN,
    /** Datagrams the kernel took for the other side of the link. */
    LINK_OUT,
    /** Packets the gateway made itself. */
    GENERATED,
    /** Answers to data-path probes, which end here and count at no other place: no traffic, and no drop. */
    PROBE_ANSWERS,
    /** Keep-alives of endpoint agents that were answered; each is in ENDPOINT_IN too, and its answer in ENDPOINT_OUT. */
    KEEP_ALIVES;

    /** Text as metrics and admin routes show it: lower case with hyphens. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import java.util.Locale;

/** What an endpoint's GENEVE packets carry. */
public enum InnerKind {
    /** IPv4 or IPv6 packets (0x0800, 0x86DD). */
    IP,
    /** Ethernet frames (0x6558). */
    ETHERNET;

    /** The configuration file's word for it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

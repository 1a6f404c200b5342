// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import java.util.Locale;

/** Which inner packets a load balancer takes; the outer header is IPv4 in any case (W-1). */
public enum IpAddressType {
    /** IPv4 alone. */
    IPV4,
    /** IPv4 and IPv6. */
    DUALSTACK;

    /** The configuration file's word for it, which is the API's. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

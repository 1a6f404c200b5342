// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

/**
 * GENEVE probes through the appliance, besides the health check: one that it must return, one that it must not.
 *
 * @param enabled whether a packet is sent that the appliance must return
 * @param negative whether a packet is sent that the appliance must drop
 * @param intervalMs between two probes of a target, 10-60,000
 * @param failures probes in a row that must fail until the target is unhealthy, or pass until it no longer is, 1-100
 */
public record DataPathProbe(boolean enabled, boolean negative, long intervalMs, int failures) {

    /** Off. */
    public static final DataPathProbe DEFAULT = new DataPathProbe(false, false, 100, 3);

    /** Checks the ranges. */
    public DataPathProbe {
        Ranges.require("probe interval (ms)", intervalMs, 10, 60_000);
        Ranges.require("probe failures", failures, 1, 100);
    }
}

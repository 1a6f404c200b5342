// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;
/** scratch */
public final class BusCounters {
    /** scratch */
    public BusCounters() {}
}

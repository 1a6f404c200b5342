// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.health;

import java.util.Locale;

/** States of a target (sheet 3.3). */
public enum HealthState {
    /** Registered, not judged yet (H-7). */
    INITIAL,
    /** Fit for new flows. */
    HEALTHY,
    /** Failed its checks. */
    UNHEALTHY,
    /** Not probed: its group is used by no listener, or its zone is not enabled (H-6); of one prober, left to others (H-2). */
    UNUSED,
    /** Deregistered, its delay is running: no new flows (T17); wins over every verdict (T19). */
    DRAINING;

    /** Lower-case text as the admin routes print it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

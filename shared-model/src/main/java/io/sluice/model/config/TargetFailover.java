// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import java.util.Locale;

/** What happens to the flows of a target that fails or is deregistered (T4). */
public enum TargetFailover {
    /** They stay where they are (T1a, T7). */
    NO_REBALANCE,
    /** They move to a healthy target, at detection or after the deregistration delay (T5, T6). */
    REBALANCE;

    /** The configuration file's word for it, which is the API's. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

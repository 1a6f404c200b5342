// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import java.util.Locale;

/** What happens to new flows of a zone that has registered targets, none of them healthy. */
public enum FailOpen {
    /** They go to an unhealthy target, picked among all (T1b, T2c): what AWS does. */
    FORWARD,
    /** They are dropped. */
    DROP,
    /** They are delivered uninspected, for as long as the flow lives. */
    BYPASS;

    /** The configuration file's word for it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

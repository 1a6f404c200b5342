// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.access;

/**
 * How often one caller may ask: a token's bearer, or an address where no token is needed.
 *
 * @param failures wrong tokens from one address within {@code failureMs}; further ones are not looked at
 * @param failureMs how long failures count, milliseconds
 * @param requests requests each second, with twice as many at once
 * @param changes of these those that are no reading, with twice as many at once
 */
public record AccessLimits(int failures, long failureMs, int requests, int changes) {

    /** Those of a node. */
    public static final AccessLimits DEFAULT = new AccessLimits(10, 60_000, 1_000, 100);

    /** Callers remembered: one more displaces the one that has been silent longest. */
    static final int CALLERS_MAX = 4_096;
}

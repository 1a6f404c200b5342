// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

/**
 * What clients of the admin port may take.
 *
 * @param connections open at once; one more is closed
 * @param requestMs from a connection's start, or its last answer, until its next request is complete: a slower one is closed
 */
public record AdminLimits(int connections, long requestMs) {

    /** Those of a node. */
    public static final AdminLimits DEFAULT = new AdminLimits(256, 10_000);
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

/**
 * What clients of the admin port may take.
 *
 * @param connections open at once; one more is closed
 * @param requestMs from a connection's start until its first request is complete: a slower one is closed
 * @param nextMs from an answer until the connection's next request is complete: longer than a client keeps a connection
 *     that it does not use, so that a request never meets one that is being closed
 */
public record AdminLimits(int connections, long requestMs, long nextMs) {

    /** Those of a node. */
    public static final AdminLimits DEFAULT = new AdminLimits(256, 10_000, 60_000);
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

/**
 * What clients of the admin port may take.
 *
 * @param connections open at once; one more takes the place of the oldest that waits for a request, or is closed where none does
 * @param requestMs from a connection's start until its first request is complete: a slower one is closed
 * @param nextMs from an answer until the connection's next request is complete: longer than a client keeps a connection
 *     that it does not use, so that a request meets one that is being closed only where connections are scarce
 * @param bodyMs from when a request's body is read until it has arrived: a slower one is answered so
 */
public record AdminLimits(int connections, long requestMs, long nextMs, long bodyMs) {

    /** Those of a node. */
    public static final AdminLimits DEFAULT = new AdminLimits(256, 10_000, 60_000);

    /** Of a body it is said that it is late before its connection is closed. */
    AdminLimits(int connections, long requestMs, long nextMs) {
        this(connections, requestMs, nextMs, requestMs * 7 / 10);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

/**
 * Asks an ingress for flows of its tables.
 *
 * @param limit entries wanted at most, 1-10,000
 */
public record FlowListRequest(int limit) {

    /** The most one answer carries. */
    public static final int LIMIT_MAX = 10_000;

    /** Checks the range. */
    public FlowListRequest {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw new IllegalArgumentException("limit " + limit + " is out of range: expected 1 to " + LIMIT_MAX);
        }
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

/**
 * A shard's part of what endpoints may have: quotas are a node's, tables are a shard's.
 *
 * <p>Flows are spread over shards by their addresses, so a shard may be full of an endpoint's while others are not; rounded
 * up, so that no quota becomes none.
 *
 * @param otherwise quota of an endpoint that has none of its own, in this shard
 * @param shards how many share the node's flows
 */
record FlowQuotas(int otherwise, int shards) {

    /** Flows that an endpoint may have in this shard: its part of {@code configured}, or the default for 0. */
    int of(int configured) {
        return configured == 0 ? otherwise : Math.ceilDiv(configured, shards);
    }
}

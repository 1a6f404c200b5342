// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.model.message.TargetObserved.Observation;
import java.util.List;

/**
 * One shard's part in what its node says of targets: every shard puts, one speaks for all.
 *
 * @param node what all shards saw
 * @param shard which one this is
 * @param speaks whether it speaks for the node
 */
public record ShardObservations(NodeObservations node, int shard, boolean speaks) {

    /** Those of the only shard there is. */
    public static ShardObservations alone() {
        return new ShardObservations(new NodeObservations(1), 0, true);
    }

    /** The shard's totals; they replace its last. */
    public void put(List<Observation> observed) {
        node.put(shard, observed);
    }
}

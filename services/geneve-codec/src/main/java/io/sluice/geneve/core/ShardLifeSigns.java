// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

/**
 * One shard's part in what the shards of a node tell each other of targets that return something.
 *
 * @param node the signs, the same for all shards
 * @param shard which one this is
 */
public record ShardLifeSigns(SharedByTarget<LifeSign> node, int shard) {

    /** Checks the number. */
    public ShardLifeSigns {
        if (shard < 0 || shard >= LifeSign.SHARDS_MAX) {
            throw new IllegalArgumentException("shard " + shard + ": expected 0 to " + (LifeSign.SHARDS_MAX - 1));
        }
    }

    /** Those of the only shard there is. */
    public static ShardLifeSigns alone() {
        return new ShardLifeSigns(new SharedByTarget<>(LifeSign::new), 0);
    }
}

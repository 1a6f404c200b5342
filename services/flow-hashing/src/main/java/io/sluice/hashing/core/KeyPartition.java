// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.core;

/**
 * Which partition of the flow records a key belongs to: the same on every node, and pinned, as nodes of two releases run
 * side by side.
 */
public final class KeyPartition {

    private KeyPartition() {}

    /**
     * The partition of a key.
     *
     * @param keys array that holds the six words of the key
     * @param firstWord where they begin
     * @param partitions how many there are, at least 1
     * @return 0 to partitions - 1
     */
    public static int of(long[] keys, int firstWord, int partitions) {
        // the ranking takes the whole hash, so its upper half alone is as good; the map's partitions are few
        long upper = FlowHasher.rankingHash(keys, firstWord) >>> 32;
        return (int) (upper * partitions >>> 32);
    }
}

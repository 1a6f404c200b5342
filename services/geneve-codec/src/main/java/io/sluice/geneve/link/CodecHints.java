// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import org.jspecify.annotations.Nullable;

/**
 * The hints of all shards of a codec. An appliance that changes inner addresses returns a packet to another shard than it came
 * in at: there the other shards' hints still know its flow by endpoint and cookie.
 *
 * <p><b>Threading</b>: any. <b>Allocation</b>: none after start.
 */
public final class CodecHints {

    private final EntryHints[] byShard;

    /**
     * @param shards how many there are
     * @param seed of this process alone, random
     */
    public CodecHints(int shards, long seed) {
        byShard = new EntryHints[shards];
        for (int shard = 0; shard < shards; shard++) {
            byShard[shard] = new EntryHints(seed);
        }
    }

    /** A shard's own. */
    EntryHints of(int shard) {
        return byShard[shard];
    }

    /** Those of another shard than this one that know where a packet came in; null where none do. */
    @Nullable
    EntryHints elsewhere(int shard, long word) {
        for (int i = 1; i < byShard.length; i++) {
            EntryHints other = byShard[(shard + i) % byShard.length];
            if (other.ingress(word) != null) {
                return other;
            }
        }
        return null;
    }
}

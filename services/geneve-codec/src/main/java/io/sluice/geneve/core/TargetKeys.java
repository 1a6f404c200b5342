// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.model.id.TargetRef;

/**
 * Targets by what they are called on the link between processes, where an index means nothing: a hash of group, name and
 * registration in the upper half, the IPv4 address in the lower. Two targets of one address differ in the upper half; where
 * even that is the same, the one that comes first is meant, and packets go to the same place all the same.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: none to find. Open addressing, at most half
 * full.
 */
final class TargetKeys {

    private static final long FREE = 0;
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    private long[] keys = new long[16];
    private int[] indexes = new int[16];

    /** The key of a registration; the same in every process. */
    static long of(TargetRef ref, int address) {
        long hash =
                mix(ref.group().name().hashCode() * SPREAD + ref.id().value().hashCode());
        hash = mix(hash + ref.registration());
        return (hash & 0xFFFF_FFFF_0000_0000L) | (address & 0xFFFF_FFFFL);
    }

    /** Forgets all, and makes room for so many. */
    void clear(int count) {
        int length = Integer.highestOneBit(Math.max(8, count)) * 4;
        keys = new long[length];
        indexes = new int[length];
    }

    /** Enters a target whose address is not 0; of two with one key the first stays. */
    void put(long key, int index) {
        int at = place(key);
        if (keys[at] == FREE) {
            keys[at] = key;
            indexes[at] = index;
        }
    }

    /** The index of a key, or {@link TargetDirectory#NONE}. */
    int find(long key) {
        int at = place(key);
        return key != FREE && keys[at] == key ? indexes[at] : TargetDirectory.NONE;
    }

    /** Where a key is, or would be. */
    private int place(long key) {
        int mask = keys.length - 1;
        int at = (int) mix(key) & mask;
        while (keys[at] != FREE && keys[at] != key) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private static long mix(long value) {
        long h = (value ^ value >>> 32) * SPREAD;
        return h ^ h >>> 29;
    }
}

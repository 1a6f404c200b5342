// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.core;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.sluice.model.flow.FlowKey;

/**
 * The two hashes of a flow key: one that nobody outside can guess, one that every node agrees on.
 *
 * <p><b>Table hash.</b> Seeded with a secret of the process, so that senders cannot choose tuples that collide in a flow
 * table. Three 64x64-bit multiplications, each of two key words under secret masks, high half folded onto the low half;
 * a final one spreads the sum. It never leaves the process and may change from one release to the next.
 *
 * <p><b>Ranking hash.</b> What targets are ranked with (F-9): XXH3, 64 bits, over the 48 bytes of the six words, each
 * least significant byte first, under {@link #RANKING_SEED}. Public and pinned: nodes, restarts, JVMs and releases
 * must agree. Known answers are committed with the tests.
 *
 * <p>Both directions of a flow have one key (F-4), so they have one hash. <b>Threading.</b> Immutable.
 * <b>Allocation.</b> None per call.
 */
public final class FlowHasher {

    /** Seed of the ranking hash: the letters "sluicev1". Changing it re-ranks every new flow everywhere. */
    public static final long RANKING_SEED = 0x736C_7569_6365_7631L;

    private static final Hasher64 RANKING = Hashing.xxh3_64(RANKING_SEED);
    private static final int KEY_BYTES = FlowKey.WORDS * Long.BYTES;

    private final long mask0;
    private final long mask1;
    private final long mask2;
    private final long mask3;
    private final long mask4;
    private final long mask5;
    private final long multiplier;

    /**
     * Derives the secret masks.
     *
     * @param seed0 first half of a secret random seed
     * @param seed1 second half
     */
    public FlowHasher(long seed0, long seed1) {
        long[] counter = new long[1];
        this.mask0 = derive(seed0, seed1, counter);
        this.mask1 = derive(seed0, seed1, counter);
        this.mask2 = derive(seed0, seed1, counter);
        this.mask3 = derive(seed0, seed1, counter);
        this.mask4 = derive(seed0, seed1, counter);
        this.mask5 = derive(seed0, seed1, counter);
        this.multiplier = derive(seed0, seed1, counter) | 1;
    }

    /**
     * The hash for flow tables.
     *
     * @param key array that holds the six words of {@link FlowKey}
     * @param firstWord index of the first of them
     */
    public long hash(long[] key, int firstWord) {
        long a = fold(key[firstWord] ^ mask0, key[firstWord + 1] ^ mask1);
        long b = fold(key[firstWord + 2] ^ mask2, key[firstWord + 3] ^ mask3);
        long c = fold(key[firstWord + 4] ^ mask4, key[firstWord + 5] ^ mask5);
        return fold(a + Long.rotateLeft(b, 21) + Long.rotateLeft(c, 42), multiplier);
    }

    /**
     * The hash for ranking targets, equal on every node.
     *
     * @param key array that holds the six words of {@link FlowKey}
     * @param firstWord index of the first of them
     */
    public static long rankingHash(long[] key, int firstWord) {
        return RANKING.hashBytesToLong(key, (long) firstWord * Long.BYTES, KEY_BYTES, KeyBytes.INSTANCE);
    }

    private static long fold(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }

    private static long derive(long seed0, long seed1, long[] counter) {
        counter[0]++;
        return SipHash24.hash(seed0, seed1, counter, 0, 1);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.id;

/**
 * A hash of names that is the same on every node and in every release: what nodes decide alike without talking is made of it.
 *
 * <p>FNV-1a of 64 bits over the characters, then the finaliser of SplitMix64 (Stafford's variant 13). Names are ASCII by
 * their types' rules, so a character is a byte.
 */
public final class StableHash {

    /** The hash of nothing. */
    public static final long START = 0xCBF2_9CE4_8422_2325L;

    private static final long FNV_PRIME = 0x0000_0100_0000_01B3L;

    private StableHash() {}

    /** FNV-1a over one more text. */
    public static long fnv1a(long start, String text) {
        long hash = start;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        return hash;
    }

    /** FNV-1a over one more zero byte, which no name has: it keeps two names apart. */
    public static long separated(long start) {
        return start * FNV_PRIME; // xor with 0, then multiply
    }

    /** A bijection of 64 bits in which each input bit changes each output bit half of the time. */
    public static long mix(long value) {
        long z = (value ^ value >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
        return z ^ z >>> 31;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.core;

/**
 * SipHash-2-4 of a message of whole 64-bit words, under a 128-bit key: the keyed hash of cookies.
 *
 * <p>A word stands for its eight bytes, least significant first, as the algorithm reads them. The message's length
 * enters the hash. <b>Allocation.</b> None. <b>Source.</b> Aumasson and Bernstein, "SipHash: a fast short-input PRF",
 * 2012, sections 2.1 to 2.4.
 */
public final class SipHash24 {

    private static final long V0 = 0x736F_6D65_7073_6575L;
    private static final long V1 = 0x646F_7261_6E64_6F6DL;
    private static final long V2 = 0x6C79_6765_6E65_7261L;
    private static final long V3 = 0x7465_6462_7974_6573L;

    private SipHash24() {}

    /**
     * Hashes words of an array.
     *
     * @param key0 key bytes 0-7, least significant first
     * @param key1 key bytes 8-15
     * @param words array that holds the message
     * @param firstWord index of its first word
     * @param wordCount words of the message, 0 or more
     */
    public static long hash(long key0, long key1, long[] words, int firstWord, int wordCount) {
        long v0 = V0 ^ key0;
        long v1 = V1 ^ key1;
        long v2 = V2 ^ key0;
        long v3 = V3 ^ key1;
        // wordCount words, then the block that closes the message, then four rounds of finalisation in pairs
        for (int i = 0; i < wordCount + 3; i++) {
            long block = 0;
            if (i < wordCount) {
                block = words[firstWord + i];
            } else if (i == wordCount) {
                block = (long) wordCount << 59;
            } else if (i == wordCount + 1) {
                v2 ^= 0xFF;
            }
            v3 ^= block;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= block;
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}

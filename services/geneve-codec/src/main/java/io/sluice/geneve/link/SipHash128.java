// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * SipHash-2-4 with 128 bits of result over bytes of a buffer: what seals frames of the link.
 *
 * <p>The result is in {@link #first} and {@link #second}, each the eight bytes of it least significant first.
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Allocation</b>: none. <b>Source</b>: Aumasson and Bernstein, "SipHash: a
 * fast short-input PRF", 2012; the 128-bit variant of the authors' reference implementation.
 */
final class SipHash128 {

    private static final long V0 = 0x736F_6D65_7073_6575L;
    private static final long V1 = 0x646F_7261_6E64_6F6DL ^ 0xEE;
    private static final long V2 = 0x6C79_6765_6E65_7261L;
    private static final long V3 = 0x7465_6462_7974_6573L;

    private long first;
    private long second;

    /** First half of the last result. */
    long first() {
        return first;
    }

    /** Its second half. */
    long second() {
        return second;
    }

    /**
     * Hashes bytes.
     *
     * @param key0 key bytes 0-7, least significant first
     * @param key1 key bytes 8-15
     * @param buffer big-endian buffer, borrowed
     * @param offset absolute index of the first byte
     * @param lengthBytes bytes of the message, 0 or more
     */
    void hash(long key0, long key1, ByteBuffer buffer, int offset, int lengthBytes) {
        assert buffer.order() == ByteOrder.BIG_ENDIAN : "network order expected";
        long v0 = V0 ^ key0;
        long v1 = V1 ^ key1;
        long v2 = V2 ^ key0;
        long v3 = V3 ^ key1;
        int words = lengthBytes >>> 3;
        // whole words, the block that closes the message, then four rounds for each half of the result, all in pairs
        for (int i = 0; i < words + 5; i++) {
            long block = 0;
            if (i < words) {
                block = Long.reverseBytes(buffer.getLong(offset + (i << 3)));
            } else if (i == words) {
                block = last(buffer, offset, lengthBytes);
            } else if (i == words + 1) {
                v2 ^= 0xEE;
            } else if (i == words + 3) {
                first = v0 ^ v1 ^ v2 ^ v3;
                v1 ^= 0xDD;
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
        second = v0 ^ v1 ^ v2 ^ v3;
    }

    /** Length and the bytes that fill no word. */
    private static long last(ByteBuffer buffer, int offset, int lengthBytes) {
        long block = (long) lengthBytes << 56;
        for (int at = lengthBytes & ~7; at < lengthBytes; at++) {
            block |= (buffer.get(offset + at) & 0xFFL) << ((at & 7) << 3);
        }
        return block;
    }
}

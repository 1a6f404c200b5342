// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.core;

import com.dynatrace.hash4j.hashing.ByteAccess;

/** Lets hash4j read an array of longs as bytes, least significant first, without copying. */
final class KeyBytes implements ByteAccess<long[]> {

    static final KeyBytes INSTANCE = new KeyBytes();

    private KeyBytes() {}

    @Override
    public byte getByte(long[] words, long byteIndex) {
        return (byte) (words[(int) (byteIndex >>> 3)] >>> ((byteIndex & 7) << 3));
    }

    @Override
    public long getLong(long[] words, long byteIndex) {
        int word = (int) (byteIndex >>> 3);
        int shift = (int) (byteIndex & 7) << 3;
        // a shift by 64 is a shift by 0 in Java, so the aligned case is its own
        return shift == 0 ? words[word] : words[word] >>> shift | words[word + 1] << (64 - shift);
    }

    @Override
    public int getInt(long[] words, long byteIndex) {
        return getByteAsUnsignedInt(words, byteIndex)
                | getByteAsUnsignedInt(words, byteIndex + 1) << 8
                | getByteAsUnsignedInt(words, byteIndex + 2) << 16
                | getByteAsUnsignedInt(words, byteIndex + 3) << 24;
    }
}

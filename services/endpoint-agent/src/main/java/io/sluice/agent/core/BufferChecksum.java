// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The sum of {@link InternetChecksum} over long parts of one buffer.
 *
 * <p>The sum is made in native order, which a memory segment lets the compiler do with vectors, several times faster than
 * what a big-endian buffer allows; its bytes are swapped afterwards (RFC 1071 §2, byte order independence).
 *
 * <p><b>Threading</b>: no state but the buffer.
 */
final class BufferChecksum {

    private static final long LOW_32 = 0xFFFF_FFFFL;
    private static final boolean SWAPPED = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private final ByteBuffer buffer;
    private final MemorySegment memory;

    /** Sums parts of this buffer, whose position is 0. */
    BufferChecksum(ByteBuffer buffer) {
        this.buffer = buffer;
        this.memory = MemorySegment.ofBuffer(buffer);
    }

    /** The sum over a part; an odd last byte counts as if a zero followed. */
    long sum(int offset, int lengthBytes) {
        int longBytes = lengthBytes & ~7;
        long base = offset;
        long low = 0;
        long high = 0;
        for (int i = 0; i < longBytes; i += 8) {
            long value = memory.get(JAVA_LONG_UNALIGNED, base + i);
            low += value & LOW_32;
            high += value >>> 32;
        }
        int folded = InternetChecksum.fold(low + high);
        int sum = SWAPPED ? Short.reverseBytes((short) folded) & 0xFFFF : folded;
        return sum + InternetChecksum.sum(buffer, offset + longBytes, lengthBytes - longBytes);
    }
}

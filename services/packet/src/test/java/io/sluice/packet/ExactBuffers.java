// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

import java.nio.ByteBuffer;

/** Buffers whose bounds are exactly the packet's, so that any access outside throws. */
public final class ExactBuffers {
    /** Where packets start: not 0, so that a forgotten offset shows. */
    public static final int OFFSET = 3;

    private static final byte GUARD = (byte) 0xA5;

    private ExactBuffers() {}

    /** A direct buffer with the bytes at {@link #OFFSET} and nothing behind them. */
    public static ByteBuffer direct(byte[] bytes) {
        return filled(ByteBuffer.allocateDirect(OFFSET + bytes.length), bytes);
    }

    /** A heap buffer with the bytes at {@link #OFFSET} and nothing behind them. */
    public static ByteBuffer heap(byte[] bytes) {
        return filled(ByteBuffer.allocate(OFFSET + bytes.length), bytes);
    }

    /** The bytes of a range. */
    public static byte[] bytes(ByteBuffer buffer, int offset, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        buffer.get(offset, bytes);
        return bytes;
    }

    private static ByteBuffer filled(ByteBuffer buffer, byte[] bytes) {
        for (int at = 0; at < OFFSET; at++) {
            buffer.put(at, GUARD);
        }
        return buffer.put(OFFSET, bytes);
    }
}

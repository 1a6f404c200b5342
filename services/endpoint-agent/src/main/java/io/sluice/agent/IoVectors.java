// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A list of memory areas that one call reads or writes in turn.
 *
 * <p><b>Layout</b> of each ({@code struct iovec}, 64-bit): address 8 bytes, length 8.
 *
 * <p><b>Threading</b>: confined to one thread.
 */
final class IoVectors {

    private static final int ENTRY_BYTES = 16;

    private final ByteBuffer memory;
    private final long address;
    private int count;

    IoVectors(int capacity) {
        memory = ByteBuffer.allocateDirect(capacity * ENTRY_BYTES).order(ByteOrder.nativeOrder());
        address = NativeMemory.address(memory);
    }

    void add(long data, long lengthBytes) {
        int at = count * ENTRY_BYTES;
        memory.putLong(at, data).putLong(at + Long.BYTES, lengthBytes);
        count++;
    }

    void clear() {
        count = 0;
    }

    int count() {
        return count;
    }

    /** Where an entry is. */
    long address(int index) {
        return address + (long) index * ENTRY_BYTES;
    }
}

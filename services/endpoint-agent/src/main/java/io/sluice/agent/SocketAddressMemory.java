// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A {@code sockaddr_in} outside the heap.
 *
 * <p><b>Layout</b> (16 bytes): family 2, native order; port 2 and address 4, network order; zero 8.
 */
final class SocketAddressMemory {

    static final int SIZE_BYTES = 16;

    private static final int PORT_OFFSET = 2;
    private static final int ADDRESS_OFFSET = 4;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(SIZE_BYTES);
    private final long address = NativeMemory.address(memory);

    SocketAddressMemory() {}

    SocketAddressMemory(Ipv4SocketAddress value) {
        this(value.address(), value.port());
    }

    SocketAddressMemory(Ipv4Address host, int port) {
        memory.order(ByteOrder.nativeOrder()).putShort(0, (short) Libc.AF_INET).order(ByteOrder.BIG_ENDIAN);
        memory.putShort(PORT_OFFSET, (short) port);
        memory.putInt(ADDRESS_OFFSET, host.bits());
    }

    /** Where it is. */
    long address() {
        return address;
    }

    /** True where address and port are the other's. */
    boolean sameAs(SocketAddressMemory other) {
        return memory.getInt(ADDRESS_OFFSET) == other.memory.getInt(ADDRESS_OFFSET)
                && memory.getShort(PORT_OFFSET) == other.memory.getShort(PORT_OFFSET);
    }
}

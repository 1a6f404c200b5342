// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A message header with room for one control message, outside the heap.
 *
 * <p><b>Layout</b> ({@code struct msghdr}, 64-bit, 56 bytes): name 8, its length 4 and 4 unused, vectors 8, their number
 * 8, control 8, its length 8, flags 4 and 4 unused. Behind it the control message ({@code struct cmsghdr}): length 8,
 * level 4, type 4, data 4 and 4 unused.
 *
 * <p><b>Threading</b>: confined to one thread.
 */
final class MessageMemory {

    private static final int NAME = 0;
    private static final int NAME_LENGTH = 8;
    private static final int VECTORS = 16;
    private static final int VECTOR_COUNT = 24;
    private static final int CONTROL_POINTER = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int CONTROL = 56;
    private static final int CONTROL_LEVEL = CONTROL + 8;
    private static final int CONTROL_TYPE = CONTROL + 12;
    private static final int CONTROL_DATA = CONTROL + 16;
    private static final int CONTROL_BYTES = 24;

    private final ByteBuffer memory =
            ByteBuffer.allocateDirect(CONTROL + CONTROL_BYTES).order(ByteOrder.nativeOrder());
    private final long address = NativeMemory.address(memory);

    long address() {
        return address;
    }

    /** Sends from these vectors to a peer; {@code segmentBytes} other than 0 has the kernel cut the message. */
    void toSend(SocketAddressMemory peer, long vectors, int vectorCount, int segmentBytes) {
        fill(peer, vectors, vectorCount);
        if (segmentBytes == 0) {
            memory.putLong(CONTROL_POINTER, 0).putLong(CONTROL_LENGTH, 0);
            return;
        }
        memory.putLong(CONTROL_POINTER, address + CONTROL).putLong(CONTROL_LENGTH, CONTROL_BYTES);
        memory.putLong(CONTROL, CONTROL_DATA - CONTROL + Short.BYTES);
        memory.putInt(CONTROL_LEVEL, Libc.SOL_UDP).putInt(CONTROL_TYPE, Libc.UDP_SEGMENT);
        memory.putShort(CONTROL_DATA, (short) segmentBytes);
    }

    /** Receives into these vectors, the sender's address into {@code peer}. */
    void toReceive(SocketAddressMemory peer, long vectors, int vectorCount) {
        fill(peer, vectors, vectorCount);
        memory.putLong(CONTROL_POINTER, address + CONTROL).putLong(CONTROL_LENGTH, CONTROL_BYTES);
    }

    private void fill(SocketAddressMemory peer, long vectors, int vectorCount) {
        memory.putLong(NAME, peer.address()).putInt(NAME_LENGTH, SocketAddressMemory.SIZE_BYTES);
        memory.putLong(VECTORS, vectors).putLong(VECTOR_COUNT, vectorCount);
    }

    /** Size of the datagrams in what was received, the last of which may be smaller; 0 where it is one datagram. */
    int segmentBytes() {
        boolean said = memory.getLong(CONTROL_LENGTH) >= CONTROL_DATA - CONTROL + Integer.BYTES
                && memory.getInt(CONTROL_LEVEL) == Libc.SOL_UDP
                && memory.getInt(CONTROL_TYPE) == Libc.UDP_GRO;
        return said ? memory.getInt(CONTROL_DATA) : 0;
    }
}

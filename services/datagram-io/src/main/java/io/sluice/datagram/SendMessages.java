// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The messages of one event loop that wait for the kernel: what {@code sendmsg} reads, in memory made once.
 *
 * <p>A message is a number. It has one destination and up to {@value #SEGMENTS_MAX} datagrams, each of them one or two
 * vectors that point into its slot: two where its end had to be saved from the next one's header ({@link Aggregates}). More
 * than one datagram needs all of one size but a shorter last one, and carries {@code UDP_SEGMENT}.
 *
 * <p><b>Layout</b> of a message, {@value #MESSAGE_BYTES} bytes in host order:
 *
 * <pre>
 *    0  struct msghdr                      56
 *   64  struct sockaddr_in                 16   port and address in network order
 *   80  struct cmsghdr, u16 segment size   24
 *  128  struct iovec [128]               2048   of the datagrams, in order
 * </pre>
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Ownership</b>: a message belongs to whoever took it until it is given
 * back; the kernel reads its memory while a submission is on its way.
 */
final class SendMessages {

    /** What {@link #take} answers when every message is taken. */
    static final int NONE = -1;

    /** Older kernels take no more at once. */
    static final int SEGMENTS_MAX = 64;

    private static final int NAME_AT = 64;
    private static final int CONTROL_AT = 80;
    private static final int CONTROL_BYTES = 24;
    private static final int VECTORS_AT = 128;
    private static final int MESSAGE_BYTES = VECTORS_AT + 2 * SEGMENTS_MAX * KernelAbi.IOVEC_BYTES;

    private final PacketSlab slab;
    private final long slabAddress;
    private final CleanableDirectBuffer owner;
    private final ByteBuffer memory;

    /** The same bytes in network order. */
    private final ByteBuffer network;

    private final long memoryAddress;
    private final int[] counts;
    private final int[] vectorCounts;

    /** By message and datagram: its slot, and whether it has two vectors, as the sign. */
    private final int[] slots;

    private final int[] segmentBytes;
    private final int[] totalBytes;
    private final int[] addresses;
    private final int[] ports;
    private final int[] free;
    private int freeCount;

    /**
     * @param slab whose slots are sent
     * @param messageCount how many may be taken at once
     */
    SendMessages(PacketSlab slab, int messageCount) {
        this.slab = slab;
        slabAddress = Buffer.memoryAddress(slab.memory());
        owner = Buffer.allocateDirectBufferWithNativeOrder(Math.multiplyExact(messageCount, MESSAGE_BYTES));
        memory = owner.buffer();
        network = memory.duplicate().order(ByteOrder.BIG_ENDIAN);
        memoryAddress = Buffer.memoryAddress(memory);
        counts = new int[messageCount];
        vectorCounts = new int[messageCount];
        slots = new int[messageCount * SEGMENTS_MAX];
        segmentBytes = new int[messageCount];
        totalBytes = new int[messageCount];
        addresses = new int[messageCount];
        ports = new int[messageCount];
        free = new int[messageCount];
        for (int message = 0; message < messageCount; message++) {
            prepare(message);
            free[message] = messageCount - 1 - message;
        }
        freeCount = messageCount;
    }

    /** What no use of a message changes. */
    private void prepare(int message) {
        int at = message * MESSAGE_BYTES;
        long address = memoryAddress + at;
        memory.putLong(at + KernelAbi.MSGHDR_NAME, address + NAME_AT);
        memory.putInt(at + KernelAbi.MSGHDR_NAME_BYTES, KernelAbi.SOCKADDR_IN_BYTES);
        memory.putLong(at + KernelAbi.MSGHDR_VECTORS, address + VECTORS_AT);
        memory.putLong(at + KernelAbi.MSGHDR_CONTROL, address + CONTROL_AT);
        memory.putShort(at + NAME_AT, (short) KernelAbi.AF_INET);
        memory.putLong(at + CONTROL_AT, KernelAbi.CMSGHDR_BYTES + Short.BYTES);
        memory.putInt(at + CONTROL_AT + KernelAbi.CMSGHDR_LEVEL, KernelAbi.SOL_UDP);
        memory.putInt(at + CONTROL_AT + KernelAbi.CMSGHDR_TYPE, KernelAbi.UDP_SEGMENT);
    }

    /** Takes an empty message to a destination, or answers {@link #NONE}. */
    int take(int address, int port) {
        if (freeCount == 0) {
            return NONE;
        }
        int message = free[--freeCount];
        addresses[message] = address;
        ports[message] = port;
        counts[message] = 0;
        vectorCounts[message] = 0;
        totalBytes[message] = 0;
        int at = message * MESSAGE_BYTES + NAME_AT;
        network.putShort(at + KernelAbi.SOCKADDR_IN_PORT, (short) port);
        network.putInt(at + KernelAbi.SOCKADDR_IN_ADDRESS, address);
        return message;
    }

    /** Gives a message back; its slots are the caller's affair. */
    void giveBack(int message) {
        free[freeCount++] = message;
    }

    boolean isTo(int message, int address, int port) {
        return addresses[message] == address && ports[message] == port;
    }

    int address(int message) {
        return addresses[message];
    }

    int port(int message) {
        return ports[message];
    }

    /** Whether a datagram may be appended: not larger than the others, all of them full, and within what IPv4 carries. */
    boolean takes(int message, int lengthBytes) {
        int count = counts[message];
        int segment = segmentBytes[message];
        return count < SEGMENTS_MAX
                && lengthBytes <= segment
                && totalBytes[message] == count * segment
                && totalBytes[message] + lengthBytes <= SocketSettings.UDP_BYTES_MAX;
    }

    /** Appends a datagram: the first sets the size of the segments, the others must be ones the message {@link #takes}. */
    void append(int message, int slot, int offset, int lengthBytes) {
        int end = offset + lengthBytes;
        int safeEnd = slab.safeEnd(slot);
        if (end <= safeEnd) {
            vector(message, slabAddress + offset, lengthBytes);
            added(message, slot, lengthBytes);
            return;
        }
        int split = Math.max(offset, safeEnd);
        int saved = slab.saveEnd(slot, split, end);
        if (split == offset) {
            vector(message, slabAddress + saved, lengthBytes);
            added(message, slot, lengthBytes);
        } else {
            vector(message, slabAddress + offset, split - offset);
            vector(message, slabAddress + saved, end - split);
            added(message, ~slot, lengthBytes);
        }
    }

    private void vector(int message, long address, int lengthBytes) {
        int at = vectorAt(message, vectorCounts[message]++);
        memory.putLong(at, address);
        memory.putLong(at + KernelAbi.IOVEC_LENGTH, lengthBytes);
    }

    private void added(int message, int slotAndVectors, int lengthBytes) {
        int count = counts[message]++;
        if (count == 0) {
            segmentBytes[message] = lengthBytes;
        }
        slots[message * SEGMENTS_MAX + count] = slotAndVectors;
        totalBytes[message] += lengthBytes;
    }

    /**
     * Makes an empty message of one datagram of another.
     *
     * @param index which datagram
     * @param vector the first vector of it, counted in its message
     * @return the first vector of the datagram behind it
     */
    int appendOf(int message, int from, int index, int vector) {
        int slotAndVectors = slots[from * SEGMENTS_MAX + index];
        int end = vector + (slotAndVectors < 0 ? 2 : 1);
        int lengthBytes = 0;
        for (int i = vector; i < end; i++) {
            int at = vectorAt(from, i);
            int bytes = (int) memory.getLong(at + KernelAbi.IOVEC_LENGTH);
            vector(message, memory.getLong(at), bytes);
            lengthBytes += bytes;
        }
        added(message, slotAndVectors, lengthBytes);
        return end;
    }

    /** Writes what depends on the datagrams appended; the kernel may read the message from now on. */
    void seal(int message) {
        int at = message * MESSAGE_BYTES;
        boolean several = counts[message] > 1;
        memory.putLong(at + KernelAbi.MSGHDR_VECTOR_COUNT, vectorCounts[message]);
        memory.putLong(at + KernelAbi.MSGHDR_CONTROL_BYTES, several ? CONTROL_BYTES : 0);
        memory.putShort(at + CONTROL_AT + KernelAbi.CMSGHDR_BYTES, (short) segmentBytes[message]);
    }

    /** Address of the {@code msghdr}. */
    long headerAddress(int message) {
        return memoryAddress + (long) message * MESSAGE_BYTES;
    }

    /** Datagrams in a message. */
    int count(int message) {
        return counts[message];
    }

    /** UDP payload bytes in a message. */
    int totalBytes(int message) {
        return totalBytes[message];
    }

    /** Slot a datagram lies in. */
    int slot(int message, int index) {
        int slotAndVectors = slots[message * SEGMENTS_MAX + index];
        return slotAndVectors < 0 ? ~slotAndVectors : slotAndVectors;
    }

    private static int vectorAt(int message, int index) {
        return message * MESSAGE_BYTES + VECTORS_AT + index * KernelAbi.IOVEC_BYTES;
    }

    /** Frees the memory; nothing may be on its way. */
    void close() {
        owner.clean();
    }
}

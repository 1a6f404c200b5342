// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;

/**
 * A message that waits for the kernel: one destination and up to {@value #SEGMENTS_MAX} datagrams, each of them one or two
 * vectors that point into its slot: two where its end had to be saved from the next one's header ({@link Aggregates}). More
 * than one datagram needs all of one size but a shorter last one, and carries {@code UDP_SEGMENT}.
 *
 * <p><b>Layout</b> of what {@code sendmsg} reads, {@value #BYTES} bytes in host order:
 *
 * <pre>
 *    0  struct msghdr                      56
 *   64  struct sockaddr_in                 16   port and address in network order
 *   80  struct cmsghdr, u16 segment size   24
 *  128  struct iovec [128]               2048   of the datagrams, in order
 * </pre>
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Ownership</b>: {@link SendMessages} makes each once; it belongs to
 * whoever took it until it is given back; the kernel reads its memory while a submission is on its way.
 */
final class SendMessage {

    /** Older kernels take no more at once. */
    static final int SEGMENTS_MAX = 64;

    private static final int NAME_AT = 64;
    private static final int CONTROL_AT = 80;
    private static final int CONTROL_BYTES = 24;
    private static final int VECTORS_AT = 128;

    /** Size of the memory of a message. */
    static final int BYTES = VECTORS_AT + 2 * SEGMENTS_MAX * KernelAbi.IOVEC_BYTES;

    private final int number;
    private final PacketSlab slab;
    private final long slabAddress;
    private final ByteBuffer memory;
    private final ByteBuffer network;
    private final int at;

    /** By datagram: its slot, and whether it has two vectors, as the sign. */
    private final int[] slots = new int[SEGMENTS_MAX];

    private long destination;
    private int count;
    private int segmentBytes;
    private int totalBytes;

    /** Bytes of the longest datagram that may be appended; 0 where none may. */
    private int takesBytes;

    /** Where the next vector goes. */
    private int vectorsEnd;

    /**
     * @param number of the message among all of the loop
     * @param slab whose slots are sent
     * @param memory of all messages, in host order
     * @param network the same in network order
     * @param at where in it this one's begins
     */
    SendMessage(int number, PacketSlab slab, ByteBuffer memory, ByteBuffer network, int at) {
        this.number = number;
        this.slab = slab;
        slabAddress = Buffer.memoryAddress(slab.memory());
        this.memory = memory;
        this.network = network;
        this.at = at;
        prepare();
    }

    /** What no use of the message changes. */
    private void prepare() {
        long address = headerAddress();
        memory.putLong(at + KernelAbi.MSGHDR_NAME, address + NAME_AT);
        memory.putInt(at + KernelAbi.MSGHDR_NAME_BYTES, KernelAbi.SOCKADDR_IN_BYTES);
        memory.putLong(at + KernelAbi.MSGHDR_VECTORS, address + VECTORS_AT);
        memory.putLong(at + KernelAbi.MSGHDR_CONTROL, address + CONTROL_AT);
        memory.putShort(at + NAME_AT, (short) KernelAbi.AF_INET);
        memory.putLong(at + CONTROL_AT, KernelAbi.CMSGHDR_BYTES + Short.BYTES);
        memory.putInt(at + CONTROL_AT + KernelAbi.CMSGHDR_LEVEL, KernelAbi.SOL_UDP);
        memory.putInt(at + CONTROL_AT + KernelAbi.CMSGHDR_TYPE, KernelAbi.UDP_SEGMENT);
    }

    /** A destination as one number: address and port. */
    static long destination(int address, int port) {
        return (long) address << Short.SIZE | port;
    }

    /** Begins anew, without datagrams, to a {@link #destination(int, int)}. */
    void to(long destination) {
        this.destination = destination;
        count = 0;
        totalBytes = 0;
        takesBytes = SocketSettings.UDP_BYTES_MAX;
        vectorsEnd = at + VECTORS_AT;
        network.putShort(at + NAME_AT + KernelAbi.SOCKADDR_IN_PORT, (short) destination);
        network.putInt(at + NAME_AT + KernelAbi.SOCKADDR_IN_ADDRESS, (int) (destination >>> Short.SIZE));
    }

    /** What {@link SendMessages} knows the message by, and the kernel's answer. */
    int number() {
        return number;
    }

    long destination() {
        return destination;
    }

    /** Whether a datagram may be appended: not larger than the others, all of them full, and within what IPv4 carries. */
    boolean takes(int lengthBytes) {
        return lengthBytes <= takesBytes;
    }

    /** Appends a datagram: the first sets the size of the segments, the others must be ones the message {@link #takes}. */
    void append(int slot, int offset, int lengthBytes) {
        int end = offset + lengthBytes;
        int safeEnd = slab.safeEnd(slot);
        if (end <= safeEnd) {
            vector(slabAddress + offset, lengthBytes);
            added(slot, lengthBytes);
            return;
        }
        int split = Math.max(offset, safeEnd);
        int saved = slab.saveEnd(slot, split, end);
        if (split == offset) {
            vector(slabAddress + saved, lengthBytes);
            added(slot, lengthBytes);
        } else {
            vector(slabAddress + offset, split - offset);
            vector(slabAddress + saved, end - split);
            added(~slot, lengthBytes);
        }
    }

    private void vector(long address, int lengthBytes) {
        memory.putLong(vectorsEnd, address);
        memory.putLong(vectorsEnd + KernelAbi.IOVEC_LENGTH, lengthBytes);
        vectorsEnd += KernelAbi.IOVEC_BYTES;
    }

    private void added(int slotAndVectors, int lengthBytes) {
        if (count == 0) {
            segmentBytes = lengthBytes;
        }
        slots[count++] = slotAndVectors;
        totalBytes += lengthBytes;
        takesBytes = count == SEGMENTS_MAX || lengthBytes != segmentBytes
                ? 0
                : Math.min(segmentBytes, SocketSettings.UDP_BYTES_MAX - totalBytes);
    }

    /**
     * Appends a datagram of another message.
     *
     * @param index which datagram
     * @param vector the first vector of it, counted in its message
     * @return the first vector of the datagram behind it
     */
    int appendOf(SendMessage from, int index, int vector) {
        int slotAndVectors = from.slots[index];
        int end = vector + (slotAndVectors < 0 ? 2 : 1);
        int lengthBytes = 0;
        for (int i = vector; i < end; i++) {
            int vectorAt = from.at + VECTORS_AT + i * KernelAbi.IOVEC_BYTES;
            int bytes = (int) memory.getLong(vectorAt + KernelAbi.IOVEC_LENGTH);
            vector(memory.getLong(vectorAt), bytes);
            lengthBytes += bytes;
        }
        added(slotAndVectors, lengthBytes);
        return end;
    }

    /** Writes what depends on the datagrams appended; the kernel may read the message from now on. */
    void seal() {
        int vectorCount = (vectorsEnd - at - VECTORS_AT) / KernelAbi.IOVEC_BYTES;
        memory.putLong(at + KernelAbi.MSGHDR_VECTOR_COUNT, vectorCount);
        memory.putLong(at + KernelAbi.MSGHDR_CONTROL_BYTES, count > 1 ? CONTROL_BYTES : 0);
        memory.putShort(at + CONTROL_AT + KernelAbi.CMSGHDR_BYTES, (short) segmentBytes);
    }

    /** Address of the {@code msghdr}. */
    long headerAddress() {
        return Buffer.memoryAddress(memory) + at;
    }

    /** Datagrams in it. */
    int count() {
        return count;
    }

    /** UDP payload bytes in it. */
    int totalBytes() {
        return totalBytes;
    }

    /** Gives back the slots that its datagrams lie in. */
    void releaseSlots() {
        for (int i = 0; i < count; i++) {
            int slotAndVectors = slots[i];
            slab.release(slotAndVectors < 0 ? ~slotAndVectors : slotAndVectors);
        }
    }
}

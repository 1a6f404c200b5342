// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The packet memory of one event loop: one direct buffer cut into equal slots.
 *
 * <p>A packet in flight is three ints (slot, offset, length) and never an object. Offsets are absolute positions in
 * {@link #memory()}. Received bytes start {@link #headroomBytes()} into their slot, so that a longer header can be
 * written in front of them in place.
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Ownership</b>: a slot belongs to whoever acquired it, or was
 * handed it, until it is released or given to {@link DatagramPort#send}. <b>Limits</b>: {@link #acquire()} answers
 * {@link #NONE} when every slot is taken; nothing grows.
 */
public final class PacketSlab {

    /** What {@link #acquire()} answers when every slot is taken. */
    public static final int NONE = -1;

    private final ByteBuffer memory;
    private final int slotBytes;
    private final int headroomBytes;
    private final int[] free;
    private final boolean[] taken;
    private int freeCount;

    /**
     * @param slotCount number of slots, at least 1
     * @param slotBytes size of a slot, headroom included
     * @param headroomBytes room before received bytes, less than {@code slotBytes}
     * @throws IllegalArgumentException where a size is out of range or the whole exceeds 2 GiB
     */
    public PacketSlab(int slotCount, int slotBytes, int headroomBytes) {
        if (slotCount < 1 || headroomBytes < 0 || slotBytes <= headroomBytes) {
            throw new IllegalArgumentException(
                    "slotCount %d, slotBytes %d, headroomBytes %d: need >= 1 slot larger than its headroom"
                            .formatted(slotCount, slotBytes, headroomBytes));
        }
        if ((long) slotCount * slotBytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a slab of %d x %d bytes exceeds 2 GiB".formatted(slotCount, slotBytes));
        }
        this.memory = ByteBuffer.allocateDirect(slotCount * slotBytes).order(ByteOrder.BIG_ENDIAN);
        this.slotBytes = slotBytes;
        this.headroomBytes = headroomBytes;
        this.free = new int[slotCount];
        this.taken = new boolean[slotCount];
        this.freeCount = slotCount;
        for (int i = 0; i < slotCount; i++) {
            free[i] = slotCount - 1 - i;
        }
    }

    /** The whole slab, big endian; use absolute access only, its position and limit are nobody's. */
    public ByteBuffer memory() {
        return memory;
    }

    /** Takes a slot, or answers {@link #NONE}. */
    public int acquire() {
        if (freeCount == 0) {
            return NONE;
        }
        int slot = free[--freeCount];
        taken[slot] = true;
        return slot;
    }

    /**
     * Gives a slot back.
     *
     * @throws IllegalStateException where the slot is free already: a double release is a programmer error
     */
    public void release(int slot) {
        if (!taken[slot]) {
            throw new IllegalStateException("slot " + slot + " released twice");
        }
        taken[slot] = false;
        free[freeCount++] = slot;
    }

    /**
     * Refuses bytes that are not in a slot.
     *
     * @throws IllegalArgumentException with the bytes and the slot
     */
    void checkInSlot(int slot, int offset, int lengthBytes) {
        int start = slotStart(slot);
        if (offset < start || lengthBytes < 0 || lengthBytes > start + slotBytes - offset) {
            throw new IllegalArgumentException(
                    "%d bytes at %d are not in slot %d".formatted(lengthBytes, offset, slot));
        }
    }

    /** Absolute offset of the first byte of a slot. */
    public int slotStart(int slot) {
        return slot * slotBytes;
    }

    /** Absolute offset at which received bytes start. */
    public int dataStart(int slot) {
        return slot * slotBytes + headroomBytes;
    }

    /** Bytes a slot holds behind its headroom. */
    public int dataBytesMax() {
        return slotBytes - headroomBytes;
    }

    /** Size of a slot in bytes, headroom included. */
    public int slotBytes() {
        return slotBytes;
    }

    /** Bytes before {@link #dataStart}. */
    public int headroomBytes() {
        return headroomBytes;
    }

    /** Slots that can be acquired now. */
    public int freeCount() {
        return freeCount;
    }

    /** Slots in all. */
    public int slotCount() {
        return free.length;
    }
}

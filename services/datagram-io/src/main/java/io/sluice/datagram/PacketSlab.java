// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The packet memory of one event loop: one direct buffer, cut into equal slots and, where datagrams are to be received
 * together, into aggregates ({@link Aggregates}).
 *
 * <p>A packet in flight is three ints (slot, offset, length) and never an object. Offsets are absolute positions in
 * {@link #memory()}. In front of received bytes there is room, so that a longer header goes before them in place: as much as
 * their receiver asked for ({@link DatagramReceiver#headroomBytes()}), and {@link #headroomBytes()} of what was kept.
 *
 * <p>Numbers from {@link #slotCount()} on are those of datagrams that were received together and lie side by side. They are
 * used like slots, but in their headroom lies the end of the datagram before: so such a one is to be sent, released or
 * {@linkplain #keep kept} before the receiver returns, and none can be acquired.
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
    private final Aggregates aggregates;
    private int freeCount;

    /** Slot that a receiver was handed and has neither released, sent nor kept yet. */
    private int inHand = NONE;

    /** A slab of slots alone. */
    public PacketSlab(int slotCount, int slotBytes, int headroomBytes) {
        this(slotCount, slotBytes, headroomBytes, 0);
    }

    /**
     * @param slotCount number of slots, at least 1
     * @param slotBytes size of a slot, headroom included
     * @param headroomBytes room before received bytes, less than {@code slotBytes}
     * @param aggregateCount number of aggregates, some 70,000 bytes each; 0 where each datagram is received for itself
     * @throws IllegalArgumentException where a size is out of range or the whole exceeds 2 GiB
     */
    public PacketSlab(int slotCount, int slotBytes, int headroomBytes, int aggregateCount) {
        if (slotCount < 1 || headroomBytes < 0 || slotBytes <= headroomBytes) {
            throw new IllegalArgumentException(
                    "slotCount %d, slotBytes %d, headroomBytes %d: need >= 1 slot larger than its headroom"
                            .formatted(slotCount, slotBytes, headroomBytes));
        }
        long slotsBytes = (long) slotCount * slotBytes;
        long allBytes = slotsBytes + Aggregates.bytes(aggregateCount, headroomBytes);
        if (allBytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a slab of %d x %d bytes and %d aggregates exceeds 2 GiB"
                    .formatted(slotCount, slotBytes, aggregateCount));
        }
        this.memory = PagesOnDemand.allocate((int) allBytes).order(ByteOrder.BIG_ENDIAN);
        this.aggregates = new Aggregates(memory, (int) slotsBytes, aggregateCount, headroomBytes);
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
        decided(slot);
        if (slot >= taken.length) {
            aggregates.release(slot - taken.length);
            return;
        }
        if (!taken[slot]) {
            throw new IllegalStateException("slot " + slot + " released twice");
        }
        taken[slot] = false;
        free[freeCount++] = slot;
    }

    /**
     * Makes received bytes outlast the call they came with, also one that throws. Where they may not stay, they move to a
     * slot of their own, at its {@link #dataStart}, and the one they were in is released.
     *
     * @return the slot they are in from now on, or {@link #NONE} where every slot is taken and nothing has changed
     */
    public int keep(int slot, int offset, int lengthBytes) {
        if (slot < taken.length) {
            decided(slot);
            return slot;
        }
        int kept = lengthBytes > dataBytesMax() ? NONE : acquire();
        if (kept != NONE) {
            memory.put(dataStart(kept), memory, offset, lengthBytes);
            release(slot);
        }
        return kept;
    }

    /** A receiver is about to be handed a slot. */
    void hand(int slot) {
        inHand = slot;
    }

    /** What becomes of a slot is settled: if a receiver had it in hand, it has not any more. */
    void decided(int slot) {
        if (slot == inHand) {
            inHand = NONE;
        }
    }

    /** The receiver threw: releases the slot it was handed, unless it had released, sent or kept it before. */
    void takeBack() {
        if (inHand != NONE) {
            release(inHand);
        }
    }

    /**
     * Refuses bytes that are not in a slot.
     *
     * @throws IllegalArgumentException with the bytes and the slot
     */
    void checkInSlot(int slot, int offset, int lengthBytes) {
        boolean received = slot >= taken.length;
        int start = received ? aggregates.segmentFloor(slot - taken.length) : slotStart(slot);
        int end = received ? aggregates.segmentEnd(slot - taken.length) : start + slotBytes;
        if (offset < start || lengthBytes < 0 || lengthBytes > end - offset) {
            throw new IllegalArgumentException(
                    "%d bytes at %d are not in slot %d".formatted(lengthBytes, offset, slot));
        }
    }

    /** What is received together. */
    Aggregates aggregates() {
        return aggregates;
    }

    /** The number, among slots, of a datagram in an aggregate. */
    int slotOfSegment(int segment) {
        return taken.length + segment;
    }

    /**
     * From where on bytes are not safe in a slot, as the next datagram's header may be written there; beyond everything
     * where they all are.
     */
    int safeEnd(int slot) {
        return slot < taken.length ? Integer.MAX_VALUE : aggregates.safeEnd(slot - taken.length);
    }

    /** Copies the end of a datagram, beyond {@link #safeEnd}, to where it is safe; the absolute offset there. */
    int saveEnd(int slot, int from, int to) {
        return aggregates.saveEnd(slot - taken.length, from, to);
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

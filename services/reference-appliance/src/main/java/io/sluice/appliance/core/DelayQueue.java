// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance.core;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Packets that wait, in the order they came: the first holds up those behind it.
 *
 * <p><b>Threading</b>: one thread. Memory is taken when a slot is first used and then kept: {@value #SLOT_BYTES} bytes
 * each. <b>Units</b>: nanoseconds of any monotonic clock.
 *
 * @param <S> what a packet is kept with
 */
public final class DelayQueue<S> {

    /** The longest packet that can wait: 8500 bytes and 40 of header fit. */
    public static final int SLOT_BYTES = 9_216;

    private final Slot<S>[] slots;
    private int head;
    private int size;

    private static final class Slot<S> {
        private final ByteBuffer bytes = ByteBuffer.allocateDirect(SLOT_BYTES);
        private @Nullable S sender;
        private int lengthBytes;
        private long dueNs;
    }

    /** Takes what has waited long enough. */
    @FunctionalInterface
    public interface Receiver<S> {
        /** The packet lies from index 0 on; it must not be kept. */
        void accept(ByteBuffer bytes, int lengthBytes, S sender);
    }

    /** A queue of so many slots. */
    @SuppressWarnings({"unchecked", "rawtypes"}) // no array of a generic type can be made otherwise
    public DelayQueue(int slots) {
        this.slots = new Slot[slots];
    }

    /** Copies a packet into the queue; false where there is no room for it. */
    public boolean add(ByteBuffer bytes, int offset, int lengthBytes, S sender, long dueNs) {
        if (size == slots.length || lengthBytes > SLOT_BYTES) {
            return false;
        }
        int index = (head + size) % slots.length;
        Slot<S> slot = slots[index];
        if (slot == null) {
            slot = new Slot<>();
            slots[index] = slot;
        }
        slot.bytes.put(0, bytes, offset, lengthBytes);
        slot.lengthBytes = lengthBytes;
        slot.sender = sender;
        slot.dueNs = dueNs;
        size++;
        return true;
    }

    /** Hands over the packets at the head whose time has come. */
    public void release(long nowNs, Receiver<S> receiver) {
        while (size > 0 && slots[head].dueNs - nowNs <= 0) {
            Slot<S> slot = slots[head];
            S sender = slot.sender;
            if (sender != null) {
                receiver.accept(slot.bytes, slot.lengthBytes, sender);
            }
            slot.sender = null;
            head = (head + 1) % slots.length;
            size--;
        }
    }

    /** How long the first packet still waits; {@link Long#MAX_VALUE} where there is none. */
    public long waitNs(long nowNs) {
        return size == 0 ? Long.MAX_VALUE : Math.max(0, slots[head].dueNs - nowNs);
    }

    /** Packets that wait. */
    public int size() {
        return size;
    }
}

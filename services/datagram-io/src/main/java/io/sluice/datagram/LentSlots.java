// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.unix.Buffer;

/**
 * Receives into slots of the slab, and copies nothing.
 *
 * <p>A slot that is lent counts as taken in its {@link PacketSlab}. The number of a slot is that of the kernel's buffer,
 * which is the whole slot: what the kernel writes in front of a payload fills the headroom exactly, so the payload starts
 * at {@link PacketSlab#dataStart}.
 *
 * <p>A slot brings one datagram, and what is lent is half of what may wait to be sent at most: nothing waits here.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
final class LentSlots implements ReceiveBuffers {

    /** Slots with the kernel: some batches' worth, and few enough that what it fills is still in the cache when read. */
    private static final int LENT_MAX = 256;

    private final PacketSlab slab;
    private final BufferLender lender;
    private final ReceivedMessage message;
    private final int lentMax;

    /** With more than these lent there is no hurry. */
    private final int lentEnough;

    /**
     * @param slab whose slots are lent
     * @param group number of the kernel's buffer group
     */
    LentSlots(PacketSlab slab, short group) {
        this.slab = slab;
        lender = new BufferLender(
                group, Buffer.memoryAddress(slab.memory()), slab.slotCount(), slab.slotBytes(), slab::release);
        message = new ReceivedMessage(slab.memory());
        lentMax = Math.clamp(slab.slotCount() >> 2, 1, LENT_MAX);
        lentEnough = lentMax - (lentMax >> 2);
    }

    @Override
    public BufferLender lender() {
        return lender;
    }

    @Override
    public int payloadAt() {
        return slab.headroomBytes();
    }

    @Override
    public boolean replenish() {
        if (lender.lentCount() <= lentEnough && !lender.closing()) {
            for (int missing = lentMax - lender.lentCount(); missing > 0; missing--) {
                int slot = slab.acquire();
                if (slot == PacketSlab.NONE) {
                    break;
                }
                lender.gather(slot);
            }
            lender.lend();
        }
        return lender.lentCount() > 0;
    }

    @Override
    public void filled(int slot, PortReceiver receiver) {
        lender.take(slot);
        ReceivedMessage received = message.at(slab.slotStart(slot));
        if (received.truncated()) {
            slab.release(slot);
            receiver.tooLong();
        } else {
            receiver.deliver(
                    slot,
                    slab.dataStart(slot),
                    received.payloadBytes(),
                    received.sourceAddress(),
                    received.sourcePort());
        }
    }

    @Override
    public boolean waiting() {
        return false;
    }

    @Override
    public void takeOn() {}

    @Override
    public void unwanted(int slot) {
        lender.take(slot);
        slab.release(slot);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.unix.Buffer;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slots that are lent to the kernel, which fills them with what every socket of the path receives.
 *
 * <p>A slot that is lent counts as taken in its {@link PacketSlab}. Its number is the number of the kernel's buffer, and
 * the buffer is the whole slot: {@code recvmsg_out}, the sender's address and unused control data fill the headroom
 * exactly, so the payload starts at {@link PacketSlab#dataStart} and nothing is copied.
 *
 * <p><b>Lending.</b> {@code IORING_OP_PROVIDE_BUFFERS} takes a run of neighbours with one submission. Slots are gathered
 * in a bit map and lent as blocks of up to 64 whose start is a multiple of their size, so there are at most two blocks a
 * slot to name, and each has one submission that is made at its first use and then used again. The kernel fills buffers
 * in the order in which they were lent, so runs mostly survive their way through the gateway.
 *
 * <p><b>Block numbers</b> are those of a binary heap over the slots: 1 is everything, and the children of n are 2n and
 * 2n + 1. They have to fit the 16 bits that Netty hands through a submission without a table.
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Errors</b>: what the kernel refuses to borrow goes back to the slab.
 */
final class ReceiveBuffers implements IoUringIoHandle {

    private static final Logger LOG = LoggerFactory.getLogger(ReceiveBuffers.class);

    /** Most slots of a slab, given by the width of a block number. */
    static final int SLOTS_MAX = 1 << 15;

    /** Slots with the kernel: some batches' worth, and few enough that what it fills is still in the cache when read. */
    private static final int LENT_MAX = 256;

    private static final int WORD = Long.SIZE;

    private final PacketSlab slab;
    private final short group;
    private final long slabAddress;
    private final int lentMax;

    /** From this many on there is no hurry to lend more. */
    private final int lentEnough;

    /** Slots of the heap's lowest level: a power of two. */
    private final int leaves;

    private final @Nullable IoUringIoOps[] blocks;
    private final long[] gathered;
    private final long[] lent;
    private int lentCount;
    private int outstanding;
    private boolean closing;
    private @Nullable IoRegistration registration;
    private Runnable closed = () -> {};

    /**
     * @param slab whose slots are lent
     * @param group number of the kernel's buffer group, of no other use on this event loop
     */
    ReceiveBuffers(PacketSlab slab, short group) {
        this.slab = slab;
        this.group = group;
        slabAddress = Buffer.memoryAddress(slab.memory());
        lentMax = Math.clamp(slab.slotCount() >> 2, 1, LENT_MAX);
        lentEnough = lentMax - (lentMax >> 2);
        leaves = Math.max(WORD, Integer.highestOneBit(slab.slotCount() * 2 - 1));
        blocks = new IoUringIoOps[2 * leaves];
        gathered = new long[leaves / WORD];
        lent = new long[leaves / WORD];
    }

    void register(IoRegistration with) {
        registration = with;
    }

    short group() {
        return group;
    }

    /** Lends slots where too few are, and tells whether the kernel has any now. */
    boolean replenish() {
        if (lentCount <= lentEnough && !closing) {
            lend(lentMax - lentCount);
        }
        return lentCount > 0;
    }

    private void lend(int count) {
        int lowest = leaves;
        int highest = -1;
        for (int i = 0; i < count; i++) {
            int slot = slab.acquire();
            if (slot == PacketSlab.NONE) {
                break;
            }
            gathered[slot / WORD] |= 1L << slot;
            lowest = Math.min(lowest, slot);
            highest = Math.max(highest, slot);
        }
        for (int word = lowest / WORD; word <= highest / WORD && highest >= 0; word++) {
            lendWord(word);
        }
    }

    /** Lends the slots gathered in one word, the lowest and largest blocks first. */
    private void lendWord(int word) {
        long bits = gathered[word];
        gathered[word] = 0;
        lent[word] |= bits;
        lentCount += Long.bitCount(bits);
        while (bits != 0) {
            int first = Long.numberOfTrailingZeros(bits);
            int level = Integer.numberOfTrailingZeros(first | WORD);
            while (level > 0 && !holds(bits, first, level)) {
                level--;
            }
            bits &= ~mask(first, level);
            submit((leaves + word * WORD + first) >>> level);
        }
    }

    private static boolean holds(long bits, int first, int level) {
        long mask = mask(first, level);
        return (bits & mask) == mask;
    }

    private static long mask(int first, int level) {
        return (-1L >>> (WORD - (1 << level))) << first;
    }

    private void submit(int block) {
        IoUringIoOps ops = blocks[block];
        if (ops == null) {
            ops = provide(block);
            blocks[block] = ops;
        }
        outstanding++;
        registration().submit(ops);
    }

    private IoUringIoOps provide(int block) {
        int first = firstSlot(block);
        return new IoUringIoOps(
                KernelAbi.OP_PROVIDE_BUFFERS,
                (byte) 0,
                (short) 0,
                slotsOf(block),
                first,
                slabAddress + slab.slotStart(first),
                slab.slotBytes(),
                0,
                (long) (short) block,
                group,
                (short) 0,
                0,
                0);
    }

    private int slotsOf(int block) {
        return leaves / Integer.highestOneBit(block);
    }

    private int firstSlot(int block) {
        return block * slotsOf(block) - leaves;
    }

    /** The kernel has filled a buffer: its slot belongs to the caller from now on. */
    int filled(int buffer) {
        take(buffer);
        return buffer;
    }

    private void take(int slot) {
        long bit = 1L << slot;
        if ((lent[slot / WORD] & bit) == 0) {
            throw new IllegalStateException("slot " + slot + " is not with the kernel");
        }
        lent[slot / WORD] &= ~bit;
        lentCount--;
    }

    /** Takes every slot back once no receive of the path is armed; then runs the action, on the loop. */
    void close(Runnable then) {
        closing = true;
        closed = then;
        outstanding++;
        registration()
                .submit(new IoUringIoOps(
                        KernelAbi.OP_REMOVE_BUFFERS,
                        (byte) 0,
                        (short) 0,
                        SLOTS_MAX,
                        0,
                        0,
                        0,
                        0,
                        0,
                        group,
                        (short) 0,
                        0,
                        0));
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
        IoUringIoEvent done = (IoUringIoEvent) event;
        outstanding--;
        if (done.opcode() == KernelAbi.OP_PROVIDE_BUFFERS && done.res() < 0) {
            refused(Short.toUnsignedInt((short) done.userData()), -done.res());
        }
        if (closing && outstanding == 0) {
            finish();
        }
    }

    private void refused(int block, int errorNumber) {
        int first = firstSlot(block);
        for (int slot = first; slot < first + slotsOf(block); slot++) {
            take(slot);
            slab.release(slot);
        }
        LOG.atWarn()
                .addKeyValue("event", "receive_buffers_refused")
                .addKeyValue("slots", slotsOf(block))
                .addKeyValue("errno", errorNumber)
                .log("the kernel did not take slots to receive into");
    }

    private void finish() {
        for (int slot = 0; slot < slab.slotCount(); slot++) {
            if ((lent[slot / WORD] & (1L << slot)) != 0) {
                take(slot);
                slab.release(slot);
            }
        }
        registration().cancel();
        closed.run();
    }

    /** The event loop ends: what is lent ends with its ring. */
    @Override
    public void close() {}

    private IoRegistration registration() {
        IoRegistration with = registration;
        if (with == null) {
            throw new IllegalStateException("not registered");
        }
        return with;
    }
}

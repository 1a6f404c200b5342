// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lends buffers to the kernel: equal pieces of one region, numbered from 0, as one buffer group of the event loop's ring.
 *
 * <p>{@code IORING_OP_PROVIDE_BUFFERS} takes a run of neighbours with one submission. Buffers are gathered in a bit map
 * and lent as blocks of up to 64 whose start is a multiple of their size, so there are at most two blocks a buffer to
 * name, and each has one submission that is made at its first use and then used again. The kernel fills buffers in the
 * order in which they were lent, so runs mostly survive their way through the gateway.
 *
 * <p><b>Block numbers</b> are those of a binary heap over the buffers: 1 is everything, and the children of n are 2n and
 * 2n + 1. They have to fit the 16 bits that Netty hands through a submission without a table.
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Ownership</b>: a buffer is the kernel's from {@link #lend()} until
 * {@link #take}, or until it is given to the consumer of what comes back unused: refused by the kernel, found not
 * to be there ({@link #exhausted()}), or still lent at the end.
 */
final class BufferLender implements IoUringIoHandle {

    private static final Logger LOG = LoggerFactory.getLogger(BufferLender.class);

    /** Most buffers, given by the width of a block number. */
    static final int BUFFERS_MAX = 1 << 15;

    private static final int WORD = Long.SIZE;

    private final short group;
    private final long address;
    private final int bufferBytes;
    private final IntConsumer unused;

    /** Buffers of the heap's lowest level: a power of two. */
    private final int leaves;

    private final @Nullable IoUringIoOps[] blocks;
    private final long[] gathered;
    private final long[] lent;
    private int lowest = Integer.MAX_VALUE;
    private int highest = -1;
    private int lentCount;
    private int outstanding;
    private int losses;
    private boolean closing;
    private @Nullable IoRegistration registration;
    private Runnable closed = () -> {};

    /**
     * @param group number of the group, of no other use on this event loop
     * @param address where the region begins
     * @param count buffers in it, 1-{@value #BUFFERS_MAX}
     * @param bufferBytes size of each
     * @param unused gets each buffer that comes back without having been filled
     */
    BufferLender(short group, long address, int count, int bufferBytes, IntConsumer unused) {
        this.group = group;
        this.address = address;
        this.bufferBytes = bufferBytes;
        this.unused = unused;
        leaves = Math.max(WORD, Integer.highestOneBit(count * 2 - 1));
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

    /** Buffers that are with the kernel. */
    int lentCount() {
        return lentCount;
    }

    /** Notes a buffer for the next {@link #lend()}. */
    void gather(int buffer) {
        gathered[buffer / WORD] |= 1L << buffer;
        lowest = Math.min(lowest, buffer);
        highest = Math.max(highest, buffer);
    }

    /** Whether buffers are lent no longer. */
    boolean closing() {
        return closing;
    }

    /** Lends what was gathered. */
    void lend() {
        if (highest >= 0 && !closing) {
            int first = lowest / WORD;
            int last = highest / WORD;
            // before, because what cannot even be submitted may be gathered again at once
            lowest = Integer.MAX_VALUE;
            highest = -1;
            for (int word = first; word <= last; word++) {
                lendWord(word);
            }
        }
    }

    /** Lends the buffers gathered in one word, the lowest first and each time the largest block there is. */
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
        try {
            registration().submit(ops);
            outstanding++;
        } catch (RuntimeException noRoom) {
            refused(block, noRoom.toString());
        }
    }

    private IoUringIoOps provide(int block) {
        int first = firstBuffer(block);
        return new IoUringIoOps(
                KernelAbi.OP_PROVIDE_BUFFERS,
                (byte) 0,
                (short) 0,
                buffersOf(block),
                first,
                address + (long) first * bufferBytes,
                bufferBytes,
                0,
                (long) (short) block,
                group,
                (short) 0,
                0,
                0);
    }

    private int buffersOf(int block) {
        return leaves / Integer.highestOneBit(block);
    }

    private int firstBuffer(int block) {
        return block * buffersOf(block) - leaves;
    }

    /**
     * The kernel has filled a buffer, which is the caller's from now on.
     *
     * @throws IllegalStateException where it was not with the kernel
     */
    void take(int buffer) {
        long bit = 1L << buffer;
        if ((lent[buffer / WORD] & bit) == 0) {
            throw new IllegalStateException("buffer " + buffer + " is not with the kernel");
        }
        lent[buffer / WORD] &= ~bit;
        lentCount--;
    }

    /** Takes every buffer back once no receive from the group is armed; then runs the action, on the loop. */
    void close(Runnable then) {
        closing = true;
        closed = then;
        outstanding++;
        registration()
                .submit(new IoUringIoOps(
                        KernelAbi.OP_REMOVE_BUFFERS,
                        (byte) 0,
                        (short) 0,
                        BUFFERS_MAX,
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
            refused(Short.toUnsignedInt((short) done.userData()), "errno " + -done.res());
        }
        if (closing && outstanding == 0) {
            finish();
        }
    }

    private void refused(int block, String reason) {
        int first = firstBuffer(block);
        giveBack(first, first + buffersOf(block));
        lost(buffersOf(block), reason);
    }

    /**
     * A receive has just ended because the kernel has no buffer of the group: takes back what only seems to be lent.
     *
     * <p>The kernel answers with success where it took a part of a block. Completions come in the order of what they tell:
     * once each block is answered, whatever was with the kernel when the receive ended has been taken before. With blocks
     * unanswered nothing can be said, and nothing happens.
     */
    void exhausted() {
        if (outstanding == 0 && lentCount > 0) {
            int missing = lentCount;
            giveBack(0, leaves);
            lost(missing, "the kernel has none of what it was lent");
        }
    }

    /** Times that buffers turned out not to be with the kernel. */
    int losses() {
        return losses;
    }

    /** Logs the first, second, fourth, eighth … time. */
    private void lost(int buffers, String reason) {
        losses++;
        if (Integer.bitCount(losses) == 1) {
            LOG.atWarn()
                    .addKeyValue("event", "receive_buffers_refused")
                    .addKeyValue("buffers", buffers)
                    .addKeyValue("reason", reason)
                    .addKeyValue("count", losses)
                    .log("the kernel did not take buffers to receive into");
        }
    }

    /** Gives what is lent of a range to the consumer. */
    private void giveBack(int from, int to) {
        for (int buffer = from; buffer < to; buffer++) {
            if ((lent[buffer / WORD] & (1L << buffer)) != 0) {
                take(buffer);
                unused.accept(buffer);
            }
        }
    }

    private void finish() {
        giveBack(0, leaves);
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

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;

/**
 * Receives aggregates: up to 64 KiB of datagrams of one size and one sender that the kernel hands over at once
 * ({@code UDP_GRO}), each of which is passed on where it lies ({@link Aggregates}).
 *
 * <p>Copied into slots are datagrams shorter than what their receiver writes in front of each, as their neighbour's header
 * would not end in them, and all of an aggregate of more than {@value Aggregates#SEGMENTS_MAX}.
 *
 * <p>So that a batch stays bounded, fewer buffers are lent the more datagrams they come with: what is lent takes
 * {@value #DATAGRAMS_LENT} datagrams or a quarter of the slots, as far as the near past tells.
 *
 * <p>The near past may tell wrongly: after single datagrams, {@value #LENT_MAX} aggregates may come at once, more than may
 * wait to be sent ({@link SendRoom}). What would not fit then waits as it was filled, and everything behind it, and is
 * taken on at the end of a batch, when the kernel has answered. Nothing is lent meanwhile: the socket's buffer holds the
 * rest.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
final class AggregateBuffers implements ReceiveBuffers {

    private static final int DATAGRAMS_LENT = 1_024;
    private static final int LENT_MIN = 16;

    /** Few enough that what the kernel fills is still in the cache when it is read. */
    private static final int LENT_MAX = 256;

    /** Bits behind the point of the usual number of datagrams. */
    private static final int USUAL_SHIFT = 6;

    private final PacketSlab slab;
    private final SendRoom room;
    private final FilledAggregates waiting;
    private final ByteBuffer memory;
    private final Aggregates aggregates;
    private final ReceivedMessage message;
    private final BufferLender lender;
    private final int datagramsLent;
    private final int lentMin;
    private final int lentMax;

    /** With nobody: neither lent nor in use. */
    private final int[] idle;

    private int idleCount;

    /** Of the aggregate that is open. */
    private int payloadBytes;

    /** Of each of its datagrams but the last, which may have less. */
    private int segmentBytes;

    /** Datagrams of an aggregate: grows at once, shrinks slowly. */
    private int usual = 1 << USUAL_SHIFT;

    /**
     * @param slab whose aggregates are lent
     * @param group number of the kernel's buffer group
     * @param room for what is received and then sent
     */
    AggregateBuffers(PacketSlab slab, short group, SendRoom room) {
        this.slab = slab;
        this.room = room;
        waiting = new FilledAggregates(slab.aggregates().count());
        memory = slab.memory();
        aggregates = slab.aggregates();
        message = new ReceivedMessage(memory);
        datagramsLent = Math.min(DATAGRAMS_LENT, slab.slotCount() >> 2);
        lentMin = Math.min(LENT_MIN, aggregates.count());
        lentMax = Math.min(LENT_MAX, aggregates.count());
        long address = Buffer.memoryAddress(memory) + aggregates.aggregateStart(0);
        lender = new BufferLender(group, address, aggregates.count(), Aggregates.aggregateBytes(), this::idle);
        idle = new int[aggregates.count()];
        for (int aggregate = aggregates.count() - 1; aggregate >= 0; aggregate--) {
            idle(aggregate);
        }
        aggregates.whenIdle(this::idle);
    }

    private void idle(int aggregate) {
        idle[idleCount++] = aggregate;
    }

    @Override
    public BufferLender lender() {
        return lender;
    }

    @Override
    public int payloadAt() {
        return Aggregates.FRONT_BYTES;
    }

    @Override
    public boolean replenish() {
        int wanted = Math.clamp((datagramsLent << USUAL_SHIFT) / usual, lentMin, lentMax);
        int lent = lender.lentCount();
        if (lent <= wanted - (wanted >> 2) && waiting.isEmpty() && !lender.closing()) {
            for (; lent < wanted && idleCount > 0; lent++) {
                lender.gather(idle[--idleCount]);
            }
            lender.lend();
        }
        return lender.lentCount() > 0;
    }

    @Override
    public void filled(int aggregate, PortReceiver receiver) {
        lender.take(aggregate);
        int count = open(aggregate);
        usual = Math.max(count << USUAL_SHIFT, usual - (usual >> USUAL_SHIFT));
        if (waiting.isEmpty() && fits(count)) {
            handOn(aggregate, count, receiver);
        } else {
            waiting.add(aggregate, receiver);
            receiver.waits();
        }
    }

    @Override
    public boolean waiting() {
        return !waiting.isEmpty();
    }

    @Override
    public void takeOn() {
        while (!waiting.isEmpty()) {
            int aggregate = waiting.aggregate();
            int count = open(aggregate);
            if (!fits(count)) {
                return;
            }
            handOn(aggregate, count, waiting.remove());
        }
    }

    /** Reads what the kernel tells of an aggregate; the number of datagrams in it. */
    private int open(int aggregate) {
        ReceivedMessage received = message.at(aggregates.aggregateStart(aggregate));
        payloadBytes = received.payloadBytes();
        int told = received.segmentBytes();
        segmentBytes = told > 0 ? told : Math.max(1, payloadBytes);
        return (payloadBytes + segmentBytes - 1) / segmentBytes;
    }

    private boolean fits(int count) {
        return room.fits(count, payloadBytes + count * slab.headroomBytes());
    }

    /** Hands on what is in the aggregate that is open. */
    private void handOn(int aggregate, int count, PortReceiver receiver) {
        int segmentBytes = this.segmentBytes;
        int headroomBytes = receiver.headroomBytes();
        boolean stays = count == 1 || (count <= Aggregates.SEGMENTS_MAX && segmentBytes >= headroomBytes);
        int address = message.sourceAddress();
        int port = message.sourcePort();
        int from = aggregates.aggregateStart(aggregate) + Aggregates.FRONT_BYTES;
        int end = from + payloadBytes;
        aggregates.open(aggregate);
        for (int index = 0; index < count; index++) {
            int to = Math.min(from + segmentBytes, end);
            if (to - from > slab.dataBytesMax()) {
                receiver.tooLong();
            } else if (stays) {
                int segment = aggregates.take(aggregate, index, from, to, headroomBytes, index == count - 1);
                receiver.deliver(slab.slotOfSegment(segment), from, to - from, address, port);
            } else {
                copyOut(from, to - from, address, port, receiver);
            }
            from = to;
        }
        aggregates.close(aggregate);
    }

    private void copyOut(int from, int lengthBytes, int address, int port, PortReceiver receiver) {
        int slot = slab.acquire();
        if (slot == PacketSlab.NONE) {
            receiver.noSlot();
            return;
        }
        memory.put(slab.dataStart(slot), memory, from, lengthBytes);
        receiver.deliver(slot, slab.dataStart(slot), lengthBytes, address, port);
    }

    @Override
    public void unwanted(int aggregate) {
        lender.take(aggregate);
        idle(aggregate);
    }
}

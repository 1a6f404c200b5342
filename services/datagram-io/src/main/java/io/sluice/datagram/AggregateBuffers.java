// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;

/**
 * Receives aggregates: up to 64 KiB of datagrams of one size and one sender that the kernel hands over at once
 * ({@code UDP_GRO}), each of which is copied into a slot of its own.
 *
 * <p>Why the copy: in an aggregate the datagrams lie side by side, and whoever wrote a header in front of one would write
 * over the end of the one before it. Copying 500 bytes that are in the cache takes some 20 ns; receiving a datagram by
 * itself takes the kernel a microsecond or more. Datagrams that come alone pay for the copy too.
 *
 * <p>A buffer goes back to the kernel with the end of the batch. So slots are never lent, and datagrams that find none are
 * dropped one by one.
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Limits</b>: {@value #BUFFERS} buffers, which bounds the datagrams of
 * a batch.
 */
final class AggregateBuffers implements ReceiveBuffers {

    private static final int BUFFERS = 32;
    private static final int BUFFER_BYTES = ReceivedMessage.BYTES_OF_AGGREGATE + (1 << 16);

    private final PacketSlab slab;
    private final ByteBuffer packets;
    private final CleanableDirectBuffer owner = Buffer.allocateDirectBufferWithNativeOrder(BUFFERS * BUFFER_BYTES);
    private final ByteBuffer memory = owner.buffer();
    private final ReceivedMessage message = new ReceivedMessage(memory);
    private final BufferLender lender;

    /**
     * @param slab where the datagrams go
     * @param group number of the kernel's buffer group
     */
    AggregateBuffers(PacketSlab slab, short group) {
        this.slab = slab;
        lender = new BufferLender(group, Buffer.memoryAddress(memory), BUFFERS, BUFFER_BYTES, this::gather);
        packets = slab.memory();
        for (int buffer = 0; buffer < BUFFERS; buffer++) {
            gather(buffer);
        }
    }

    private void gather(int buffer) {
        lender.gather(buffer);
    }

    @Override
    public BufferLender lender() {
        return lender;
    }

    @Override
    public int payloadAt() {
        return ReceivedMessage.BYTES_OF_AGGREGATE;
    }

    @Override
    public boolean replenish() {
        lender.lend();
        return lender.lentCount() > 0;
    }

    @Override
    public void filled(int buffer, PortReceiver receiver) {
        lender.take(buffer);
        ReceivedMessage received = message.at(buffer * BUFFER_BYTES);
        int address = received.sourceAddress();
        int port = received.sourcePort();
        int from = buffer * BUFFER_BYTES + ReceivedMessage.BYTES_OF_AGGREGATE;
        int left = received.payloadBytes();
        int segmentBytes = received.segmentBytes();
        do {
            int lengthBytes = segmentBytes > 0 ? Math.min(segmentBytes, left) : left;
            copyOut(from, lengthBytes, address, port, receiver);
            from += lengthBytes;
            left -= lengthBytes;
        } while (left > 0);
        lender.gather(buffer);
    }

    private void copyOut(int from, int lengthBytes, int address, int port, PortReceiver receiver) {
        if (lengthBytes > slab.dataBytesMax()) {
            receiver.tooLong();
            return;
        }
        int slot = slab.acquire();
        if (slot == PacketSlab.NONE) {
            receiver.noSlot();
            return;
        }
        packets.put(slab.dataStart(slot), memory, from, lengthBytes);
        receiver.deliver(slot, lengthBytes, address, port);
    }

    @Override
    public void unwanted(int buffer) {
        lender.take(buffer);
        lender.gather(buffer);
    }

    @Override
    public void free() {
        owner.clean();
    }
}

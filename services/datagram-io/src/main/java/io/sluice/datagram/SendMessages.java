// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The messages of one event loop, made once, with the memory that the kernel reads.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
final class SendMessages {

    private final CleanableDirectBuffer owner;
    private final SendMessage[] all;
    private final int[] free;
    private int freeCount;

    /**
     * @param slab whose slots are sent
     * @param messageCount how many may be taken at once
     */
    SendMessages(PacketSlab slab, int messageCount) {
        owner = Buffer.allocateDirectBufferWithNativeOrder(Math.multiplyExact(messageCount, SendMessage.BYTES));
        ByteBuffer memory = owner.buffer();
        ByteBuffer network = memory.duplicate().order(ByteOrder.BIG_ENDIAN);
        all = new SendMessage[messageCount];
        free = new int[messageCount];
        for (int number = 0; number < messageCount; number++) {
            all[number] = new SendMessage(number, slab, memory, network, number * SendMessage.BYTES);
            free[number] = messageCount - 1 - number;
        }
        freeCount = messageCount;
    }

    /** Takes an empty message to a {@link SendMessage#destination(int, int)}. One is there: {@link SendRoom} sees to it. */
    SendMessage take(long destination) {
        SendMessage message = all[free[--freeCount]];
        message.to(destination);
        return message;
    }

    /** The message of a number. */
    SendMessage numbered(int number) {
        return all[number];
    }

    /** Gives a message back; its slots are the caller's affair. */
    void giveBack(SendMessage message) {
        free[freeCount++] = message.number();
    }

    /** Frees the memory; nothing may be on its way. */
    void close() {
        owner.clean();
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import java.nio.ByteBuffer;

/** A ring of packets that have one number in every word and in their bytes. */
final class NumberedPackets {

    private static final long MIXED = -1;

    private final PacketRing ring;
    private final ByteBuffer from = ByteBuffer.allocate(Long.BYTES);
    private final ByteBuffer to = ByteBuffer.allocate(Long.BYTES);

    NumberedPackets(int cells) {
        ring = new PacketRing(cells, Long.BYTES);
    }

    /** By the producer: puts a packet in as soon as there is room. */
    void put(int number) {
        from.putLong(0, number);
        while (!ring.offer(number, number, number, number, number, from, 0, Long.BYTES, 0)) {
            Thread.onSpinWait();
        }
    }

    /** By the consumer: until there is a packet. */
    void await() {
        while (!ring.hasPacket()) {
            Thread.onSpinWait();
        }
    }

    /** By the consumer: until there is another packet. */
    void awaitNext() {
        ring.advance();
        await();
    }

    /** The packet's number by its words, or {@value #MIXED} where they are of several packets. */
    long words() {
        long number = ring.kind();
        return ring.first() == number && ring.second() == number && ring.third() == number && ring.fourth() == number
                ? number
                : MIXED;
    }

    /** The packet's number by its bytes. */
    long bytes() {
        ring.copyTo(to, 0);
        return to.getLong(0);
    }
}

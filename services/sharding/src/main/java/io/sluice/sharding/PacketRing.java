// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Packets on their way from one event loop to another: a bounded ring of cells of one size, one producer, one consumer.
 *
 * <pre>
 *            head (consumer)          tail (producer)
 *              ▼                        ▼
 *   ┌────────┬────────┬────────┬────────┬────────┐        0 ≤ tail − head ≤ cells; cells from head to tail are full
 *   │  free  │  full  │  full  │  full  │  free  │        a number's cell is the number modulo cells
 *   └────────┴────────┴────────┴────────┴────────┘
 *
 *   cell     0      4      8                16               24               32               40
 *            │ kind │bytes │     first      │     second     │     third      │     fourth     │ packet …
 * </pre>
 *
 * <p>What the five words mean is the users' business ({@link ShardOutbox}). A packet is copied in and out: slots belong to
 * one loop. Full means no: nothing waits, nothing grows.
 *
 * <p><b>Threading</b>: {@link #offer} by one thread, everything else by one other. A cell's content is published by a
 * release of the tail, its reuse by a release of the head. <b>Allocation</b>: none after construction. <b>Size</b>: cells
 * times (40 + longest packet, up to the next 64 bytes) of direct memory.
 */
final class PacketRing {

    private static final int KIND = 0;
    private static final int LENGTH = 4;
    private static final int FIRST = 8;
    private static final int SECOND = 16;
    private static final int THIRD = 24;
    private static final int FOURTH = 32;
    private static final int CONTENT = 40;
    private static final int CACHE_LINE_BYTES = 64;

    private final ByteBuffer memory;
    private final int cells;
    private final int cellBytes;
    private final int packetBytesMax;
    private final RingSide producer = new RingSide();
    private final RingSide consumer = new RingSide();

    /**
     * @param cells how many, a power of two
     * @param packetBytesMax longest packet
     */
    PacketRing(int cells, int packetBytesMax) {
        if (cells < 1 || Integer.bitCount(cells) != 1 || packetBytesMax < 1) {
            throw new IllegalArgumentException(
                    "%d cells of %d bytes: expected a power of two, and at least 1".formatted(cells, packetBytesMax));
        }
        this.cells = cells;
        this.packetBytesMax = packetBytesMax;
        this.cellBytes = (CONTENT + packetBytesMax + CACHE_LINE_BYTES - 1) & -CACHE_LINE_BYTES;
        this.memory =
                ByteBuffer.allocateDirect(Math.multiplyExact(cells, cellBytes)).order(ByteOrder.nativeOrder());
    }

    /** How many packets it holds. */
    int cells() {
        return cells;
    }

    /**
     * Puts a packet in.
     *
     * <p><b>Ownership</b>: copies the bytes.
     *
     * @param spare cells that must be free besides the one taken
     * @return whether there was room; a packet longer than a cell finds none
     */
    boolean offer(
            int kind,
            long first,
            long second,
            long third,
            long fourth,
            ByteBuffer from,
            int offset,
            int lengthBytes,
            int spare) {
        long tail = producer.own();
        if (tail - producer.otherSeen() >= cells - spare) {
            producer.otherSeen(consumer.published());
            if (tail - producer.otherSeen() >= cells - spare) {
                return false;
            }
        }
        if (lengthBytes > packetBytesMax) {
            return false;
        }
        int cell = cell(tail);
        memory.putInt(cell + KIND, kind);
        memory.putInt(cell + LENGTH, lengthBytes);
        memory.putLong(cell + FIRST, first);
        memory.putLong(cell + SECOND, second);
        memory.putLong(cell + THIRD, third);
        memory.putLong(cell + FOURTH, fourth);
        memory.put(cell + CONTENT, from, offset, lengthBytes);
        producer.publish(tail + 1);
        return true;
    }

    /** Whether there is a packet; the accessors are its until {@link #advance}. */
    boolean hasPacket() {
        long head = consumer.own();
        if (head == consumer.otherSeen()) {
            consumer.otherSeen(producer.published());
        }
        return head != consumer.otherSeen();
    }

    int kind() {
        return memory.getInt(cell(consumer.own()) + KIND);
    }

    int lengthBytes() {
        return memory.getInt(cell(consumer.own()) + LENGTH);
    }

    long first() {
        return memory.getLong(cell(consumer.own()) + FIRST);
    }

    long second() {
        return memory.getLong(cell(consumer.own()) + SECOND);
    }

    long third() {
        return memory.getLong(cell(consumer.own()) + THIRD);
    }

    long fourth() {
        return memory.getLong(cell(consumer.own()) + FOURTH);
    }

    /** Copies the packet's bytes out. */
    void copyTo(ByteBuffer to, int offset) {
        int cell = cell(consumer.own());
        to.put(offset, memory, cell + CONTENT, memory.getInt(cell + LENGTH));
    }

    /** The packet was taken: its cell is free. */
    void advance() {
        consumer.publish(consumer.own() + 1);
    }

    private int cell(long sequence) {
        return (int) (sequence & (cells - 1)) * cellBytes;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import java.nio.ByteBuffer;

/**
 * Which queue of a TUN device a packet is written to.
 *
 * <p>The kernel hands out the packets of a flow by the queue that the last packet of the other direction was written to.
 * So both directions must have one choice, or a flow would wander; and choices must spread, or one queue would get all
 * that is answered. The choice is a hash of both ends, which may change places: addresses, and ports where TCP or UDP
 * follow an IP header directly. Of fragments only the first one has ports: all go by their addresses. What is no packet
 * goes to queue 0.
 *
 * <p><b>Threading</b>: immutable. <b>Errors</b>: no method throws for what a packet contains. Buffers are big-endian and
 * read by absolute index. <b>Complexity</b>: constant, 15 multiplications.
 */
public final class QueueChoice {

    private static final int PORTS_BYTES = 4;
    private static final int IPV6_ADDRESS_BYTES = 16;
    private static final long LOW_32 = 0xFFFF_FFFFL;

    private final int queues;
    private final long seed;

    /**
     * A choice among queues.
     *
     * @param queues from 1
     * @param seed known to nobody outside, who could choose ports that all go one way
     */
    public QueueChoice(int queues, long seed) {
        this.queues = queues;
        this.seed = seed;
    }

    /**
     * The queue of a packet, from 0.
     *
     * @param buffer holds the packet
     * @param offset where it begins
     * @param lengthBytes how much of it lies there in one piece
     */
    public int choose(ByteBuffer buffer, int offset, int lengthBytes) {
        if (queues == 1 || lengthBytes < InnerHeaders.IPV4_MIN_BYTES) {
            return 0;
        }
        int version = InnerHeaders.version(buffer, offset);
        if (version == 4) {
            return ipv4(buffer, offset, lengthBytes);
        }
        return version == 6 && lengthBytes >= InnerHeaders.IPV6_BYTES ? ipv6(buffer, offset, lengthBytes) : 0;
    }

    private int ipv4(ByteBuffer buffer, int offset, int lengthBytes) {
        int transport = InnerHeaders.ipv4HeaderBytes(buffer, offset);
        int fragment = buffer.getShort(offset + InnerHeaders.IPV4_FRAGMENT) & InnerHeaders.IPV4_FRAGMENT_MASK;
        boolean whole = fragment == 0 && transport >= InnerHeaders.IPV4_MIN_BYTES;
        int protocol = buffer.get(offset + InnerHeaders.IPV4_PROTOCOL) & 0xFF;
        int ports = whole ? ports(buffer, offset, transport, lengthBytes, protocol) : 0;
        long source = buffer.getInt(offset + InnerHeaders.IPV4_ADDRESSES) & LOW_32;
        long destination = buffer.getInt(offset + InnerHeaders.IPV4_ADDRESSES + Integer.BYTES) & LOW_32;
        return queue(end(0, source, ports >>> 16), end(0, destination, ports & 0xFFFF));
    }

    private int ipv6(ByteBuffer buffer, int offset, int lengthBytes) {
        int protocol = buffer.get(offset + InnerHeaders.IPV6_NEXT_HEADER) & 0xFF;
        int ports = ports(buffer, offset, InnerHeaders.IPV6_BYTES, lengthBytes, protocol);
        int source = offset + InnerHeaders.IPV6_ADDRESSES;
        int destination = source + IPV6_ADDRESS_BYTES;
        return queue(
                end(buffer.getLong(source), buffer.getLong(source + Long.BYTES), ports >>> 16),
                end(buffer.getLong(destination), buffer.getLong(destination + Long.BYTES), ports & 0xFFFF));
    }

    /** Both ports, the source's first; 0 where there are none. */
    private static int ports(ByteBuffer buffer, int offset, int transport, int lengthBytes, int protocol) {
        boolean there = (protocol == InnerHeaders.TCP || protocol == InnerHeaders.UDP)
                && transport + PORTS_BYTES <= lengthBytes;
        return there ? buffer.getInt(offset + transport) : 0;
    }

    private long end(long high, long low, int port) {
        return mix(mix(mix(seed ^ high) ^ low) ^ port);
    }

    /** The sum is the same whichever end is the source. */
    private int queue(long source, long destination) {
        return (int) (((mix(source + destination) >>> 32) * queues) >>> 32);
    }

    /** Every bit of the result depends on every bit (Stafford's mix 13). */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return mixed ^ (mixed >>> 31);
    }
}

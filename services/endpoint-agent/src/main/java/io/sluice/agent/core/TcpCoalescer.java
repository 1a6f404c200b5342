// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import java.nio.ByteBuffer;

/**
 * Puts TCP segments that follow one another together again, so that a device takes many in one write and the kernel
 * routes them as one: the reverse of {@link PacketSegmenter}, which would give back the very bytes.
 *
 * <p>A segment joins those of its flow where nothing is lost by it: the next sequence number, equal acknowledgement,
 * window, flags and options, equal IP fields, the same size or a last one that is smaller, a PSH that ends it; and where
 * its checksums are right, as nobody can tell later. An IPv4 identification must count up unless DF is set, which makes it
 * meaningless (RFC 6864 §4.1). Everything else passes as it is, behind what its flow has waiting. So the order within a
 * flow stays; flows may overtake one another within a batch.
 *
 * <p>Nothing is copied: a super-packet is the first segment, its headers changed in place, and slices of the others. The
 * checksum of its TCP header is the sum over the pseudo-header only, as its virtio header says.
 *
 * <p><b>Threading</b>: confined to one thread. <b>Ownership</b>: a packet's bytes must stay as they are until
 * {@link #flush}. <b>Limits</b>: {@value #FLOWS_MAX} flows at a time, beyond which the one opened first is written;
 * {@value #SEGMENTS_MAX} segments and 65,535 bytes.
 */
public final class TcpCoalescer {

    /** Flows with segments waiting. */
    public static final int FLOWS_MAX = 8;

    /** Segments of a super-packet. */
    public static final int SEGMENTS_MAX = 64;

    private static final int PACKET_BYTES_MAX = 65_535;
    private static final int PORTS_BYTES = 4;

    /** Data offset, reserved bits, flags and window. */
    private static final int TCP_WORD = InnerHeaders.TCP_DATA_OFFSET;

    private static final int PSH_IN_WORD = InnerHeaders.PSH << 16;
    private static final int RESERVED_AND_FLAGS_IN_WORD = 0x0FFF_0000;
    private static final int ACK_IN_WORD = InnerHeaders.ACK << 16;

    /** Besides UDP the next header that surely has no TCP behind it; others may be extension headers. */
    private static final int ICMPV6 = 58;

    private static final int NOT_TCP = -1;
    private static final int UNCLEAR = -2;

    /** Takes packets in the order in which they may leave. */
    public interface Sink {
        /**
         * A packet, whose virtio header has been written to the memory given for it.
         *
         * @param pieces holds what it consists of
         * @param packets how many it stands for
         * @param innerBytes length of all of these
         */
        void write(Pieces pieces, int packets, int innerBytes);
    }

    /** The parts of a packet, in their order, within the batch's buffer. */
    public static final class Pieces {
        private final int[] offsets = new int[SEGMENTS_MAX];
        private final int[] lengths = new int[SEGMENTS_MAX];
        private int count;

        private void add(int offset, int lengthBytes) {
            offsets[count] = offset;
            lengths[count++] = lengthBytes;
        }

        public int count() {
            return count;
        }

        public int offset(int index) {
            return offsets[index];
        }

        public int lengthBytes(int index) {
            return lengths[index];
        }
    }

    /** The segments of one flow that wait; the first piece has the headers. */
    private static final class Waiting {
        private final Pieces pieces = new Pieces();
        private int packetOffset;
        private int transport;
        private int headersBytes;
        private int segmentBytes;
        private int payloadBytes;
        private int nextSequence;
        private boolean firstIntact;
        private boolean pushed;
        private boolean closed;
    }

    private final ByteBuffer buffer;
    private final BufferChecksum checksum;
    private final ByteBuffer virtio;
    private final Sink sink;
    private final Pieces single = new Pieces();
    /** The first {@link #waitingCount} have segments, in the order in which they were opened. */
    private final Waiting[] waiting = new Waiting[FLOWS_MAX];

    private int waitingCount;

    /**
     * A coalescer for batches in one buffer.
     *
     * @param buffer holds the packets of a batch; its position is 0
     * @param virtio where a packet's virtio header is written before the sink is called
     */
    public TcpCoalescer(ByteBuffer buffer, ByteBuffer virtio, Sink sink) {
        this.buffer = buffer;
        this.checksum = new BufferChecksum(buffer);
        this.virtio = virtio;
        this.sink = sink;
        for (int i = 0; i < FLOWS_MAX; i++) {
            waiting[i] = new Waiting();
        }
    }

    /** Takes a packet whose length by its own header is {@code lengthBytes}. */
    public void add(int offset, int lengthBytes) {
        int transport = transportOffset(offset, lengthBytes);
        if (transport == NOT_TCP) {
            writeSingle(offset, lengthBytes);
            return;
        }
        if (transport == UNCLEAR) {
            flush();
            writeSingle(offset, lengthBytes);
            return;
        }
        int headersBytes = transport + InnerHeaders.tcpHeaderBytes(buffer, offset + transport);
        boolean mayWait = headersBytes < lengthBytes && hasOnlyData(offset + transport);
        int flow = find(offset, transport);
        if (flow >= 0) {
            if (mayWait && joins(waiting[flow], offset, transport, headersBytes, lengthBytes)) {
                join(waiting[flow], offset, headersBytes, lengthBytes - headersBytes, transport);
                return;
            }
            flush(flow);
        }
        if (mayWait) {
            open(offset, transport, headersBytes, lengthBytes);
        } else {
            writeSingle(offset, lengthBytes);
        }
    }

    /** Writes all that waits: the batch ends. */
    public void flush() {
        while (waitingCount > 0) {
            flush(0);
        }
    }

    /** Where the TCP header begins from the packet's start, {@link #NOT_TCP}, or {@link #UNCLEAR}. */
    private int transportOffset(int offset, int lengthBytes) {
        int transport;
        int protocol;
        if (InnerHeaders.version(buffer, offset) == 4) {
            boolean fragment =
                    (buffer.getShort(offset + InnerHeaders.IPV4_FRAGMENT) & InnerHeaders.IPV4_FRAGMENT_MASK) != 0;
            transport = InnerHeaders.IPV4_MIN_BYTES;
            if (fragment || InnerHeaders.ipv4HeaderBytes(buffer, offset) != transport) {
                return UNCLEAR;
            }
            protocol = buffer.get(offset + InnerHeaders.IPV4_PROTOCOL) & 0xFF;
            if (protocol != InnerHeaders.TCP) {
                return NOT_TCP;
            }
        } else {
            transport = InnerHeaders.IPV6_BYTES;
            protocol = buffer.get(offset + InnerHeaders.IPV6_NEXT_HEADER) & 0xFF;
            if (protocol != InnerHeaders.TCP) {
                return protocol == InnerHeaders.UDP || protocol == ICMPV6 ? NOT_TCP : UNCLEAR;
            }
        }
        if (lengthBytes < transport + InnerHeaders.TCP_MIN_BYTES) {
            return UNCLEAR;
        }
        int tcpHeaderBytes = InnerHeaders.tcpHeaderBytes(buffer, offset + transport);
        boolean fits = tcpHeaderBytes >= InnerHeaders.TCP_MIN_BYTES && transport + tcpHeaderBytes <= lengthBytes;
        return fits ? transport : UNCLEAR;
    }

    /** ACK and perhaps PSH, and no other flag. */
    private boolean hasOnlyData(int tcpOffset) {
        int word = buffer.getInt(tcpOffset + TCP_WORD);
        return (word & RESERVED_AND_FLAGS_IN_WORD & ~PSH_IN_WORD) == ACK_IN_WORD;
    }

    private int find(int offset, int transport) {
        for (int i = 0; i < waitingCount; i++) {
            Waiting one = waiting[i];
            if (one.transport == transport && isSameFlow(one.packetOffset, offset, transport)) {
                return i;
            }
        }
        return -1;
    }

    /** Addresses and ports lie next to one another in packets without IP options. */
    private boolean isSameFlow(int first, int second, int transport) {
        int begin = transport == InnerHeaders.IPV6_BYTES ? InnerHeaders.IPV6_ADDRESSES : InnerHeaders.IPV4_ADDRESSES;
        return isEqual(first + begin, second + begin, transport - begin + PORTS_BYTES);
    }

    /** Equal bytes; the length is a multiple of 4. */
    private boolean isEqual(int first, int second, int lengthBytes) {
        for (int i = 0; i < lengthBytes; i += Integer.BYTES) {
            if (buffer.getInt(first + i) != buffer.getInt(second + i)) {
                return false;
            }
        }
        return true;
    }

    private boolean joins(Waiting one, int offset, int transport, int headersBytes, int lengthBytes) {
        int payload = lengthBytes - headersBytes;
        int first = one.packetOffset;
        int tcp = offset + transport;
        int firstTcp = first + transport;
        int word = buffer.getInt(tcp + TCP_WORD) ^ buffer.getInt(firstTcp + TCP_WORD);
        return !one.closed
                && headersBytes == one.headersBytes
                && payload <= one.segmentBytes
                && one.pieces.count < SEGMENTS_MAX
                && headersBytes + one.payloadBytes + payload <= PACKET_BYTES_MAX
                && buffer.getInt(tcp + InnerHeaders.TCP_SEQUENCE) == one.nextSequence
                && buffer.getInt(tcp + InnerHeaders.TCP_ACKNOWLEDGEMENT)
                        == buffer.getInt(firstTcp + InnerHeaders.TCP_ACKNOWLEDGEMENT)
                && (word & ~PSH_IN_WORD) == 0
                && isEqual(
                        tcp + InnerHeaders.TCP_MIN_BYTES,
                        firstTcp + InnerHeaders.TCP_MIN_BYTES,
                        headersBytes - transport - InnerHeaders.TCP_MIN_BYTES)
                && (transport == InnerHeaders.IPV6_BYTES
                        ? isSameIpv6(first, offset)
                        : isNextIpv4(first, offset, one.pieces.count))
                && isFirstIntact(one)
                && isIntact(offset, transport, lengthBytes);
    }

    private boolean isSameIpv6(int first, int offset) {
        return buffer.getInt(first) == buffer.getInt(offset)
                && buffer.get(first + InnerHeaders.IPV6_HOP_LIMIT) == buffer.get(offset + InnerHeaders.IPV6_HOP_LIMIT);
    }

    private boolean isNextIpv4(int first, int offset, int index) {
        int fragment = buffer.getShort(offset + InnerHeaders.IPV4_FRAGMENT);
        int step = buffer.getShort(offset + InnerHeaders.IPV4_IDENTIFICATION)
                - buffer.getShort(first + InnerHeaders.IPV4_IDENTIFICATION);
        return buffer.get(first + 1) == buffer.get(offset + 1)
                && buffer.get(first + InnerHeaders.IPV4_TIME_TO_LIVE)
                        == buffer.get(offset + InnerHeaders.IPV4_TIME_TO_LIVE)
                && fragment == buffer.getShort(first + InnerHeaders.IPV4_FRAGMENT)
                && ((fragment & InnerHeaders.IPV4_DONT_FRAGMENT) != 0 || (step & 0xFFFF) == index);
    }

    /** Checked only when a second segment would join: most that stay alone are never summed. */
    private boolean isFirstIntact(Waiting one) {
        if (!one.firstIntact) {
            one.firstIntact = isIntact(one.packetOffset, one.transport, one.pieces.lengths[0]);
        }
        return one.firstIntact;
    }

    private boolean isIntact(int offset, int transport, int lengthBytes) {
        if (transport == InnerHeaders.IPV4_MIN_BYTES
                && InternetChecksum.fold(InternetChecksum.sum(buffer, offset, transport)) != 0xFFFF) {
            return false;
        }
        int transportBytes = lengthBytes - transport;
        long sum = InnerHeaders.pseudoSum(buffer, offset, InnerHeaders.TCP, transportBytes)
                + checksum.sum(offset + transport, transportBytes);
        return InternetChecksum.fold(sum) == 0xFFFF;
    }

    private void open(int offset, int transport, int headersBytes, int lengthBytes) {
        if (waitingCount == FLOWS_MAX) {
            flush(0);
        }
        Waiting one = waiting[waitingCount++];
        one.pieces.count = 0;
        one.pieces.add(offset, lengthBytes);
        one.packetOffset = offset;
        one.transport = transport;
        one.headersBytes = headersBytes;
        one.segmentBytes = lengthBytes - headersBytes;
        one.payloadBytes = one.segmentBytes;
        one.nextSequence = buffer.getInt(offset + transport + InnerHeaders.TCP_SEQUENCE) + one.segmentBytes;
        one.firstIntact = false;
        one.pushed = isPushed(offset + transport);
        one.closed = one.pushed;
    }

    private void join(Waiting one, int offset, int headersBytes, int payloadBytes, int transport) {
        one.pieces.add(offset + headersBytes, payloadBytes);
        one.payloadBytes += payloadBytes;
        one.nextSequence += payloadBytes;
        one.pushed = isPushed(offset + transport);
        one.closed = one.pushed || payloadBytes < one.segmentBytes;
    }

    private boolean isPushed(int tcpOffset) {
        return (buffer.get(tcpOffset + InnerHeaders.TCP_FLAGS) & InnerHeaders.PSH) != 0;
    }

    private void writeSingle(int offset, int lengthBytes) {
        single.count = 0;
        single.add(offset, lengthBytes);
        VirtioHeader.writePlain(virtio, 0);
        sink.write(single, 1, lengthBytes);
    }

    private void flush(int index) {
        Waiting one = waiting[index];
        waitingCount--;
        System.arraycopy(waiting, index + 1, waiting, index, waitingCount - index);
        waiting[waitingCount] = one;
        int packets = one.pieces.count;
        if (packets == 1) {
            VirtioHeader.writePlain(virtio, 0);
        } else {
            writeHeaders(one);
        }
        sink.write(one.pieces, packets, one.headersBytes * packets + one.payloadBytes);
    }

    private void writeHeaders(Waiting one) {
        int offset = one.packetOffset;
        int length = one.headersBytes + one.payloadBytes;
        boolean ipv4 = one.transport == InnerHeaders.IPV4_MIN_BYTES;
        if (ipv4) {
            buffer.putShort(offset + InnerHeaders.IPV4_TOTAL_LENGTH, (short) length);
            InnerHeaders.writeIpv4Checksum(buffer, offset, one.transport);
        } else {
            buffer.putShort(offset + InnerHeaders.IPV6_PAYLOAD_LENGTH, (short) (length - one.transport));
        }
        int tcp = offset + one.transport;
        if (one.pushed) {
            byte flags = buffer.get(tcp + InnerHeaders.TCP_FLAGS);
            buffer.put(tcp + InnerHeaders.TCP_FLAGS, (byte) (flags | InnerHeaders.PSH));
        }
        long sum = InnerHeaders.pseudoSum(buffer, offset, InnerHeaders.TCP, length - one.transport);
        buffer.putShort(tcp + InnerHeaders.TCP_CHECKSUM, (short) InternetChecksum.fold(sum));
        int kind = ipv4 ? VirtioHeader.KIND_TCP_IPV4 : VirtioHeader.KIND_TCP_IPV6;
        VirtioHeader.writeTcp(virtio, 0, kind, one.headersBytes, one.segmentBytes, one.transport);
    }
}

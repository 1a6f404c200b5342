// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.packet.DecodeStatus;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.geneve.GeneveDatagram;
import io.sluice.packet.geneve.GwlbOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Which view of memory should packet code read through? The same parse (GENEVE with three options, IPv4, TCP, to a flow
 * key of longs, mixed to one) through seven of them.
 *
 * <p>Each operation parses the next packet of a {@link PacketRing}. The parse is written out once per kind of access,
 * line for line the same, and a fork runs one benchmark, so no call site sees two kinds of buffer; a test, not the
 * setup, checks that all parses agree. What each view checks, it checks as it would in the product: bounds in all but
 * {@code allMemorySegment}, byte order in all, reachability and bounds in Netty's. {@code decoders} is the product's own
 * {@link GeneveDatagram} and {@link InnerPacket} with all their checks of content, which the written-out parse has only
 * in part: compare it with {@code baseline}, not with the views.
 *
 * <p>Run: {@code ./sluice bench jmh MemoryAbstractionBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MemoryAbstractionBenchmark {
    private static final int PACKET_BYTES = GwlbOptions.ENCAPSULATION_BYTES + PacketRing.IPV4_TCP_BYTES;

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORTS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();
    private static final MemorySegment ALL_MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Packets in the ring: 32 stay in the first-level cache, 1024 in the second. */
    @Param({"32", "1024"})
    int packets = PacketRing.BATCH;

    private PacketRing ring = new PacketRing(InnerKind.IPV4_TCP, PacketRing.BATCH);
    private final GeneveDatagram datagram = GeneveDatagram.targetSide();
    private final InnerPacket inner = new InnerPacket();
    private ByteBuffer direct = ByteBuffer.allocate(0);
    private ByteBuffer heap = ByteBuffer.allocate(0);
    private byte[] bytes = new byte[0];
    private MemorySegment segment = MemorySegment.NULL;
    private ByteBuf netty = Unpooled.EMPTY_BUFFER;
    private long address;

    /** Puts the same packets into all memories. */
    @Setup
    public void fill() {
        ring = new PacketRing(InnerKind.IPV4_TCP, packets);
        direct = ring.memory();
        bytes = new byte[direct.capacity()];
        direct.get(0, bytes);
        heap = ByteBuffer.wrap(bytes);
        segment = Arena.global().allocate(bytes.length, 64);
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
        address = segment.address();
        // the leanest direct buffer Netty has: not pooled, no leak detection
        netty = new UnpooledByteBufAllocator(true, true).directBuffer(bytes.length, bytes.length);
        netty.writeBytes(bytes);
    }

    /** Gives Netty's memory back. */
    @TearDown
    public void release() {
        netty.release();
    }

    /** What stepping from slot to slot costs. */
    @Benchmark
    public long baseline() {
        return ring.nextOffset();
    }

    /** Big-endian direct ByteBuffer, in a field. */
    @Benchmark
    public long directByteBuffer() {
        return overBuffer(direct, ring.nextOffset());
    }

    /** Big-endian heap ByteBuffer, in a field. */
    @Benchmark
    public long heapByteBuffer() {
        return overBuffer(heap, ring.nextOffset());
    }

    /** Array of bytes through big-endian VarHandles, in a field. */
    @Benchmark
    public long byteArrayVarHandle() {
        return overArray(bytes, ring.nextOffset());
    }

    /** Netty's direct buffer with its checks, in a field. */
    @Benchmark
    public long nettyByteBuf() {
        return overNetty(netty, ring.nextOffset());
    }

    /** Off-heap MemorySegment with its own bounds, in a field. */
    @Benchmark
    public long memorySegment() {
        return overSegment(segment, ring.nextOffset());
    }

    /** The one MemorySegment over all memory, a constant: no useful bounds. */
    @Benchmark
    public long allMemorySegment() {
        return overAllMemory(address + ring.nextOffset());
    }

    /** The product's decoders over the direct ByteBuffer. */
    @Benchmark
    public long decoders() {
        return decode(ring.nextOffset());
    }

    private long decode(int at) {
        if (datagram.decode(direct, at, PACKET_BYTES) != DecodeStatus.OK) {
            return -1;
        }
        DecodeStatus status =
                inner.parse(direct, datagram.payloadOffset(), datagram.payloadLengthBytes(), datagram.protocolType());
        if (status != DecodeStatus.OK) {
            return -1;
        }
        long ports = (long) inner.sourcePort() << 16 | inner.destinationPort();
        return mix(
                datagram.endpointId(),
                inner.sourceLow() << 32 | inner.destinationLow(),
                ports << 16 | inner.protocol() << 8 | inner.tcpFlags(),
                datagram.flowCookie());
    }

    private static long overBuffer(ByteBuffer buffer, int at) {
        int base = buffer.getInt(at);
        int optionBytes = (base >>> 24 & 0x3F) << 2;
        if (base >>> 30 != 0 || optionBytes > PACKET_BYTES - 8) {
            return -1;
        }
        long endpoint = 0;
        int cookie = 0;
        int option = at + 8;
        int end = option + optionBytes;
        while (option < end) {
            int header = buffer.getInt(option);
            int dataBytes = (header & 0x1F) << 2;
            if (dataBytes > end - option - 4) {
                return -1;
            }
            switch (header >>> 8) {
                case 0x010801 -> endpoint = buffer.getLong(option + 4);
                case 0x010803 -> cookie = buffer.getInt(option + 4);
                default -> {}
            }
            option += 4 + dataBytes;
        }
        int first = buffer.getInt(end);
        int headerBytes = (first >>> 24 & 0x0F) << 2;
        if (first >>> 28 != 4 || headerBytes < 20 || (first & 0xFFFF) > at + PACKET_BYTES - end) {
            return -1;
        }
        int protocol = buffer.get(end + 9) & 0xFF;
        long source = buffer.getInt(end + 12) & 0xFFFF_FFFFL;
        long destination = buffer.getInt(end + 16) & 0xFFFF_FFFFL;
        long ports = buffer.getInt(end + headerBytes) & 0xFFFF_FFFFL;
        int flags = buffer.getShort(end + headerBytes + 12) & 0xFF;
        return mix(endpoint, source << 32 | destination, ports << 16 | protocol << 8 | flags, cookie);
    }

    private static long overArray(byte[] bytes, int at) {
        int base = (int) INTS.get(bytes, at);
        int optionBytes = (base >>> 24 & 0x3F) << 2;
        if (base >>> 30 != 0 || optionBytes > PACKET_BYTES - 8) {
            return -1;
        }
        long endpoint = 0;
        int cookie = 0;
        int option = at + 8;
        int end = option + optionBytes;
        while (option < end) {
            int header = (int) INTS.get(bytes, option);
            int dataBytes = (header & 0x1F) << 2;
            if (dataBytes > end - option - 4) {
                return -1;
            }
            switch (header >>> 8) {
                case 0x010801 -> endpoint = (long) LONGS.get(bytes, option + 4);
                case 0x010803 -> cookie = (int) INTS.get(bytes, option + 4);
                default -> {}
            }
            option += 4 + dataBytes;
        }
        int first = (int) INTS.get(bytes, end);
        int headerBytes = (first >>> 24 & 0x0F) << 2;
        if (first >>> 28 != 4 || headerBytes < 20 || (first & 0xFFFF) > at + PACKET_BYTES - end) {
            return -1;
        }
        int protocol = bytes[end + 9] & 0xFF;
        long source = (int) INTS.get(bytes, end + 12) & 0xFFFF_FFFFL;
        long destination = (int) INTS.get(bytes, end + 16) & 0xFFFF_FFFFL;
        long ports = (int) INTS.get(bytes, end + headerBytes) & 0xFFFF_FFFFL;
        int flags = (short) SHORTS.get(bytes, end + headerBytes + 12) & 0xFF;
        return mix(endpoint, source << 32 | destination, ports << 16 | protocol << 8 | flags, cookie);
    }

    private static long overNetty(ByteBuf buffer, int at) {
        int base = buffer.getInt(at);
        int optionBytes = (base >>> 24 & 0x3F) << 2;
        if (base >>> 30 != 0 || optionBytes > PACKET_BYTES - 8) {
            return -1;
        }
        long endpoint = 0;
        int cookie = 0;
        int option = at + 8;
        int end = option + optionBytes;
        while (option < end) {
            int header = buffer.getInt(option);
            int dataBytes = (header & 0x1F) << 2;
            if (dataBytes > end - option - 4) {
                return -1;
            }
            switch (header >>> 8) {
                case 0x010801 -> endpoint = buffer.getLong(option + 4);
                case 0x010803 -> cookie = buffer.getInt(option + 4);
                default -> {}
            }
            option += 4 + dataBytes;
        }
        int first = buffer.getInt(end);
        int headerBytes = (first >>> 24 & 0x0F) << 2;
        if (first >>> 28 != 4 || headerBytes < 20 || (first & 0xFFFF) > at + PACKET_BYTES - end) {
            return -1;
        }
        int protocol = buffer.getByte(end + 9) & 0xFF;
        long source = buffer.getInt(end + 12) & 0xFFFF_FFFFL;
        long destination = buffer.getInt(end + 16) & 0xFFFF_FFFFL;
        long ports = buffer.getInt(end + headerBytes) & 0xFFFF_FFFFL;
        int flags = buffer.getShort(end + headerBytes + 12) & 0xFF;
        return mix(endpoint, source << 32 | destination, ports << 16 | protocol << 8 | flags, cookie);
    }

    private static long overSegment(MemorySegment memory, long at) {
        int base = memory.get(INT, at);
        int optionBytes = (base >>> 24 & 0x3F) << 2;
        if (base >>> 30 != 0 || optionBytes > PACKET_BYTES - 8) {
            return -1;
        }
        long endpoint = 0;
        int cookie = 0;
        long option = at + 8;
        long end = option + optionBytes;
        while (option < end) {
            int header = memory.get(INT, option);
            int dataBytes = (header & 0x1F) << 2;
            if (dataBytes > end - option - 4) {
                return -1;
            }
            switch (header >>> 8) {
                case 0x010801 -> endpoint = memory.get(LONG, option + 4);
                case 0x010803 -> cookie = memory.get(INT, option + 4);
                default -> {}
            }
            option += 4 + dataBytes;
        }
        int first = memory.get(INT, end);
        int headerBytes = (first >>> 24 & 0x0F) << 2;
        if (first >>> 28 != 4 || headerBytes < 20 || (first & 0xFFFF) > at + PACKET_BYTES - end) {
            return -1;
        }
        int protocol = memory.get(ValueLayout.JAVA_BYTE, end + 9) & 0xFF;
        long source = memory.get(INT, end + 12) & 0xFFFF_FFFFL;
        long destination = memory.get(INT, end + 16) & 0xFFFF_FFFFL;
        long ports = memory.get(INT, end + headerBytes) & 0xFFFF_FFFFL;
        int flags = memory.get(SHORT, end + headerBytes + 12) & 0xFF;
        return mix(endpoint, source << 32 | destination, ports << 16 | protocol << 8 | flags, cookie);
    }

    private static long overAllMemory(long at) {
        int base = ALL_MEMORY.get(INT, at);
        int optionBytes = (base >>> 24 & 0x3F) << 2;
        if (base >>> 30 != 0 || optionBytes > PACKET_BYTES - 8) {
            return -1;
        }
        long endpoint = 0;
        int cookie = 0;
        long option = at + 8;
        long end = option + optionBytes;
        while (option < end) {
            int header = ALL_MEMORY.get(INT, option);
            int dataBytes = (header & 0x1F) << 2;
            if (dataBytes > end - option - 4) {
                return -1;
            }
            switch (header >>> 8) {
                case 0x010801 -> endpoint = ALL_MEMORY.get(LONG, option + 4);
                case 0x010803 -> cookie = ALL_MEMORY.get(INT, option + 4);
                default -> {}
            }
            option += 4 + dataBytes;
        }
        int first = ALL_MEMORY.get(INT, end);
        int headerBytes = (first >>> 24 & 0x0F) << 2;
        if (first >>> 28 != 4 || headerBytes < 20 || (first & 0xFFFF) > at + PACKET_BYTES - end) {
            return -1;
        }
        int protocol = ALL_MEMORY.get(ValueLayout.JAVA_BYTE, end + 9) & 0xFF;
        long source = ALL_MEMORY.get(INT, end + 12) & 0xFFFF_FFFFL;
        long destination = ALL_MEMORY.get(INT, end + 16) & 0xFFFF_FFFFL;
        long ports = ALL_MEMORY.get(INT, end + headerBytes) & 0xFFFF_FFFFL;
        int flags = ALL_MEMORY.get(SHORT, end + headerBytes + 12) & 0xFF;
        return mix(endpoint, source << 32 | destination, ports << 16 | protocol << 8 | flags, cookie);
    }

    private static long mix(long endpoint, long addresses, long portsAndProtocol, int cookie) {
        long mixed = (endpoint ^ addresses) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ mixed >>> 32 ^ portsAndProtocol) * 0xD6E8FEB86659FD93L;
        return mixed ^ mixed >>> 29 ^ cookie;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf;

import io.sluice.packet.DecodeStatus;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.geneve.GeneveDatagram;
import io.sluice.packet.geneve.GeneveFlyweight;
import io.sluice.packet.geneve.GwlbOptions;
import io.sluice.packet.ip.IpProtocol;
import io.sluice.packet.ip.Ipv4Flyweight;
import io.sluice.packet.transport.TcpFlyweight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Which view of memory should packet code read through? The same parse (GENEVE with three options, IPv4, TCP, to a flow
 * key of longs, mixed to one) through four of them.
 *
 * <p>Each operation parses the next of {@link #PACKETS} packets in 2 KiB slots, 2 MiB in all, so that offsets are not
 * constants and headers come from the second-level cache, as they do after a batched receive. The parse is written out
 * once per kind of access, line for line the same, so that no shared call site mixes buffer types; {@code decoders} is
 * the product's own {@link GeneveDatagram} and {@link InnerPacket} with all their checks; {@code baseline} only steps.
 *
 * <p>Run: {@code java -cp 'perf/jmh/target/classes:services/packet/target/classes:perf/jmh/target/lib/*'
 * org.openjdk.jmh.Main MemoryAbstractionBenchmark -prof gc -rf json -rff result.json}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MemoryAbstractionBenchmark {
    private static final int PACKETS = 1024;
    private static final int SLOT_BYTES = 2048;
    private static final int SLOT_MASK = PACKETS - 1;
    private static final int PACKET_BYTES = GwlbOptions.ENCAPSULATION_BYTES + 40;

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final MemorySegment ALL_MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private final GeneveDatagram datagram = GeneveDatagram.targetSide();
    private final InnerPacket inner = new InnerPacket();
    private ByteBuffer direct = ByteBuffer.allocate(0);
    private ByteBuffer heap = ByteBuffer.allocate(0);
    private MemorySegment segment = MemorySegment.NULL;
    private long address;
    private int next;

    /** Fills every slot with a packet of another flow, in all three memories alike. */
    @Setup
    public void fill() {
        heap = ByteBuffer.allocate(PACKETS * SLOT_BYTES);
        Ipv4Flyweight ip = new Ipv4Flyweight();
        TcpFlyweight tcp = new TcpFlyweight();
        for (int packet = 0; packet < PACKETS; packet++) {
            int at = packet * SLOT_BYTES;
            GwlbOptions.write(heap, at, GeneveFlyweight.PROTOCOL_IPV4, 0xA1B2C3D4E5F60718L, 0, packet * 0x9E3779B1);
            ip.wrap(heap, at + GwlbOptions.ENCAPSULATION_BYTES)
                    .versionAndHeaderLengthWords(5)
                    .totalLengthBytes(40)
                    .timeToLive(63)
                    .protocol(IpProtocol.TCP)
                    .source(0x0A140000 + packet)
                    .destination(0xCB00710A)
                    .updateHeaderChecksum();
            tcp.wrap(heap, at + GwlbOptions.ENCAPSULATION_BYTES + 20)
                    .sourcePort(40000 + packet)
                    .destinationPort(443)
                    .dataOffsetWords(5)
                    .flags(TcpFlyweight.ACK);
        }
        direct = ByteBuffer.allocateDirect(PACKETS * SLOT_BYTES);
        direct.put(0, heap, 0, heap.capacity());
        segment = Arena.global().allocate((long) PACKETS * SLOT_BYTES, 64);
        segment.copyFrom(MemorySegment.ofBuffer(heap));
        address = segment.address();
        long expected = overBuffer(heap, 0);
        if (expected == -1
                || overBuffer(direct, 0) != expected
                || overSegment(segment, 0) != expected
                || overAllMemory(address) != expected
                || decode(0) != expected) {
            throw new IllegalStateException("the parses disagree");
        }
    }

    private int nextOffset() {
        next = (next + 1) & SLOT_MASK;
        return next * SLOT_BYTES;
    }

    /** What stepping from slot to slot costs. */
    @Benchmark
    public long baseline() {
        return nextOffset();
    }

    /** Big-endian direct ByteBuffer, in a field. */
    @Benchmark
    public long directByteBuffer() {
        return overBuffer(direct, nextOffset());
    }

    /** Big-endian heap ByteBuffer, in a field. */
    @Benchmark
    public long heapByteBuffer() {
        return overBuffer(heap, nextOffset());
    }

    /** Off-heap MemorySegment with its own bounds, in a field. */
    @Benchmark
    public long memorySegment() {
        return overSegment(segment, nextOffset());
    }

    /** The one MemorySegment over all memory, a constant: no useful bounds. */
    @Benchmark
    public long allMemorySegment() {
        return overAllMemory(address + nextOffset());
    }

    /** The product's decoders over the direct ByteBuffer. */
    @Benchmark
    public long decoders() {
        return decode(nextOffset());
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

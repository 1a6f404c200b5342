// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf;

import io.sluice.hashing.core.FlowHasher;
import io.sluice.hashing.core.FlowKeyExtractor;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import io.sluice.packet.DecodeStatus;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.geneve.GeneveDatagram;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to know a packet's flow? From the first byte of a GENEVE datagram with the three options to the
 * flow's table hash, through the product's own decoders with all their checks.
 *
 * <p>{@code parse} stops after the inner packet; {@code keyAndHash} goes on through {@link FlowKeyExtractor} (5-tuple)
 * and {@link FlowHasher}; {@code baseline} only steps to the next packet of a {@link PacketRing}. Headers come from
 * the second-level cache: a receive that left them in memory costs a miss more.
 *
 * <p>Run: {@code ./sluice bench jmh FlowKeyBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FlowKeyBenchmark {
    /** What the datagrams hold. */
    @Param
    InnerKind inner = InnerKind.IPV4_TCP;

    private final GeneveDatagram datagram = GeneveDatagram.targetSide();
    private final InnerPacket packet = new InnerPacket();
    private final FlowHasher hasher = new FlowHasher(0x0123_4567_89AB_CDEFL, 0xFEDC_BA98_7654_3210L);
    private final long[] key = new long[FlowKey.WORDS];
    private PacketRing ring = new PacketRing(InnerKind.IPV4_TCP, PacketRing.MANY);

    /** Fills the ring with the kind asked for. */
    @Setup
    public void fill() {
        ring = new PacketRing(inner, PacketRing.MANY);
    }

    /** What stepping from packet to packet costs. */
    @Benchmark
    public long baseline() {
        return ring.nextOffset();
    }

    /** GENEVE header and options, inner header, transport header. */
    @Benchmark
    public long parse() {
        return parseNext() == DecodeStatus.OK ? packet.sourceLow() : -1;
    }

    /** The whole way to the hash that the flow table is asked with. */
    @Benchmark
    public long keyAndHash() {
        if (parseNext() != DecodeStatus.OK) {
            return -1;
        }
        FlowKeyExtractor.extract(packet, datagram.endpointId(), Stickiness.FIVE_TUPLE, key, 0);
        return hasher.hash(key, 0);
    }

    private DecodeStatus parseNext() {
        DecodeStatus outer = datagram.decode(ring.memory(), ring.nextOffset(), ring.datagramBytes());
        return outer != DecodeStatus.OK
                ? outer
                : packet.parse(
                        ring.memory(),
                        datagram.payloadOffset(),
                        datagram.payloadLengthBytes(),
                        datagram.protocolType());
    }
}

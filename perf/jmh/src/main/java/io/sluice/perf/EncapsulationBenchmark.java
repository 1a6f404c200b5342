// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf;

import io.sluice.packet.geneve.GeneveFlyweight;
import io.sluice.packet.geneve.GwlbOptions;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to put the outer GENEVE header before a packet, in place?
 *
 * <p>{@code gwlbOptions} is what goes to a target: 40 bytes, three options. {@code withoutOptions} is what goes to an
 * endpoint: 8 bytes. The bytes of the packet are never touched. {@code baseline} only steps to the next packet of a
 * {@link PacketRing} and makes the values that are written.
 *
 * <p>Run: {@code ./sluice bench jmh EncapsulationBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class EncapsulationBenchmark {
    private final PacketRing ring = new PacketRing(InnerKind.IPV4_TCP, PacketRing.MANY);
    private long endpointId = 0xA1B2_C3D4_E5F6_0718L;

    /** What stepping and the values cost. */
    @Benchmark
    public long baseline() {
        return ring.nextOffset() + nextEndpointId();
    }

    /** Towards a target. */
    @Benchmark
    public long gwlbOptions() {
        int at = ring.nextOffset();
        long endpoint = nextEndpointId();
        GwlbOptions.write(ring.memory(), at, GeneveFlyweight.PROTOCOL_IPV4, endpoint, 0, (int) endpoint);
        return at + endpoint;
    }

    /** Towards an endpoint. */
    @Benchmark
    public long withoutOptions() {
        int at = ring.nextOffset();
        long endpoint = nextEndpointId();
        GeneveFlyweight.writeWithoutOptions(
                ring.memory(), at, GeneveFlyweight.PROTOCOL_IPV4, (int) endpoint & GeneveFlyweight.VNI_MAX);
        return at + endpoint;
    }

    private long nextEndpointId() {
        return ++endpointId;
    }
}

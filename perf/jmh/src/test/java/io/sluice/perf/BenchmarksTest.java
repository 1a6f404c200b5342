// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The benchmarks do what they say: packets are well-formed, parses agree, look-ups hit and miss. */
class BenchmarksTest {

    private static final int ROUNDS = 2 * PacketRing.MANY;

    @Test
    void allViewsOfMemoryGiveTheSameFlowOfEveryPacket() {
        long[] expected = parse(MemoryAbstractionBenchmark::directByteBuffer);

        assertThat(expected).doesNotContain(-1);
        assertThat(expected).containsOnlyOnce(expected[0], expected[PacketRing.MANY - 1]);
        assertThat(parse(MemoryAbstractionBenchmark::heapByteBuffer)).isEqualTo(expected);
        assertThat(parse(MemoryAbstractionBenchmark::byteArrayVarHandle)).isEqualTo(expected);
        assertThat(parse(MemoryAbstractionBenchmark::nettyByteBuf)).isEqualTo(expected);
        assertThat(parse(MemoryAbstractionBenchmark::memorySegment)).isEqualTo(expected);
        assertThat(parse(MemoryAbstractionBenchmark::allMemorySegment)).isEqualTo(expected);
        assertThat(parse(MemoryAbstractionBenchmark::decoders)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(InnerKind.class)
    void everyPacketIsAFlowOfItsOwn(InnerKind inner) {
        FlowKeyBenchmark flowKey = new FlowKeyBenchmark();
        flowKey.inner = inner;
        flowKey.fill();
        long[] hashes = new long[PacketRing.MANY];
        for (int packet = 0; packet < hashes.length; packet++) {
            assertThat(flowKey.parse()).isNotEqualTo(-1);
        }
        for (int packet = 0; packet < hashes.length; packet++) {
            hashes[packet] = flowKey.keyAndHash();
        }

        assertThat(hashes).doesNotHaveDuplicates().doesNotContain(-1);
    }

    @Test
    void hitsHitAndMissesMiss() {
        FlowTableBenchmark table = new FlowTableBenchmark();
        table.fill();

        for (int round = 0; round < ROUNDS; round++) {
            assertThat(table.hit()).isNotNegative();
            assertThat(table.miss()).isNegative();
        }
    }

    private static long[] parse(ToLongFunction<MemoryAbstractionBenchmark> view) {
        MemoryAbstractionBenchmark memory = new MemoryAbstractionBenchmark();
        memory.packets = PacketRing.MANY;
        memory.fill();
        long[] flows = new long[PacketRing.MANY];
        for (int packet = 0; packet < flows.length; packet++) {
            flows[packet] = view.applyAsLong(memory);
        }
        memory.release();
        return flows;
    }
}

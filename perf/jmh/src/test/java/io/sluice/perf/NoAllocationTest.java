// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What runs for each packet allocates nothing: every benchmark, with every parameter, in an ordinary build. */
class NoAllocationTest {

    /** What one run may allocate, however many calls it has; one byte in a hundred calls is more. */
    private static final long BYTES_PER_RUN_MAX = 512;

    record Subject(String benchmark, String parameter, LongSupplier operation) {
        @Override
        public String toString() {
            return parameter.isEmpty() ? benchmark : benchmark + " " + parameter;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("subjects")
    void allocatesNothingPerOperation(Subject subject) {
        assertThat(AllocatedBytes.of(subject.operation())).isLessThanOrEqualTo(BYTES_PER_RUN_MAX);
    }

    /** Makes a few arrays for each batch of flows, and shows how many bytes that is. */
    private static final String ALLOCATES_BY_THE_BATCH = "FlowSetupBenchmark.";

    @Test
    void everyBenchmarkButOneIsASubject() {
        Set<String> benchmarks = BenchmarkList.defaultList()
                .getAll(OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), List.of())
                .stream()
                .map(BenchmarkListEntry::getUsername)
                .map(name ->
                        name.substring(NoAllocationTest.class.getPackageName().length() + 1))
                .filter(name -> !name.startsWith(ALLOCATES_BY_THE_BATCH))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(subjects().map(Subject::benchmark).collect(Collectors.toSet()))
                .isEqualTo(benchmarks);
    }

    static final List<Subject> ALLOCATING = List.of(
            new Subject("an object per call", "", new AllocatingFixture(1)::next),
            new Subject("an object every thousandth call", "", new AllocatingFixture(1_000)::next));

    @ParameterizedTest(name = "{0}")
    @FieldSource("ALLOCATING")
    void catchesWhatAllocates(Subject subject) {
        assertThat(AllocatedBytes.of(subject.operation())).isGreaterThan(BYTES_PER_RUN_MAX);
    }

    @Test
    void toleratesWhatAllocatesOnce() {
        assertThat(AllocatedBytes.of(new AllocatingFixture(AllocatedBytes.CALLS)::next))
                .isBetween(1L, BYTES_PER_RUN_MAX);
    }

    static Stream<Subject> subjects() {
        return Stream.of(memoryAbstraction(), flowKey(), flowTable(), encapsulation(), ranking())
                .flatMap(subjects -> subjects);
    }

    private static Stream<Subject> memoryAbstraction() {
        return Stream.of(PacketRing.BATCH, PacketRing.MANY).flatMap(packets -> {
            MemoryAbstractionBenchmark memory =
                    with(new MemoryAbstractionBenchmark(), state -> state.packets = packets);
            memory.fill();
            String parameter = packets + " packets";
            return Stream.of(
                    new Subject("MemoryAbstractionBenchmark.baseline", parameter, memory::baseline),
                    new Subject("MemoryAbstractionBenchmark.directByteBuffer", parameter, memory::directByteBuffer),
                    new Subject("MemoryAbstractionBenchmark.heapByteBuffer", parameter, memory::heapByteBuffer),
                    new Subject("MemoryAbstractionBenchmark.byteArrayVarHandle", parameter, memory::byteArrayVarHandle),
                    new Subject("MemoryAbstractionBenchmark.nettyByteBuf", parameter, memory::nettyByteBuf),
                    new Subject("MemoryAbstractionBenchmark.memorySegment", parameter, memory::memorySegment),
                    new Subject("MemoryAbstractionBenchmark.allMemorySegment", parameter, memory::allMemorySegment),
                    new Subject("MemoryAbstractionBenchmark.decoders", parameter, memory::decoders));
        });
    }

    private static Stream<Subject> flowKey() {
        return Arrays.stream(InnerKind.values()).flatMap(inner -> {
            FlowKeyBenchmark flowKey = with(new FlowKeyBenchmark(), state -> state.inner = inner);
            flowKey.fill();
            return Stream.of(
                    new Subject("FlowKeyBenchmark.baseline", inner.name(), flowKey::baseline),
                    new Subject("FlowKeyBenchmark.parse", inner.name(), flowKey::parse),
                    new Subject("FlowKeyBenchmark.keyAndHash", inner.name(), flowKey::keyAndHash));
        });
    }

    private static Stream<Subject> flowTable() {
        return Stream.of(1 << 10, 1 << 20).flatMap(flows -> {
            FlowTableBenchmark table = with(new FlowTableBenchmark(), state -> state.flows = flows);
            table.fill();
            String parameter = flows + " flows";
            return Stream.of(
                    new Subject("FlowTableBenchmark.baseline", parameter, table::baseline),
                    new Subject("FlowTableBenchmark.hit", parameter, table::hit),
                    new Subject("FlowTableBenchmark.miss", parameter, table::miss));
        });
    }

    private static Stream<Subject> encapsulation() {
        EncapsulationBenchmark encapsulation = new EncapsulationBenchmark();
        return Stream.of(
                new Subject("EncapsulationBenchmark.baseline", "", encapsulation::baseline),
                new Subject("EncapsulationBenchmark.gwlbOptions", "", encapsulation::gwlbOptions),
                new Subject("EncapsulationBenchmark.withoutOptions", "", encapsulation::withoutOptions));
    }

    private static Stream<Subject> ranking() {
        return Stream.of(2, 32, 300).flatMap(targets -> {
            RankingBenchmark ranking = with(new RankingBenchmark(), state -> state.targets = targets);
            ranking.rank();
            String parameter = targets + " targets";
            return Stream.of(
                    new Subject("RankingBenchmark.baseline", parameter, ranking::baseline),
                    new Subject("RankingBenchmark.pick", parameter, ranking::pick),
                    new Subject("RankingBenchmark.remainder", parameter, ranking::remainder));
        });
    }

    private static <T> T with(T state, Consumer<T> parameter) {
        parameter.accept(state);
        return state;
    }

    /** Keeps one new object every so many calls. */
    private static final class AllocatingFixture {
        private final int period;
        private int calls;
        private Object kept = "";

        AllocatingFixture(int period) {
            this.period = period;
        }

        long next() {
            if (++calls % period == 0) {
                kept = new Object();
            }
            return kept.hashCode();
        }
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf;

import io.sluice.flow.core.FlowTable;
import io.sluice.hashing.core.FlowHasher;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import io.sluice.packet.ip.IpProtocol;
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
 * What does a look-up in the flow table cost, with the key and its hash at hand?
 *
 * <p>With a power of two of flows the table is half full; filled to its capacity it is 0.4 to 0.8 full, as the capacity
 * falls between powers of two.
 * Keys are read in the order of an array, which the processor foresees; the slots they lead to are scattered over the table by
 * the seeded hash, which it does not. Which key comes next depends on the slot just found, so a look-up cannot start before the
 * last one ended: this is latency. The look-ups of a batch of packets do not depend on each other and overlap in part.
 *
 * <p>{@code miss} asks for keys that were never inserted; {@code baseline} reads the key's first word and its hash and
 * steps on by them.
 *
 * <p>Run: {@code ./sluice bench jmh FlowTableBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FlowTableBenchmark {
    private static final long ENDPOINT = 0xA1B2_C3D4_E5F6_0718L;
    private static final int PRESENT_NETWORK = 0x0A00_0000;
    private static final int ABSENT_NETWORK = 0x0B00_0000;

    /** Flows in the table, no multiple of 3. */
    @Param({"1024", "1048576"})
    int flows = 1024;

    private FlowTable table = new FlowTable(1, 1, 1);
    private long[] presentKeys = new long[0];
    private long[] presentHashes = new long[0];
    private long[] absentKeys = new long[0];
    private long[] absentHashes = new long[0];
    private int next;

    /** Fills the table. */
    @Setup
    public void fill() {
        FlowHasher hasher = new FlowHasher(0x0123_4567_89AB_CDEFL, 0xFEDC_BA98_7654_3210L);
        table = new FlowTable(flows, 1, 1);
        presentKeys = keys(PRESENT_NETWORK);
        presentHashes = hashes(hasher, presentKeys);
        absentKeys = keys(ABSENT_NETWORK);
        absentHashes = hashes(hasher, absentKeys);
        for (int flow = 0; flow < flows; flow++) {
            int slot = table.insert(
                    presentKeys, flow * FlowKey.WORDS, presentHashes[flow], 0, flow, 0, 0, true, false, 350_000, 0, 0);
            if (slot == FlowTable.NONE) {
                throw new IllegalStateException("no room for flow " + flow);
            }
        }
    }

    /** What reading a key and its hash costs. */
    @Benchmark
    public int baseline() {
        return step((int) (presentKeys[next * FlowKey.WORDS] ^ presentHashes[next]) >>> 1);
    }

    /** Flows that are there. */
    @Benchmark
    public int hit() {
        return step(table.find(presentKeys, next * FlowKey.WORDS, presentHashes[next]));
    }

    /** Flows that are not there. */
    @Benchmark
    public int miss() {
        return step(table.find(absentKeys, next * FlowKey.WORDS, absentHashes[next]));
    }

    /** Goes to the next key after a slot, to the third after none: both visit all keys, neither can be guessed. */
    private int step(int slot) {
        next += 1 + (slot >>> 31 << 1);
        if (next >= flows) {
            next -= flows;
        }
        return slot;
    }

    private long[] keys(int network) {
        long[] keys = new long[flows * FlowKey.WORDS];
        for (int flow = 0; flow < flows; flow++) {
            int at = flow * FlowKey.WORDS;
            keys[at] = ENDPOINT;
            keys[at + 2] = network + flow;
            keys[at + 4] = 0xCB00_710AL;
            keys[at + FlowKey.TRAITS_WORD] =
                    FlowKey.traits(1024 + flow % 60_000, 443, IpProtocol.TCP, 4, Stickiness.FIVE_TUPLE);
        }
        return keys;
    }

    private long[] hashes(FlowHasher hasher, long[] keys) {
        long[] hashes = new long[flows];
        for (int flow = 0; flow < flows; flow++) {
            hashes[flow] = hasher.hash(keys, flow * FlowKey.WORDS);
        }
        return hashes;
    }
}

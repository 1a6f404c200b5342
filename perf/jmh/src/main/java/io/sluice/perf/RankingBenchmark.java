// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf;

import io.sluice.selection.core.RendezvousRanking;
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
 * What does it cost to pick a target for a new flow? Once per flow, not per packet.
 *
 * <p>{@code pick} ranks all targets, so it grows with their number. {@code remainder} is the cheapest pick there is, of
 * the same hashes: what is paid beyond it buys that a target that leaves moves no other's flows, and weights. {@code
 * baseline} only makes the next hash.
 *
 * <p>Run: {@code ./sluice bench jmh RankingBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RankingBenchmark {
    /** Targets in the set; 300 is the default quota of a load balancer. */
    @Param({"2", "32", "300"})
    int targets = 2;

    private RendezvousRanking ranking = new RendezvousRanking(new long[0], new int[0]);
    private long keyHash;

    /** Makes the set, all weights 1. */
    @Setup
    public void rank() {
        long[] fingerprints = new long[targets];
        int[] weights = new int[targets];
        for (int target = 0; target < targets; target++) {
            fingerprints[target] = (target + 1) * 0xD6E8_FEB8_6659_FD93L;
            weights[target] = 1;
        }
        ranking = new RendezvousRanking(fingerprints, weights);
    }

    /** What the next hash costs. */
    @Benchmark
    public long baseline() {
        return nextHash();
    }

    /** Weighted rendezvous hashing. */
    @Benchmark
    public long pick() {
        return ranking.pick(nextHash());
    }

    /** A division. */
    @Benchmark
    public long remainder() {
        return Long.remainderUnsigned(nextHash(), targets);
    }

    private long nextHash() {
        keyHash += 0x9E37_79B9_7F4A_7C15L;
        return keyHash;
    }
}

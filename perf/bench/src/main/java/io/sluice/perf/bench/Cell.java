// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A pair with all its rounds.
 *
 * @param pair what was measured
 * @param samples one for each round
 */
record Cell(Pair pair, List<Sample> samples) {

    /** A forwarder that had less of what its core was given was not the limit. */
    static final double BUSY_MIN = 0.95;

    Cell {
        samples = List.copyOf(samples);
    }

    Spread saturatedPerS() {
        return Spread.of(samples, Sample::saturatedPerS);
    }

    Spread lossFreePerS() {
        return Spread.of(samples, Sample::lossFreePerS);
    }

    /** Whether the loss-free rate may be higher than found, in one round or more. */
    boolean lossFreeIsLowerBound() {
        return samples.stream().anyMatch(Sample::lossFreeIsLowerBound);
    }

    Spread busy() {
        return Spread.of(samples, Sample::busy);
    }

    Spread disturbed() {
        return Spread.of(samples, Sample::disturbed);
    }

    Spread stolen() {
        return Spread.of(samples, Sample::stolen);
    }

    Spread cpuNsPerPacket() {
        return Spread.of(samples, Sample::cpuNsPerPacket);
    }

    Spread busiestThreadNsPerPacket() {
        return Spread.of(samples, Sample::busiestThreadNsPerPacket);
    }

    Spread latencyUs(String quantile) {
        return Spread.of(samples, sample -> sample.latencyUs(quantile));
    }

    Spread sentLateUs() {
        return Spread.of(samples, Sample::sentLateUs);
    }

    long wrong() {
        return samples.stream().mapToLong(Sample::wrong).sum();
    }

    long reordered() {
        return samples.stream().mapToLong(Sample::reordered).sum();
    }

    /** Whether a packet came out wrong or out of order. */
    boolean faulty() {
        return wrong() != 0 || reordered() != 0;
    }

    long late() {
        return samples.stream().mapToLong(Sample::late).sum();
    }

    long refused() {
        return samples.stream().mapToLong(Sample::refused).sum();
    }

    /** Whether the generator, not the forwarder, was the limit. */
    boolean generatorBound() {
        return busy().median() < BUSY_MIN;
    }

    /**
     * How this one compares to another under the same workload: above 1 it does more. Rates where both were busy, CPU time per
     * packet where one was not. Round by round, as a machine may be twice as fast in one round as in the next: a quotient of
     * two medians could be of two machines.
     */
    Spread ratioTo(Cell other) {
        boolean byCpuTime = byCpuTime(other);
        return Spread.of(
                IntStream.range(0, Math.min(samples.size(), other.samples.size()))
                        .boxed()
                        .toList(),
                round -> ratio(samples.get(round), other.samples.get(round), byCpuTime));
    }

    private static double ratio(Sample of, Sample to, boolean byCpuTime) {
        return byCpuTime ? to.cpuNsPerPacket() / of.cpuNsPerPacket() : of.saturatedPerS() / to.saturatedPerS();
    }

    /** Whether {@link #ratioTo} compares CPU time. */
    boolean byCpuTime(Cell other) {
        return generatorBound() || other.generatorBound();
    }
}

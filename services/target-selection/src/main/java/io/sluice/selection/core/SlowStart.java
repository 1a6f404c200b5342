// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

/**
 * How much of its weight a target gets that has become healthy lately.
 *
 * <p>A target begins with a tenth of its weight and gains a tenth at a time; it has all of it when the group's slow
 * start is over. Steps, not a slope, so that all nodes weigh alike but for the moment of a step.
 */
final class SlowStart {

    /** Tenths of a target that does not ramp. */
    static final int STEPS = 10;

    /** There is no further step. */
    static final long NEVER = Long.MAX_VALUE;

    private SlowStart() {}

    /**
     * Tenths of its weight, 1 to {@value #STEPS}.
     *
     * @param slowStartMs of the group, 0 for none
     * @param healthySinceMs when the target became healthy, milliseconds since 1970
     */
    static int step(long slowStartMs, long healthySinceMs, long nowMs) {
        long elapsedMs = Math.max(0, nowMs - healthySinceMs);
        // the comparison is also what keeps the product below from overflowing
        return elapsedMs >= slowStartMs ? STEPS : 1 + (int) (elapsedMs * (STEPS - 1) / slowStartMs);
    }

    /** When the next step comes, or {@link #NEVER}. */
    static long nextStepMs(long slowStartMs, long healthySinceMs, long nowMs) {
        int step = step(slowStartMs, healthySinceMs, nowMs);
        // the first moment at which elapsed * 9 / slowStart reaches this step: rounded up
        return step == STEPS ? NEVER : healthySinceMs + (step * slowStartMs + STEPS - 2) / (STEPS - 1);
    }

    /**
     * Weighs targets by their steps; weights stay as they are, to the bit, while nobody ramps.
     *
     * @param healthySinceMs of each target
     * @param weights of each target, multiplied in place
     * @return when the next step of any of them comes, or {@link #NEVER}
     */
    static long ramp(long slowStartMs, long[] healthySinceMs, long nowMs, int[] weights) {
        int[] steps = new int[weights.length];
        boolean someRamp = false;
        long nextMs = NEVER;
        for (int i = 0; i < steps.length; i++) {
            steps[i] = step(slowStartMs, healthySinceMs[i], nowMs);
            someRamp |= steps[i] < STEPS;
            nextMs = Math.min(nextMs, nextStepMs(slowStartMs, healthySinceMs[i], nowMs));
        }
        for (int i = 0; someRamp && i < steps.length; i++) {
            weights[i] *= steps[i];
        }
        return nextMs;
    }
}

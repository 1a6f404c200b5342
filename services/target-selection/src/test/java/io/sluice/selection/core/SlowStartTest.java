// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import static io.sluice.selection.core.Fixture.A;
import static io.sluice.selection.core.Fixture.ENDPOINT_A;
import static io.sluice.selection.core.Fixture.NODE_1;
import static io.sluice.selection.core.Fixture.NODE_2;
import static io.sluice.selection.core.Fixture.NOW_MS;
import static io.sluice.selection.core.Fixture.group;
import static io.sluice.selection.core.Fixture.model;
import static io.sluice.selection.core.Fixture.report;
import static io.sluice.selection.core.Fixture.says;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.Target;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SlowStartTest {

    private static final long SEED = 20_261_125;
    private static final long RAMP_MS = 90_000;
    private static final int FLOWS = 10_000;

    @Test
    void rampsFromATenthToAllInTenSteps() {
        int last = 0;
        for (long elapsedMs = 0; elapsedMs <= RAMP_MS + 10; elapsedMs++) {
            int step = SlowStart.step(RAMP_MS, NOW_MS, NOW_MS + elapsedMs);
            assertThat(step).isEqualTo((int) Math.min(10, 1 + elapsedMs / 10_000));
            assertThat(step - last).isBetween(0, 1);
            last = step;
        }
        assertThat(SlowStart.step(0, NOW_MS, NOW_MS)).as("no slow start").isEqualTo(10);
        assertThat(SlowStart.step(RAMP_MS, NOW_MS + 500, NOW_MS))
                .as("another node's clock is ahead")
                .isEqualTo(1);
    }

    @Test
    void nextStepIsTheFirstMomentAtWhichTheStepDiffers() {
        SplittableRandom random = seeded("next step");
        for (int run = 0; run < 20_000; run++) {
            long rampMs = 1 + random.nextLong(900_000);
            long nowMs = NOW_MS + random.nextLong(1_000_000);
            int step = SlowStart.step(rampMs, NOW_MS, nowMs);
            long nextMs = SlowStart.nextStepMs(rampMs, NOW_MS, nowMs);
            if (step == SlowStart.STEPS) {
                assertThat(nextMs).isEqualTo(SlowStart.NEVER);
            } else {
                assertThat(nextMs).isGreaterThan(nowMs);
                assertThat(SlowStart.step(rampMs, NOW_MS, nextMs - 1)).isEqualTo(step);
                assertThat(SlowStart.step(rampMs, NOW_MS, nextMs)).isGreaterThan(step);
            }
        }
    }

    @Test
    void sharesFollowWeightsAndStepByChiSquare() {
        int[] weights = {1, 2, 5, 10};
        for (int step = 1; step <= SlowStart.STEPS; step++) {
            SelectionInputs inputs = inputs(RAMP_MS, weights);
            long nowMs = NOW_MS + (step - 1) * 10_000L;
            inputs.accept(report(NODE_1, 1, 1, healthy(weights, NOW_MS - RAMP_MS, NOW_MS)), nowMs);
            // the last target has been healthy since now, the others for long
            double[] expected = {10, 20, 50, 10.0 * step};
            assertThat(chiSquare(count(inputs.snapshot(), seeded("step " + step)), expected))
                    .as("step %d", step)
                    .isLessThan(21.1); // 99.99 % for 3 degrees of freedom
        }
    }

    @Test
    void singleHealthyTargetGetsEverythingAtOnce() {
        int[] weights = {3};
        SelectionInputs inputs = inputs(RAMP_MS, weights);
        inputs.accept(report(NODE_1, 1, 1, healthy(weights, 0, NOW_MS)), NOW_MS);
        String identity = inputs.snapshot().identity();

        assertThat(inputs.advance(NOW_MS + 6_000)).as("nothing ramps").isFalse();
        assertThat(inputs.snapshot().identity()).isEqualTo(identity);
        assertThat(count(inputs.snapshot(), seeded("single"))).containsExactly(FLOWS);
    }

    @Test
    void targetsThatRampTogetherShareByWeight() {
        int[] weights = {1, 3};
        SelectionInputs inputs = inputs(RAMP_MS, weights);
        inputs.accept(report(NODE_1, 1, 1, healthy(weights, NOW_MS, NOW_MS)), NOW_MS);

        assertThat(chiSquare(count(inputs.snapshot(), seeded("together")), new double[] {1, 3}))
                .isLessThan(15.2); // 99.99 % for 1 degree of freedom
    }

    @Test
    void timeAloneChangesTheSnapshotAtEachStepAndOnlyThen() {
        int[] weights = {1, 1};
        SelectionInputs inputs = inputs(RAMP_MS, weights);
        int changes = 0;
        for (long atMs = NOW_MS; atMs <= NOW_MS + 2 * RAMP_MS; atMs += 1_000) {
            // a prober repeats itself every two seconds, and is no reason for another snapshot
            boolean first = atMs == NOW_MS;
            TargetSetSnapshot before = inputs.snapshot();
            boolean changed = (atMs - NOW_MS) % 2_000 == 0
                    ? inputs.accept(
                            report(NODE_1, 1, 1 + (atMs - NOW_MS), healthy(weights, NOW_MS - RAMP_MS, NOW_MS)), atMs)
                    : inputs.advance(atMs);
            assertThat(inputs.snapshot().equals(before)).isNotEqualTo(changed);
            changes += changed && !first ? 1 : 0;
        }
        assertThat(changes).isEqualTo(9);
        assertThat(inputs.snapshot().nextStepMs()).isEqualTo(SlowStart.NEVER);
    }

    @Test
    void sameStepHasTheSameIdentityOnAllNodesAndAnotherStepAnother() {
        int[] weights = {1, 1, 1};
        List<String> identities = new ArrayList<>();
        for (long[] offsets : new long[][] {{0, 9_999}, {10_000, 19_999}, {90_000, 90_001}}) {
            SelectionInputs first = inputs(RAMP_MS, weights);
            SelectionInputs second = inputs(RAMP_MS, weights);
            first.accept(report(NODE_1, 1, 1, healthy(weights, 1, NOW_MS)), NOW_MS + offsets[0]);
            second.accept(report(NODE_2, 9, 9, healthy(weights, 1, NOW_MS)), NOW_MS);
            second.advance(NOW_MS + offsets[1]);
            assertThat(first.snapshot().identity()).isEqualTo(second.snapshot().identity());
            identities.add(first.snapshot().identity());
        }
        assertThat(identities).doesNotHaveDuplicates();
    }

    @Test
    void weightsStayAsTheyAreWhileNobodyRamps() {
        int[] weights = {1, 2, 7};
        TargetHealth[] says = healthy(weights, 1, 1);
        TargetSetSnapshot without = snapshot(0, weights, says);
        TargetSetSnapshot with = snapshot(RAMP_MS, weights, says);
        SplittableRandom random = seeded("nobody ramps");
        for (int flow = 0; flow < FLOWS; flow++) {
            long key = random.nextLong();
            assertThat(with.pick(ENDPOINT_A, key)).isEqualTo(without.pick(ENDPOINT_A, key));
        }
    }

    private static TargetSetSnapshot snapshot(long rampMs, int[] weights, TargetHealth[] says) {
        SelectionInputs inputs = inputs(rampMs, weights);
        inputs.accept(report(new NodeId("node-9"), 1, 1, says), NOW_MS);
        return inputs.snapshot();
    }

    private static SelectionInputs inputs(long rampMs, int[] weights) {
        return new SelectionInputs(new ConfigRevision(
                1,
                NODE_1,
                model(group(FailurePolicy.DEFAULT, Stickiness.FIVE_TUPLE, rampMs, targets(weights)), false)));
    }

    private static List<Target> targets(int[] weights) {
        List<Target> targets = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            targets.add(new Target(
                    new TargetId("10.0.0." + (1 + i)),
                    new Ipv4Address(0x0A00_0001 + i),
                    Target.GENEVE_PORT,
                    A,
                    weights[i],
                    1));
        }
        return targets;
    }

    /** All healthy, the last one since another time. */
    private static TargetHealth[] healthy(int[] weights, long sinceMs, long lastSinceMs) {
        List<Target> targets = targets(weights);
        TargetHealth[] says = new TargetHealth[weights.length];
        for (int i = 0; i < says.length; i++) {
            says[i] = says(targets.get(i), HealthState.HEALTHY, i == says.length - 1 ? lastSinceMs : sinceMs);
        }
        return says;
    }

    private static int[] count(TargetSetSnapshot snapshot, SplittableRandom random) {
        int first =
                snapshot.targetCount() - snapshot.groupOfEndpoint(0).targets().size();
        int[] count = new int[snapshot.targetCount() - first];
        for (int flow = 0; flow < FLOWS; flow++) {
            count[snapshot.pick(ENDPOINT_A, random.nextLong()) - first]++;
        }
        return count;
    }

    private static double chiSquare(int[] count, double[] shares) {
        double total = 0;
        for (double share : shares) {
            total += share;
        }
        double sum = 0;
        for (int i = 0; i < count.length; i++) {
            double expected = FLOWS * shares[i] / total;
            sum += (count[i] - expected) * (count[i] - expected) / expected;
        }
        return sum;
    }

    private static SplittableRandom seeded(String what) {
        System.out.println("seed of " + what + ": " + SEED);
        return new SplittableRandom(SEED + what.hashCode());
    }
}

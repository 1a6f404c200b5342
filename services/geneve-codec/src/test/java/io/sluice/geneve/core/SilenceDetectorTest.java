// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Traffic over a virtual clock; a tick of 10 ms, as the verticle's. */
class SilenceDetectorTest {

    private static final int TARGET = 3;
    private static final int TICK_MS = 10;

    private final AwakeClock clock = new AwakeClock();
    private final SilenceDetector detector = new SilenceDetector(clock);
    private long nowMs = 1_000_000;

    @BeforeEach
    void watch() {
        detector.ensure(TARGET + 1);
        detector.watch(TARGET, 300);
        clock.now(nowMs);
    }

    /** What a target does with a flow. */
    enum Habit {
        RETURNS,
        DENIES,
        TWO_ARM
    }

    /** Flows that take turns, at so many packets a second in all; the target answers after a round trip. */
    private final class Traffic {
        private final List<Habit> flows;
        private final boolean[] returnedBefore;
        private final Deque<long[]> onTheWay = new ArrayDeque<>();
        private int next;

        Traffic(List<Habit> flows) {
            this.flows = flows;
            this.returnedBefore = new boolean[flows.size()];
        }

        /** One millisecond with so many packets; whether the target was found silent. */
        boolean millisecond(int packets, int roundTripMs, boolean dead) {
            nowMs++;
            for (int i = 0; i < packets; i++) {
                int flow = next++ % flows.size();
                if (returnedBefore[flow]) {
                    detector.expectsReturn(TARGET);
                }
                if (!dead && flows.get(flow) == Habit.RETURNS) {
                    onTheWay.add(new long[] {nowMs + roundTripMs, flow});
                }
            }
            while (!onTheWay.isEmpty() && onTheWay.peek()[0] <= nowMs) {
                returnedBefore[(int) onTheWay.remove()[1]] = true;
                detector.returned(TARGET);
            }
            if (nowMs % TICK_MS == 0) {
                clock.now(nowMs);
                return detector.fallenSilent(TARGET);
            }
            return false;
        }

        boolean milliseconds(int count, int packets, int roundTripMs) {
            boolean silent = false;
            for (int i = 0; i < count; i++) {
                silent |= millisecond(packets, roundTripMs, false);
            }
            return silent;
        }
    }

    private static List<Habit> flows(int count, Habit... pattern) {
        return IntStream.range(0, count)
                .mapToObj(flow -> pattern[flow % pattern.length])
                .toList();
    }

    @ParameterizedTest(name = "{0} packets a millisecond")
    @ValueSource(ints = {1, 10, 100})
    void findsADeadTargetWithinTheSilence(int packets) {
        for (int phase = 0; phase < 25; phase++) {
            Traffic traffic = new Traffic(flows(50, Habit.RETURNS));
            assertThat(traffic.milliseconds(500 + phase, packets, 1)).isFalse();
            long diedMs = nowMs;
            while (!traffic.millisecond(packets, 1, true)) {
                assertThat(nowMs - diedMs).as("phase %d", phase).isLessThanOrEqualTo(300);
            }
            assertThat(nowMs - diedMs).as("not hastily").isGreaterThanOrEqualTo(200);
            assertThat(traffic.milliseconds(500, packets, 1)).as("once").isFalse();
        }
    }

    @Test
    void findsADeadFirewallThatDeniesHalfOfTheFlows() {
        Traffic traffic = new Traffic(flows(100, Habit.RETURNS, Habit.DENIES));
        assertThat(traffic.milliseconds(500, 1, 1)).isFalse();
        long diedMs = nowMs;
        while (!traffic.millisecond(1, 1, true)) {
            assertThat(nowMs - diedMs).isLessThanOrEqualTo(300);
        }
    }

    record Innocent(String name, List<Habit> flows, int packets, int roundTripMs) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Innocent> innocents() {
        return Stream.of(
                new Innocent("returns all", flows(50, Habit.RETURNS), 1, 1),
                new Innocent("returns all, slowly", flows(50, Habit.RETURNS), 1, 200),
                new Innocent("denies all", flows(50, Habit.DENIES), 10, 1),
                new Innocent("denies half of the flows", flows(100, Habit.RETURNS, Habit.DENIES), 1, 1),
                new Innocent("denies half, many packets", flows(100, Habit.RETURNS, Habit.DENIES), 100, 1),
                new Innocent(
                        "denies nine of ten",
                        flows(100, Habit.RETURNS, Habit.DENIES, Habit.DENIES, Habit.DENIES, Habit.DENIES),
                        10,
                        1));
    }

    @ParameterizedTest
    @MethodSource("innocents")
    void leavesInnocentsAlone(Innocent innocent) {
        assertThat(new Traffic(innocent.flows).milliseconds(5_000, innocent.packets, innocent.roundTripMs))
                .isFalse();
    }

    @Test
    void w25ATwoArmApplianceIsNeverSilent() {
        assertThat(new Traffic(flows(50, Habit.TWO_ARM)).milliseconds(5_000, 100, 1))
                .isFalse();
    }

    /** After an hour without a packet the last return is long ago, and that means nothing. */
    @Test
    void aQuietTargetIsNotSilentNorIsTheFirstBurstAfterwards() {
        Traffic traffic = new Traffic(flows(50, Habit.RETURNS));
        assertThat(traffic.milliseconds(500, 1, 1)).isFalse();
        boolean silent = false;
        for (int tick = 0; tick < 360_000; tick++) {
            nowMs += TICK_MS;
            clock.now(nowMs);
            silent |= detector.fallenSilent(TARGET);
        }
        assertThat(silent).isFalse();
        assertThat(traffic.milliseconds(30, 100, 20)).isFalse();
    }

    @Test
    void fewerThanTwentyPacketsProveNothing() {
        detector.returned(TARGET);
        for (int packet = 1; packet < SilenceDetector.EXPECTED_MIN; packet++) {
            detector.expectsReturn(TARGET);
        }
        for (int tick = 0; tick < 100; tick++) {
            nowMs += TICK_MS;
            clock.now(nowMs);
            assertThat(detector.fallenSilent(TARGET)).isFalse();
        }
        detector.expectsReturn(TARGET);
        assertThat(detector.fallenSilent(TARGET)).isTrue();
    }

    @Test
    void aPauseOfThisNodeAccusesNobody() {
        for (int packet = 0; packet < 1_000; packet++) {
            detector.expectsReturn(TARGET);
        }
        nowMs += 10_000;
        clock.now(nowMs);
        assertThat(detector.fallenSilent(TARGET)).isFalse();
        detector.returned(TARGET);
        assertThat(detector.fallenSilent(TARGET)).isFalse();
    }

    @Test
    void isNotSuspectedAgainBeforeItHasReturnedSomething() {
        Traffic traffic = new Traffic(flows(50, Habit.RETURNS));
        traffic.milliseconds(500, 1, 1);
        int found = 0;
        for (int i = 0; i < 5_000; i++) {
            found += traffic.millisecond(1, 1, true) ? 1 : 0;
        }
        assertThat(found).isOne();
        traffic.milliseconds(100, 1, 1);
        for (int i = 0; i < 5_000; i++) {
            found += traffic.millisecond(1, 1, true) ? 1 : 0;
        }
        assertThat(found).isEqualTo(2);
    }

    @Test
    void anUnwatchedTargetIsNotFound() {
        detector.unwatch(TARGET);
        Traffic traffic = new Traffic(flows(50, Habit.RETURNS));
        traffic.milliseconds(500, 1, 1);
        for (int i = 0; i < 5_000; i++) {
            assertThat(traffic.millisecond(1, 1, true)).isFalse();
        }
    }

    /**
     * Any mixture of flows, rates and round trips below the wait: as long as one flow in twenty of those that had returns
     * is still returned, the target is innocent; once dead under steady traffic it is found in time.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void anyTrafficThatComesBackIsInnocentAndTheDeadAreFound(long seed) {
        Random random = new Random(seed);
        List<Habit> habits = new ArrayList<>();
        int flowCount = 2 + random.nextInt(200);
        for (int flow = 0; flow < flowCount; flow++) {
            habits.add(Habit.values()[random.nextInt(3)]);
        }
        habits.set(0, Habit.RETURNS);
        Traffic traffic = new Traffic(habits);
        for (int burst = 0; burst < 200; burst++) {
            int packets = random.nextInt(4) == 0 ? 0 : random.nextInt(300);
            int roundTripMs = random.nextInt(150);
            for (int ms = 1 + random.nextInt(50); ms > 0; ms--) {
                assertThat(traffic.millisecond(packets, roundTripMs, false))
                        .as("seed %d, burst %d", seed, burst)
                        .isFalse();
            }
        }
        assertThat(traffic.milliseconds(1_000, flowCount, 1))
                .as("seed %d", seed)
                .isFalse();
        long diedMs = nowMs;
        while (!traffic.millisecond(flowCount, 1, true)) {
            assertThat(nowMs - diedMs).as("seed %d", seed).isLessThanOrEqualTo(300);
        }
    }
}

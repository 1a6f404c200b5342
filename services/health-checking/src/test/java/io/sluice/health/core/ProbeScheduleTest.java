// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ProbeScheduleTest {

    private static final long START_MS = 1_790_000_000_000L;

    @Test
    void probesEachKeyOnceAnInterval() {
        ProbeSchedule schedule = new ProbeSchedule("node-1", 100);
        Map<ProbeKey, List<Long>> starts = new HashMap<>();
        keys(20).forEach(key -> schedule.put(key, 10_000, ProbeSchedule.FIRST_SPREAD_MS, START_MS));
        for (long now = START_MS; now < START_MS + 100_000; now += 100) {
            for (ProbeKey key : schedule.due(now)) {
                starts.computeIfAbsent(key, _ -> new ArrayList<>()).add(now);
                schedule.finished(key);
            }
        }

        assertThat(starts).hasSize(20);
        starts.forEach((key, times) -> {
            assertThat(times.getFirst() - START_MS).as("first of %s", key).isBetween(0L, 1_000L);
            assertThat(times.get(1) - times.get(0)).isBetween(0L, 10_100L);
            for (int i = 2; i < times.size(); i++) {
                assertThat(times.get(i) - times.get(i - 1)).isEqualTo(10_000);
            }
            assertThat(times.size()).isBetween(10, 11);
        });
    }

    @Test
    void spreadsProbesOverTheIntervalAndProbersToo() {
        Map<String, Set<Long>> grids = new HashMap<>();
        for (String prober : List.of("node-1", "node-2")) {
            ProbeSchedule schedule = new ProbeSchedule(prober, 1_000);
            keys(300).forEach(key -> schedule.put(key, 10_000, ProbeSchedule.FIRST_SPREAD_MS, START_MS));
            Map<Long, Integer> perTick = new HashMap<>();
            for (long now = START_MS; now < START_MS + 30_000; now += 100) {
                int started = 0;
                for (ProbeKey key : schedule.due(now)) {
                    schedule.finished(key);
                    started++;
                }
                if (now >= START_MS + 20_000) {
                    perTick.put(now, started);
                }
            }
            assertThat(perTick.values().stream().mapToInt(n -> n).sum()).isEqualTo(300);
            assertThat(perTick.values()).as("3 on average").allMatch(n -> n <= 15);
            grids.put(
                    prober,
                    new HashSet<>(perTick.entrySet().stream()
                            .filter(e -> e.getValue() > 4)
                            .map(Map.Entry::getKey)
                            .toList()));
        }
        assertThat(grids.get("node-1")).isNotEqualTo(grids.get("node-2"));
    }

    /** Ten thousand at once: as many first probes in each second, none late. */
    @Test
    void spreadsFirstProbesOfVeryManyOverSeconds() {
        ProbeSchedule schedule = new ProbeSchedule("node-1", 100_000);
        int count = 10_000;
        long spreadMs = ProbeSchedule.firstSpreadMs(count);
        assertThat(spreadMs).isEqualTo(5_000);
        assertThat(ProbeSchedule.firstSpreadMs(300)).isEqualTo(ProbeSchedule.FIRST_SPREAD_MS);
        for (int i = 0; i < count; i++) {
            TargetId id = new TargetId("10.%d.%d.%d".formatted(i / 62_500, i / 250 % 250, i % 250));
            ProbeKey key = new ProbeKey(new TargetRef(new TargetGroupId("inspection"), id, 1), new Zone("a"));
            schedule.put(key, 10_000, spreadMs, START_MS);
        }
        int started = 0;
        for (int second = 1; second <= 5; second++) {
            int now = schedule.due(START_MS + second * 1_000L).size();
            assertThat(now).isBetween(1_800, 2_200);
            started += now;
        }
        assertThat(started).isEqualTo(count);
    }

    @Test
    void spreadSurvivesARestart() {
        ProbeSchedule before = new ProbeSchedule("node-1", 10);
        ProbeSchedule after = new ProbeSchedule("node-1", 10);
        ProbeKey key = keys(1).getFirst();
        before.put(key, 10_000, ProbeSchedule.FIRST_SPREAD_MS, START_MS);
        after.put(key, 10_000, ProbeSchedule.FIRST_SPREAD_MS, START_MS + 123_456);
        List<Long> beforeStarts = starts(before, START_MS, START_MS + 300_000);
        List<Long> afterStarts = starts(after, START_MS + 123_400, START_MS + 300_000);

        assertThat(beforeStarts).containsAll(afterStarts.subList(1, afterStarts.size()));
    }

    @Test
    void neverStartsAProbeWhileTheLastIsOutstanding() {
        ProbeSchedule schedule = new ProbeSchedule("node-1", 10);
        ProbeKey key = keys(1).getFirst();
        schedule.put(key, 5_000, ProbeSchedule.FIRST_SPREAD_MS, START_MS);

        assertThat(schedule.due(START_MS + 1_000)).containsExactly(key);
        assertThat(schedule.due(START_MS + 60_000)).isEmpty();
        schedule.finished(key);
        assertThat(schedule.due(START_MS + 60_001)).containsExactly(key);
        schedule.finished(key);
        assertThat(schedule.due(START_MS + 60_002))
                .as("missed points are left out")
                .isEmpty();
    }

    @Test
    void boundsProbesInFlightAndServesTheOldestFirst() {
        ProbeSchedule schedule = new ProbeSchedule("node-1", 3);
        List<ProbeKey> keys = keys(10);
        keys.forEach(key -> schedule.put(key, 10_000, ProbeSchedule.FIRST_SPREAD_MS, START_MS));
        Set<ProbeKey> served = new HashSet<>();
        for (int round = 0; round < 4; round++) {
            List<ProbeKey> started = schedule.due(START_MS + 1_000 + round);
            assertThat(started).hasSize(round < 3 ? 3 : 1).noneMatch(served::contains);
            assertThat(schedule.inFlightCount()).isEqualTo(started.size());
            assertThat(schedule.due(START_MS + 1_000 + round)).isEmpty();
            served.addAll(started);
            started.forEach(schedule::finished);
        }
        assertThat(served).containsExactlyInAnyOrderElementsOf(keys);
    }

    @Test
    void removedKeyIsNotProbedAndReturnsOnlyAfterItsLastProbeEnded() {
        ProbeSchedule schedule = new ProbeSchedule("node-1", 10);
        ProbeKey key = keys(1).getFirst();
        schedule.put(key, 5_000, ProbeSchedule.FIRST_SPREAD_MS, START_MS);
        assertThat(schedule.due(START_MS + 1_000)).containsExactly(key);
        schedule.remove(key);
        assertThat(schedule.inFlightCount()).isEqualTo(1);

        schedule.put(key, 5_000, ProbeSchedule.FIRST_SPREAD_MS, START_MS + 2_000);
        assertThat(schedule.due(START_MS + 4_000)).isEmpty();
        schedule.finished(key);
        assertThat(schedule.due(START_MS + 4_000)).containsExactly(key);
        schedule.finished(key);
        schedule.remove(key);
        assertThat(schedule.due(START_MS + 60_000)).isEmpty();
        assertThat(schedule.inFlightCount()).isZero();
    }

    @Test
    void changedIntervalAppliesAtOnceAndRepetitionDelaysNothing() {
        ProbeSchedule schedule = new ProbeSchedule("node-1", 10);
        ProbeKey key = keys(1).getFirst();
        schedule.put(key, 300_000, ProbeSchedule.FIRST_SPREAD_MS, START_MS);
        schedule.due(START_MS + 1_000);
        schedule.finished(key);
        schedule.put(key, 5_000, ProbeSchedule.FIRST_SPREAD_MS, START_MS + 1_000);
        List<Long> starts = new ArrayList<>();
        for (long now = START_MS + 1_000; now < START_MS + 21_000; now += 100) {
            schedule.put(key, 5_000, ProbeSchedule.FIRST_SPREAD_MS, now);
            for (ProbeKey due : schedule.due(now)) {
                schedule.finished(due);
                starts.add(now);
            }
        }

        assertThat(starts).hasSize(4);
    }

    /** Additions, removals, other intervals and slow probes, by chance. */
    @Test
    void keepsItsOrderThroughChangesOfAllKinds() {
        SplittableRandom random = new SplittableRandom(42);
        ProbeSchedule schedule = new ProbeSchedule("node-1", 7);
        List<ProbeKey> keys = keys(40);
        Map<ProbeKey, Long> intervals = new HashMap<>();
        Map<ProbeKey, Long> endsAt = new TreeMap<>();
        Map<ProbeKey, Long> lastStarts = new HashMap<>();
        int started = 0;
        for (long now = START_MS; now < START_MS + 600_000; now += 100) {
            ProbeKey key = keys.get(random.nextInt(keys.size()));
            switch (random.nextInt(20)) {
                case 0 -> {
                    schedule.remove(key);
                    intervals.remove(key);
                    lastStarts.remove(key);
                }
                case 1, 2 -> {
                    long interval = 5_000L * (1 + random.nextInt(3));
                    schedule.put(key, interval, ProbeSchedule.FIRST_SPREAD_MS, now);
                    intervals.put(key, interval);
                }
                default -> {}
            }
            for (ProbeKey ended : List.copyOf(endsAt.keySet())) {
                if (endsAt.getOrDefault(ended, 0L) <= now) {
                    schedule.finished(ended);
                    endsAt.remove(ended);
                }
            }
            for (ProbeKey due : schedule.due(now)) {
                assertThat(intervals).as("what was removed is not probed").containsKey(due);
                assertThat(endsAt).as("one at a time").doesNotContainKey(due);
                assertThat(lastStarts.getOrDefault(due, 0L))
                        .as("later than its last")
                        .isLessThan(now);
                lastStarts.put(due, now);
                endsAt.put(due, now + random.nextInt(4_000));
                started++;
            }
            assertThat(schedule.inFlightCount()).isEqualTo(endsAt.size()).isLessThanOrEqualTo(7);
        }
        assertThat(started).isGreaterThan(600);
        endsAt.keySet().forEach(schedule::finished);
        intervals.keySet().forEach(schedule::remove);
        assertThat(schedule.due(START_MS + 10_000_000)).isEmpty();
    }

    private static List<Long> starts(ProbeSchedule schedule, long fromMs, long toMs) {
        List<Long> starts = new ArrayList<>();
        for (long now = fromMs; now < toMs; now += 100) {
            for (ProbeKey key : schedule.due(now)) {
                schedule.finished(key);
                starts.add(now);
            }
        }
        return starts;
    }

    private static List<ProbeKey> keys(int count) {
        List<ProbeKey> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            TargetId id = new TargetId("10.0.%d.%d".formatted(i / 250, i % 250));
            keys.add(new ProbeKey(new TargetRef(new TargetGroupId("inspection"), id, 1), new Zone("a")));
        }
        return keys;
    }
}

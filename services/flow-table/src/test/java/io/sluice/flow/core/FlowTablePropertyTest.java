// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.flow.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.flow.FlowKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table against a map of plain objects, under random operations. */
class FlowTablePropertyTest {

    private static final int OPERATIONS = 20_000;
    private static final int CAPACITY = 200;
    private static final int KEYS = 400;
    private static final int TARGETS = 5;

    private record ModelFlow(int target, int cookie, long lastSeenMs, long timeoutMs, long packets, boolean closed) {

        boolean expiredAt(long nowMs) {
            return nowMs - lastSeenMs >= (closed ? Math.min(timeoutMs, FlowTable.CLOSED_LINGER_MS) : timeoutMs);
        }
    }

    record Run(String name, long seed, ToLongFunction<FlowKey> hash) {
        @Override
        public String toString() {
            return name + ", seed " + seed;
        }
    }

    static List<Run> runs() {
        long fresh = System.nanoTime();
        return List.of(
                new Run("good hash", 1, key -> TestKeys.hash(key, 1)),
                new Run("good hash", fresh, key -> TestKeys.hash(key, fresh)),
                new Run("32 different hashes", 2, key -> TestKeys.hash(key, 2) >>> 59 << 32),
                new Run("homes at the end of the array", 3, key -> -1L - (TestKeys.hash(key, 3) >>> 62 << 32)),
                new Run("one hash", fresh, key -> 0));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void agreesWithAMapOfObjects(Run run) {
        Random random = new Random(run.seed());
        FlowTable table = new FlowTable(CAPACITY, TARGETS, 3);
        FlowExpiry expiry = new FlowExpiry(table);
        Map<FlowKey, ModelFlow> model = new HashMap<>();
        long nowMs = random.nextLong(1L << 39);
        for (int i = 0; i < OPERATIONS; i++) {
            long[] words = TestKeys.words(random.nextInt(3), random.nextInt(KEYS));
            FlowKey key = FlowKey.copyOf(words, 0);
            long hash = run.hash().applyAsLong(key);
            int slot = table.find(words, 0, hash);
            ModelFlow expected = model.get(key);
            assertThat(slot != FlowTable.NONE).as("%s is there", key).isEqualTo(expected != null);
            if (expected == null) {
                if (random.nextInt(3) > 0) {
                    insert(run, table, model, key, hash, random, nowMs);
                }
            } else {
                agree(table, slot, expected, nowMs);
                change(table, model, key, slot, expected, random, nowMs);
            }
            if (random.nextInt(20) == 0) {
                nowMs += random.nextInt(3_000);
            }
            if (random.nextInt(50) == 0) {
                sweep(table, expiry, model, random.nextInt(300), nowMs);
            }
            if (i % 100 == 0) {
                FlowTableChecker.check(table, run.hash());
                assertThat(table.size()).isEqualTo(model.size());
            }
        }
        FlowTableChecker.check(table, run.hash());

        sweep(table, expiry, model, 10 * table.slots(), nowMs + 1_000_000);
        assertThat(table.size()).as("flows left when all time is over").isZero();
        assertThat(model).isEmpty();
        FlowTableChecker.check(table, run.hash());
        for (int target = 0; target < TARGETS; target++) {
            assertThat(table.liveFlows(target)).isZero();
        }
    }

    private static void insert(
            Run run,
            FlowTable table,
            Map<FlowKey, ModelFlow> model,
            FlowKey key,
            long hash,
            Random random,
            long nowMs) {
        long[] words = new long[FlowKey.WORDS];
        key.copyTo(words, 0);
        int target = random.nextInt(TARGETS);
        int cookie = random.nextInt();
        long timeoutMs = 1L + random.nextInt(60_000);
        int slot = table.insert(words, 0, hash, target, cookie, 0, 1, true, false, timeoutMs, 0, nowMs);
        if (slot == FlowTable.NONE) {
            assertThat(model.size()).as("flows when one was refused").isEqualTo(CAPACITY);
            assertThat(table.find(words, 0, hash)).isEqualTo(FlowTable.NONE);
        } else {
            model.put(key, new ModelFlow(target, cookie, nowMs, timeoutMs, 0, false));
            assertThat(table.find(words, 0, hash))
                    .as("look-up after insertion, %s", run)
                    .isEqualTo(slot);
        }
    }

    private static void agree(FlowTable table, int slot, ModelFlow expected, long nowMs) {
        assertThat(table.targetIndex(slot)).isEqualTo(expected.target());
        assertThat(table.cookie(slot)).isEqualTo(expected.cookie());
        assertThat(table.lastSeenMs(slot)).isEqualTo(expected.lastSeenMs());
        assertThat(table.idleTimeoutMs(slot)).isEqualTo(expected.timeoutMs());
        assertThat(table.packets(slot, true)).isEqualTo(expected.packets());
        assertThat(table.bytes(slot, true)).isEqualTo(expected.packets() * 60);
        assertThat(table.expiredAt(slot, nowMs)).isEqualTo(expected.expiredAt(nowMs));
    }

    private static void change(
            FlowTable table,
            Map<FlowKey, ModelFlow> model,
            FlowKey key,
            int slot,
            ModelFlow is,
            Random random,
            long nowMs) {
        switch (random.nextInt(6)) {
            case 0 -> {
                table.remove(slot);
                model.remove(key);
            }
            case 1 -> {
                int target = random.nextInt(TARGETS);
                table.retarget(slot, target, ~is.cookie(), true, nowMs);
                model.put(
                        key,
                        new ModelFlow(
                                target, ~is.cookie(), is.lastSeenMs(), is.timeoutMs(), is.packets(), is.closed()));
            }
            case 2 -> {
                table.tcpState(slot, TcpTracker.CLOSED);
                model.put(
                        key,
                        new ModelFlow(is.target(), is.cookie(), is.lastSeenMs(), is.timeoutMs(), is.packets(), true));
            }
            default -> {
                table.packet(slot, true, 60, nowMs);
                model.put(
                        key,
                        new ModelFlow(is.target(), is.cookie(), nowMs, is.timeoutMs(), is.packets() + 1, is.closed()));
            }
        }
    }

    private static void sweep(
            FlowTable table, FlowExpiry expiry, Map<FlowKey, ModelFlow> model, int visitsMax, long nowMs) {
        List<FlowKey> gone = new ArrayList<>();
        int removed = expiry.expire(nowMs, visitsMax, new FlowSweepListener() {
            @Override
            public void expired(FlowTable swept, int slot) {
                long[] words = new long[FlowKey.WORDS];
                swept.copyKey(slot, words, 0);
                gone.add(FlowKey.copyOf(words, 0));
            }

            @Override
            public void refreshDue(FlowTable swept, int slot) {
                assertThat(swept.expiredAt(slot, nowMs)).isFalse();
            }
        });
        Set<FlowKey> distinct = new HashSet<>(gone);
        assertThat(distinct).hasSize(removed).hasSize(gone.size());
        for (FlowKey key : gone) {
            assertThat(model.remove(key).expiredAt(nowMs))
                    .as("%s had expired", key)
                    .isTrue();
        }
        if (visitsMax >= 2 * table.slots()) {
            assertThat(model.values()).noneMatch(flow -> flow.expiredAt(nowMs));
        }
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.flow.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.flow.FlowKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Eviction and look-ups by cookie against lists of objects, under random operations. */
class EmbryonicFlowsPropertyTest {

    private static final int OPERATIONS = 30_000;
    private static final int CAPACITY = 300;
    private static final int KEYS = 500;
    private static final int ENDPOINTS = 4;
    private static final int COOKIES = 60;

    private static final class Flow {
        private final FlowKey key;
        private int cookie;
        private boolean embryonic = true;
        private long lastSeenMs;
        private long queuedSeenMs;

        Flow(FlowKey key, int cookie, long nowMs) {
            this.key = key;
            this.cookie = cookie;
            lastSeenMs = nowMs;
            queuedSeenMs = nowMs;
        }
    }

    private final FlowTable table = new FlowTable(CAPACITY, 1, ENDPOINTS);
    private final Map<FlowKey, Flow> flows = new HashMap<>();
    private final Map<Long, List<Flow>> queues = new HashMap<>();

    static LongStream seeds() {
        return LongStream.of(1, 2, System.nanoTime());
    }

    private static long hash(FlowKey key) {
        // few homes, so that entries move often
        return TestKeys.hash(key, 5) >>> 56 << 33;
    }

    private int slot(FlowKey key) {
        long[] words = new long[FlowKey.WORDS];
        key.copyTo(words, 0);
        return table.find(words, 0, hash(key));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void agreesWithListsOfObjects(long seed) {
        Random random = new Random(seed);
        for (long endpoint = 0; endpoint < ENDPOINTS; endpoint++) {
            queues.put(endpoint, new ArrayList<>());
        }
        long nowMs = random.nextLong(1L << 40);
        for (int i = 0; i < OPERATIONS; i++) {
            nowMs += random.nextInt(50);
            // the first endpoint has more than 64 one-way flows at times, the last few
            long endpoint = Math.max(0, random.nextInt(2 * ENDPOINTS) - ENDPOINTS);
            long[] words = TestKeys.words(endpoint, random.nextInt(KEYS));
            FlowKey key = FlowKey.copyOf(words, 0);
            Flow flow = flows.get(key);
            if (flow == null) {
                int cookie = random.nextInt(COOKIES);
                if (table.insert(words, 0, hash(key), 0, cookie, 0, 0, true, false, 1_000_000, 0, nowMs)
                        != FlowTable.NONE) {
                    Flow added = new Flow(key, cookie, nowMs);
                    flows.put(key, added);
                    queues.get(endpoint).add(added);
                }
            } else {
                change(flow, random.nextInt(10), random.nextInt(COOKIES), nowMs);
            }
            if (random.nextInt(4) == 0) {
                evict(endpoint, random.nextBoolean(), nowMs);
            }
            if (i % 200 == 0) {
                FlowTableChecker.check(table, EmbryonicFlowsPropertyTest::hash);
                queuesAgree();
                cookiesAgree();
            }
        }
    }

    private void change(Flow flow, int what, int cookie, long nowMs) {
        int slot = slot(flow.key);
        switch (what) {
            case 0 -> remove(flow);
            case 1 -> {
                table.established(slot);
                flow.embryonic = false;
                queues.get(flow.key.word(0)).remove(flow);
            }
            case 2 -> {
                table.retarget(slot, 0, cookie, false, 0);
                flow.cookie = cookie;
            }
            default -> {
                table.refresh(slot, nowMs);
                flow.lastSeenMs = nowMs;
            }
        }
        if (what != 0) {
            assertThat(table.embryonic(slot)).isEqualTo(flow.embryonic);
        }
    }

    private void remove(Flow flow) {
        table.remove(slot(flow.key));
        flows.remove(flow.key);
        queues.get(flow.key.word(0)).remove(flow);
    }

    private void evict(long endpoint, boolean really, long nowMs) {
        List<Flow> queue = queues.get(endpoint);
        int evictable = table.evictable(endpoint, nowMs);
        if (queue.isEmpty()) {
            assertThat(evictable).isEqualTo(FlowTable.NONE);
            return;
        }
        List<Flow> lookedAt = new ArrayList<>(queue.subList(0, Math.min(64, queue.size())));
        long longestSeenMs =
                lookedAt.stream().mapToLong(flow -> flow.lastSeenMs).min().getAsLong();
        assertThat(table.idleMs(evictable, nowMs)).isEqualTo(nowMs - longestSeenMs);
        assertThat(lookedAt).anyMatch(flow -> slot(flow.key) == evictable);
        for (Flow flow : lookedAt) {
            if (flow.lastSeenMs != flow.queuedSeenMs) {
                queue.remove(flow);
                queue.add(flow);
                flow.queuedSeenMs = flow.lastSeenMs;
            }
        }
        if (really) {
            remove(lookedAt.stream()
                    .filter(flow -> slot(flow.key) == evictable)
                    .findFirst()
                    .orElseThrow());
        }
    }

    private void queuesAgree() {
        queues.forEach((endpoint, queue) -> assertThat(FlowTableChecker.queued(table, endpoint))
                .isEqualTo(queue.stream().map(flow -> slot(flow.key)).toList()));
    }

    private void cookiesAgree() {
        for (int cookie = 0; cookie < COOKIES; cookie++) {
            int wanted = cookie;
            assertThat(table.cookieInUse(cookie))
                    .isEqualTo(flows.values().stream().anyMatch(f -> f.cookie == wanted));
            for (long endpoint = 0; endpoint < ENDPOINTS; endpoint++) {
                long of = endpoint;
                List<Integer> expected = flows.values().stream()
                        .filter(flow -> flow.cookie == wanted && flow.key.word(0) == of)
                        .map(flow -> slot(flow.key))
                        .sorted(Comparator.naturalOrder())
                        .toList();
                List<Integer> found = new ArrayList<>();
                int slot = table.findByCookie(endpoint, cookie);
                while (slot != FlowTable.NONE) {
                    found.add(slot);
                    slot = table.findByCookie(endpoint, cookie, slot + 1);
                }
                assertThat(found).as("flows of cookie %d", cookie).isEqualTo(expected);
            }
        }
    }
}

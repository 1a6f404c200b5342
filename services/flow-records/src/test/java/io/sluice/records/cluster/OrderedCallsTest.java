// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.flow.FlowKey;
import io.sluice.records.FlowSamples;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OrderedCallsTest {

    private static final int UNDER_WAY_MAX = 4;

    private record Numbered(int number, Set<FlowKey> keys) implements OrderedCalls.Call {
        static Numbered of(int number, int... flows) {
            Set<FlowKey> keys = new HashSet<>();
            for (int flow : flows) {
                keys.add(FlowSamples.key(flow));
            }
            return new Numbered(number, keys);
        }
    }

    private final OrderedCalls<Numbered> calls = new OrderedCalls<>(UNDER_WAY_MAX);

    @Test
    void aCallThatNamesAKeyUnderWayWaitsForIt() {
        Numbered first = Numbered.of(1, 1, 2);
        Numbered second = Numbered.of(2, 2, 3);
        Numbered third = Numbered.of(3, 4);
        List.of(first, second, third).forEach(calls::add);
        assertThat(calls.next()).isSameAs(first);
        assertThat(calls.next()).as("and those behind it too").isNull();
        calls.done(first);
        assertThat(calls.next()).isSameAs(second);
        assertThat(calls.next()).isSameAs(third);
        assertThat(calls.next()).isNull();
    }

    @Test
    void forgetsWhatWasNotMade() {
        Numbered first = Numbered.of(1, 1);
        Numbered second = Numbered.of(2, 1);
        calls.add(first);
        calls.add(second);
        assertThat(calls.next()).isSameAs(first);
        assertThat(calls.takeWaiting()).containsExactly(second);
        calls.done(first);
        assertThat(calls.next()).isNull();
    }

    /** Any order of ends: each key's calls are made one after the other in the order they came, and all are made. */
    @Test
    void ordersCallsByKeyWhateverEndsFirst() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<Numbered> underWay = new ArrayList<>();
        Map<FlowKey, Queue<Integer>> expected = new HashMap<>();
        int made = 0;
        int added = 0;
        while (made < 5_000) {
            if (added < 5_000 && random.nextInt(3) > 0) {
                Numbered call = Numbered.of(added++, random.nextInt(40), random.nextInt(40));
                call.keys()
                        .forEach(key -> expected.computeIfAbsent(key, each -> new ArrayDeque<>())
                                .add(call.number()));
                calls.add(call);
            }
            for (Numbered call = calls.next(); call != null; call = calls.next()) {
                underWay.add(call);
            }
            assertThat(underWay.size()).as("seed %d", seed).isLessThanOrEqualTo(UNDER_WAY_MAX);
            if (!underWay.isEmpty()) {
                Numbered ended = underWay.remove(random.nextInt(underWay.size()));
                for (FlowKey key : ended.keys()) {
                    assertThat(expected.get(key).remove()).as("seed %d", seed).isEqualTo(ended.number());
                }
                calls.done(ended);
                made++;
            }
        }
    }
}

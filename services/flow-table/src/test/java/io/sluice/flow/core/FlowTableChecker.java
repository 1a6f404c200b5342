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
import java.util.Set;
import java.util.function.ToLongFunction;

/** Walks a table and checks everything that must hold between two calls. */
final class FlowTableChecker {

    private FlowTableChecker() {}

    static void check(FlowTable table, ToLongFunction<FlowKey> hash) {
        int occupied = 0;
        Map<Integer, Integer> byTarget = new HashMap<>();
        Map<Long, Integer> byEndpoint = new HashMap<>();
        Map<FlowKey, Integer> keys = new HashMap<>();
        Map<Long, Set<Integer>> embryonic = new HashMap<>();
        for (int slot = 0; slot < table.slots(); slot++) {
            if (!table.occupied(slot)) {
                continue;
            }
            occupied++;
            long[] words = new long[FlowKey.WORDS];
            table.copyKey(slot, words, 0);
            FlowKey key = FlowKey.copyOf(words, 0);
            assertThat(keys.put(key, slot)).as("second slot of %s", key).isNull();
            byTarget.merge(table.targetIndex(slot), 1, Integer::sum);
            byEndpoint.merge(table.endpointId(slot), 1, Integer::sum);

            long hashed = hash.applyAsLong(key);
            assertThat((table.home(hashed) + table.displacement(slot)) % table.slots())
                    .as("slot that home and displacement of %s name", key)
                    .isEqualTo(slot);
            int before = (slot + table.slots() - 1) % table.slots();
            if (table.displacement(slot) > 0) {
                assertThat(table.occupied(before)).as("no gap before %s", key).isTrue();
                assertThat(table.displacement(before))
                        .as("homes never decrease along a run, at %s", key)
                        .isGreaterThanOrEqualTo(table.displacement(slot) - 1);
            }
            assertThat(table.find(words, 0, hashed)).as("look-up of %s", key).isEqualTo(slot);
            assertThat(table.findByCookie(table.endpointId(slot), table.cookie(slot), slot))
                    .as("look-up of %s by its cookie", key)
                    .isEqualTo(slot);
            assertThat(table.cookieInUse(table.cookie(slot))).isTrue();
            if (table.embryonic(slot)) {
                embryonic
                        .computeIfAbsent(table.endpointId(slot), endpoint -> new HashSet<>())
                        .add(slot);
            }
        }
        assertThat(table.size()).as("size").isEqualTo(occupied).isLessThanOrEqualTo(table.capacity());
        assertThat(table.indexedCookies()).as("cookies in the index").isEqualTo(occupied);
        byEndpoint.keySet().forEach(endpoint -> {
            List<Integer> queued = queued(table, endpoint);
            assertThat(queued)
                    .as("slots in the list of endpoint %x", endpoint)
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(embryonic.getOrDefault(endpoint, Set.of()));
        });
        byTarget.forEach((target, flows) -> assertThat(table.liveFlows(target))
                .as("flows of target %d", target)
                .isEqualTo(flows));
        byEndpoint.forEach((endpoint, flows) -> assertThat(table.endpointFlows(endpoint))
                .as("flows of endpoint %x", endpoint)
                .isEqualTo(flows));
        assertThat(table.endpoints()).as("endpoints with flows").isEqualTo(byEndpoint.size());
    }

    /** Slots of an endpoint's embryonic flows in the order of its list. */
    static List<Integer> queued(FlowTable table, long endpoint) {
        List<Integer> slots = new ArrayList<>();
        int slot = table.embryonicAfter(endpoint, FlowTable.NONE);
        while (slot != FlowTable.NONE) {
            slots.add(slot);
            assertThat(slots.size()).as("flows in a list").isLessThanOrEqualTo(table.size());
            slot = table.embryonicAfter(endpoint, slot);
        }
        return slots;
    }
}

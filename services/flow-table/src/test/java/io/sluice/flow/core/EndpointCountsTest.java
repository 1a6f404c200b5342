// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.flow.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointCountsTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 16, 1000})
    void agreesWithAMapAndNeverHoldsMoreEndpointsThanItsBound(int endpointsMax) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        EndpointCounts counts = new EndpointCounts(endpointsMax);
        Map<Long, Integer> model = new HashMap<>();
        Map<Long, Integer> nodes = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            long endpoint = random.nextInt(endpointsMax * 2) * 0x1_0000_0000L;
            assertThat(counts.count(endpoint)).as("seed %d", seed).isEqualTo(model.getOrDefault(endpoint, 0));
            boolean room = model.containsKey(endpoint) || model.size() < endpointsMax;
            assertThat(counts.hasRoomFor(endpoint)).as("seed %d", seed).isEqualTo(room);
            assertThat(counts.firstNode(endpoint))
                    .as("seed %d", seed)
                    .isEqualTo(nodes.getOrDefault(endpoint, EmbryonicFlows.NONE));
            if (random.nextBoolean() && room) {
                counts.increment(endpoint);
                model.merge(endpoint, 1, Integer::sum);
                if (random.nextBoolean()) {
                    nodes.put(endpoint, random.nextInt(100));
                    counts.firstNode(endpoint, nodes.get(endpoint));
                }
            } else if (model.containsKey(endpoint)) {
                counts.decrement(endpoint);
                model.computeIfPresent(endpoint, (id, flows) -> flows == 1 ? null : flows - 1);
                nodes.keySet().retainAll(model.keySet());
            }
            assertThat(counts.endpoints()).isEqualTo(model.size());
        }
    }
}

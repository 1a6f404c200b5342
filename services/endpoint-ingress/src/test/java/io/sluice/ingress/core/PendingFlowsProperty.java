// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.message.FlowOpenBatch;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a model of maps and queues: same flows, same packets, same order, after every step. */
class PendingFlowsProperty {

    private static final int FLOWS = 16;
    private static final int SLOTS = 64;
    private static final int PACKETS = 32;
    private static final int PACKETS_PER_FLOW = 4;
    private static final int STEPS = 20_000;

    private static long[] key(int number) {
        long[] key = new long[FlowKey.WORDS];
        key[2] = number;
        key[FlowKey.TRAITS_WORD] = 1L << 20;
        return key;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void holdsWhatTheModelHolds(long seed) {
        Random random = new Random(seed);
        PendingFlows pending = new PendingFlows(FLOWS, SLOTS, PACKETS, PACKETS_PER_FLOW);
        Map<Integer, Deque<Integer>> model = new HashMap<>();
        Deque<Integer> freeSlots = new ArrayDeque<>();
        for (int slot = 0; slot < SLOTS; slot++) {
            freeSlots.add(slot);
        }
        EndpointPacket packet = new EndpointPacket();
        for (int step = 0; step < STEPS; step++) {
            int number = random.nextInt(FLOWS * 2);
            // few hashes, so that chains get long
            long hash = number % 5;
            int flow = pending.find(key(number), hash);
            assertThat(flow != PendingFlows.NONE)
                    .as("seed %d, step %d", seed, step)
                    .isEqualTo(model.containsKey(number));
            if (flow == PendingFlows.NONE) {
                flow = pending.open(key(number), hash, random.nextBoolean(), FlowOpenBatch.OPEN, false, 0, 1_000);
                assertThat(flow == PendingFlows.NONE).isEqualTo(model.size() == FLOWS);
                if (flow == PendingFlows.NONE) {
                    continue;
                }
                model.put(number, new ArrayDeque<>());
            }
            Deque<Integer> held = model.get(number);
            if (random.nextInt(3) > 0) {
                if (pending.roomForPacket(flow)) {
                    int slot = random.nextBoolean() ? freeSlots.removeFirst() : freeSlots.removeLast();
                    packet.slot = slot;
                    packet.innerOffset = slot * 10;
                    packet.innerLengthBytes = step;
                    pending.hold(flow, packet);
                    held.add(slot);
                } else {
                    int all = model.values().stream().mapToInt(Deque::size).sum();
                    assertThat(all == PACKETS || held.size() == PACKETS_PER_FLOW)
                            .isTrue();
                }
            } else {
                for (int slot = pending.takeOldest(flow); slot != PendingFlows.NONE; slot = pending.takeOldest(flow)) {
                    assertThat(slot).as("seed %d, step %d", seed, step).isEqualTo(held.remove());
                    pending.load(slot, packet);
                    assertThat(packet.innerOffset).isEqualTo(slot * 10);
                    freeSlots.add(slot);
                }
                assertThat(held).isEmpty();
                int generation = pending.generation(flow);
                pending.close(flow);
                assertThat(pending.generation(flow)).isNotEqualTo(generation);
                model.remove(number);
            }
            assertThat(pending.flowCount()).isEqualTo(model.size());
            assertThat(pending.packetCount())
                    .isEqualTo(model.values().stream().mapToInt(Deque::size).sum());
            assertThat(pending.any() == PendingFlows.NONE).isEqualTo(model.isEmpty());
        }
    }
}

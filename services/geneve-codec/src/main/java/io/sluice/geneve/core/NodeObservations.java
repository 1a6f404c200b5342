// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.model.id.TargetRef;
import io.sluice.model.message.TargetObserved.Observation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What the shards of a node saw of targets, put together: who listens knows nodes, not shards.
 *
 * <p><b>Threading</b>: each shard puts its own totals from its own loop; any thread takes the sums, of what each put last.
 */
public final class NodeObservations {

    private final AtomicReferenceArray<List<Observation>> byShard;

    /**
     * @param shards how many there are
     */
    public NodeObservations(int shards) {
        byShard = new AtomicReferenceArray<>(shards);
        for (int shard = 0; shard < shards; shard++) {
            byShard.set(shard, List.of());
        }
    }

    /** A shard's totals; they replace its last. */
    public void put(int shard, List<Observation> observed) {
        byShard.set(shard, List.copyOf(observed));
    }

    /** One entry for each target that any shard saw. */
    public List<Observation> sums() {
        Map<TargetRef, Observation> sums = new LinkedHashMap<>();
        for (int shard = 0; shard < byShard.length(); shard++) {
            for (Observation observation : byShard.get(shard)) {
                sums.merge(observation.target(), observation, NodeObservations::sum);
            }
        }
        return List.copyOf(sums.values());
    }

    private static Observation sum(Observation one, Observation other) {
        return new Observation(
                one.target(),
                one.sentPackets() + other.sentPackets(),
                one.sentBytes() + other.sentBytes(),
                one.returnedPackets() + other.returnedPackets(),
                one.returnedBytes() + other.returnedBytes(),
                one.rejectedPackets() + other.rejectedPackets());
    }
}

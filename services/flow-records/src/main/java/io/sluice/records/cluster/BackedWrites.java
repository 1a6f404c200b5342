// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import com.hazelcast.internal.serialization.SerializationService;
import com.hazelcast.map.impl.MapEntries;
import com.hazelcast.map.impl.MapService;
import com.hazelcast.map.impl.operation.PutAllOperation;
import com.hazelcast.partition.PartitioningStrategy;
import com.hazelcast.spi.impl.NodeEngine;
import io.sluice.model.flow.FlowRecord;
import io.sluice.model.wire.WireCodecs;
import io.sluice.records.RecordKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Writes records into the cluster's map and waits for their backups.
 *
 * <p>The one place that reaches into Hazelcast. Its public call for many entries, {@code putAllAsync} of 5.6.0, is
 * answered when the owners have written; it drops the number of backups to wait for, so that a member that is killed
 * takes records with it that were acknowledged. One of its operations for each partition, called as {@code put} calls
 * its own, is answered when the backup has written too, and fails where that one does not answer.
 *
 * <p><b>Threading</b>: any; nothing is waited for. Stages complete on Hazelcast's threads.
 */
final class BackedWrites {

    private final String map;
    private final NodeEngine member;
    private final PartitioningStrategy<byte[]> strategy;
    private final int partitions;

    /**
     * Of a member.
     *
     * @param map name of the map
     * @param strategy of its keys
     */
    BackedWrites(String map, NodeEngine member, PartitioningStrategy<byte[]> strategy) {
        this.map = map;
        this.member = member;
        this.strategy = strategy;
        partitions = member.getPartitionService().getPartitionCount();
    }

    /** Writes records, whatever was there; fails where one of them may not be at its owner and its backup. */
    CompletionStage<?> write(Iterable<FlowRecord> records) {
        SerializationService serialization = member.getSerializationService();
        Map<Integer, MapEntries> parts = new HashMap<>();
        for (FlowRecord record : records) {
            byte[] key = RecordKey.bytes(record.key());
            parts.computeIfAbsent(RecordKey.partition(key, partitions), partition -> new MapEntries())
                    .add(
                            serialization.toData(key, strategy),
                            serialization.toData(WireCodecs.FLOW_RECORD.encode(record)));
        }
        List<CompletableFuture<?>> written = new ArrayList<>(parts.size());
        parts.forEach((partition, entries) -> written.add(member.getOperationService()
                .createInvocationBuilder(MapService.SERVICE_NAME, new PutAllOperation(map, entries, false), partition)
                .setFailOnIndeterminateOperationState(true)
                .invoke()));
        return CompletableFuture.allOf(written.toArray(CompletableFuture<?>[]::new));
    }
}

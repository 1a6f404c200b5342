// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import com.hazelcast.internal.serialization.Data;
import com.hazelcast.internal.serialization.SerializationService;
import com.hazelcast.map.impl.MapEntries;
import com.hazelcast.map.impl.MapService;
import com.hazelcast.map.impl.operation.MergeOperation;
import com.hazelcast.map.impl.operation.MultipleEntryOperation;
import com.hazelcast.map.impl.operation.PutAllOperation;
import com.hazelcast.partition.PartitioningStrategy;
import com.hazelcast.spi.impl.NodeEngine;
import com.hazelcast.spi.impl.merge.MapMergingEntryImpl;
import com.hazelcast.spi.impl.operationservice.InvocationBuilder;
import com.hazelcast.spi.impl.operationservice.Operation;
import com.hazelcast.spi.merge.SplitBrainMergePolicy;
import com.hazelcast.spi.merge.SplitBrainMergeTypes.MapMergeTypes;
import io.sluice.model.flow.FlowRecord;
import io.sluice.model.wire.WireCodecs;
import io.sluice.records.RecordKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * Writes records of one partition into the cluster's map, or erases them, and waits for their backup.
 *
 * <p>The one place that reaches into Hazelcast. Its public call for many entries, {@code putAllAsync} of 5.6.0, is
 * answered when the owners have written; it drops the number of backups to wait for, so that a member that is killed
 * takes records with it that were acknowledged. The same operations, called for one partition as {@code put} calls its
 * own, are answered when the backup has written too, and fail where nobody knows whether it has.
 *
 * <p><b>Threading</b>: any; nothing is waited for. Stages complete on Hazelcast's threads.
 */
final class RecordWrites {

    private final String map;
    private final NodeEngine member;
    private final PartitioningStrategy<byte[]> strategy;

    /**
     * Of a member.
     *
     * @param map name of the map
     * @param strategy of its keys
     */
    RecordWrites(String map, NodeEngine member, PartitioningStrategy<byte[]> strategy) {
        this.map = map;
        this.member = member;
        this.strategy = strategy;
    }

    /**
     * Writes records, whatever was there; only for the owner of the partition to call. Sent once: fails where whoever it was sent
     * to is not the owner when they come.
     */
    CompletableFuture<?> put(int partition, List<FlowRecord> records) {
        MapEntries entries = new MapEntries(records.size());
        for (FlowRecord record : records) {
            entries.add(key(record), value(record));
        }
        // tried again it would be done by the next owner, over what that has written
        return call(partition, new PutAllOperation(map, entries, false))
                .setTryCount(1)
                .invoke();
    }

    /**
     * Has the owner of the partition, whoever that is, write those records that are newer than what it has. It hears of
     * them by {@link ClusterRecords#onMerged}.
     */
    CompletableFuture<?> merge(int partition, List<FlowRecord> records) {
        SerializationService serialization = member.getSerializationService();
        List<MapMergeTypes<Object, Object>> entries = new ArrayList<>(records.size());
        for (FlowRecord record : records) {
            entries.add(
                    new MapMergingEntryImpl<>(serialization).setKey(key(record)).setValue(value(record)));
        }
        return call(partition, new MergeOperation(map, entries, untyped(new NewerRecordWins()), true))
                .invoke();
    }

    /** Has the owner of the partition, whoever that is, and its backup forget flows that ended, but for what is {@link Erase younger}. */
    CompletableFuture<?> erase(int partition, List<FlowRecord> ended) {
        Set<Data> keys = ended.stream().map(this::key).collect(Collectors.toSet());
        return call(partition, new MultipleEntryOperation(map, keys, new Erase(ended)))
                .invoke();
    }

    /** The operation does not know the types of a map's entries. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static SplitBrainMergePolicy<Object, MapMergeTypes<Object, Object>, Object> untyped(
            NewerRecordWins policy) {
        return (SplitBrainMergePolicy) policy;
    }

    private InvocationBuilder call(int partition, Operation operation) {
        return member.getOperationService()
                .createInvocationBuilder(MapService.SERVICE_NAME, operation, partition)
                .setFailOnIndeterminateOperationState(true);
    }

    private Data key(FlowRecord record) {
        return member.getSerializationService().toData(RecordKey.bytes(record.key()), strategy);
    }

    private Data value(FlowRecord record) {
        return member.getSerializationService().toData(WireCodecs.FLOW_RECORD.encode(record));
    }
}

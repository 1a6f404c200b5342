// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.config.PartitioningStrategyConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import com.hazelcast.spi.impl.AbstractDistributedObject;

/**
 * The cluster's map of flow records: its settings, which every member that keeps records must have from the start, and
 * its partitions.
 *
 * <p>Keys are {@link io.sluice.records.RecordKey}, values the wire form of a {@link io.sluice.model.flow.FlowRecord}.
 */
public final class RecordsMap {

    /** Name of the map; its version is that of the key's form. No address on the bus. */
    static final String NAME = "flow-records-v1";

    /** Entries sent at once when two halves of a cluster merge. */
    private static final int MERGE_BATCH = 256;

    private final PartitionTokens tokens = new PartitionTokens();

    /** For one member. */
    public RecordsMap() {}

    /** Adds the map to a member's configuration. */
    public void configure(Config config) {
        config.addMapConfig(new MapConfig(NAME)
                .setInMemoryFormat(InMemoryFormat.BINARY)
                .setBackupCount(1)
                .setAsyncBackupCount(0)
                .setReadBackupData(false)
                .setStatisticsEnabled(false)
                .setPerEntryStatsEnabled(false)
                .setPartitioningStrategyConfig(new PartitioningStrategyConfig(tokens))
                .setMergePolicyConfig(new MergePolicyConfig(NewerRecordWins.class.getName(), MERGE_BATCH)));
    }

    /** The map of a member that was started with this configuration. */
    IMap<byte[], byte[]> map(HazelcastInstance hazelcast) {
        tokens.find(
                hazelcast.getPartitionService().getPartitions().size(),
                number -> hazelcast.getPartitionService().getPartition(number).getPartitionId());
        return hazelcast.getMap(NAME);
    }

    /** How a member writes to it. */
    RecordWrites writes(IMap<byte[], byte[]> map) {
        return new RecordWrites(NAME, ((AbstractDistributedObject<?>) map).getNodeEngine(), tokens);
    }

    /** A key that stands for its partition in a question about all entries of it. */
    byte[] someKey(int partition) {
        return tokens.someKey(partition);
    }
}

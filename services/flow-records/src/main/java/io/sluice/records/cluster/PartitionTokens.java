// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import com.hazelcast.partition.PartitioningStrategy;
import io.sluice.records.RecordKey;
import java.nio.ByteBuffer;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Puts a record into the Hazelcast partition with the number of its key's {@link io.sluice.model.flow.KeyPartition}, so
 * that who owns the one decides about the other.
 *
 * <p>Hazelcast hashes what a strategy answers. So for each partition a number is looked for whose partition it is, once
 * the member has started and can be asked; about a hundred are tried.
 *
 * <p><b>Threading</b>: any thread.
 */
final class PartitionTokens implements PartitioningStrategy<byte[]> {

    private static final long serialVersionUID = 1L;

    /** Enough for thousands of partitions; a hash that misses one among so many is none. */
    private static final int TRIES_MAX = 1_000_000;

    private transient volatile Integer @Nullable [] tokens;

    /**
     * Looks for the numbers.
     *
     * @param partitions how many there are
     * @param partitionOf the partition of a number
     */
    void find(int partitions, IntUnaryOperator partitionOf) {
        Integer[] found = new Integer[partitions];
        int missing = partitions;
        for (int number = 0; missing > 0; number++) {
            if (number == TRIES_MAX) {
                throw new IllegalStateException(
                        missing + " of " + partitions + " partitions have no number below " + number);
            }
            int partition = partitionOf.applyAsInt(number);
            if (found[partition] == null) {
                found[partition] = number;
                missing--;
            }
        }
        tokens = found;
    }

    /** Some key of a partition. */
    byte[] someKey(int partition) {
        byte[] key = new byte[RecordKey.BYTES];
        for (int number = 0; number < TRIES_MAX; number++) {
            ByteBuffer.wrap(key).putInt(number);
            if (RecordKey.partition(key, known().length) == partition) {
                return key;
            }
        }
        throw new IllegalStateException("no key among " + TRIES_MAX + " is in partition " + partition);
    }

    @Override
    public Object getPartitionKey(byte[] key) {
        Integer[] known = known();
        return known[RecordKey.partition(key, known.length)];
    }

    private Integer[] known() {
        Integer[] known = tokens;
        if (known == null) {
            throw new IllegalStateException("the map of flow records is used before ClusterRecords was made");
        }
        return known;
    }
}

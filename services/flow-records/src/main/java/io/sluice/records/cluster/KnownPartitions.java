// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Which partitions this member has read and not given away since: where it owns one of them it knows all that is there, and may
 * write over it.
 *
 * <p>A member that has lost its cluster and joins another is another member from then on, under another id: what it has read
 * before says nothing about the cluster it comes to, what it reads after that does, though the merge of the two is not over yet.
 *
 * <p><b>Threading</b>: any.
 */
final class KnownPartitions {

    /** How often each partition has gone to another member, as this one has heard. */
    private final AtomicIntegerArray gone;

    private final AtomicReferenceArray<@Nullable Reading> read;

    /** Of a partition: by which member, how often it had gone before. */
    record Reading(UUID member, int gone) {}

    KnownPartitions(int partitions) {
        gone = new AtomicIntegerArray(partitions);
        read = new AtomicReferenceArray<>(partitions);
    }

    /** A partition has gone to another member. */
    void gone(int partition) {
        gone.incrementAndGet(partition);
    }

    /** This member leaves its cluster for another: whatever it owned there, it does not any more. */
    void allGone() {
        for (int partition = 0; partition < gone.length(); partition++) {
            gone(partition);
        }
    }

    /** A partition is going to be read by a member of this id. */
    Reading begin(int partition, UUID member) {
        return new Reading(member, gone.get(partition));
    }

    /**
     * A partition has been read.
     *
     * @param reading what was said when it began
     * @param member the id by now
     * @return whether it is known from now on: not where it was given away meanwhile
     */
    boolean end(int partition, Reading reading, UUID member) {
        boolean known = reading.equals(begin(partition, member));
        if (known) {
            read.set(partition, reading);
        }
        return known;
    }

    /** Whether a member of this id has read the partition and not given it away since. */
    boolean knows(int partition, UUID member) {
        return begin(partition, member).equals(read.get(partition));
    }
}

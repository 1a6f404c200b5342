// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.flow.KeyPartition;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.id.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which partitions this node decides about: those it owns and whose records it has fetched.
 *
 * <p>Pure. <b>Threading</b>: confined to the authority's event loop.
 */
final class PartitionDuties {

    private enum Duty {
        /** Another's, or nobody's. */
        NONE,
        /** Owned; the records are being fetched. */
        FETCHING,
        /** Owned, and the records are here. */
        DECIDES
    }

    private final NodeId self;
    private OwnerTable table = OwnerTable.NOBODY;
    private Duty[] duties = new Duty[0];
    private int[] terms = new int[0];

    /** This node where it owns a partition: another one after it has lost the cluster and joined again. */
    private OwnerTable.@Nullable Owner[] held = new OwnerTable.Owner[0];

    private int deciding;

    PartitionDuties(NodeId self) {
        this.self = self;
    }

    /**
     * Takes a view of who owns what. Where a partition came or went, every fetch under way is one of an earlier term.
     *
     * @return whether one did
     */
    boolean accept(OwnerTable owners) {
        if (owners.equals(table)) {
            return false;
        }
        table = owners;
        if (owners.partitions() != duties.length && owners.partitions() != 0) {
            duties = new Duty[owners.partitions()];
            Arrays.fill(duties, Duty.NONE);
            terms = new int[duties.length];
            held = new OwnerTable.Owner[duties.length];
        }
        boolean changed = false;
        for (int partition = 0; partition < duties.length; partition++) {
            OwnerTable.Owner owner = owners.partitions() == 0 ? null : owners.owner(partition);
            OwnerTable.Owner own = owner != null && owner.node().equals(self) ? owner : null;
            if (!Objects.equals(own, held[partition])) {
                held[partition] = own;
                duties[partition] = own == null ? Duty.NONE : Duty.FETCHING;
                changed = true;
            }
        }
        if (changed) {
            for (int partition = 0; partition < duties.length; partition++) {
                terms[partition] += duties[partition] == Duty.FETCHING ? 1 : 0;
            }
            count();
        }
        return changed;
    }

    private void count() {
        deciding = 0;
        for (Duty duty : duties) {
            deciding += duty == Duty.DECIDES ? 1 : 0;
        }
    }

    /** Whether the node decides about every flow there is. */
    boolean decidesAll() {
        return deciding > 0 && deciding == duties.length;
    }

    /** Whether the node decides about flows of the partition of a key. */
    boolean decides(long[] keys, int firstWord) {
        return duties.length > 0 && duties[KeyPartition.of(keys, firstWord, duties.length)] == Duty.DECIDES;
    }

    /** Whether the partition of a key is this node's, its records fetched or not. */
    boolean owns(long[] keys, int firstWord) {
        return duties.length > 0 && duties[KeyPartition.of(keys, firstWord, duties.length)] != Duty.NONE;
    }

    /** Partitions whose records are to be fetched. */
    List<Integer> fetching() {
        List<Integer> partitions = new ArrayList<>();
        for (int partition = 0; partition < duties.length; partition++) {
            if (duties[partition] == Duty.FETCHING) {
                partitions.add(partition);
            }
        }
        return partitions;
    }

    /** Tells one time of owning a partition from the next. */
    int term(int partition) {
        return terms[partition];
    }

    /** Whether a partition is owned, in that term, and its records are awaited. */
    boolean awaits(int partition, int term) {
        return terms[partition] == term && duties[partition] == Duty.FETCHING;
    }

    /** The records of a partition are here. */
    void fetched(int partition) {
        duties[partition] = Duty.DECIDES;
        count();
    }
}

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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which partitions this node decides about: those it owns and whose records it has fetched. Each goes its own way, whatever
 * becomes of others meanwhile: many come and go one after the other while members join and leave.
 *
 * <p>Pure. <b>Threading</b>: confined to the authority's event loop.
 */
final class PartitionDuties {

    private enum Duty {
        /** Another's, or nobody's. */
        NONE,
        /** Owned; what is left here of an earlier time is to be forgotten. */
        COMES,
        /** Owned, and nothing is here; the records are being fetched. */
        FETCHING,
        /** Owned; the records are being taken over, a part a turn. */
        LOADING,
        /** Owned, and the records are here. */
        DECIDES
    }

    private final NodeId self;
    private OwnerTable table = OwnerTable.NOBODY;
    private Duty[] duties = new Duty[0];

    /** Of each partition the number of its term; numbers are given through all partitions, so a greater one began later. */
    private int[] terms = new int[0];

    private int latestTerm;

    /** This node where it owns a partition: another one after it has lost the cluster and joined again. */
    private OwnerTable.@Nullable Owner[] held = new OwnerTable.Owner[0];

    private int deciding;
    private int awaited;
    private boolean ownerGone;

    PartitionDuties(NodeId self) {
        this.self = self;
    }

    /**
     * Takes a view of who owns what. Where a partition came or went, a fetch of it that is under way is one of an earlier term.
     *
     * @return whether one did
     */
    boolean accept(OwnerTable owners) {
        if (owners.equals(table)) {
            return false;
        }
        Set<OwnerTable.Owner> here = owners.owners();
        ownerGone |= table.owners().stream().anyMatch(owner -> !owner.node().equals(self) && !here.contains(owner));
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
                duties[partition] = own == null ? Duty.NONE : Duty.COMES;
                terms[partition] = ++latestTerm;
                changed = true;
            }
        }
        if (changed) {
            count();
        }
        return changed;
    }

    /** Whether since it was last asked another node that owned partitions has come to own none. */
    boolean takeOwnerGone() {
        boolean gone = ownerGone;
        ownerGone = false;
        return gone;
    }

    private void count() {
        deciding = 0;
        awaited = 0;
        for (Duty duty : duties) {
            deciding += duty == Duty.DECIDES ? 1 : 0;
            awaited += duty == Duty.DECIDES || duty == Duty.NONE ? 0 : 1;
        }
    }

    /** Whether the node decides about every flow there is. */
    boolean decidesAll() {
        return deciding > 0 && deciding == duties.length;
    }

    /** Whether the node decides about flows of the partition of a key. */
    boolean decides(long[] keys, int firstWord) {
        return duty(keys, firstWord) == Duty.DECIDES;
    }

    /** Whether records of a key's partition may be here: not what is left of an earlier time, or is another's. */
    boolean keeps(long[] keys, int firstWord) {
        Duty duty = duty(keys, firstWord);
        return duty == Duty.DECIDES || duty == Duty.LOADING;
    }

    /** Whether records of some owned partition are not here yet. */
    boolean awaitsRecords() {
        return awaited > 0;
    }

    /** Nothing is here any more of partitions that came before: their records can be fetched. */
    void forgotten() {
        for (int partition = 0; partition < duties.length; partition++) {
            if (duties[partition] == Duty.COMES) {
                duties[partition] = Duty.FETCHING;
            }
        }
    }

    /** Whether the partition of a key is this node's, its records fetched or not. */
    boolean owns(long[] keys, int firstWord) {
        return duty(keys, firstWord) != Duty.NONE;
    }

    private Duty duty(long[] keys, int firstWord) {
        return duties.length == 0 ? Duty.NONE : duties[partition(keys, firstWord)];
    }

    private int partition(long[] keys, int firstWord) {
        return KeyPartition.of(keys, firstWord, duties.length);
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

    /** The term that began last. */
    int latestTerm() {
        return latestTerm;
    }

    /**
     * Whether the partition of a key has come or gone since.
     *
     * @param latestTerm the term that had begun last
     */
    boolean changedSince(int latestTerm, long[] keys, int firstWord) {
        return duties.length > 0 && terms[partition(keys, firstWord)] > latestTerm;
    }

    /** Whether a partition is owned, in that term, and its records are awaited. */
    boolean awaits(int partition, int term) {
        return terms[partition] == term && (duties[partition] == Duty.FETCHING || duties[partition] == Duty.LOADING);
    }

    /** The records of a partition are taken over from now on. */
    void loading(int partition) {
        duties[partition] = Duty.LOADING;
    }

    /** Where the records of a key's partition are being fetched, or taken over, what comes of that is too old. */
    void fetchAnew(long[] keys, int firstWord) {
        Duty duty = duty(keys, firstWord);
        if (duty == Duty.FETCHING || duty == Duty.LOADING) {
            int partition = partition(keys, firstWord);
            duties[partition] = Duty.FETCHING;
            terms[partition] = ++latestTerm;
        }
    }

    /** The records of a partition are here. */
    void fetched(int partition) {
        duties[partition] = Duty.DECIDES;
        count();
    }
}

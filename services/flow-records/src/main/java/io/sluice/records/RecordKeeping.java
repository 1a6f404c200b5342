// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records;

import io.sluice.hashing.authority.CopyPlace;
import io.sluice.hashing.authority.RecordCopies;
import io.sluice.hashing.authority.RecordSource;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import io.sluice.model.flow.KeyPartition;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.id.NodeId;
import io.sluice.records.cluster.ClusterRecords;
import io.sluice.records.cluster.LoadedPartition;
import io.sluice.records.journal.FlowJournal;
import io.sluice.records.journal.JournalFigures;
import io.sluice.records.journal.JournalUnavailableException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All that a node keeps of flows outside of the memory that decides: with the other members, and in its journal where it has
 * one (architecture, section 5, "Flow records").
 *
 * <p><b>After a start</b> what the journal says counts only where no cluster knows better. A partition's first fetch brings it
 * together with what the cluster has; what is of partitions that others own is {@linkplain #passOn given to them}. What is
 * fetched is written to the journal by whoever fetches it: {@link CopyPlace#JOURNAL}.
 * The time the node was down, up to {@value #DOWN_MAX_MS} ms, is no idle time of its flows.
 *
 * <p><b>A node that stands alone</b> has no other members, and none can come: what its memory has would be copied into its own
 * memory again. So only the journal gets copies.
 *
 * <p><b>Threading</b>: any.
 */
public final class RecordKeeping implements RecordSource, AutoCloseable {

    /** How long a node may have been down without the time counting as its flows' idle time. */
    static final long DOWN_MAX_MS = 3_600_000;

    /** Records that are given away at once. */
    private static final int BATCH = 256;

    private static final int NONE = -1;

    private final ClusterRecords cluster;
    private final boolean alone;
    private final @Nullable FlowJournal journal;
    private final int partitions;

    /** Whether records are on their way to their owner. Guarded by this. */
    private boolean passing;

    /** From the journal, by partition; each list is taken once. Guarded by this. */
    private final Map<Integer, List<FlowRecord>> replayed = new HashMap<>();

    /**
     * @param cluster the other members' copies
     * @param alone whether there is no other member and never will be
     * @param journal this node's own; null where it has none
     * @param partitions of the keys
     */
    public RecordKeeping(ClusterRecords cluster, boolean alone, @Nullable FlowJournal journal, int partitions) {
        this.cluster = cluster;
        this.alone = alone;
        this.journal = journal;
        this.partitions = partitions;
    }

    /**
     * Reads what an earlier run of this node has kept; blocks.
     *
     * @param complete whether the cluster knows of every flow: then the journal begins anew
     * @param wallClockMs milliseconds since 1970
     * @return how many records there are to go by
     * @throws JournalUnavailableException where the journal cannot be read to its end; what was read counts
     */
    public int replay(boolean complete, LongSupplier wallClockMs) throws JournalUnavailableException {
        FlowJournal own = journal;
        if (own == null) {
            return 0;
        }
        if (complete) {
            own.discard();
            return 0;
        }
        List<FlowRecord> all = new ArrayList<>();
        try {
            own.replay(all::addAll);
        } finally {
            long nowMs = wallClockMs.getAsLong();
            long lastSeenMs =
                    all.stream().mapToLong(FlowRecord::lastSeenMs).max().orElse(nowMs);
            long downMs = Math.max(0, nowMs - lastSeenMs);
            long[] words = new long[FlowKey.WORDS];
            synchronized (this) {
                for (FlowRecord flow : all) {
                    flow.key().copyTo(words, 0);
                    replayed.computeIfAbsent(KeyPartition.of(words, 0, partitions), partition -> new ArrayList<>())
                            .add(downMs > DOWN_MAX_MS ? flow : flow.seenAt(flow.lastSeenMs() + downMs));
                }
            }
        }
        return all.size();
    }

    /** Where this node keeps records. */
    public Map<CopyPlace, RecordCopies> copies() {
        Map<CopyPlace, RecordCopies> copies = new EnumMap<>(CopyPlace.class);
        if (!alone) {
            copies.put(CopyPlace.CLUSTER, cluster);
        }
        if (journal != null) {
            copies.put(CopyPlace.JOURNAL, journal);
        }
        return copies;
    }

    /** What the cluster has of a partition and, the first time, what this node's journal had. */
    @Override
    public CompletionStage<List<FlowRecord>> load(int partition) {
        return cluster.load(partition).thenCompose(loaded -> {
            if (!loaded.owned()) {
                return CompletableFuture.failedStage(
                        new NotKeptException("partition " + partition + " is another member's by now"));
            }
            return together(loaded);
        });
    }

    private CompletionStage<List<FlowRecord>> together(LoadedPartition loaded) {
        List<FlowRecord> own = take(loaded.partition());
        if (own.isEmpty()) {
            return CompletableFuture.completedStage(loaded.records());
        }
        if (alone) {
            return CompletableFuture.completedStage(own);
        }
        Map<FlowKey, FlowRecord> newest = new HashMap<>();
        loaded.records().forEach(flow -> newest.put(flow.key(), flow));
        List<FlowRecord> newer = own.stream()
                .filter(flow -> {
                    FlowRecord known = newest.get(flow.key());
                    return known == null || FlowRecord.NEWER.compare(flow, known) > 0;
                })
                .toList();
        newer.forEach(flow -> newest.put(flow.key(), flow));
        return cluster.write(newer).handle((written, failure) -> {
            if (failure != null) {
                giveBack(loaded.partition(), own);
                throw new NotKeptException("records of an earlier run were not taken over: " + failure);
            }
            return List.copyOf(newest.values());
        });
    }

    private synchronized List<FlowRecord> take(int partition) {
        List<FlowRecord> own = replayed.remove(partition);
        return own == null ? List.of() : own;
    }

    private synchronized void giveBack(int partition, List<FlowRecord> own) {
        replayed.put(partition, own);
    }

    /**
     * Gives the next partition's records of the journal to the node that owns it now, where that is another: they are merged
     * there with what it has. One at a time; does nothing while one is under way. What cannot be given is given again.
     *
     * @param owners who decides about what now
     * @param self this node
     * @return whether everything has been fetched here or given away
     */
    public boolean passOn(OwnerTable owners, NodeId self) {
        int partition;
        List<FlowRecord> flows;
        synchronized (this) {
            if (passing || replayed.isEmpty()) {
                return !passing;
            }
            partition = ownedByAnother(owners, self);
            if (partition == NONE) {
                return false;
            }
            flows = take(partition);
            passing = true;
        }
        List<CompletableFuture<?>> given = new ArrayList<>();
        for (int from = 0; from < flows.size(); from += BATCH) {
            given.add(cluster.write(flows.subList(from, Math.min(flows.size(), from + BATCH)))
                    .toCompletableFuture());
        }
        CompletableFuture<?> _ = CompletableFuture.allOf(given.toArray(CompletableFuture<?>[]::new))
                .whenComplete((all, failure) -> {
                    synchronized (this) {
                        passing = false;
                        if (failure != null) {
                            giveBack(partition, flows);
                        }
                    }
                });
        return false;
    }

    private int ownedByAnother(OwnerTable owners, NodeId self) {
        for (int partition : replayed.keySet()) {
            OwnerTable.Owner owner = partition < owners.partitions() ? owners.owner(partition) : null;
            if (owner != null && !owner.node().equals(self)) {
                return partition;
            }
        }
        return NONE;
    }

    /** What this node's journal has done; null where it has none. Any thread. */
    public @Nullable JournalFigures journal() {
        return journal == null ? null : journal.figures();
    }

    /** Closes the journal; the cluster is left by whoever joined it. */
    @Override
    public void close() {
        cluster.close();
        if (journal != null) {
            journal.close();
        }
    }
}

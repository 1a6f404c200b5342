// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryMergedListener;
import com.hazelcast.partition.MigrationListener;
import com.hazelcast.partition.MigrationState;
import com.hazelcast.partition.Partition;
import com.hazelcast.partition.ReplicaMigrationEvent;
import com.hazelcast.query.Predicates;
import io.sluice.hashing.authority.RecordCopies;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import io.sluice.model.wire.WireCodecs;
import io.sluice.model.wire.WireFormatException;
import io.sluice.records.NotKeptException;
import io.sluice.records.RecordKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records with the members of the cluster: each at the owner of its partition and, before a write is acknowledged, at
 * one more member where there is one. So they survive the loss of any one member.
 *
 * <p>A batch is one call to the cluster's map for each partition; {@value #UNDER_WAY_MAX} are under way at a time, and a batch
 * that names a key of one under way waits for it. At most {@value #CALLS_MAX} batches are under way or wait; one more is refused.
 *
 * <p><b>Threading</b>: any thread, none of which is blocked: encoding, and what the map does in the thread that calls
 * it, are done by one thread of its own, loading by two more. Stages complete on these or on Hazelcast's.
 * <b>Errors</b>: {@link NotKeptException}, whatever happened; the records may then be kept by some members and not by
 * others.
 */
public final class ClusterRecords implements RecordCopies, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterRecords.class);

    static final int UNDER_WAY_MAX = 8;
    static final int CALLS_MAX = 1_024;
    private static final int LOAD_CHUNK = 1_000;
    private static final int LOADS_AT_A_TIME = 2;
    private static final int MERGED_CHUNK = 256;

    private final RecordsMap settings;
    private final IMap<byte[], byte[]> map;
    private final RecordWrites writes;
    private final Cluster cluster;
    private final Partition[] partitions;
    private final KnownPartitions known;

    private final AtomicInteger callCount = new AtomicInteger();
    private final OrderedCalls<Call> calls = new OrderedCalls<>(UNDER_WAY_MAX);
    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            task -> Thread.ofPlatform().daemon().name("sluice-records").unstarted(task));
    private final ExecutorService loader = Executors.newFixedThreadPool(
            LOADS_AT_A_TIME,
            task -> Thread.ofPlatform().daemon().name("sluice-records-load").unstarted(task));

    /** A batch: what to write, or what has ended and is to be erased. */
    private record Call(Map<FlowKey, FlowRecord> flows, boolean erases, CompletableFuture<Void> result)
            implements OrderedCalls.Call {
        @Override
        public Set<FlowKey> keys() {
            return flows.keySet();
        }
    }

    /**
     * The records of a cluster.
     *
     * @param hazelcast a member started with {@code settings}
     * @param settings of this member
     */
    public ClusterRecords(HazelcastInstance hazelcast, RecordsMap settings) {
        this.settings = settings;
        map = settings.map(hazelcast);
        writes = settings.writes(map);
        cluster = hazelcast.getCluster();
        partitions =
                new Partition[hazelcast.getPartitionService().getPartitions().size()];
        for (Partition partition : hazelcast.getPartitionService().getPartitions()) {
            partitions[partition.getPartitionId()] = partition;
        }
        known = new KnownPartitions(partitions.length);
        hazelcast.getLifecycleService().addLifecycleListener(event -> {
            // nothing is known of the other cluster; when the merge is over some of its partitions may have been read
            if (event.getState() == LifecycleState.MERGING) {
                known.allGone();
            }
        });
        hazelcast.getPartitionService().addMigrationListener(new MigrationListener() {
            @Override
            public void migrationStarted(MigrationState state) {
                // each replica says so itself
            }

            @Override
            public void migrationFinished(MigrationState state) {
                // each replica has said so itself
            }

            @Override
            public void replicaMigrationCompleted(ReplicaMigrationEvent event) {
                Member source = event.getSource();
                // that it has come is no news, and may be said after its records were read
                if (event.getReplicaIndex() == 0 && source != null && source.localMember()) {
                    known.gone(event.getPartitionId());
                }
            }

            @Override
            public void replicaMigrationFailed(ReplicaMigrationEvent event) {
                // it stays with its owner
            }
        });
    }

    @Override
    public CompletionStage<?> write(List<FlowRecord> records) {
        return call(records, false);
    }

    @Override
    public CompletionStage<?> erase(List<FlowRecord> ended) {
        return call(ended, true);
    }

    private CompletionStage<?> call(List<FlowRecord> flows, boolean erases) {
        if (flows.isEmpty()) {
            return CompletableFuture.completedStage(null);
        }
        if (callCount.incrementAndGet() > CALLS_MAX) {
            callCount.decrementAndGet();
            return CompletableFuture.failedStage(
                    new NotKeptException(CALLS_MAX + " batches of flow records wait for the cluster already"));
        }
        Map<FlowKey, FlowRecord> last = new HashMap<>(2 * flows.size());
        flows.forEach(flow -> last.put(flow.key(), flow));
        Call call = new Call(last, erases, new CompletableFuture<>());
        try {
            worker.execute(() -> {
                calls.add(call);
                makeCalls();
            });
        } catch (RejectedExecutionException closed) {
            finish(call, stopping());
        }
        return call.result();
    }

    private static NotKeptException stopping() {
        return new NotKeptException("flow records are no longer sent to the cluster: this node is stopping");
    }

    private void makeCalls() {
        for (Call call = calls.next(); call != null; call = calls.next()) {
            make(call);
        }
    }

    private void make(Call call) {
        CompletionStage<?> made;
        try {
            made = byPartition(call, call.erases() ? writes::erase : this::write);
        } catch (RuntimeException refused) {
            made = CompletableFuture.failedStage(refused);
        }
        made.whenComplete((kept, failure) -> {
            try {
                worker.execute(() -> {
                    calls.done(call);
                    makeCalls();
                });
            } catch (RejectedExecutionException closed) {
                LOG.atDebug().addKeyValue("event", "records_closed").log("a batch ended after the end");
            }
            finish(call, failure == null ? null : notKept(failure));
        });
    }

    private void finish(Call call, @Nullable NotKeptException failure) {
        callCount.decrementAndGet();
        if (failure == null) {
            call.result().complete(null);
        } else {
            call.result().completeExceptionally(failure);
        }
    }

    private CompletionStage<?> byPartition(
            Call call, BiFunction<Integer, List<FlowRecord>, CompletableFuture<?>> part) {
        Map<Integer, List<FlowRecord>> parts = call.flows().values().stream()
                .collect(Collectors.groupingBy(
                        record -> RecordKey.partition(RecordKey.bytes(record.key()), partitions.length)));
        List<CompletableFuture<?>> made = new ArrayList<>(parts.size());
        parts.forEach((partition, flows) -> made.add(part.apply(partition, flows)));
        return CompletableFuture.allOf(made.toArray(CompletableFuture<?>[]::new));
    }

    /**
     * Over what is there only by the owner, and only where it knows what is there; else a record that came late from a
     * former owner would take the place of a newer one.
     *
     * <p>Where the partition moves just then the records are merged with what whoever owns it has; but for provisional ones,
     * which would lose there to the very records that they were made of, and count as copied: those are not kept, and written
     * again.
     */
    private CompletableFuture<?> write(int partition, List<FlowRecord> records) {
        if (!isOwner(partition) || !known.knows(partition, member())) {
            return writes.merge(partition, records);
        }
        return writes.put(partition, records)
                .<Object>thenApply(put -> put)
                .exceptionallyCompose(moving -> records.stream().anyMatch(FlowRecord::provisional)
                        ? CompletableFuture.failedFuture(moving)
                        : writes.merge(partition, records).thenApply(merged -> merged));
    }

    private static NotKeptException notKept(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        String said = cause instanceof HazelcastInstanceNotActiveException
                ? "this node has left the cluster"
                : cause.getClass().getSimpleName() + " " + cause.getMessage();
        return new NotKeptException("flow records may not be kept by the cluster: "
                + said.lines().findFirst().orElse(""));
    }

    /**
     * Reads all records of a partition that this member owns, out of its own memory, {@value #LOAD_CHUNK} at a time, so
     * that what others want of the partition comes in between.
     *
     * @return not {@linkplain LoadedPartition#owned() owned} where this member owns it not or no longer; fails with
     *     {@link NotKeptException} where the cluster does not answer
     */
    public CompletionStage<LoadedPartition> load(int partition) {
        try {
            return CompletableFuture.supplyAsync(() -> loadNow(partition), loader);
        } catch (RejectedExecutionException closed) {
            return CompletableFuture.failedStage(
                    new NotKeptException("flow records are no longer loaded: this node is stopping"));
        }
    }

    private LoadedPartition loadNow(int partition) {
        try {
            KnownPartitions.Reading reading = known.begin(partition, member());
            if (!isOwner(partition)) {
                return new LoadedPartition(partition, List.of(), 0, false);
            }
            Set<byte[]> keys =
                    map.keySet(Predicates.partitionPredicate(settings.someKey(partition), Predicates.alwaysTrue()));
            Values values = new Values(keys.size());
            Set<byte[]> chunk = Collections.newSetFromMap(new IdentityHashMap<>(LOAD_CHUNK));
            for (byte[] key : keys) {
                chunk.add(key);
                if (chunk.size() == LOAD_CHUNK) {
                    map.getAll(chunk).values().forEach(values::add);
                    chunk.clear();
                }
            }
            map.getAll(chunk).values().forEach(values::add);
            boolean owned = isOwner(partition) && known.end(partition, reading, member());
            return new LoadedPartition(partition, values.records, values.unreadable, owned);
        } catch (RuntimeException failed) {
            throw notKept(failed);
        }
    }

    /** Values as records, with those counted that are none. */
    private static final class Values {
        private final List<FlowRecord> records;
        private int unreadable;

        Values(int expected) {
            records = new ArrayList<>(expected);
        }

        void add(byte[] value) {
            try {
                records.add(WireCodecs.FLOW_RECORD.decode(ByteBuffer.wrap(value)));
            } catch (WireFormatException notOurs) {
                unreadable++;
            }
        }
    }

    /** Another one when this member has lost its cluster and joins again. */
    private UUID member() {
        return cluster.getLocalMember().getUuid();
    }

    private boolean isOwner(int partition) {
        Member owner = partitions[partition].getOwner();
        return owner != null && owner.localMember();
    }

    /**
     * Wants to hear of the records that come into this member's partitions from the other half of a cluster that was
     * divided, as they are after the merge: of those the owner's memory may have others.
     *
     * <p>From then on each merge is heard of by events, of which Hazelcast drops some when a million wait.
     *
     * @param listener called on this object's own thread, with up to {@value #MERGED_CHUNK} records
     */
    public void onMerged(Consumer<List<FlowRecord>> listener) {
        MergedRecords merged = new MergedRecords(listener);
        map.addLocalEntryListener((EntryMergedListener<byte[], byte[]>) event -> merged.add(event.getValue()));
    }

    /** Gathers what merges bring, so that it is told in few pieces. */
    private final class MergedRecords {
        private final Consumer<List<FlowRecord>> listener;
        private final List<byte[]> waiting = new ArrayList<>();

        MergedRecords(Consumer<List<FlowRecord>> listener) {
            this.listener = listener;
        }

        synchronized void add(byte[] value) {
            waiting.add(value);
            if (waiting.size() == 1) {
                try {
                    worker.execute(this::tell);
                } catch (RejectedExecutionException closed) {
                    LOG.atDebug().addKeyValue("event", "records_closed").log("a merge ended after the end");
                }
            }
        }

        private synchronized List<byte[]> take() {
            List<byte[]> taken = List.copyOf(waiting);
            waiting.clear();
            return taken;
        }

        private void tell() {
            List<byte[]> taken = take();
            Values values = new Values(taken.size());
            taken.forEach(values::add);
            for (int from = 0; from < values.records.size(); from += MERGED_CHUNK) {
                listener.accept(List.copyOf(
                        values.records.subList(from, Math.min(from + MERGED_CHUNK, values.records.size()))));
            }
        }
    }

    /** Takes no more; what is under way ends by itself, what waits fails. A second time nothing happens. */
    @Override
    public synchronized void close() {
        if (worker.isShutdown()) {
            return;
        }
        worker.execute(() -> {
            for (Call waiting : calls.takeWaiting()) {
                finish(waiting, stopping());
            }
        });
        worker.shutdown();
        loader.shutdown();
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.config.GatewayModel;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.FlowAdoptBatch;
import io.sluice.model.message.FlowClosedBatch;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.FlowTouchedBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The authority of one member of a cluster: decides, in memory, about flows of the partitions it owns, and has their records
 * copied behind its back (architecture, section 5, "Flow set-up").
 *
 * <p><b>A partition comes</b>: what is left here of an earlier time is forgotten, then its records are fetched, and only then
 * the node decides; until then it answers {@link FlowOpenedBatch#NOT_YET}. <b>A partition goes</b>: what changed is copied,
 * then its records are forgotten. So there is never a decision against a record that somebody has kept.
 *
 * <p><b>An owner goes</b>: from then on, and before anything is answered, what is decided gives way to a record that somebody
 * has kept, as the other half of a divided cluster may decide, too ({@link #recovering}). So does what was decided here before
 * and has not reached the cluster: the other half knows nothing of it (rule 2 of the model, P4).
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Limits</b>: {@value #FETCHES_MAX} partitions are fetched at a time;
 * {@value Deferred#MAX} batches of ends, refreshes and merged records wait for records to be fetched. Later ends and refreshes
 * are not heard: leases heal that. For later merged records their partitions are fetched again. A turn looks at
 * {@value #FORGET_MAX} records to forget, and takes {@value #LOAD_MAX} over.
 */
public final class ClusterAuthority implements FlowAuthority {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterAuthority.class);

    private static final int FETCHES_MAX = 4;
    private static final int FORGET_MAX = 1 << 15;
    private static final int LOAD_MAX = 1 << 10;

    /** Soon: a packet waits for 500 ms, and a partition that has just come may be refused for a moment. */
    private static final long RETRY_MS = 50;

    /** Attempts in vain between two words about it. */
    private static final int SAID_EVERY = 20;

    /** What is known of the members by other ways is as old as that at most. */
    private static final long HEARD_WITHIN_MS = 2_000;

    /** When a partition is to be fetched again, after so many attempts in vain. */
    private record Retry(long atMs, int attempts) {}

    private final LocalAuthority memory;
    private final RecordExchange exchange;
    private final Supplier<OwnerTable> owners;
    private final RecordSource source;
    private final List<RecordCopier> copiers;
    private final Executor loop;
    private final LongSupplier wallClockMs;
    private final PartitionDuties duties;
    private final Deferred deferred = new Deferred();
    private final Map<Integer, Retry> retries = new HashMap<>();
    private final Set<Integer> underWay = new HashSet<>();
    private int forgetFrom = FlowRecords.NONE;
    private boolean recovering;

    /** The first record that is still to be confirmed. */
    private int confirmFrom = FlowRecords.NONE;

    private long ownerGoneAtMs = Long.MIN_VALUE;

    /**
     * @param memory decides; its records are copied
     * @param self this node
     * @param owners the newest view of who owns what, the same instance as long as nothing changes
     * @param source where records are fetched
     * @param copies where records are kept: the places that the memory notes its changes for
     * @param watch hears of the copies
     * @param loop the authority's event loop
     * @param wallClockMs milliseconds since 1970
     */
    public ClusterAuthority(
            LocalAuthority memory,
            NodeId self,
            Supplier<OwnerTable> owners,
            RecordSource source,
            Map<CopyPlace, RecordCopies> copies,
            CopyWatch watch,
            Executor loop,
            LongSupplier wallClockMs) {
        this.memory = memory;
        this.exchange = memory.exchange();
        this.owners = owners;
        this.source = source;
        this.loop = loop;
        this.wallClockMs = wallClockMs;
        this.duties = new PartitionDuties(self);
        this.copiers = copies.entrySet().stream()
                .map(place ->
                        new RecordCopier(place.getKey(), exchange, duties, place.getValue(), watch, loop, wallClockMs))
                .toList();
    }

    @Override
    public void configure(GatewayModel model) {
        memory.configure(model);
    }

    @Override
    public CompletionStage<FlowOpenedBatch> open(FlowOpenBatch batch) {
        lookAround();
        if (duties.decidesAll()) {
            return memory.open(batch).thenApply(answer -> stillOwned(batch, batch.flowCount(), answer));
        }
        int[] flows = decided(batch.keys(), batch.flowCount());
        return flows.length == 0
                ? CompletableFuture.completedStage(nothingYet(batch.flowCount()))
                : memory.open(batch.part(flows))
                        .thenApply(answer -> stillOwned(batch, flows.length, answer.spread(flows, batch.flowCount())));
    }

    /**
     * While a target was picked a partition may have gone: its next owner may decide otherwise, so what was decided here is no
     * answer, and is given to that owner with what else is left of the partition.
     *
     * @param decided how many flows the node decided about when it was asked
     */
    private FlowOpenedBatch stillOwned(FlowOpenBatch batch, int decided, FlowOpenedBatch answer) {
        lookAround();
        if (duties.decidesAll()) {
            return answer;
        }
        int[] flows = decided(batch.keys(), batch.flowCount());
        if (flows.length >= decided) {
            return answer;
        }
        forgetFrom = 0;
        return answer.part(flows).spread(flows, batch.flowCount());
    }

    @Override
    public FlowOpenedBatch adopt(FlowAdoptBatch batch) {
        lookAround();
        if (duties.decidesAll()) {
            return memory.adopt(batch);
        }
        int[] flows = decided(batch.keys(), batch.flowCount());
        return flows.length == 0
                ? nothingYet(batch.flowCount())
                : memory.adopt(batch.part(flows)).spread(flows, batch.flowCount());
    }

    private static FlowOpenedBatch nothingYet(int flows) {
        return new FlowOpenedBatch(List.of(), new int[0], new int[0], new long[0]).spread(new int[0], flows);
    }

    @Override
    public void touched(FlowTouchedBatch batch) {
        lookAround();
        if (!isDeferred(() -> touchedNow(batch))) {
            touchedNow(batch);
        }
    }

    private void touchedNow(FlowTouchedBatch batch) {
        memory.touched(duties.decidesAll() ? batch : batch.part(decided(batch.keys(), batch.flowCount())));
    }

    @Override
    public void closed(FlowClosedBatch batch) {
        lookAround();
        if (!isDeferred(() -> closedNow(batch))) {
            closedNow(batch);
        }
    }

    private void closedNow(FlowClosedBatch batch) {
        memory.closed(duties.decidesAll() ? batch : batch.part(decided(batch.keys(), batch.flowCount())));
    }

    /** Whether something waits until no records are awaited any more, and all that came before has had its turn. */
    private boolean isDeferred(Runnable later) {
        return (duties.awaitsRecords() || !deferred.isEmpty()) && deferred.add(later);
    }

    private int[] decided(long[] keys, int flows) {
        int[] decided = new int[flows];
        int count = 0;
        for (int flow = 0; flow < flows; flow++) {
            if (duties.decides(keys, flow * FlowKey.WORDS)) {
                decided[count++] = flow;
            }
        }
        return Arrays.copyOf(decided, count);
    }

    @Override
    public FlowOpenedBatch record(FlowKey key) {
        return memory.record(key);
    }

    /** Forgets a bounded part of what has ended or is another's. */
    @Override
    public void sweep() {
        lookAround();
        memory.sweep();
    }

    @Override
    public void copy() {
        lookAround();
        copiers.forEach(RecordCopier::turn);
        if (forgetFrom != FlowRecords.NONE) {
            forgetFrom = exchange.forget(forgetFrom, FORGET_MAX, (keys, word) -> !duties.keeps(keys, word), this::left);
            if (forgetFrom == FlowRecords.NONE) {
                duties.forgotten();
            }
        }
        if (confirmFrom != FlowRecords.NONE) {
            confirmFrom = exchange.confirm(confirmFrom, FORGET_MAX);
        }
        fetch();
        // what was awaited may have gone to another node
        runDeferred();
    }

    /** Follows the owners as the cluster has them. */
    private void lookAround() {
        int term = duties.latestTerm();
        boolean moved = duties.accept(owners.get());
        if (duties.takeOwnerGone()) {
            ownerGoneAtMs = wallClockMs.getAsLong();
            recover(true);
            copiers.forEach(RecordCopier::doubt);
        }
        if (moved) {
            // what changed last is on its way before anything is forgotten; it is of the terms before
            copiers.forEach(copier -> copier.turn(term));
            forgetFrom = 0;
            retries.clear();
        }
    }

    private void left(FlowRecord flow) {
        copiers.forEach(copier -> copier.left(flow));
    }

    private void fetch() {
        for (int partition : duties.fetching()) {
            Retry retry = retries.get(partition);
            if (retry != null && wallClockMs.getAsLong() < retry.atMs()) {
                continue;
            }
            if (underWay.size() < FETCHES_MAX && underWay.add(partition)) {
                int term = duties.term(partition);
                source.load(partition)
                        .whenComplete((found, failure) -> loop.execute(() -> fetched(partition, term, found, failure)));
            }
        }
    }

    private void fetched(int partition, int term, @Nullable List<FlowRecord> found, @Nullable Throwable failure) {
        underWay.remove(partition);
        if (!duties.awaits(partition, term)) {
            return;
        }
        if (found == null) {
            fetchAgain(partition, failure);
            return;
        }
        retries.remove(partition);
        duties.loading(partition);
        load(partition, term, found, 0);
    }

    private void fetchAgain(int partition, @Nullable Throwable failure) {
        Retry before = retries.get(partition);
        Retry next = new Retry(wallClockMs.getAsLong() + RETRY_MS, before == null ? 1 : before.attempts() + 1);
        retries.put(partition, next);
        if (next.attempts() % SAID_EVERY == 0) {
            LOG.atWarn()
                    .addKeyValue("event", "records_not_fetched")
                    .addKeyValue("partition", partition)
                    .addKeyValue("attempts", next.attempts())
                    .addKeyValue("reason", failure)
                    .log("flows of the partition wait or are decided by those who ask; trying again");
        }
    }

    /** A part a turn of the loop, packets between. */
    private void load(int partition, int term, List<FlowRecord> found, int from) {
        if (!duties.awaits(partition, term)) {
            return;
        }
        int end = Math.min(found.size(), from + LOAD_MAX);
        exchange.load(found, from, end);
        if (end < found.size()) {
            loop.execute(() -> load(partition, term, found, end));
            return;
        }
        duties.fetched(partition);
        runDeferred();
    }

    private void runDeferred() {
        if (!duties.awaitsRecords()) {
            deferred.runSome();
            if (!deferred.isEmpty()) {
                loop.execute(this::runDeferred);
            }
        }
    }

    /**
     * Says whether flows may live that this node does not know of, as after a start of all members or the loss of one: until then
     * what is decided here gives way to a record that somebody has kept (P3, P4). Afterwards all of it counts. That an owner
     * is gone the authority sees by itself, and earlier; a word that may be of before is not heard. On the authority's event
     * loop.
     */
    public void recovering(boolean recovers) {
        if (recovers && !recovering) {
            recover(true);
            copiers.forEach(RecordCopier::doubt);
        } else if (!recovers && wallClockMs.getAsLong() >= ownerGoneAtMs + HEARD_WITHIN_MS) {
            recover(false);
        }
    }

    private void recover(boolean recovers) {
        if (recovers == recovering) {
            return;
        }
        recovering = recovers;
        exchange.recovering(recovers);
        confirmFrom = recovers ? FlowRecords.NONE : 0;
    }

    /** Takes over what a merge of two halves of the cluster has brought into partitions of this node. */
    public void merged(List<FlowRecord> records) {
        lookAround();
        if (!isDeferred(() -> mergedNow(records))) {
            mergedNow(records);
        }
    }

    /** What was read of a partition that is being fetched may be of before the merge. */
    private void mergedNow(List<FlowRecord> records) {
        long[] words = new long[FlowKey.WORDS];
        List<FlowRecord> own = new ArrayList<>(records.size());
        for (FlowRecord flow : records) {
            flow.key().copyTo(words, 0);
            if (duties.decides(words, 0)) {
                own.add(flow);
            } else {
                duties.fetchAnew(words, 0);
            }
        }
        exchange.merge(own);
    }

    @Override
    public CompletionStage<?> flush() {
        return CompletableFuture.allOf(copiers.stream()
                .map(copier -> copier.flush().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }

    @Override
    public int records() {
        return memory.records();
    }
}

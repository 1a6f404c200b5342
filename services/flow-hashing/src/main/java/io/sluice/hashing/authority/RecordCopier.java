// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes changed records behind to one place, in batches, and erases there what has ended (architecture, section 5, "Flow
 * set-up"). No place waits for another: each has a copier with its own backlog, batches under way, pause and lag.
 *
 * <p>What cannot be copied counts as changed again and is tried {@value #PAUSE_MS} ms later, as it is then; so is what cannot
 * be erased. Of a record that leaves this memory with its partition, the last state is kept until the cluster has it; where the
 * partition has come back meanwhile, whichever is newer stays, that state or what was fetched. A change is lost by the end of
 * the process, and where more than {@value #LEFT_MAX} have left, which are counted as failed.
 *
 * <p><b>Threading</b>: confined to the authority's event loop. <b>Limits</b>: {@value #UNDER_WAY_MAX} batches of up to {@value
 * #BATCH_MAX} records are under way. A batch is what has changed since the last one; only where the place was slow for a moment
 * are they large, and then each of the cluster's calls, one for a partition, writes more. Flows to erase come first, in up
 * to {@value #ERASES_MAX} of these batches: however many records change, what has ended does not pile up, and the other way
 * round. <b>Allocation</b>: for each batch and record, none otherwise.
 */
final class RecordCopier {

    static final int BATCH_MAX = 4_096;
    static final int UNDER_WAY_MAX = 8;
    static final int ERASES_MAX = 4;
    static final long PAUSE_MS = 200;

    /** Of a batch for the disk, which is copied on this loop, between packets; one a turn. */
    static final int JOURNAL_BATCH_MAX = 1_024;

    /** Records that have left and are not copied: some 50 MB. */
    static final int LEFT_MAX = 1 << 18;

    private final CopyPlace place;
    private final RecordExchange exchange;
    private final PartitionDuties duties;
    private final RecordCopies copies;
    private final CopyWatch watch;
    private final Executor loop;
    private final LongSupplier wallClockMs;

    /** Not in the memory any more, and not copied. */
    private final Deque<FlowRecord> left = new ArrayDeque<>();

    /** Batches that could not be erased: no more than were under way. */
    private final Deque<List<FlowRecord>> toEraseAgain = new ArrayDeque<>();

    private final long[] words = new long[FlowKey.WORDS];
    private final List<Batch> writing = new ArrayList<>();
    private int erasesUnderWay;
    private int recordsUnderWay;
    private long pausedUntilMs = Long.MIN_VALUE;
    private long erasesPausedUntilMs = Long.MIN_VALUE;
    private long nothingWaitedAtMs;
    private CompletableFuture<Void> flushed = CompletableFuture.completedFuture(null);

    /** Records on their way. */
    private static final class Batch {

        private final ChangedRecords records;

        /** The term of partitions that had begun last when it was sent. */
        private final int term;

        /** When the first of them changed, at the earliest. */
        private final long sinceMs;

        Batch(ChangedRecords records, int term, long sinceMs) {
            this.records = records;
            this.term = term;
            this.sinceMs = sinceMs;
        }
    }

    /**
     * @param place whose backlog is worked off
     * @param exchange the way to the records
     * @param duties which of them this node decides about
     * @param copies the place
     */
    RecordCopier(
            CopyPlace place,
            RecordExchange exchange,
            PartitionDuties duties,
            RecordCopies copies,
            CopyWatch watch,
            Executor loop,
            LongSupplier wallClockMs) {
        this.place = place;
        this.exchange = exchange;
        this.duties = duties;
        this.copies = copies;
        this.watch = watch;
        this.loop = loop;
        this.wallClockMs = wallClockMs;
        this.nothingWaitedAtMs = wallClockMs.getAsLong();
    }

    /** Sends the next batches on their way. */
    void turn() {
        turn(duties.latestTerm());
    }

    /**
     * The same, of records as they were before partitions moved.
     *
     * @param term the term of partitions that had begun last by then
     */
    void turn(int term) {
        long nowMs = wallClockMs.getAsLong();
        if (nowMs >= erasesPausedUntilMs) {
            erase();
        }
        if (nowMs >= pausedUntilMs) {
            copy(nowMs, term);
        }
        watch.waiting(place, recordsUnderWay + left.size() + exchange.changedCount(place));
    }

    private void copy(long nowMs, int term) {
        while (writing.size() + erasesUnderWay < UNDER_WAY_MAX) {
            ChangedRecords batch = takeLeft();
            if (batch.isEmpty()) {
                batch = exchange.takeChanged(place, place == CopyPlace.JOURNAL ? JOURNAL_BATCH_MAX : BATCH_MAX);
            }
            if (batch.isEmpty()) {
                nothingWaitedAtMs = nowMs;
                break;
            }
            write(new Batch(batch, term, nothingWaitedAtMs));
            if (place == CopyPlace.JOURNAL) {
                break;
            }
        }
        if (writing.isEmpty()) {
            flushed.complete(null);
        }
    }

    private void write(Batch batch) {
        writing.add(batch);
        recordsUnderWay += batch.records.count();
        copies.write(batch.records.flows())
                .whenComplete((done, failure) -> loop.execute(() -> written(batch, failure)));
    }

    private void written(Batch batch, @Nullable Throwable failure) {
        writing.remove(batch);
        int count = batch.records.count();
        recordsUnderWay -= count;
        long nowMs = wallClockMs.getAsLong();
        if (failure == null) {
            watch.copied(place, count, nowMs - batch.sinceMs);
        } else {
            watch.failed(place, count, failure);
            for (int at = 0; at < count; at++) {
                notCopied(batch, at);
            }
            pausedUntilMs = nowMs + PAUSE_MS;
            flushed.complete(null);
        }
        turn();
    }

    private void notCopied(Batch batch, int at) {
        FlowRecord flow = batch.records.flows().get(at);
        flow.key().copyTo(words, 0);
        if (duties.changedSince(batch.term, words, 0)) {
            // what is here of it, if anything, is not what was to be copied
            outOfDate(flow);
        } else if (!exchange.notCopied(place, flow, batch.records.unsent().get(at)) && !duties.decides(words, 0)) {
            // one that this node decides about has ended and is forgotten: it is erased
            left(flow);
        }
    }

    /** Its partition went while it was on its way. */
    private void outOfDate(FlowRecord flow) {
        if (place == CopyPlace.CLUSTER && duties.decides(words, 0)) {
            exchange.takeBack(flow);
        } else {
            left(flow);
        }
    }

    /** Others may decide by what the cluster has, and this node does not hear of it: what it has not got gives way to that. */
    void doubt() {
        if (place == CopyPlace.CLUSTER) {
            exchange.doubtUnsent();
            writing.forEach(batch -> exchange.doubt(batch.records));
        }
    }

    /**
     * A record that changed leaves this memory, as another decides about it now. Only the cluster is told what it was: it is for
     * whoever decides to keep it on a disk.
     */
    void left(FlowRecord flow) {
        if (place != CopyPlace.CLUSTER) {
            return;
        }
        if (left.size() < LEFT_MAX) {
            left.add(flow);
        } else {
            watch.failed(place, 1, new IllegalStateException(LEFT_MAX + " records have left and wait already"));
        }
    }

    /**
     * The next of those that have left. Where their partition has come back meanwhile, what is in the memory then may be newer
     * than they are, and they wait until it is there.
     */
    private ChangedRecords takeLeft() {
        if (left.isEmpty()) {
            return ChangedRecords.none();
        }
        List<FlowRecord> taken = new ArrayList<>();
        for (int looked = Math.min(BATCH_MAX, left.size()); looked > 0; looked--) {
            FlowRecord flow = left.remove();
            flow.key().copyTo(words, 0);
            if (duties.decides(words, 0)) {
                exchange.takeBack(flow);
            } else if (duties.owns(words, 0)) {
                left.add(flow);
            } else {
                taken.add(flow);
            }
        }
        return ChangedRecords.ofOthers(taken);
    }

    private void erase() {
        int lost = exchange.takeEndedLost(place);
        if (lost > 0) {
            watch.notErased(place, lost, new IllegalStateException("too many flows wait to be erased"));
        }
        while (erasesUnderWay < ERASES_MAX) {
            List<FlowRecord> batch = takeEnded();
            if (batch.isEmpty()) {
                return;
            }
            erasesUnderWay++;
            copies.erase(batch).whenComplete((done, failure) -> loop.execute(() -> erased(batch, failure)));
        }
    }

    private List<FlowRecord> takeEnded() {
        List<FlowRecord> batch = toEraseAgain.poll();
        return batch == null ? exchange.takeEnded(place, BATCH_MAX) : exchange.stillEnded(batch);
    }

    private void erased(List<FlowRecord> batch, @Nullable Throwable failure) {
        erasesUnderWay--;
        if (failure != null) {
            toEraseAgain.add(batch);
            watch.notErased(place, batch.size(), failure);
            erasesPausedUntilMs = wallClockMs.getAsLong() + PAUSE_MS;
        }
        turn();
    }

    /** Completes when no record waits or is under way any more, or a batch could not be copied. */
    CompletionStage<?> flush() {
        flushed = new CompletableFuture<>();
        CompletionStage<?> done = flushed;
        turn();
        return done;
    }
}

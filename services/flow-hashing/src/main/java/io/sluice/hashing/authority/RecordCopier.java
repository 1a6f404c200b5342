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
 * be erased. Of a record that leaves this memory with its partition, the last state is kept until the cluster has it. A
 * change is lost by the end of the process; where more than {@value #LEFT_MAX} have left, which are counted as failed; and where
 * a batch fails whose partition has gone and come back meanwhile.
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
    private final LocalAuthority memory;
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
    private int writesUnderWay;
    private int erasesUnderWay;
    private int recordsUnderWay;
    private long pausedUntilMs = Long.MIN_VALUE;
    private long erasesPausedUntilMs = Long.MIN_VALUE;
    private long nothingWaitedAtMs;
    private CompletableFuture<Void> flushed = CompletableFuture.completedFuture(null);

    /**
     * @param place whose backlog is worked off
     * @param memory has the records
     * @param duties which of them this node decides about
     * @param copies the place
     */
    RecordCopier(
            CopyPlace place,
            LocalAuthority memory,
            PartitionDuties duties,
            RecordCopies copies,
            CopyWatch watch,
            Executor loop,
            LongSupplier wallClockMs) {
        this.place = place;
        this.memory = memory;
        this.duties = duties;
        this.copies = copies;
        this.watch = watch;
        this.loop = loop;
        this.wallClockMs = wallClockMs;
        this.nothingWaitedAtMs = wallClockMs.getAsLong();
    }

    /** Sends the next batches on their way. */
    void turn() {
        long nowMs = wallClockMs.getAsLong();
        if (nowMs >= erasesPausedUntilMs) {
            erase();
        }
        if (nowMs >= pausedUntilMs) {
            copy(nowMs);
        }
        watch.waiting(place, recordsUnderWay + left.size() + memory.changedCount(place));
    }

    private void copy(long nowMs) {
        while (writesUnderWay + erasesUnderWay < UNDER_WAY_MAX) {
            List<FlowRecord> batch = takeLeft();
            if (batch.isEmpty()) {
                batch = memory.takeChanged(place, place == CopyPlace.JOURNAL ? JOURNAL_BATCH_MAX : BATCH_MAX);
            }
            if (batch.isEmpty()) {
                nothingWaitedAtMs = nowMs;
                break;
            }
            write(batch, nothingWaitedAtMs);
            if (place == CopyPlace.JOURNAL) {
                break;
            }
        }
        if (writesUnderWay == 0) {
            flushed.complete(null);
        }
    }

    private void write(List<FlowRecord> batch, long sinceMs) {
        writesUnderWay++;
        recordsUnderWay += batch.size();
        copies.write(batch).whenComplete((done, failure) -> loop.execute(() -> written(batch, sinceMs, failure)));
    }

    private void written(List<FlowRecord> batch, long sinceMs, @Nullable Throwable failure) {
        writesUnderWay--;
        recordsUnderWay -= batch.size();
        long nowMs = wallClockMs.getAsLong();
        if (failure == null) {
            watch.copied(place, batch.size(), nowMs - sinceMs);
        } else {
            watch.failed(place, batch.size(), failure);
            memory.notCopied(place, batch).forEach(this::gone);
            pausedUntilMs = nowMs + PAUSE_MS;
            flushed.complete(null);
        }
        turn();
    }

    /** One that this node decides about has ended and is forgotten: it is erased. Others have left. */
    private void gone(FlowRecord flow) {
        flow.key().copyTo(words, 0);
        if (!duties.decides(words, 0)) {
            left(flow);
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
    private List<FlowRecord> takeLeft() {
        if (left.isEmpty()) {
            return List.of();
        }
        List<FlowRecord> taken = new ArrayList<>();
        for (int looked = Math.min(BATCH_MAX, left.size()); looked > 0; looked--) {
            FlowRecord flow = left.remove();
            flow.key().copyTo(words, 0);
            if (duties.decides(words, 0)) {
                memory.merge(List.of(flow));
            } else if (duties.owns(words, 0)) {
                left.add(flow);
            } else {
                taken.add(flow);
            }
        }
        return taken;
    }

    private void erase() {
        int lost = memory.takeEndedLost(place);
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
        return batch == null ? memory.takeEnded(place, BATCH_MAX) : memory.stillEnded(batch);
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

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes changed records behind, in batches: none waits for its copy to be answered for (architecture, section 5, "Flow
 * set-up").
 *
 * <p>What cannot be copied counts as changed again and is tried {@value #PAUSE_MS} ms later, as it is then. Nothing is ever
 * lost here but by the end of the process.
 *
 * <p><b>Threading</b>: confined to the authority's event loop. <b>Limits</b>: {@value #UNDER_WAY_MAX} batches of
 * {@value #BATCH_MAX} records are under way. A batch is what has changed since the last one; only where the cluster was slow for a
 * moment are they large, and then each of its calls, one for a partition, writes more.
 */
final class RecordCopier {

    static final int BATCH_MAX = 4_096;
    static final int UNDER_WAY_MAX = 8;
    static final long PAUSE_MS = 200;

    private final LocalAuthority memory;
    private final RecordCopies copies;
    private final CopyWatch watch;
    private final Executor loop;
    private final LongSupplier wallClockMs;
    private int underWay;
    private long pausedUntilMs = Long.MIN_VALUE;
    private long nothingWaitedAtMs;
    private CompletableFuture<Void> flushed = CompletableFuture.completedFuture(null);

    RecordCopier(LocalAuthority memory, RecordCopies copies, CopyWatch watch, Executor loop, LongSupplier wallClockMs) {
        this.memory = memory;
        this.copies = copies;
        this.watch = watch;
        this.loop = loop;
        this.wallClockMs = wallClockMs;
        this.nothingWaitedAtMs = wallClockMs.getAsLong();
    }

    /** Sends the next batches on their way. */
    void turn() {
        long nowMs = wallClockMs.getAsLong();
        if (nowMs < pausedUntilMs) {
            return;
        }
        while (underWay < UNDER_WAY_MAX) {
            List<FlowRecord> batch = memory.takeChanged(BATCH_MAX);
            if (batch.isEmpty()) {
                nothingWaitedAtMs = nowMs;
                erase();
                break;
            }
            write(batch, nothingWaitedAtMs);
        }
        if (underWay == 0) {
            flushed.complete(null);
        }
    }

    /** Sends everything on its way that has changed, whatever is under way: its records are to be forgotten. */
    void drain() {
        for (List<FlowRecord> batch = memory.takeChanged(BATCH_MAX);
                !batch.isEmpty();
                batch = memory.takeChanged(BATCH_MAX)) {
            write(batch, nothingWaitedAtMs);
        }
    }

    private void write(List<FlowRecord> batch, long sinceMs) {
        underWay++;
        copies.write(batch).whenComplete((done, failure) -> loop.execute(() -> written(batch, sinceMs, failure)));
    }

    private void written(List<FlowRecord> batch, long sinceMs, @Nullable Throwable failure) {
        underWay--;
        long nowMs = wallClockMs.getAsLong();
        if (failure == null) {
            watch.copied(batch.size(), nowMs - sinceMs);
        } else {
            memory.notCopied(batch);
            watch.failed(batch.size(), failure);
            pausedUntilMs = nowMs + PAUSE_MS;
            flushed.complete(null);
        }
        turn();
    }

    /** A key that cannot be erased stays where it is kept until that forgets it by itself. */
    private void erase() {
        List<FlowKey> keys = memory.takeErasable();
        if (!keys.isEmpty()) {
            copies.erase(keys);
        }
    }

    /** Completes when nothing waits or is under way any more, or a batch could not be copied. */
    CompletionStage<?> flush() {
        flushed = new CompletableFuture<>();
        CompletionStage<?> done = flushed;
        turn();
        return done;
    }
}

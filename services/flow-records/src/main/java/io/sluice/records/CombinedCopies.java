// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records;

import io.sluice.hashing.authority.RecordCopies;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Several copies as one: what is written goes to all at once, and is kept when all have it.
 *
 * <p><b>Errors</b>: the failure of the first that failed, once all have answered.
 */
public final class CombinedCopies implements RecordCopies {

    private final List<RecordCopies> copies;

    /** All of these. */
    public CombinedCopies(List<RecordCopies> copies) {
        this.copies = List.copyOf(copies);
    }

    @Override
    public CompletionStage<?> write(List<FlowRecord> records) {
        return all(copy -> copy.write(records));
    }

    @Override
    public CompletionStage<?> erase(List<FlowKey> keys) {
        return all(copy -> copy.erase(keys));
    }

    private CompletionStage<?> all(Function<RecordCopies, CompletionStage<?>> task) {
        return CompletableFuture.allOf(copies.stream()
                .map(copy -> task.apply(copy).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }
}

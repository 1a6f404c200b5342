// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.hashing.authority.RecordCopies;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class CombinedCopiesTest {

    /** Completes when told to. */
    private static final class Held implements RecordCopies {
        private final List<Object> asked = new ArrayList<>();
        private final CompletableFuture<Void> result = new CompletableFuture<>();

        @Override
        public CompletionStage<?> write(List<FlowRecord> records) {
            asked.add(records);
            return result;
        }

        @Override
        public CompletionStage<?> erase(List<FlowKey> keys) {
            asked.add(keys);
            return result;
        }
    }

    private final Held cluster = new Held();
    private final Held disk = new Held();
    private final CombinedCopies both = new CombinedCopies(List.of(cluster, disk));

    @Test
    void isKeptWhenAllHaveIt() {
        List<FlowRecord> records = FlowSamples.flows(0, 2);
        CompletableFuture<?> kept = both.write(records).toCompletableFuture();
        assertThat(cluster.asked).containsExactly(records);
        assertThat(disk.asked).containsExactly(records);
        cluster.result.complete(null);
        assertThat(kept).isNotDone();
        disk.result.complete(null);
        assertThat(kept).isCompleted();
    }

    @Test
    void failsWhereOneFails() {
        CompletableFuture<?> erased = both.erase(List.of(FlowSamples.key(1))).toCompletableFuture();
        disk.result.completeExceptionally(new NotKeptException("the disk is full"));
        cluster.result.complete(null);
        assertThat(erased)
                .isCompletedExceptionally()
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .havingRootCause()
                .withMessage("the disk is full");
    }
}

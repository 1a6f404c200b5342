// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One key of the journal and its new value. */
final class Change {

    private final byte[] key;
    private final byte @Nullable [] value;

    /**
     * A change.
     *
     * @param key of a record
     * @param value sealed; null to erase it
     */
    Change(byte[] key, byte @Nullable [] value) {
        this.key = key;
        this.value = value;
    }

    byte[] key() {
        return key;
    }

    byte @Nullable [] value() {
        return value;
    }

    /**
     * Changes that are made together.
     *
     * @param changes in their order
     * @param erasesAll whether all records are erased first
     * @param result completes when they are on disk
     */
    record Group(List<Change> changes, boolean erasesAll, CompletableFuture<Void> result) {

        /** Whether it takes room. */
        boolean grows() {
            return changes.stream().anyMatch(change -> change.value() != null);
        }
    }
}

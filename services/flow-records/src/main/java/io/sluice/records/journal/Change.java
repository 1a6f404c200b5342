// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import io.sluice.model.flow.FlowRecord;
import io.sluice.records.RecordKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One record of the journal, to be written or erased. It is sealed when it is written, by the thread that writes. */
final class Change {

    private final FlowRecord flow;
    private final boolean erases;

    private Change(FlowRecord flow, boolean erases) {
        this.flow = flow;
        this.erases = erases;
    }

    static Change writing(FlowRecord flow) {
        return new Change(flow, false);
    }

    static Change erasing(FlowRecord ended) {
        return new Change(ended, true);
    }

    boolean erases() {
        return erases;
    }

    /** The key of the record, anew at each call. */
    byte[] key() {
        return RecordKey.bytes(flow.key());
    }

    /**
     * The record, sealed anew at each call; not of one to erase.
     *
     * @param key its {@link #key}
     */
    byte[] value(byte[] key) {
        return SealedRecord.seal(key, flow);
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
            return changes.stream().anyMatch(change -> !change.erases());
        }
    }
}

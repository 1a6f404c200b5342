// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What passes between the records in an authority's memory and their copies: what has changed goes out, what is fetched or
 * merged comes in. It decides about no flow; of two records of one it keeps the newer ({@link FlowRecord#NEWER}).
 *
 * <p><b>Threading</b>: confined to the authority's event loop.
 */
final class RecordExchange {

    private final FlowRecords records;
    private final Leases leases;
    private final FlowWatch watch;
    private final LongSupplier wallClockMs;
    private final long[] words = new long[FlowKey.WORDS];
    private boolean recovering;

    /** How long the flow of a key lives without a sign of life, by the configuration that is in force. */
    interface Leases {

        /**
         * Milliseconds.
         *
         * @param keys holds the six words of the key
         * @param firstWord where they begin
         */
        long leaseMs(long[] keys, int firstWord);
    }

    /**
     * @param records in memory
     * @param leases of those that come in
     * @param watch hears of flows whose record is another than somebody goes by
     * @param wallClockMs milliseconds since 1970
     */
    RecordExchange(FlowRecords records, Leases leases, FlowWatch watch, LongSupplier wallClockMs) {
        this.records = records;
        this.leases = leases;
        this.watch = watch;
        this.wallClockMs = wallClockMs;
    }

    /**
     * Says whether flows may live that nothing is known of here: what is remembered of them from now on gives way to records that
     * somebody has kept.
     */
    void recovering(boolean recovers) {
        recovering = recovers;
    }

    /** Whether they may. */
    boolean isRecovering() {
        return recovering;
    }

    /**
     * A part of all records gives way to nothing any more: no flow can be missing; see {@link FlowRecords#confirm}.
     */
    int confirm(int from, int count) {
        return records.confirm(from, count);
    }

    /** Records that changed since they were taken last, oldest change first; they count as copied to the place from now on. */
    ChangedRecords takeChanged(CopyPlace place, int max) {
        int record = records.takeChanged(place);
        if (record == FlowRecords.NONE) {
            return ChangedRecords.none();
        }
        List<FlowRecord> taken = new ArrayList<>();
        BitSet unsent = new BitSet();
        for (;
                record != FlowRecords.NONE;
                record = taken.size() < max ? records.takeChanged(place) : FlowRecords.NONE) {
            if (place == CopyPlace.CLUSTER && records.takeUnsent(record)) {
                unsent.set(taken.size());
            }
            taken.add(records.copy(record));
        }
        return new ChangedRecords(taken, unsent);
    }

    /** How many records have changed and were not taken. */
    int changedCount(CopyPlace place) {
        return records.changedCount(place);
    }

    /**
     * A record that was taken could not be copied: where it is still here it is to be taken again.
     *
     * @param unsent whether the cluster was to learn what it decides
     * @return whether it is still here
     */
    boolean notCopied(CopyPlace place, FlowRecord taken, boolean unsent) {
        taken.key().copyTo(words, 0);
        int record = records.find(words, 0);
        if (record == FlowRecords.NONE) {
            return false;
        }
        records.changed(place, record);
        if (unsent) {
            records.unsent(record);
        }
        return true;
    }

    /**
     * Others may decide by what the cluster has, and this node does not hear of it: what it was not sent gives way to that, as
     * far as it waits. See {@link FlowRecords#doubtUnsent}.
     */
    void doubtUnsent() {
        records.doubtUnsent();
    }

    /** The same of what is on its way there. */
    void doubt(ChangedRecords underWay) {
        underWay.unsent().stream().forEach(place -> {
            FlowRecord copy = underWay.flows().get(place);
            copy.key().copyTo(words, 0);
            int record = records.find(words, 0);
            // of one that was moved since, the move waits
            if (record != FlowRecords.NONE && records.cookie(record) == copy.cookie()) {
                records.doubt(record);
            }
        });
    }

    /** Flows of which nothing is remembered any more, each once: copies are to forget them, too. */
    List<FlowRecord> takeEnded(CopyPlace place, int max) {
        return stillEnded(records.takeEnded(place, max));
    }

    /** How many were left out since the last call, as too many wait to be erased. */
    int takeEndedLost(CopyPlace place) {
        return records.takeEndedLost(place);
    }

    /** Those of which nothing is remembered still: where a tuple has a record again, that takes the place of the copy. */
    List<FlowRecord> stillEnded(List<FlowRecord> tombstones) {
        return tombstones.isEmpty()
                ? tombstones
                : tombstones.stream()
                        .filter(tombstone -> !isRemembered(tombstone.key()))
                        .toList();
    }

    private boolean isRemembered(FlowKey key) {
        key.copyTo(words, 0);
        return records.find(words, 0) != FlowRecords.NONE;
    }

    /**
     * Takes records over from copies, where they are newer than what is here.
     *
     * @param copies the list
     * @param from first of those to take over
     * @param end the one behind the last
     * @return how many were taken over
     */
    int load(List<FlowRecord> copies, int from, int end) {
        long nowMs = wallClockMs.getAsLong();
        int taken = 0;
        for (FlowRecord copy : copies.subList(from, end)) {
            copy.key().copyTo(words, 0);
            taken += load(copy, nowMs) ? 1 : 0;
        }
        return taken;
    }

    /** What was provisional to others is not, where no flow can be missing. */
    private boolean load(FlowRecord copy, long nowMs) {
        if (!records.load(copy, leases.leaseMs(words, 0), nowMs)) {
            return false;
        }
        if (!recovering) {
            records.confirm(records.find(words, 0), 1);
        }
        return true;
    }

    /**
     * Takes over what a merge has brought; it is copied, as this node's own copies do not have it. Where a flow has another
     * cookie by that, the ingresses are told.
     */
    void merge(List<FlowRecord> copies) {
        long nowMs = wallClockMs.getAsLong();
        copies.forEach(copy -> merge(copy, nowMs));
    }

    /** The same of a record that this node had and could not copy: the cluster has not got it. */
    void takeBack(FlowRecord uncopied) {
        if (merge(uncopied, wallClockMs.getAsLong())) {
            records.unsent(records.find(words, 0));
        }
    }

    private boolean merge(FlowRecord copy, long nowMs) {
        copy.key().copyTo(words, 0);
        int before = records.live(words, 0, nowMs);
        boolean another = before != FlowRecords.NONE && records.cookie(before) != copy.cookie();
        if (!load(copy, nowMs)) {
            return false;
        }
        records.changed(records.find(words, 0));
        if (another) {
            watch.corrected(words, 0, copy.cookie());
        }
        return true;
    }

    /** Forgets, in a part of all records, those of keys that another decides about now; see {@link FlowRecords#forget}. */
    int forget(int from, int count, KeyTest forgotten, Consumer<FlowRecord> uncopied) {
        return records.forget(from, count, forgotten, uncopied);
    }
}

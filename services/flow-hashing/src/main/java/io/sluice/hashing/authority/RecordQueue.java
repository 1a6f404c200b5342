// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import java.util.function.IntConsumer;

/**
 * Numbers of records, first in, first out, each at most once. There is room for all.
 *
 * <p>A list through the numbers: 8 bytes for each number up to the greatest, taken {@value #CHUNK} numbers at a time.
 *
 * <p><b>Threading</b>: one thread at a time. <b>Allocation</b>: a chunk, the first time one of its numbers comes.
 * <b>Complexity</b>: constant.
 */
final class RecordQueue {

    private static final int CHUNK_SHIFT = 10;
    private static final int CHUNK = 1 << CHUNK_SHIFT;

    /** A link of a number that does not wait; others are the neighbour's number and {@link #SHIFT}. */
    private static final int ABSENT = 0;

    private static final int SHIFT = 2;
    private static final int NOBODY = FlowRecords.NONE + SHIFT;

    /** Of each number the one before, then the one after. */
    private final int[][] links;

    private int first = NOBODY;
    private int last = NOBODY;
    private int count;

    /** @param recordsMax all numbers are less */
    RecordQueue(int recordsMax) {
        links = new int[(recordsMax + CHUNK - 1) >> CHUNK_SHIFT][];
    }

    private int before(int record) {
        return links[record >> CHUNK_SHIFT][(record & (CHUNK - 1)) << 1];
    }

    private void before(int record, int link) {
        links[record >> CHUNK_SHIFT][(record & (CHUNK - 1)) << 1] = link;
    }

    private int after(int record) {
        return links[record >> CHUNK_SHIFT][(record & (CHUNK - 1)) << 1 | 1];
    }

    private void after(int record, int link) {
        links[record >> CHUNK_SHIFT][(record & (CHUNK - 1)) << 1 | 1] = link;
    }

    /** Whether a number waits. */
    boolean contains(int record) {
        return links[record >> CHUNK_SHIFT] != null && before(record) != ABSENT;
    }

    /** Adds a number at the end; one that waits keeps its place. */
    void add(int record) {
        if (links[record >> CHUNK_SHIFT] == null) {
            links[record >> CHUNK_SHIFT] = new int[2 * CHUNK];
        }
        if (before(record) != ABSENT) {
            return;
        }
        before(record, last);
        after(record, NOBODY);
        if (last == NOBODY) {
            first = record + SHIFT;
        } else {
            after(last - SHIFT, record + SHIFT);
        }
        last = record + SHIFT;
        count++;
    }

    /** Takes out a number, if it waits. */
    void remove(int record) {
        if (!contains(record)) {
            return;
        }
        int before = before(record);
        int after = after(record);
        if (before == NOBODY) {
            first = after;
        } else {
            after(before - SHIFT, after);
        }
        if (after == NOBODY) {
            last = before;
        } else {
            before(after - SHIFT, before);
        }
        before(record, ABSENT);
        after(record, ABSENT);
        count--;
    }

    /** Takes out the number that has waited longest, or {@link FlowRecords#NONE}. */
    int take() {
        int record = first - SHIFT;
        if (record != FlowRecords.NONE) {
            remove(record);
        }
        return record;
    }

    /** All that wait, in their order; the receiver adds no others and takes none out. */
    void forEach(IntConsumer receiver) {
        for (int link = first; link != NOBODY; link = after(link - SHIFT)) {
            receiver.accept(link - SHIFT);
        }
    }

    /** How many wait. */
    int count() {
        return count;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

/**
 * Numbers of records, first in, first out; grows to {@value #ROOM} and no further.
 *
 * <p><b>Threading</b>: one thread at a time. <b>Allocation</b>: while it grows.
 */
final class RecordQueue {

    /** Numbers that find room. */
    static final int ROOM = 1 << 18;

    private static final int ROOM_AT_FIRST = 1 << 8;

    private int[] ring = new int[ROOM_AT_FIRST];
    private int head;
    private int count;

    /** Adds a number, unless there is no room. */
    void add(int record) {
        if (count == ring.length) {
            if (count == ROOM) {
                return;
            }
            grow();
        }
        ring[(head + count) & (ring.length - 1)] = record;
        count++;
    }

    private void grow() {
        int[] larger = new int[2 * count];
        int first = count - head;
        System.arraycopy(ring, head, larger, 0, first);
        System.arraycopy(ring, 0, larger, first, head);
        ring = larger;
        head = 0;
    }

    /** The number that has waited longest, or {@link FlowRecords#NONE}. */
    int take() {
        if (count == 0) {
            return FlowRecords.NONE;
        }
        int record = ring[head];
        head = (head + 1) & (ring.length - 1);
        count--;
        return record;
    }
}

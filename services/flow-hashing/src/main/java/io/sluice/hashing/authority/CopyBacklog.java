// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.flow.FlowRecord;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What one place has still to be told: which records changed, and which flows are forgotten here and are to be erased there.
 *
 * <p><b>Threading</b>: confined to the authority's event loop.
 */
final class CopyBacklog {

    /** Flows that wait to be erased. */
    static final int ENDED_MAX = 1 << 16;

    private final RecordQueue changed;
    private final Deque<FlowRecord> ended = new ArrayDeque<>();
    private int endedLost;

    /** @param recordsMax numbers of records are less */
    CopyBacklog(int recordsMax) {
        changed = new RecordQueue(recordsMax);
    }

    /** Records that changed since they were taken out. */
    RecordQueue changed() {
        return changed;
    }

    /** Whether there is room for another flow to erase. */
    boolean takesEnded() {
        return ended.size() < ENDED_MAX;
    }

    /**
     * A flow is forgotten. Where too many wait to be erased, it stays in the place until another fetches its partition from
     * there, and is counted.
     */
    void ended(FlowRecord tombstone) {
        if (takesEnded()) {
            ended.add(tombstone);
        } else {
            endedLost++;
        }
    }

    /** Flows to erase, in the order in which they were forgotten. */
    Deque<FlowRecord> ended() {
        return ended;
    }

    /** Flows that found no room among those to erase since the last call. */
    int takeEndedLost() {
        int taken = endedLost;
        endedLost = 0;
        return taken;
    }
}

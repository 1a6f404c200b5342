// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.flow;

import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import java.util.Comparator;

/**
 * What is remembered of a flow outside of the memory of whoever decides about it: in the cluster's map and in a journal
 * (architecture, section 5, "Flow records").
 *
 * @param key whose it is
 * @param target where the flow is pinned, or was
 * @param cookie its cookie
 * @param incarnationSlot slot of 8 s since 1970 that the cookie was issued for (W-17)
 * @param createdAtMs its creation, milliseconds since 1970
 * @param moves how often it was moved to another target; 0-32767
 * @param lastSeenMs its last sign of life, milliseconds since 1970; of one that is known to be over, when it ended. One that
 *     only nobody has used for long keeps its last sign of life
 * @param lastUser the node that gave it
 * @param provisional whether it was decided while nobody could know that there is no other record of the flow: it gives way to
 *     any that is not
 * @param ended whether the flow is over: a tombstone, so that the next flow of its tuple gets another cookie
 */
public record FlowRecord(
        FlowKey key,
        TargetRef target,
        int cookie,
        long incarnationSlot,
        long createdAtMs,
        int moves,
        long lastSeenMs,
        NodeId lastUser,
        boolean provisional,
        boolean ended) {

    /** Moves that are counted; a flow that is moved more often keeps this number. */
    public static final int MOVES_MAX = 0x7FFF;

    /**
     * Which of two records of one key counts, after a partition of the network or a return from disk: the greater one. One
     * that is not provisional, the younger flow, then the one moved more often, then the later sign of life, then the one that
     * ended. What is left is decided by the cookie and the target's name, so that every node decides alike.
     */
    public static final Comparator<FlowRecord> NEWER = Comparator.<FlowRecord, Boolean>comparing(
                    flow -> !flow.provisional())
            .thenComparingLong(FlowRecord::createdAtMs)
            .thenComparingInt(FlowRecord::moves)
            .thenComparingLong(FlowRecord::lastSeenMs)
            .thenComparing(FlowRecord::ended)
            .thenComparingInt(FlowRecord::cookie)
            .thenComparing(record -> record.target().toString());

    /** Checks the number of moves. */
    public FlowRecord {
        if (moves < 0 || moves > MOVES_MAX) {
            throw new IllegalArgumentException("moves " + moves + ": expected 0 to " + MOVES_MAX);
        }
    }

    /** The same with another last sign of life. */
    public FlowRecord seenAt(long seenMs) {
        return new FlowRecord(
                key, target, cookie, incarnationSlot, createdAtMs, moves, seenMs, lastUser, provisional, ended);
    }
}

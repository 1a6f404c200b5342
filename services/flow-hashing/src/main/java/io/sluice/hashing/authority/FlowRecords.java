// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Flow records in memory, bounded, with the tombstones of those that ended.
 *
 * <p>Expiry is a sweep: every key is once in a queue; a sweep takes a sixtieth of the queue, forgets what is over and
 * puts the rest back. So with a sweep a second each entry is visited once a minute, and nothing is visited by packets. The
 * queue is as long as there are entries, however often tuples are used again: a key leaves it only with its entry.
 *
 * <p><b>Limits</b>: so many records, and as many tombstones: flows that ended take no room from flows that live. Beyond,
 * a tombstone is forgotten before its time for each new flow; then the next flow of its tuple may get its cookie again if
 * it comes within the same incarnation slot.
 *
 * <p><b>Threading</b>: confined to one event loop, but for {@link #liveCount()}.
 */
final class FlowRecords {

    /** How long a tombstone is kept: longer than an incarnation slot. */
    static final long TOMBSTONE_MS = 30_000;

    private static final int SWEEPS_PER_PASS = 60;
    private static final int VISITS_MIN = 256;

    /** Few: at the limit each flow of a flood pays for it. */
    private static final int VISITS_PER_REFUSAL = 4;

    /** At least half of the entries are tombstones then, so one is met soon. */
    private static final int VISITS_FOR_ROOM = 64;

    /** One flow's record, or its tombstone. */
    static final class Entry {

        private final FlowKey key;
        private final TargetRef target;
        private final int cookie;
        private final long createdAtMs;
        private final long incarnationSlot;
        private final long leaseMs;
        private final int failovers;
        private long lastSeenMs;
        private @Nullable NodeId lastUser;
        private boolean buried;

        /**
         * @param createdAtMs creation, milliseconds since 1970
         * @param incarnationSlot the slot its cookie was issued for
         * @param leaseMs how long it is remembered without a sign of life
         */
        Entry(FlowKey key, TargetRef target, int cookie, long createdAtMs, long incarnationSlot, long leaseMs) {
            this(key, target, cookie, createdAtMs, incarnationSlot, leaseMs, 0);
        }

        private Entry(
                FlowKey key,
                TargetRef target,
                int cookie,
                long createdAtMs,
                long incarnationSlot,
                long leaseMs,
                int failovers) {
            this.key = key;
            this.target = target;
            this.cookie = cookie;
            this.createdAtMs = createdAtMs;
            this.incarnationSlot = incarnationSlot;
            this.leaseMs = leaseMs;
            this.failovers = failovers;
        }

        /** The same flow at another target under another cookie. */
        private Entry movedTo(TargetRef newTarget, int newCookie, long newSlot) {
            Entry moved = new Entry(key, newTarget, newCookie, createdAtMs, newSlot, leaseMs, failovers + 1);
            moved.lastSeenMs = lastSeenMs;
            moved.lastUser = lastUser;
            return moved;
        }

        /** Notes that a node uses the flow, and when last. */
        void usedBy(NodeId node, long seenMs) {
            lastUser = node;
            lastSeenMs = Math.max(lastSeenMs, seenMs);
        }

        /** Whether no other node has used the flow since this one: else its end there is not the flow's end. */
        boolean lastUsedBy(NodeId node) {
            return node.equals(lastUser);
        }

        TargetRef target() {
            return target;
        }

        int cookie() {
            return cookie;
        }

        long createdAtMs() {
            return createdAtMs;
        }

        long incarnationSlot() {
            return incarnationSlot;
        }

        /** Last sign of life; of a tombstone when it was buried. */
        long lastSeenMs() {
            return lastSeenMs;
        }

        /** How often it was moved to another target. */
        int failovers() {
            return failovers;
        }

        private boolean expiredAt(long nowMs) {
            return nowMs - lastSeenMs >= leaseMs;
        }

        private boolean forgettableAt(long nowMs) {
            return buried && nowMs - lastSeenMs >= TOMBSTONE_MS;
        }
    }

    private final int recordsMax;
    private final Map<FlowKey, Entry> entries = new HashMap<>();
    private final ArrayDeque<FlowKey> sweepOrder = new ArrayDeque<>();
    private long visitCount;
    private final AtomicInteger liveCount = new AtomicInteger();

    FlowRecords(int recordsMax) {
        this.recordsMax = recordsMax;
    }

    /** The record of a flow that has not ended, or null. */
    @Nullable
    Entry live(FlowKey key, long nowMs) {
        Entry entry = entries.get(key);
        if (entry == null || entry.buried) {
            return null;
        }
        if (entry.expiredAt(nowMs)) {
            bury(entry, nowMs);
            return null;
        }
        return entry;
    }

    /** What is left of a flow that ended, or null; to be asked for only when {@link #live} knew none. */
    @Nullable
    Entry tombstone(FlowKey key) {
        return entries.get(key);
    }

    /**
     * Remembers a flow, in place of its tombstone where there is one.
     *
     * @param node who uses it
     * @param seenMs when last
     * @return the entry; null where there is no room
     */
    @Nullable
    Entry put(Entry entry, NodeId node, long seenMs, long nowMs) {
        boolean known = entries.containsKey(entry.key);
        if (liveCount.get() >= recordsMax) {
            visit(nowMs, VISITS_PER_REFUSAL, false);
            if (liveCount.get() >= recordsMax) {
                return null;
            }
        }
        if (!known && entries.size() >= 2 * recordsMax) {
            visit(nowMs, VISITS_FOR_ROOM, true);
            if (entries.size() >= 2 * recordsMax) {
                return null;
            }
        }
        entry.usedBy(node, seenMs);
        entries.put(entry.key, entry);
        if (!known) {
            sweepOrder.add(entry.key);
        }
        liveCount.getAndIncrement();
        return entry;
    }

    /** Pins a flow that has not ended to another target under another cookie (T5, T6, T9). */
    Entry move(Entry entry, TargetRef target, int cookie, long incarnationSlot) {
        Entry moved = entry.movedTo(target, cookie, incarnationSlot);
        entries.put(entry.key, moved);
        return moved;
    }

    /** Ends a flow; its tombstone stays. */
    void bury(Entry entry, long nowMs) {
        entry.buried = true;
        entry.lastSeenMs = nowMs;
        liveCount.getAndDecrement();
    }

    /** Forgets what is over in the next part of the queue. */
    void sweep(long nowMs) {
        visit(nowMs, Math.max(VISITS_MIN, sweepOrder.size() / SWEEPS_PER_PASS), false);
    }

    /**
     * Visits the next part of the queue.
     *
     * @param forRoom whether it ends with the first tombstone it meets, whatever its age, which is forgotten
     */
    private void visit(long nowMs, int visitsMax, boolean forRoom) {
        int visits = Math.min(sweepOrder.size(), visitsMax);
        for (int i = 0; i < visits; i++) {
            visitCount++;
            FlowKey key = sweepOrder.remove();
            Entry entry = Objects.requireNonNull(entries.get(key), "a key in the queue has its entry");
            if (!entry.buried && entry.expiredAt(nowMs)) {
                bury(entry, nowMs);
            }
            if (entry.forgettableAt(nowMs) || (forRoom && entry.buried)) {
                entries.remove(key);
                if (forRoom) {
                    return;
                }
            } else {
                sweepOrder.add(key);
            }
        }
    }

    /** Flows that have not ended; readable from any thread. */
    int liveCount() {
        return liveCount.get();
    }

    /** Keys waiting for a sweep. */
    int queued() {
        return sweepOrder.size();
    }

    /** Entries looked at by sweeps and refusals, since the start. */
    long visits() {
        return visitCount;
    }
}

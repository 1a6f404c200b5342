// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Flow records in memory, bounded, with the tombstones of those that ended.
 *
 * <p>Expiry is a sweep: every entry is once in a queue; a sweep takes a sixtieth of the queue, forgets what is over and
 * puts the rest back. So with a sweep a second each entry is visited once a minute, and nothing is visited by packets.
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

    /** One flow's record, or its tombstone. */
    static final class Entry {

        private final FlowKey key;
        private final TargetRef target;
        private final int cookie;
        private final long createdAtMs;
        private final long incarnationSlot;
        private final long idleTimeoutMs;
        private long lastSeenMs;
        private @Nullable NodeId lastUser;
        private boolean buried;

        Entry(FlowKey key, TargetRef target, int cookie, long createdAtMs, long incarnationSlot, long idleTimeoutMs) {
            this.key = key;
            this.target = target;
            this.cookie = cookie;
            this.createdAtMs = createdAtMs;
            this.incarnationSlot = incarnationSlot;
            this.idleTimeoutMs = idleTimeoutMs;
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

        private boolean expiredAt(long nowMs) {
            return nowMs - lastSeenMs >= idleTimeoutMs;
        }

        private boolean forgettableAt(long nowMs) {
            return buried && nowMs - lastSeenMs >= TOMBSTONE_MS;
        }
    }

    private final int recordsMax;
    private final Map<FlowKey, Entry> entries = new HashMap<>();
    private final ArrayDeque<Entry> sweepOrder = new ArrayDeque<>();
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

    /** Remembers a flow in place of its tombstone; null where there is no room. */
    @Nullable
    Entry put(Entry entry, long nowMs) {
        Entry before = entries.get(entry.key);
        if (before == null && entries.size() >= recordsMax) {
            visit(nowMs, VISITS_PER_REFUSAL);
            if (entries.size() >= recordsMax) {
                return null;
            }
        }
        entry.lastSeenMs = nowMs;
        entries.put(entry.key, entry);
        sweepOrder.add(entry);
        liveCount.getAndIncrement();
        return entry;
    }

    /** Ends a flow; its tombstone stays. */
    void bury(Entry entry, long nowMs) {
        entry.buried = true;
        entry.lastSeenMs = nowMs;
        liveCount.getAndDecrement();
    }

    /** Forgets what is over in the next part of the queue. */
    void sweep(long nowMs) {
        visit(nowMs, Math.max(VISITS_MIN, sweepOrder.size() / SWEEPS_PER_PASS));
    }

    private void visit(long nowMs, int visitsMax) {
        int visits = Math.min(sweepOrder.size(), visitsMax);
        for (int i = 0; i < visits; i++) {
            visitCount++;
            Entry entry = sweepOrder.remove();
            if (entries.get(entry.key) != entry) {
                continue; // replaced by the tuple's next flow, which is in the queue itself
            }
            if (!entry.buried && entry.expiredAt(nowMs)) {
                bury(entry, nowMs);
            }
            if (entry.forgettableAt(nowMs)) {
                entries.remove(entry.key);
            } else {
                sweepOrder.add(entry);
            }
        }
    }

    /** Flows that have not ended; readable from any thread. */
    int liveCount() {
        return liveCount.get();
    }

    /** Entries looked at by sweeps and refusals, since the start. */
    long visits() {
        return visitCount;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.hashing.core.FlowHasher;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Flow records in memory, bounded, with the tombstones of those that ended.
 *
 * <p>A record is a number, valid until the next call that may forget one: {@link #add} and {@link #sweep}. There is no
 * object a record; where it is, and where that of a key is, {@link RecordSlots} knows.
 *
 * <p><b>Layout</b> of a record, 12 longs = 96 bytes:
 *
 * <pre>
 *  0 .. 5  key, as in {@link FlowKey}; word 5 is 0 where the record is free
 *  6   cookie 32                              | number of the target + 1, 32
 *  7   creation, ms since 1970
 *  8   incarnation slot of the cookie, 48     | unsent 1 | times it was moved to another target, 15
 *  9   last sign of life, ms since 1970, 48   | number of the node that gave it + 1, 14 | provisional 1 | buried 1
 *  10  lease without a sign of life, ms, 32   | next record of the bucket, or next free one, + 1, 32
 *      of a tombstone: burial after the end, ms, 32
 *  11  of a tombstone: the one buried before + 1, 32 | the one buried after + 1, 32
 * </pre>
 *
 * <p><b>Expiry</b>: a sweep visits a {@value #SWEEPS_PER_PASS}th of the records for those nobody has used for their lease,
 * and forgets the tombstones that are old enough, which are linked in the order of their burial. So with a sweep each
 * 20 ms a record is visited once a minute, and packets wait for none of it long. What expires keeps its last sign of life: the
 * flow may live on elsewhere, where its record is the newer one then ({@link FlowRecord#NEWER}).
 *
 * <p><b>Copies</b>. For each place where they are kept, a record that changes waits in a queue, which has room for all, for
 * the next {@link #takeChanged}. A tombstone is forgotten once it has found room among those to {@linkplain #takeEnded erase};
 * at the limit of tombstones, without.
 *
 * <p>A record is <em>unsent</em> while the cluster has not been sent what it decides: its pin, or that it counts. One that only
 * was used again is not.
 *
 * <p><b>Limits</b>: so many records, and as many tombstones: flows that ended take no room from flows that live. Beyond,
 * a tombstone is forgotten before its time for each new flow; then the next flow of its tuple may get its cookie again if
 * it comes within the same incarnation slot.
 *
 * <p><b>Threading</b>: confined to one event loop, but for {@link #liveCount()}.
 */
final class FlowRecords {

    /** No record. */
    static final int NONE = RecordSlots.NONE;

    /** How long a tombstone is kept: longer than an incarnation slot. */
    static final long TOMBSTONE_MS = 30_000;

    /** Sweeps in which each record is visited once. */
    static final int SWEEPS_PER_PASS = 3_000;

    private static final int VISITS_MIN = 16;

    /** Few: at the limit each flow of a flood pays for it. */
    private static final int VISITS_PER_REFUSAL = 4;

    private static final int PIN = 6;
    private static final int CREATED = 7;
    private static final int INCARNATION = 8;
    private static final int LIFE = 9;
    private static final int LEASE = RecordSlots.LINK;
    private static final int BURIAL = 11;

    private static final int HALF = 32;
    private static final long LOW_HALF = RecordSlots.LOW_HALF;
    private static final int SMALL = 16;
    private static final long SMALL_MASK = 0xFFFF;
    private static final long BURIED = 1;
    private static final long PROVISIONAL = 2;
    private static final int USER = 2;
    private static final long UNSENT = 0x8000;
    private static final long MOVES = FlowRecord.MOVES_MAX;
    private static final int NODE_MAX = 0x3FFF;

    /** In a copy: nobody knows any more who used the flow last. */
    private static final NodeId NOBODY = new NodeId("nobody");

    private final int recordsMax;
    private final RecordSlots slots;
    private final Interned<TargetRef> targets = new Interned<>();

    /** Nodes that have used a flow: as many as there ever were in the cluster, so none is given up. */
    private final Interned<NodeId> nodes = new Interned<>();

    private final AtomicInteger liveCount = new AtomicInteger();

    private final Map<CopyPlace, CopyBacklog> backlogOf = new EnumMap<>(CopyPlace.class);

    /** The same, to go through without allocation. */
    private final CopyBacklog[] backlogs;

    private final @Nullable CopyBacklog cluster;

    private final long[] words = new long[FlowKey.WORDS];

    private int cursor;
    private int oldestTombstone = NONE;
    private int youngestTombstone = NONE;
    private long visitCount;

    /**
     * @param recordsMax flows that have not ended, at most
     * @param hasher seeded with a secret, so that nobody can choose tuples that collide
     * @param copies where records are copied to, so that it is noted what changed
     */
    FlowRecords(int recordsMax, FlowHasher hasher, Set<CopyPlace> copies) {
        this.recordsMax = recordsMax;
        int entriesMax = Math.multiplyExact(2, recordsMax);
        slots = new RecordSlots(entriesMax, hasher);
        for (CopyPlace place : copies) {
            backlogOf.put(place, new CopyBacklog(entriesMax));
        }
        backlogs = backlogOf.values().toArray(CopyBacklog[]::new);
        cluster = backlogOf.get(CopyPlace.CLUSTER);
    }

    private long word(int record, int word) {
        return slots.word(record, word);
    }

    private void word(int record, int word, long value) {
        slots.word(record, word, value);
    }

    private void low(int record, int word, int value) {
        slots.low(record, word, value);
    }

    /** The record of a flow or what is left of one that ended, or {@link #NONE}. */
    int find(long[] keys, int firstWord) {
        return slots.find(slots.bucket(keys, firstWord), keys, firstWord);
    }

    /** The same as {@link #live}, and nothing ends by the question. */
    int peek(long[] keys, int firstWord, long nowMs) {
        int record = find(keys, firstWord);
        return record == NONE || buried(record) || expiredAt(record, nowMs) ? NONE : record;
    }

    /** The record of a flow that has not ended, or {@link #NONE}; one past its lease ends now. */
    int live(long[] keys, int firstWord, long nowMs) {
        int record = find(keys, firstWord);
        if (record == NONE || buried(record)) {
            return NONE;
        }
        if (expiredAt(record, nowMs)) {
            expire(record, nowMs);
            return NONE;
        }
        return record;
    }

    /**
     * Remembers a flow that has no live record, in place of its tombstone where there is one. What it is, the caller says
     * next: {@link #pin}, {@link #born} and {@link #usedBy}.
     *
     * @return {@link #NONE} where there is no room
     */
    int add(long[] keys, int firstWord, long nowMs) {
        if (liveCount.get() >= recordsMax) {
            visit(nowMs, VISITS_PER_REFUSAL);
            if (liveCount.get() >= recordsMax) {
                return NONE;
            }
        }
        int bucket = slots.bucket(keys, firstWord);
        int record = slots.find(bucket, keys, firstWord);
        if (record == NONE) {
            if (slots.count() >= 2 * recordsMax) {
                forget(oldestTombstone); // there is one, as not all of them live
            }
            record = slots.take(bucket, keys, firstWord);
        } else {
            unearth(record);
        }
        word(record, LIFE, 0);
        word(record, INCARNATION, 0);
        liveCount.getAndIncrement();
        return record;
    }

    /** Says which target a flow is pinned to, under which cookie, issued for which incarnation slot. */
    void pin(int record, TargetRef target, int cookie, long incarnationSlot) {
        int number = targets.use(target);
        unpin(record);
        word(record, PIN, (long) cookie << HALF | (number + 1));
        word(record, INCARNATION, incarnationSlot << SMALL | UNSENT | (word(record, INCARNATION) & MOVES));
        changed(record);
    }

    /** Whether the cluster has not been sent what the record decides; it counts as sent from now on. */
    boolean takeUnsent(int record) {
        long incarnation = word(record, INCARNATION);
        word(record, INCARNATION, incarnation & ~UNSENT);
        return (incarnation & UNSENT) != 0;
    }

    /** What the record decides has not reached the cluster. */
    void unsent(int record) {
        word(record, INCARNATION, word(record, INCARNATION) | UNSENT);
    }

    private void unpin(int record) {
        int number = (int) word(record, PIN) - 1;
        if (number != NONE) {
            targets.release(number);
        }
    }

    /** Says when a flow was created, milliseconds since 1970, and how long it lives without a sign of life. */
    void born(int record, long createdAtMs, long leaseMs) {
        word(record, CREATED, createdAtMs);
        word(record, LEASE, leaseMs << HALF | (word(record, LEASE) & LOW_HALF));
    }

    /** Pins a flow that has not ended to another target under another cookie (T5, T6, T9). */
    void move(int record, TargetRef target, int cookie, long incarnationSlot) {
        pin(record, target, cookie, incarnationSlot);
        moves(record, Math.min(FlowRecord.MOVES_MAX, moves(record) + 1));
    }

    /** Says how often it was moved, 0 to {@link FlowRecord#MOVES_MAX}. */
    void moves(int record, int moves) {
        word(record, INCARNATION, (word(record, INCARNATION) & ~MOVES) | moves);
    }

    /** Notes that a node uses the flow, and when last. */
    void usedBy(int record, NodeId node, long seenMs) {
        long life = word(record, LIFE);
        int number = numberOf(node);
        word(
                record,
                LIFE,
                Math.max(life >> SMALL, seenMs) << SMALL | (long) number << USER | (life & (BURIED | PROVISIONAL)));
        if (number != user(life)) {
            changed(record);
        }
    }

    private static int user(long life) {
        return (int) (life & SMALL_MASK) >> USER;
    }

    /** Says whether the record gives way to any that is not provisional. */
    void provisional(int record, boolean provisional) {
        long life = word(record, LIFE);
        word(record, LIFE, provisional ? life | PROVISIONAL : life & ~PROVISIONAL);
    }

    /**
     * Records that are provisional are so no longer, in a part of all records.
     *
     * @param from the first of the part
     * @param count how many are looked at
     * @return where the next part begins, {@link #NONE} behind the last one
     */
    int confirm(int from, int count) {
        int end = Math.min(slots.made(), from + count);
        for (int record = from; record < end; record++) {
            if (slots.taken(record) && (word(record, LIFE) & PROVISIONAL) != 0) {
                provisional(record, false);
                unsent(record);
                changed(record);
            }
        }
        return end == slots.made() ? NONE : end;
    }

    /**
     * A record that lives, and whatever it decides that only this memory knows, gives way to any that is not provisional. The
     * end of a flow does not: nobody decides it otherwise.
     */
    void doubt(int record) {
        if (!buried(record)) {
            provisional(record, true);
            unsent(record);
            changed(record);
        }
    }

    /** {@linkplain #doubt Doubts} what waits to be copied to the cluster and is unsent; takes as long as records wait. */
    void doubtUnsent() {
        if (cluster != null) {
            cluster.changed().forEach(record -> {
                if ((word(record, INCARNATION) & UNSENT) != 0) {
                    doubt(record);
                }
            });
        }
    }

    private int numberOf(NodeId node) {
        int number = nodes.use(node) + 1;
        return number > NODE_MAX ? 0 : number;
    }

    /** Whether no other node has used the flow since this one: else its end there is not the flow's end. */
    boolean lastUsedBy(int record, NodeId node) {
        int number = user(word(record, LIFE));
        return number != 0 && nodes.get(number - 1).equals(node);
    }

    /** Ends a flow that nobody here has used for long; nothing is known of its end. */
    void expire(int record, long nowMs) {
        bury(record, lastSeenMs(record), nowMs);
    }

    /** Ends a flow that ends now. That is known, whatever was not when its record was made: it gives way to nothing older. */
    void bury(int record, long nowMs) {
        provisional(record, false);
        bury(record, nowMs, nowMs);
    }

    /**
     * Ends a flow; its tombstone stays.
     *
     * @param endedMs until when it may have lived: records of it that have seen it later are newer than its tombstone
     */
    private void bury(int record, long endedMs, long nowMs) {
        word(record, LIFE, endedMs << SMALL | (word(record, LIFE) & SMALL_MASK) | BURIED);
        long burialMs = Math.clamp(nowMs - endedMs, 0, LOW_HALF);
        word(record, LEASE, burialMs << HALF | (word(record, LEASE) & LOW_HALF));
        liveCount.getAndDecrement();
        word(record, BURIAL, (youngestTombstone + 1L) << HALF);
        if (youngestTombstone == NONE) {
            oldestTombstone = record;
        } else {
            low(youngestTombstone, BURIAL, record + 1);
        }
        youngestTombstone = record;
        changed(record);
    }

    /** Takes a record out of the tombstones. */
    private void unearth(int record) {
        int before = (int) (word(record, BURIAL) >>> HALF) - 1;
        int after = (int) word(record, BURIAL) - 1;
        if (before == NONE) {
            oldestTombstone = after;
        } else {
            low(before, BURIAL, after + 1);
        }
        if (after == NONE) {
            youngestTombstone = before;
        } else {
            word(after, BURIAL, (word(after, BURIAL) & LOW_HALF) | (before + 1L) << HALF);
        }
    }

    TargetRef target(int record) {
        return targets.get(targetNumber(record));
    }

    /** A number of the target, as long as any record is pinned to it; less than {@link #targetNumbers()}. */
    int targetNumber(int record) {
        return (int) word(record, PIN) - 1;
    }

    int targetNumbers() {
        return targets.numbers();
    }

    int cookie(int record) {
        return (int) (word(record, PIN) >>> HALF);
    }

    long createdAtMs(int record) {
        return word(record, CREATED);
    }

    long incarnationSlot(int record) {
        return word(record, INCARNATION) >> SMALL;
    }

    /** How often it was moved to another target. */
    int moves(int record) {
        return (int) (word(record, INCARNATION) & MOVES);
    }

    /** Last sign of life; of a tombstone until when it may have lived. */
    long lastSeenMs(int record) {
        return word(record, LIFE) >> SMALL;
    }

    private long buriedMs(int tombstone) {
        return lastSeenMs(tombstone) + (word(tombstone, LEASE) >>> HALF);
    }

    /** Whether it is a tombstone. */
    boolean buried(int record) {
        return (word(record, LIFE) & BURIED) != 0;
    }

    private boolean expiredAt(int record, long nowMs) {
        return nowMs - lastSeenMs(record) >= word(record, LEASE) >>> HALF;
    }

    /** Ends what nobody has used, in the next part of the records, and forgets what ended long ago. */
    void sweep(long nowMs) {
        visit(nowMs, Math.max(VISITS_MIN, slots.made() / SWEEPS_PER_PASS));
        // as many as may be buried in that time, and more, lest they grow in number
        int visits = Math.max(VISITS_MIN, 4 * ((slots.count() - liveCount.get()) / SWEEPS_PER_PASS));
        for (; visits > 0 && oldestTombstone != NONE; visits--) {
            visitCount++;
            if (nowMs - buriedMs(oldestTombstone) < TOMBSTONE_MS || !endedFindRoom()) {
                return;
            }
            forget(oldestTombstone);
        }
    }

    private void visit(long nowMs, int visitsMax) {
        for (int visits = Math.min(slots.made(), visitsMax); visits > 0; visits--) {
            visitCount++;
            int record = cursor;
            cursor = cursor + 1 >= slots.made() ? 0 : cursor + 1;
            if (!slots.taken(record)) {
                continue;
            }
            if (!buried(record) && expiredAt(record, nowMs)) {
                expire(record, nowMs);
            }
        }
    }

    /** A disk that stalls holds up no erasing elsewhere; what it has too much of it keeps until it is discarded. */
    private boolean endedFindRoom() {
        return cluster == null || cluster.takesEnded();
    }

    /** Forgets a tombstone, here and, as soon as it may be, in the copies. */
    private void forget(int record) {
        FlowRecord tombstone = null;
        for (CopyBacklog backlog : backlogs) {
            tombstone = tombstone == null ? copy(record) : tombstone;
            backlog.ended(tombstone);
        }
        unearth(record);
        remove(record);
    }

    private void remove(int record) {
        for (CopyBacklog backlog : backlogs) {
            backlog.changed().remove(record);
        }
        word(record, INCARNATION, 0);
        unpin(record);
        word(record, PIN, 0);
        slots.release(record);
    }

    /** Notes that a record says something else than its copies. */
    void changed(int record) {
        for (CopyBacklog backlog : backlogs) {
            backlog.changed().add(record);
        }
    }

    /** Notes that a record says something else than its copy in one place. */
    void changed(CopyPlace place, int record) {
        backlog(place).changed().add(record);
    }

    private CopyBacklog backlog(CopyPlace place) {
        return Objects.requireNonNull(backlogOf.get(place), place::text);
    }

    /**
     * The next record that changed, in the order of the changes, or {@link #NONE}; it counts as copied to the place from now
     * on.
     */
    int takeChanged(CopyPlace place) {
        return backlog(place).changed().take();
    }

    /** How many records have changed and were not taken. */
    int changedCount(CopyPlace place) {
        return backlog(place).changed().count();
    }

    /** Flows that were forgotten, up to so many and each once: for the copies to forget, too. */
    List<FlowRecord> takeEnded(CopyPlace place, int max) {
        Deque<FlowRecord> waiting = backlog(place).ended();
        List<FlowRecord> taken = waiting.isEmpty() ? List.of() : new ArrayList<>(Math.min(max, waiting.size()));
        while (!waiting.isEmpty() && taken.size() < max) {
            taken.add(waiting.remove());
        }
        return taken;
    }

    /** How many flows were forgotten since the last call that the copies do not hear of, as too many wait to be erased. */
    int takeEndedLost(CopyPlace place) {
        return backlog(place).takeEndedLost();
    }

    /** A record as others keep it. */
    FlowRecord copy(int record) {
        int user = user(word(record, LIFE));
        return new FlowRecord(
                slots.key(record),
                target(record),
                cookie(record),
                incarnationSlot(record),
                createdAtMs(record),
                moves(record),
                lastSeenMs(record),
                user == 0 ? NOBODY : nodes.get(user - 1),
                (word(record, LIFE) & PROVISIONAL) != 0,
                buried(record));
    }

    /**
     * Takes a record over from a copy, unless the one that is here is as new (merge rule: {@link FlowRecord#NEWER}).
     *
     * @param leaseMs how long it lives without a sign of life
     * @return whether it was taken over; not, too, where there is no room
     */
    boolean load(FlowRecord copy, long leaseMs, long nowMs) {
        copy.key().copyTo(words, 0);
        int record = find(words, 0);
        if (record != NONE && FlowRecord.NEWER.compare(copy(record), copy) >= 0) {
            return false;
        }
        if (record == NONE || buried(record)) {
            record = add(words, 0, nowMs);
            if (record == NONE) {
                return false;
            }
        }
        pin(record, copy.target(), copy.cookie(), copy.incarnationSlot());
        born(record, copy.createdAtMs(), leaseMs);
        moves(record, copy.moves());
        usedBy(record, copy.lastUser(), copy.lastSeenMs());
        provisional(record, copy.provisional());
        if (copy.ended()) {
            bury(record, copy.lastSeenMs(), nowMs);
        }
        if (cluster != null) {
            // it is where that comes from
            cluster.changed().remove(record);
            takeUnsent(record);
        }
        return true;
    }

    /**
     * Forgets the records of some partitions, in a part of all records: they are another's now, who keeps the copies.
     *
     * @param from the first of the part
     * @param count how many are looked at
     * @param forgotten tells the partitions by their first word in an array of keys
     * @param uncopied hears, before it is forgotten, of each that the cluster has not as it is
     * @return where the next part begins, {@link #NONE} behind the last one
     */
    int forget(int from, int count, KeyTest forgotten, Consumer<FlowRecord> uncopied) {
        int end = Math.min(slots.made(), from + count);
        for (int record = from; record < end; record++) {
            if (slots.taken(record, forgotten)) {
                if (cluster != null && cluster.changed().contains(record)) {
                    uncopied.accept(copy(record));
                }
                if (buried(record)) {
                    unearth(record);
                } else {
                    liveCount.getAndDecrement();
                }
                remove(record);
            }
        }
        return end == slots.made() ? NONE : end;
    }

    /** Flows that have not ended; readable from any thread. */
    int liveCount() {
        return liveCount.get();
    }

    /** Records and tombstones. */
    int count() {
        return slots.count();
    }

    /** Records looked at by sweeps and for room, since the start. */
    long visits() {
        return visitCount;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.hashing.core.FlowCookies;
import io.sluice.hashing.core.FlowHasher;
import io.sluice.hashing.core.FlowTimeouts;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.flow.FlowEnd;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowMoves;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowAdoptBatch;
import io.sluice.model.message.FlowClosedBatch;
import io.sluice.model.message.FlowEvents;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.FlowTouchedBatch;
import io.sluice.model.message.TargetSelectBatch;
import io.sluice.model.message.TargetSelectedBatch;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * Decides about flows by the records in this process's memory, whosever they are: {@link ClusterAuthority} lets it see those of
 * this node's partitions only, and has them copied; by itself it copies nothing.
 *
 * <p>A flow that ended leaves a tombstone for a while, so that the next flow of its tuple is younger and gets another
 * cookie (W-17), also within the same incarnation slot. Of one that was closed it says when, and no older record of the flow
 * counts any more; of one that was only silent here it says when it was last seen, and what was seen later elsewhere counts.
 *
 * <p><b>Moves</b> (T5, T6). Who asks first for a flow to leave its target moves it, by the cookie it knows; everybody after
 * him knows an old cookie and is answered with the record. A move gives a new cookie and keeps the creation (T9); where no
 * healthy target is to be had, the record stays (T10). Moves are counted, and answers and offers say how many there were: a
 * record that is behind an offer of its own flow takes that one's pin, as the authority that moved the flow further is gone
 * with what it had not copied yet.
 *
 * <p><b>Leases</b>. A record is kept for {@link FlowTimeouts#leaseMs} without a sign of life, longer than a flow lives in a
 * table: an ingress that sees a flow end says so (F-10, F-19), the lease is for those that cannot.
 *
 * <p><b>Limits</b>: {@code recordsMax} records, and as many tombstones; at the limit new flows are answered
 * {@link FlowOpenedBatch#NO_ROOM}. A record takes about 100 bytes. <b>Allocation</b>: some objects a batch, none a flow.
 */
public final class LocalAuthority implements FlowAuthority {

    private static final TargetSelectedBatch NO_PICKS = new TargetSelectedBatch(List.of(), new int[0]);

    /** In a batch: no cookie is known. */
    private static final int NO_COOKIE = 0;

    private final TargetPicker picker;
    private final FlowCookies cookies;
    private final LongSupplier wallClockMs;
    private final FlowRecords records;
    private final FlowWatch watch;
    private final RecordExchange exchange;
    private IdleTimeouts idleTimeouts = new IdleTimeouts(GatewayModel.EMPTY);

    /**
     * @param picker whom to ask for the targets of new flows
     * @param cookies issues cookies; used by this authority alone
     * @param wallClockMs milliseconds since 1970, as they were at the start and counted on by a monotonic clock: it must
     *     neither step back nor jump, else records end too early or never
     * @param recordsMax flows to remember at most
     * @param watch hears what becomes of records
     * @param copies where records are copied to, so that it is noted what changed
     */
    public LocalAuthority(
            TargetPicker picker,
            FlowCookies cookies,
            LongSupplier wallClockMs,
            int recordsMax,
            FlowWatch watch,
            Set<CopyPlace> copies) {
        this.watch = watch;
        this.picker = picker;
        this.cookies = cookies;
        this.wallClockMs = wallClockMs;
        SecureRandom random = new SecureRandom();
        this.records = new FlowRecords(recordsMax, new FlowHasher(random.nextLong(), random.nextLong()), copies);
        this.exchange = new RecordExchange(records, this::leaseMs, watch, wallClockMs);
    }

    @Override
    public void configure(GatewayModel model) {
        idleTimeouts = new IdleTimeouts(model);
    }

    @Override
    public CompletionStage<FlowOpenedBatch> open(FlowOpenBatch batch) {
        Questions questions = questions(batch);
        if (questions.count == 0) {
            return CompletableFuture.completedStage(answer(batch, questions, NO_PICKS));
        }
        long[] endpointIds = new long[questions.count];
        long[] hashes = new long[questions.count];
        for (int i = 0; i < questions.count; i++) {
            int firstWord = questions.flows[i] * FlowKey.WORDS;
            endpointIds[i] = batch.keys()[firstWord + FlowKey.ENDPOINT_WORD];
            hashes[i] = FlowHasher.rankingHash(batch.keys(), firstWord);
        }
        byte[] moves = Arrays.copyOf(questions.moves, questions.count);
        return picker.pick(new TargetSelectBatch(endpointIds, hashes, moves))
                .thenApply(picked -> answer(batch, questions, picked));
    }

    /** Positions in a batch of the flows to pick a target for, and which of them leave one. */
    private static final class Questions {

        private final int[] flows;
        private final byte[] moves;
        private int count;

        Questions(int flowsMax) {
            flows = new int[flowsMax];
            moves = new byte[flowsMax];
        }

        void add(int flow, boolean move) {
            flows[count] = flow;
            moves[count] = (byte) (move ? 1 : 0);
            count++;
        }
    }

    private Questions questions(FlowOpenBatch batch) {
        long nowMs = wallClockMs.getAsLong();
        Questions questions = new Questions(batch.flowCount());
        for (int flow = 0; flow < batch.flowCount(); flow++) {
            if (batch.intents()[flow] == FlowOpenBatch.RECORD_ONLY) {
                continue;
            }
            int record = live(batch, flow, nowMs);
            if (record == FlowRecords.NONE) {
                questions.add(flow, false);
            } else if (isToMove(batch, flow, record)) {
                questions.add(flow, true);
            }
        }
        return questions;
    }

    /** A flow's record; one that the asker says has ended is buried first (W-17, F-20), whoever used it last. */
    private int live(FlowOpenBatch batch, int flow, long nowMs) {
        int record = records.live(batch.keys(), flow * FlowKey.WORDS, nowMs);
        int ended = batch.cookies()[flow];
        if (record != FlowRecords.NONE
                && batch.intents()[flow] == FlowOpenBatch.OPEN
                && ended != NO_COOKIE
                && ended == records.cookie(record)) {
            records.bury(record, nowMs);
            return FlowRecords.NONE;
        }
        return record;
    }

    /** Whether nobody has moved the flow since the asker learnt its cookie. */
    private boolean isToMove(FlowOpenBatch batch, int flow, int record) {
        return batch.intents()[flow] == FlowOpenBatch.MOVE && batch.cookies()[flow] == records.cookie(record);
    }

    /** Records are read again: another batch may have opened or moved a flow while this one's targets were picked. */
    private FlowOpenedBatch answer(FlowOpenBatch batch, Questions questions, TargetSelectedBatch picks) {
        if (picks.flowCount() != questions.count) {
            throw new IllegalStateException(
                    "asked for %d targets, got %d".formatted(questions.count, picks.flowCount()));
        }
        long nowMs = wallClockMs.getAsLong();
        FlowAnswers answers = new FlowAnswers(records, batch.flowCount(), batch.wantsMoves());
        int nextPick = 0;
        for (int flow = 0; flow < batch.flowCount(); flow++) {
            int pick = FlowOpenedBatch.NO_FLOW;
            boolean pickedForMove = false;
            if (nextPick < questions.count && questions.flows[nextPick] == flow) {
                pickedForMove = questions.moves[nextPick] == 1;
                pick = picks.picks()[nextPick++];
            }
            TargetRef picked = pick < 0 ? null : picks.targets().get(pick);
            int record = live(batch, flow, nowMs);
            if (record != FlowRecords.NONE) {
                records.usedBy(record, batch.requester(), nowMs);
                if (pickedForMove && isToMove(batch, flow, record)) {
                    if (picked == null) {
                        answers.refuse(flow, FlowOpenedBatch.UNMOVED);
                        continue;
                    }
                    move(batch, flow, record, picked, nowMs);
                }
                answers.add(flow, record);
            } else if (picked == null) {
                answers.refuse(flow, pick);
            } else {
                record = open(batch, flow, picked, nowMs);
                answer(answers, flow, record);
            }
        }
        return answers.batch();
    }

    private static void answer(FlowAnswers answers, int flow, int record) {
        if (record == FlowRecords.NONE) {
            answers.refuse(flow, FlowOpenedBatch.NO_ROOM);
        } else {
            answers.add(flow, record);
        }
    }

    private int open(FlowOpenBatch batch, int flow, TargetRef target, long nowMs) {
        int firstWord = flow * FlowKey.WORDS;
        int before = records.find(batch.keys(), firstWord);
        long createdAtMs = nowMs;
        long slot = FlowCookies.slot(nowMs);
        if (before != FlowRecords.NONE) {
            createdAtMs = Math.max(nowMs, records.createdAtMs(before) + 1);
            slot = Math.max(FlowCookies.slot(createdAtMs), records.incarnationSlot(before) + 1);
        }
        int previous = batch.cookies()[flow];
        if (previous != NO_COOKIE) {
            slot = FlowCookies.slotAfter(previous, slot);
        }
        int cookie = cookies.issue(batch.keys(), firstWord, target, createdAtMs, slot);
        int record =
                remember(batch.keys(), firstWord, target, cookie, createdAtMs, slot, batch.requester(), nowMs, nowMs);
        told(FlowEvents.Change.OPENED, record, batch.keys(), firstWord, batch.requester(), nowMs);
        return record;
    }

    /** A record for a flow that has none; {@link FlowRecords#NONE} where there is no room. */
    private int remember(
            long[] keys,
            int firstWord,
            TargetRef target,
            int cookie,
            long createdAtMs,
            long slot,
            NodeId user,
            long seenMs,
            long nowMs) {
        int record = records.add(keys, firstWord, nowMs);
        if (record != FlowRecords.NONE) {
            records.pin(record, target, cookie, slot);
            records.born(record, createdAtMs, leaseMs(keys, firstWord));
            records.usedBy(record, user, seenMs);
            records.provisional(record, exchange.isRecovering());
        }
        return record;
    }

    /** Moves a flow to the target picked for it; it stays as it is where that is the one it has. */
    private void move(FlowOpenBatch batch, int flow, int record, TargetRef target, long nowMs) {
        if (target.equals(records.target(record))) {
            return;
        }
        long issuedAtMs = Math.max(nowMs, records.createdAtMs(record));
        long slot = Math.max(FlowCookies.slot(issuedAtMs), records.incarnationSlot(record) + 1);
        int cookie = cookies.issue(batch.keys(), flow * FlowKey.WORDS, target, issuedAtMs, slot);
        records.move(record, target, cookie, slot);
        told(FlowEvents.Change.MOVED, record, batch.keys(), flow * FlowKey.WORDS, batch.requester(), nowMs);
    }

    private long leaseMs(long[] keys, int firstWord) {
        return FlowTimeouts.leaseMs(
                keys[firstWord + FlowKey.TRAITS_WORD], idleTimeouts.tcpMs(keys[firstWord + FlowKey.ENDPOINT_WORD]));
    }

    @Override
    public FlowOpenedBatch adopt(FlowAdoptBatch batch) {
        long nowMs = wallClockMs.getAsLong();
        FlowAnswers answers = new FlowAnswers(records, batch.flowCount(), batch.moves().length > 0);
        for (int flow = 0; flow < batch.flowCount(); flow++) {
            int record = records.live(batch.keys(), flow * FlowKey.WORDS, nowMs);
            if (record == FlowRecords.NONE) {
                record = adopted(batch, flow, nowMs);
            } else {
                records.usedBy(record, batch.requester(), nowMs);
                if (isFurther(batch, flow, record)) {
                    catchUp(batch, flow, record, nowMs);
                }
            }
            answer(answers, flow, record);
        }
        return answers.batch();
    }

    /**
     * Whether an offer is of the record's flow and was moved after it. What an ingress decided alone never is: it has another
     * creation and no moves.
     */
    private boolean isFurther(FlowAdoptBatch batch, int flow, int record) {
        return batch.createdAtMs()[flow] == records.createdAtMs(record)
                && FlowMoves.of(batch.moves(), flow) > records.moves(record);
    }

    /** The record takes the pin of an offer; ingresses that go by the one it had are told. */
    private void catchUp(FlowAdoptBatch batch, int flow, int record, long nowMs) {
        int cookie = batch.cookies()[flow];
        long slot = Math.max(FlowCookies.latestSlotOf(cookie, nowMs), records.incarnationSlot(record) + 1);
        records.pin(record, batch.targets().get(batch.picks()[flow]), cookie, slot);
        records.moves(record, FlowMoves.of(batch.moves(), flow));
        told(FlowEvents.Change.MOVED, record, batch.keys(), flow * FlowKey.WORDS, batch.requester(), nowMs);
        watch.corrected(batch.keys(), flow * FlowKey.WORDS, cookie);
    }

    /**
     * The record of a flow that an ingress decided alone. What the tuple's tombstone remembers stays true: the record is
     * not older, the next cookie comes behind both, and a younger flow under the very cookie of the one that ended gets
     * another (W-17).
     */
    private int adopted(FlowAdoptBatch batch, int flow, long nowMs) {
        int firstWord = flow * FlowKey.WORDS;
        TargetRef target = batch.targets().get(batch.picks()[flow]);
        int cookie = batch.cookies()[flow];
        long createdAtMs = batch.createdAtMs()[flow];
        long slot = FlowCookies.slotOf(cookie, createdAtMs);
        int before = records.find(batch.keys(), firstWord);
        if (before != FlowRecords.NONE) {
            boolean same = cookie == records.cookie(before);
            if (!same || createdAtMs != records.createdAtMs(before)) {
                createdAtMs = Math.max(createdAtMs, records.createdAtMs(before) + 1);
                slot = same
                        ? Math.max(FlowCookies.slot(createdAtMs), records.incarnationSlot(before) + 1)
                        : Math.max(slot, records.incarnationSlot(before));
                cookie = same ? cookies.issue(batch.keys(), firstWord, target, createdAtMs, slot) : cookie;
            }
        }
        int record =
                remember(batch.keys(), firstWord, target, cookie, createdAtMs, slot, batch.requester(), nowMs, nowMs);
        moved(record, batch.moves(), flow);
        told(FlowEvents.Change.ADOPTED, record, batch.keys(), firstWord, batch.requester(), nowMs);
        return record;
    }

    private void moved(int record, int[] moves, int flow) {
        if (record != FlowRecords.NONE) {
            records.moves(record, FlowMoves.of(moves, flow));
        }
    }

    private void told(FlowEvents.Change change, int record, long[] keys, int firstWord, NodeId ingress, long nowMs) {
        if (record != FlowRecords.NONE) {
            watch.changed(
                    change,
                    FlowEnd.IDLE,
                    keys,
                    firstWord,
                    records.target(record),
                    records.cookie(record),
                    ingress,
                    nowMs);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>A flow without a record gets one again. Nobody hears an answer, so a tombstone wins unless the flow was seen
     * after its end and is none of the tuple's older ones. Where the record is another, the ingresses are told.
     */
    @Override
    public void touched(FlowTouchedBatch batch) {
        long nowMs = wallClockMs.getAsLong();
        for (int flow = 0; flow < batch.flowCount(); flow++) {
            long seenMs = Math.min(nowMs, batch.lastSeenMs()[flow]);
            int record = records.live(batch.keys(), flow * FlowKey.WORDS, nowMs);
            if (record == FlowRecords.NONE) {
                restore(batch, flow, seenMs, nowMs);
            } else if (records.cookie(record) == batch.cookies()[flow]) {
                records.usedBy(record, batch.sender(), seenMs);
                records.changed(record);
            } else {
                watch.corrected(batch.keys(), flow * FlowKey.WORDS, records.cookie(record));
            }
        }
    }

    private void restore(FlowTouchedBatch batch, int flow, long seenMs, long nowMs) {
        int firstWord = flow * FlowKey.WORDS;
        int cookie = batch.cookies()[flow];
        long createdAtMs = batch.createdAtMs()[flow];
        long slot = FlowCookies.slotOf(cookie, createdAtMs);
        int before = records.find(batch.keys(), firstWord);
        if (before != FlowRecords.NONE) {
            if (createdAtMs < records.createdAtMs(before) || seenMs <= records.lastSeenMs(before)) {
                return;
            }
            slot = Math.max(slot, records.incarnationSlot(before));
        }
        if (nowMs - seenMs < leaseMs(batch.keys(), firstWord)) {
            TargetRef target = batch.targets().get(batch.picks()[flow]);
            int record =
                    remember(batch.keys(), firstWord, target, cookie, createdAtMs, slot, batch.sender(), seenMs, nowMs);
            moved(record, batch.moves(), flow);
        }
    }

    @Override
    public void closed(FlowClosedBatch batch) {
        long nowMs = wallClockMs.getAsLong();
        for (int flow = 0; flow < batch.flowCount(); flow++) {
            int record = records.live(batch.keys(), flow * FlowKey.WORDS, nowMs);
            if (record != FlowRecords.NONE
                    && records.cookie(record) == batch.cookies()[flow]
                    && records.lastUsedBy(record, batch.sender())) {
                watch.changed(
                        FlowEvents.Change.CLOSED,
                        FlowEnd.ofCode(batch.ends()[flow]),
                        batch.keys(),
                        flow * FlowKey.WORDS,
                        records.target(record),
                        batch.cookies()[flow],
                        batch.sender(),
                        nowMs);
                bury(record, FlowEnd.ofCode(batch.ends()[flow]), nowMs);
            }
        }
    }

    /** What only fell silent at one ingress may be used elsewhere, where this node does not hear of it. */
    private void bury(int record, FlowEnd end, long nowMs) {
        if (end.isOver()) {
            records.bury(record, nowMs);
        } else {
            records.expire(record, nowMs);
        }
    }

    @Override
    public FlowOpenedBatch record(FlowKey key) {
        long[] words = new long[FlowKey.WORDS];
        key.copyTo(words, 0);
        FlowAnswers answers = new FlowAnswers(records, 1, false);
        int record = records.peek(words, 0, wallClockMs.getAsLong());
        if (record == FlowRecords.NONE) {
            answers.refuse(0, FlowOpenedBatch.NO_FLOW);
        } else {
            answers.add(0, record);
        }
        return answers.batch();
    }

    @Override
    public void sweep() {
        records.sweep(wallClockMs.getAsLong());
    }

    /** The way of its records to where they are copied, and back. */
    RecordExchange exchange() {
        return exchange;
    }

    /** Nothing is copied. */
    @Override
    public void copy() {}

    /** Nothing is copied. */
    @Override
    public CompletionStage<?> flush() {
        return CompletableFuture.completedStage(null);
    }

    @Override
    public int records() {
        return records.liveCount();
    }
}

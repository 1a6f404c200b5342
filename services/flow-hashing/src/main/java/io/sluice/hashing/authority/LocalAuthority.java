// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.hashing.core.FlowCookies;
import io.sluice.hashing.core.FlowHasher;
import io.sluice.hashing.core.FlowTimeouts;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Listener;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowAdoptBatch;
import io.sluice.model.message.FlowClosedBatch;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.FlowTouchedBatch;
import io.sluice.model.message.TargetSelectBatch;
import io.sluice.model.message.TargetSelectedBatch;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The authority of one node: every record in this process's memory, none anywhere else.
 *
 * <p>A flow that ended leaves a tombstone for a while, so that the next flow of its tuple is younger and gets another
 * cookie (W-17), also within the same incarnation slot.
 *
 * <p><b>Moves</b> (T5, T6). Who asks first for a flow to leave its target moves it, by the cookie it knows; everybody after
 * him knows an old cookie and is answered with the record. A move gives a new cookie and keeps the creation (T9); where no
 * healthy target is to be had, the record stays (T10).
 *
 * <p><b>Leases</b>. A record is kept for {@link FlowTimeouts#leaseMs} without a sign of life, longer than a flow lives in a
 * table: an ingress that sees a flow end says so (F-10, F-19), the lease is for those that cannot.
 *
 * <p><b>Limits</b>: {@code recordsMax} records, and as many tombstones; at the limit new flows are answered
 * {@link FlowOpenedBatch#NO_ROOM}. A record takes about 200 bytes.
 */
public final class LocalAuthority implements FlowAuthority {

    private static final TargetSelectedBatch NO_PICKS = new TargetSelectedBatch(List.of(), new int[0]);

    /** In a batch: no cookie is known. */
    private static final int NO_COOKIE = 0;

    private final TargetPicker picker;
    private final FlowCookies cookies;
    private final LongSupplier wallClockMs;
    private final FlowRecords records;
    private Map<Long, Long> tcpIdleTimeouts = Map.of();

    /**
     * @param picker whom to ask for the targets of new flows
     * @param cookies issues cookies; used by this authority alone
     * @param wallClockMs milliseconds since 1970, as they were at the start and counted on by a monotonic clock: it must
     *     neither step back nor jump, else records end too early or never
     * @param recordsMax flows to remember at most
     */
    public LocalAuthority(TargetPicker picker, FlowCookies cookies, LongSupplier wallClockMs, int recordsMax) {
        this.picker = picker;
        this.cookies = cookies;
        this.wallClockMs = wallClockMs;
        this.records = new FlowRecords(recordsMax);
    }

    @Override
    public void configure(GatewayModel model) {
        Map<Long, Long> timeouts = new HashMap<>();
        for (Endpoint endpoint : model.endpoints()) {
            model.loadBalancer(endpoint.loadBalancer())
                    .ifPresent(balancer -> timeouts.put(
                            endpoint.id().value(), balancer.listener().tcpIdleTimeoutMs()));
        }
        tcpIdleTimeouts = Map.copyOf(timeouts);
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
            FlowRecords.Entry entry = live(batch, flow, nowMs);
            if (entry == null) {
                questions.add(flow, false);
            } else if (isToMove(batch, flow, entry)) {
                questions.add(flow, true);
            }
        }
        return questions;
    }

    /** A flow's record; one that the asker says has ended is buried first (W-17, F-20), whoever used it last. */
    private FlowRecords.@Nullable Entry live(FlowOpenBatch batch, int flow, long nowMs) {
        FlowRecords.Entry entry = records.live(FlowKey.copyOf(batch.keys(), flow * FlowKey.WORDS), nowMs);
        int ended = batch.cookies()[flow];
        if (entry != null
                && batch.intents()[flow] == FlowOpenBatch.OPEN
                && ended != NO_COOKIE
                && ended == entry.cookie()) {
            records.bury(entry, nowMs);
            return null;
        }
        return entry;
    }

    /** Whether nobody has moved the flow since the asker learnt its cookie. */
    private static boolean isToMove(FlowOpenBatch batch, int flow, FlowRecords.Entry entry) {
        return batch.intents()[flow] == FlowOpenBatch.MOVE && batch.cookies()[flow] == entry.cookie();
    }

    /** Records are read again: another batch may have opened or moved a flow while this one's targets were picked. */
    private FlowOpenedBatch answer(FlowOpenBatch batch, Questions questions, TargetSelectedBatch picks) {
        if (picks.flowCount() != questions.count) {
            throw new IllegalStateException(
                    "asked for %d targets, got %d".formatted(questions.count, picks.flowCount()));
        }
        long nowMs = wallClockMs.getAsLong();
        FlowAnswers answers = new FlowAnswers(batch.flowCount());
        int nextPick = 0;
        for (int flow = 0; flow < batch.flowCount(); flow++) {
            int pick = FlowOpenedBatch.NO_FLOW;
            boolean pickedForMove = false;
            if (nextPick < questions.count && questions.flows[nextPick] == flow) {
                pickedForMove = questions.moves[nextPick] == 1;
                pick = picks.picks()[nextPick++];
            }
            TargetRef picked = pick < 0 ? null : picks.targets().get(pick);
            FlowRecords.Entry entry = live(batch, flow, nowMs);
            if (entry != null) {
                entry.usedBy(batch.requester(), nowMs);
                if (!pickedForMove || !isToMove(batch, flow, entry)) {
                    answers.add(flow, entry);
                } else if (picked == null) {
                    answers.refuse(flow, FlowOpenedBatch.UNMOVED);
                } else {
                    answers.add(flow, move(batch, flow, entry, picked, nowMs));
                }
            } else if (picked == null) {
                answers.refuse(flow, pick);
            } else {
                entry = open(batch, flow, picked, nowMs);
                if (entry == null) {
                    answers.refuse(flow, FlowOpenedBatch.NO_ROOM);
                } else {
                    answers.add(flow, entry);
                }
            }
        }
        return answers.batch();
    }

    private FlowRecords.@Nullable Entry open(FlowOpenBatch batch, int flow, TargetRef target, long nowMs) {
        FlowKey key = FlowKey.copyOf(batch.keys(), flow * FlowKey.WORDS);
        FlowRecords.Entry before = records.tombstone(key);
        long createdAtMs = before == null ? nowMs : Math.max(nowMs, before.createdAtMs() + 1);
        long slot = FlowCookies.slot(createdAtMs);
        if (before != null) {
            slot = Math.max(slot, before.incarnationSlot() + 1);
        }
        int previous = batch.cookies()[flow];
        if (previous != NO_COOKIE) {
            slot = FlowCookies.slotAfter(previous, slot);
        }
        int cookie = cookies.issue(batch.keys(), flow * FlowKey.WORDS, target, createdAtMs, slot);
        return records.put(
                new FlowRecords.Entry(key, target, cookie, createdAtMs, slot, leaseMs(key)),
                batch.requester(),
                nowMs,
                nowMs);
    }

    /** The record of a flow at the target picked for it; it stays as it is where that is the one it has. */
    private FlowRecords.Entry move(
            FlowOpenBatch batch, int flow, FlowRecords.Entry entry, TargetRef target, long nowMs) {
        if (target.equals(entry.target())) {
            return entry;
        }
        long issuedAtMs = Math.max(nowMs, entry.createdAtMs());
        long slot = Math.max(FlowCookies.slot(issuedAtMs), entry.incarnationSlot() + 1);
        int cookie = cookies.issue(batch.keys(), flow * FlowKey.WORDS, target, issuedAtMs, slot);
        return records.move(entry, target, cookie, slot);
    }

    private long leaseMs(FlowKey key) {
        long tcpIdleTimeoutMs =
                tcpIdleTimeouts.getOrDefault(key.word(FlowKey.ENDPOINT_WORD), Listener.TCP_IDLE_TIMEOUT_DEFAULT_MS);
        return FlowTimeouts.leaseMs(key.word(FlowKey.TRAITS_WORD), tcpIdleTimeoutMs);
    }

    @Override
    public FlowOpenedBatch adopt(FlowAdoptBatch batch) {
        long nowMs = wallClockMs.getAsLong();
        FlowAnswers answers = new FlowAnswers(batch.flowCount());
        for (int flow = 0; flow < batch.flowCount(); flow++) {
            FlowKey key = FlowKey.copyOf(batch.keys(), flow * FlowKey.WORDS);
            FlowRecords.Entry entry = records.live(key, nowMs);
            if (entry != null) {
                entry.usedBy(batch.requester(), nowMs);
            } else {
                FlowRecords.Entry adopted = adopted(
                        key,
                        batch.targets().get(batch.picks()[flow]),
                        batch.cookies()[flow],
                        batch.createdAtMs()[flow]);
                entry = records.put(adopted, batch.requester(), nowMs, nowMs);
            }
            if (entry == null) {
                answers.refuse(flow, FlowOpenedBatch.NO_ROOM);
            } else {
                answers.add(flow, entry);
            }
        }
        return answers.batch();
    }

    /**
     * The record of a flow that an ingress decided alone. What the tuple's tombstone remembers stays true: the record is
     * not older, the next cookie comes behind both, and a younger flow under the very cookie of the one that ended gets
     * another (W-17).
     */
    private FlowRecords.Entry adopted(FlowKey key, TargetRef target, int cookie, long createdAtMs) {
        FlowRecords.Entry before = records.tombstone(key);
        long slot = FlowCookies.slotOf(cookie, createdAtMs);
        if (before == null || (cookie == before.cookie() && createdAtMs == before.createdAtMs())) {
            return new FlowRecords.Entry(key, target, cookie, createdAtMs, slot, leaseMs(key));
        }
        long laterMs = Math.max(createdAtMs, before.createdAtMs() + 1);
        if (cookie != before.cookie()) {
            return new FlowRecords.Entry(
                    key, target, cookie, laterMs, Math.max(slot, before.incarnationSlot()), leaseMs(key));
        }
        long[] words = new long[FlowKey.WORDS];
        key.copyTo(words, 0);
        long nextSlot = Math.max(FlowCookies.slot(laterMs), before.incarnationSlot() + 1);
        int next = cookies.issue(words, 0, target, laterMs, nextSlot);
        return new FlowRecords.Entry(key, target, next, laterMs, nextSlot, leaseMs(key));
    }

    /**
     * {@inheritDoc}
     *
     * <p>A flow without a record gets one again. Nobody hears an answer, so a tombstone wins unless the flow was seen
     * after it was buried and is none of the tuple's older ones.
     */
    @Override
    public void touched(FlowTouchedBatch batch) {
        long nowMs = wallClockMs.getAsLong();
        for (int flow = 0; flow < batch.flowCount(); flow++) {
            FlowKey key = FlowKey.copyOf(batch.keys(), flow * FlowKey.WORDS);
            int cookie = batch.cookies()[flow];
            long createdAtMs = batch.createdAtMs()[flow];
            long seenMs = Math.min(nowMs, batch.lastSeenMs()[flow]);
            FlowRecords.Entry entry = records.live(key, nowMs);
            if (entry != null) {
                if (entry.cookie() == cookie) {
                    entry.usedBy(batch.sender(), seenMs);
                }
                continue;
            }
            FlowRecords.Entry before = records.tombstone(key);
            long slot = FlowCookies.slotOf(cookie, createdAtMs);
            if (before != null) {
                if (createdAtMs < before.createdAtMs() || seenMs <= before.lastSeenMs()) {
                    continue;
                }
                slot = Math.max(slot, before.incarnationSlot());
            }
            if (nowMs - seenMs < leaseMs(key)) {
                TargetRef target = batch.targets().get(batch.picks()[flow]);
                records.put(
                        new FlowRecords.Entry(key, target, cookie, createdAtMs, slot, leaseMs(key)),
                        batch.sender(),
                        seenMs,
                        nowMs);
            }
        }
    }

    @Override
    public void closed(FlowClosedBatch batch) {
        long nowMs = wallClockMs.getAsLong();
        for (int flow = 0; flow < batch.flowCount(); flow++) {
            FlowRecords.Entry entry = records.live(FlowKey.copyOf(batch.keys(), flow * FlowKey.WORDS), nowMs);
            if (entry != null && entry.cookie() == batch.cookies()[flow] && entry.lastUsedBy(batch.sender())) {
                records.bury(entry, nowMs);
            }
        }
    }

    @Override
    public void sweep() {
        records.sweep(wallClockMs.getAsLong());
    }

    @Override
    public int records() {
        return records.liveCount();
    }
}

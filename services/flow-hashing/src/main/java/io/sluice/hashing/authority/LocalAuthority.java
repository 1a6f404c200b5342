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
 * <p><b>Limits</b>: {@code recordsMax} records, tombstones included; at the limit new flows are answered
 * {@link FlowOpenedBatch#NO_ROOM}. A record takes about 200 bytes.
 */
public final class LocalAuthority implements FlowAuthority {

    private static final TargetSelectedBatch NO_PICKS = new TargetSelectedBatch(List.of(), new int[0]);

    private final TargetPicker picker;
    private final FlowCookies cookies;
    private final LongSupplier wallClockMs;
    private final FlowRecords records;
    private Map<Long, Long> tcpIdleTimeouts = Map.of();

    /**
     * @param picker whom to ask for the targets of new flows
     * @param cookies issues cookies; used by this authority alone
     * @param wallClockMs milliseconds since 1970
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
        int[] unknown = flowsToPick(batch);
        if (unknown.length == 0) {
            return CompletableFuture.completedStage(answer(batch, unknown, NO_PICKS));
        }
        long[] endpointIds = new long[unknown.length];
        long[] hashes = new long[unknown.length];
        for (int i = 0; i < unknown.length; i++) {
            int firstWord = unknown[i] * FlowKey.WORDS;
            endpointIds[i] = batch.keys()[firstWord + FlowKey.ENDPOINT_WORD];
            hashes[i] = FlowHasher.rankingHash(batch.keys(), firstWord);
        }
        return picker.pick(new TargetSelectBatch(endpointIds, hashes, new byte[hashes.length]))
                .thenApply(picked -> answer(batch, unknown, picked));
    }

    /** Positions in the batch of flows that have no record and may be opened. */
    private int[] flowsToPick(FlowOpenBatch batch) {
        long nowMs = wallClockMs.getAsLong();
        int[] positions = new int[batch.flowCount()];
        int count = 0;
        for (int flow = 0; flow < batch.flowCount(); flow++) {
            if (batch.intents()[flow] == FlowOpenBatch.OPEN
                    && records.live(FlowKey.copyOf(batch.keys(), flow * FlowKey.WORDS), nowMs) == null) {
                positions[count++] = flow;
            }
        }
        return Arrays.copyOf(positions, count);
    }

    /** Records are read again: another batch may have opened a flow while this one's targets were picked. */
    private FlowOpenedBatch answer(FlowOpenBatch batch, int[] picked, TargetSelectedBatch picks) {
        if (picks.flowCount() != picked.length) {
            throw new IllegalStateException("asked for %d targets, got %d".formatted(picked.length, picks.flowCount()));
        }
        long nowMs = wallClockMs.getAsLong();
        FlowAnswers answers = new FlowAnswers(batch.flowCount());
        int nextPick = 0;
        for (int flow = 0; flow < batch.flowCount(); flow++) {
            FlowKey key = FlowKey.copyOf(batch.keys(), flow * FlowKey.WORDS);
            int pick = FlowOpenedBatch.NO_FLOW;
            if (nextPick < picked.length && picked[nextPick] == flow) {
                pick = picks.picks()[nextPick++];
            }
            FlowRecords.Entry entry = records.live(key, nowMs);
            if (entry != null) {
                entry.usedBy(batch.requester(), nowMs);
                answers.add(flow, entry);
            } else if (pick < 0) {
                answers.refuse(flow, pick);
            } else {
                TargetRef target = picks.targets().get(pick);
                entry = open(key, batch.keys(), flow * FlowKey.WORDS, target, nowMs);
                if (entry == null) {
                    answers.refuse(flow, FlowOpenedBatch.NO_ROOM);
                } else {
                    entry.usedBy(batch.requester(), nowMs);
                    answers.add(flow, entry);
                }
            }
        }
        return answers.batch();
    }

    private FlowRecords.@Nullable Entry open(FlowKey key, long[] keys, int firstWord, TargetRef target, long nowMs) {
        FlowRecords.Entry before = records.tombstone(key);
        long createdAtMs = before == null ? nowMs : Math.max(nowMs, before.createdAtMs() + 1);
        long slot = FlowCookies.slot(createdAtMs);
        if (before != null) {
            slot = Math.max(slot, before.incarnationSlot() + 1);
        }
        int cookie = cookies.issue(keys, firstWord, target, createdAtMs, slot);
        return records.put(new FlowRecords.Entry(key, target, cookie, createdAtMs, slot, timeoutMs(key)), nowMs);
    }

    private long timeoutMs(FlowKey key) {
        long tcpIdleTimeoutMs =
                tcpIdleTimeouts.getOrDefault(key.word(FlowKey.ENDPOINT_WORD), Listener.TCP_IDLE_TIMEOUT_DEFAULT_MS);
        return FlowTimeouts.longestMs(key.word(FlowKey.TRAITS_WORD), tcpIdleTimeoutMs);
    }

    @Override
    public FlowOpenedBatch adopt(FlowAdoptBatch batch) {
        long nowMs = wallClockMs.getAsLong();
        FlowAnswers answers = new FlowAnswers(batch.flowCount());
        for (int flow = 0; flow < batch.flowCount(); flow++) {
            FlowKey key = FlowKey.copyOf(batch.keys(), flow * FlowKey.WORDS);
            FlowRecords.Entry entry = records.live(key, nowMs);
            if (entry == null) {
                long createdAtMs = batch.createdAtMs()[flow];
                entry = records.put(
                        new FlowRecords.Entry(
                                key,
                                batch.targets().get(batch.picks()[flow]),
                                batch.cookies()[flow],
                                createdAtMs,
                                FlowCookies.slot(createdAtMs),
                                timeoutMs(key)),
                        nowMs);
            }
            if (entry == null) {
                answers.refuse(flow, FlowOpenedBatch.NO_ROOM);
            } else {
                entry.usedBy(batch.requester(), nowMs);
                answers.add(flow, entry);
            }
        }
        return answers.batch();
    }

    @Override
    public void touched(FlowTouchedBatch batch) {
        long nowMs = wallClockMs.getAsLong();
        for (int flow = 0; flow < batch.flowCount(); flow++) {
            FlowRecords.Entry entry = records.live(FlowKey.copyOf(batch.keys(), flow * FlowKey.WORDS), nowMs);
            if (entry != null && entry.cookie() == batch.cookies()[flow]) {
                entry.usedBy(batch.sender(), Math.min(nowMs, batch.lastSeenMs()[flow]));
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

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.flow.core.FlowExpiry;
import io.sluice.flow.core.FlowSweepListener;
import io.sluice.flow.core.FlowTable;
import io.sluice.flow.core.TcpTracker;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.model.flow.FlowEnd;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowClosedBatch;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowTouchedBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How flows leave the table, and what the authority hears of those that stay: ends and refreshes, in batches.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Limits</b>: a full batch is sent at once.
 */
public final class FlowEnds implements FlowSweepListener {

    /** Slots visited a sweep for flows that end at once. */
    static final int PURGE_VISITS_MAX = 1 << 12;

    private static final int BATCH_MAX = FlowOpenBatch.FLOWS_MAX;

    private final FlowTable table;
    private final TargetDirectory targets;
    private final FlowExpiry expiry;
    private final FlowSetup setup;
    private final NodeId self;
    private final LongSupplier wallClockMs;
    private final long[] closedKeys = new long[BATCH_MAX * FlowKey.WORDS];
    private final int[] closedCookies = new int[BATCH_MAX];
    private final byte[] closedEnds = new byte[BATCH_MAX];
    private final long[] touchedKeys = new long[BATCH_MAX * FlowKey.WORDS];
    private final int[] touchedCookies = new int[BATCH_MAX];
    private final List<TargetRef> touchedTargets = new ArrayList<>();
    private final Map<TargetRef, Integer> touchedPositions = new HashMap<>();
    private final int[] touchedPicks = new int[BATCH_MAX];
    private final long[] touchedCreatedAtMs = new long[BATCH_MAX];
    private final int[] touchedMoves = new int[BATCH_MAX];
    private final long[] touchedIdleMs = new long[BATCH_MAX];
    private int closed;
    private int touched;
    private long sweepNowMs;
    private @Nullable Condition purge;
    private int purgeSlot;
    private int purgeLeft;

    /**
     * @param table the shard's flows
     * @param targets what the table's target indexes stand for
     * @param setup the way to the authority
     * @param self this node
     * @param wallClockMs milliseconds since 1970
     */
    public FlowEnds(FlowTable table, TargetDirectory targets, FlowSetup setup, NodeId self, LongSupplier wallClockMs) {
        this.table = table;
        this.targets = targets;
        this.expiry = new FlowExpiry(table);
        this.setup = setup;
        this.self = self;
        this.wallClockMs = wallClockMs;
    }

    /** Whether a flow is to end, by its endpoint, its target and when the table first saw it. */
    interface Condition {

        /** Whether it is. */
        boolean holds(long endpointId, int targetIndex, long firstSeenMs);
    }

    /**
     * Ends the flows for which a condition holds, {@value #PURGE_VISITS_MAX} slots a {@link #sweep} (T22). A second call
     * replaces the condition; the pass then goes on and once more round from where it is.
     */
    void endThoseThat(Condition condition) {
        purge = condition;
        purgeLeft = table.slots();
    }

    private void purgeSome() {
        Condition condition = purge;
        if (condition == null) {
            return;
        }
        for (int visits = 0; visits < PURGE_VISITS_MAX && purgeLeft > 0; visits++) {
            if (table.occupied(purgeSlot)
                    && condition.holds(
                            table.endpointId(purgeSlot), table.targetIndex(purgeSlot), table.firstSeenMs(purgeSlot))) {
                end(purgeSlot, FlowEnd.REMOVED); // the slot stays: removal may have moved the next entry here
            } else {
                purgeSlot = table.after(purgeSlot);
                purgeLeft--;
            }
        }
        if (purgeLeft == 0) {
            purge = null;
        }
    }

    /** Takes a flow out whose time is over, found by a packet. */
    void end(int entry) {
        end(entry, timeIsOver(table, entry));
    }

    /** Takes a flow out. */
    void end(int entry, FlowEnd why) {
        closed(table, entry, why);
        table.remove(entry);
    }

    private static FlowEnd timeIsOver(FlowTable flows, int entry) {
        return TcpTracker.closed(flows.tcpState(entry)) ? FlowEnd.CLOSED : FlowEnd.IDLE;
    }

    /**
     * Visits the next part of the table: as much as the time since the last call is of {@link FlowExpiry#PASS_MS}.
     *
     * @param nowMs the table's clock
     */
    public void sweep(long nowMs) {
        int visits = expiry.visitsFor(nowMs - sweepNowMs);
        sweepNowMs = nowMs;
        if (table.size() > 0) {
            expiry.expire(nowMs, visits, this);
        }
        purgeSome();
        report();
    }

    @Override
    public void expired(FlowTable flows, int entry) {
        closed(flows, entry, timeIsOver(flows, entry));
    }

    private void closed(FlowTable flows, int entry, FlowEnd why) {
        if (closed == BATCH_MAX) {
            reportClosed();
        }
        flows.copyKey(entry, closedKeys, closed * FlowKey.WORDS);
        closedCookies[closed] = flows.cookie(entry);
        closedEnds[closed] = (byte) why.code();
        closed++;
    }

    @Override
    public void refreshDue(FlowTable flows, int entry) {
        TargetRef target = targets.ref(flows.targetIndex(entry));
        if (target == null) {
            return;
        }
        if (touched == BATCH_MAX) {
            reportTouched();
        }
        touchedPicks[touched] = touchedPositions.computeIfAbsent(target, added -> {
            touchedTargets.add(added);
            return touchedTargets.size() - 1;
        });
        touchedCreatedAtMs[touched] = flows.createdAtMs(entry);
        touchedMoves[touched] = flows.moves(entry);
        flows.copyKey(entry, touchedKeys, touched * FlowKey.WORDS);
        touchedCookies[touched] = flows.cookie(entry);
        touchedIdleMs[touched] = Math.max(0, flows.idleMs(entry, sweepNowMs));
        touched++;
    }

    /** Tells what has gathered. */
    void report() {
        if (closed > 0) {
            reportClosed();
        }
        if (touched > 0) {
            reportTouched();
        }
    }

    private void reportClosed() {
        setup.closed(new FlowClosedBatch(
                self,
                Arrays.copyOf(closedKeys, closed * FlowKey.WORDS),
                Arrays.copyOf(closedCookies, closed),
                Arrays.copyOf(closedEnds, closed)));
        closed = 0;
    }

    private void reportTouched() {
        long nowMs = wallClockMs.getAsLong();
        long[] lastSeenMs = new long[touched];
        for (int i = 0; i < touched; i++) {
            lastSeenMs[i] = nowMs - touchedIdleMs[i];
        }
        setup.touched(new FlowTouchedBatch(
                self,
                Arrays.copyOf(touchedKeys, touched * FlowKey.WORDS),
                touchedTargets,
                Arrays.copyOf(touchedPicks, touched),
                Arrays.copyOf(touchedCookies, touched),
                Arrays.copyOf(touchedCreatedAtMs, touched),
                lastSeenMs,
                Arrays.copyOf(touchedMoves, touched)));
        touchedTargets.clear();
        touchedPositions.clear();
        touched = 0;
    }
}

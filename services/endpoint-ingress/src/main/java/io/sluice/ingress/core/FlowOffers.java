// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.flow.core.FlowTable;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowMoves;
import io.sluice.model.flow.KeyPartition;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.flow.OwnerTable.Owner;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowAdoptBatch;
import io.sluice.model.message.FlowCorrectedBatch;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Brings table and authorities together again: provisional flows are offered to those who decide about them until they have
 * answered, and every flow of a partition is offered to whoever begins to decide about it: what was not copied yet when the
 * last one went, only this table knows.
 *
 * <p>An offer says how often the flow was moved, so that the pin that moved last counts where the authority knows an earlier
 * one. A record the authority has wins otherwise: the entry takes its target and cookie. Flows whose target changes by that are
 * counted, they are the exception to P1.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Limits</b>: one batch of at most
 * {@link FlowOpenBatch#FLOWS_MAX} flows is on its way at a time; a tick visits at most {@value #VISITS_MAX} slots.
 */
public final class FlowOffers {

    private static final int VISITS_MAX = 1 << 16;

    private final ShardState state;
    private final FlowTable table;
    private final FlowSetup setup;
    private final NodeId self;
    private final long[] key = new long[FlowKey.WORDS];
    private int cursor;
    /** Slots still to be visited of a pass that offers every flow of some partitions. */
    private int slotsToOfferAll;

    /** The partitions of that pass. */
    private boolean[] offered = new boolean[0];

    /** Those that have to be offered once more, in a pass of their own. */
    private boolean[] offeredNext = new boolean[0];

    private boolean offersNext;

    /** Answers that are awaited. */
    private int awaited;

    private OwnerTable owners = OwnerTable.NOBODY;

    /** For each partition who decided about it last. */
    private @Nullable Owner[] deciders = new Owner[0];

    private long movedCount;

    FlowOffers(ShardState state, FlowSetup setup, NodeId self) {
        this.state = state;
        this.table = state.table;
        this.setup = setup;
        this.self = self;
    }

    /**
     * Who decides about what now: all flows of a partition are offered to one who has just begun to.
     *
     * @return whether one took over from another
     */
    boolean ownersAre(OwnerTable table) {
        if (table.equals(owners)) {
            return false;
        }
        owners = table;
        if (table.partitions() != deciders.length) {
            if (table.partitions() == 0) {
                return false;
            }
            deciders = new Owner[table.partitions()];
            offered = new boolean[deciders.length];
            offeredNext = new boolean[deciders.length];
        }
        boolean another = false;
        for (int partition = 0; partition < deciders.length; partition++) {
            Owner owner = table.owner(partition);
            if (owner != null && !owner.equals(deciders[partition])) {
                another |= deciders[partition] != null;
                deciders[partition] = owner;
                offerLater(partition);
            }
        }
        return another;
    }

    private void offerLater(int partition) {
        offeredNext[partition] = true;
        offersNext = true;
    }

    /** Begins the next pass, if one is due and none is under way. */
    private void turnOver() {
        if (slotsToOfferAll == 0 && offersNext) {
            boolean[] done = offered;
            offered = offeredNext;
            offeredNext = done;
            Arrays.fill(offeredNext, false);
            offersNext = false;
            slotsToOfferAll = table.slots();
        }
    }

    /** Offers the next flows, if there are any to offer and no answer is awaited. */
    public void tick() {
        if (awaited > 0) {
            return;
        }
        turnOver();
        if (slotsToOfferAll == 0 && table.provisionalFlows() == 0) {
            return;
        }
        List<TargetRef> targets = new ArrayList<>();
        Map<TargetRef, Integer> positions = new HashMap<>();
        long[] keys = new long[FlowOpenBatch.FLOWS_MAX * FlowKey.WORDS];
        int[] picks = new int[FlowOpenBatch.FLOWS_MAX];
        int[] cookies = new int[FlowOpenBatch.FLOWS_MAX];
        long[] createdAtMs = new long[FlowOpenBatch.FLOWS_MAX];
        int[] moves = new int[FlowOpenBatch.FLOWS_MAX];
        int count = 0;
        int visits = Math.min(VISITS_MAX, table.slots());
        for (int i = 0; i < visits && count < FlowOpenBatch.FLOWS_MAX; i++) {
            int entry = cursor;
            cursor = cursor + 1 == table.slots() ? 0 : cursor + 1;
            boolean all = slotsToOfferAll > 0;
            slotsToOfferAll -= all ? 1 : 0;
            if (!table.occupied(entry) || table.expiredAt(entry, state.nowMs())) {
                continue;
            }
            table.copyKey(entry, keys, count * FlowKey.WORDS);
            if (!table.provisional(entry) && !(all && offered[partition(keys, count * FlowKey.WORDS)])) {
                continue;
            }
            TargetRef target = state.targets.ref(table.targetIndex(entry));
            if (target == null) {
                continue;
            }
            picks[count] = positions.computeIfAbsent(target, added -> {
                targets.add(added);
                return targets.size() - 1;
            });
            cookies[count] = table.cookie(entry);
            createdAtMs[count] = table.createdAtMs(entry);
            moves[count] = table.moves(entry);
            count++;
        }
        state.endBatch();
        if (count > 0) {
            awaited = setup.adopt(new FlowAdoptBatch(
                    self,
                    Arrays.copyOf(keys, count * FlowKey.WORDS),
                    targets,
                    Arrays.copyOf(picks, count),
                    Arrays.copyOf(cookies, count),
                    Arrays.copyOf(createdAtMs, count),
                    Arrays.copyOf(moves, count)));
        }
    }

    private int partition(long[] keys, int firstWord) {
        return KeyPartition.of(keys, firstWord, deciders.length);
    }

    /**
     * An authority answered for the flows of an offer.
     *
     * @return whether the next ones may follow at once; else with the next tick
     */
    public boolean adopted(FlowAdoptBatch offer, FlowOpenedBatch answer) {
        awaited--;
        boolean ready = true;
        for (int flow = 0; flow < Math.min(offer.flowCount(), answer.flowCount()); flow++) {
            if (answer.outcomes()[flow] == FlowOpenedBatch.NOT_YET) {
                ready = false;
                offerAgain(offer, flow);
                continue;
            }
            System.arraycopy(offer.keys(), flow * FlowKey.WORDS, key, 0, FlowKey.WORDS);
            int entry = table.find(key, 0, state.hasher.hash(key, 0));
            if (entry == FlowTable.NONE
                    || table.cookie(entry) != offer.cookies()[flow]
                    || answer.outcomes()[flow] < 0) {
                continue;
            }
            int target = state.targets.indexOf(answer.targets().get(answer.outcomes()[flow]));
            if (target == TargetDirectory.NONE) {
                continue;
            }
            if (target != table.targetIndex(entry)) {
                movedCount++;
            }
            table.retarget(entry, target, answer.cookies()[flow], false, answer.createdAtMs()[flow]);
            table.moves(entry, FlowMoves.of(answer.moves(), flow));
        }
        state.endBatch();
        return ready && slotsToOfferAll > 0;
    }

    /** An authority goes by other records: where this table has another cookie, the flow is offered, and so corrected. */
    public void corrected(FlowCorrectedBatch batch) {
        for (int flow = 0; flow < batch.flowCount(); flow++) {
            System.arraycopy(batch.keys(), flow * FlowKey.WORDS, key, 0, FlowKey.WORDS);
            int entry = table.find(key, 0, state.hasher.hash(key, 0));
            if (entry != FlowTable.NONE && table.cookie(entry) != batch.cookies()[flow]) {
                table.markProvisional(entry, true);
            }
        }
        state.endBatch();
    }

    /** An authority did not answer; the flows are offered again in the next pass. */
    public void adoptFailed(FlowAdoptBatch offer) {
        awaited--;
        for (int flow = 0; flow < offer.flowCount(); flow++) {
            offerAgain(offer, flow);
        }
    }

    private void offerAgain(FlowAdoptBatch offer, int flow) {
        if (deciders.length > 0) {
            offerLater(partition(offer.keys(), flow * FlowKey.WORDS));
        }
    }

    /** Flows whose record named another target than the one this node had picked. */
    public long movedCount() {
        return movedCount;
    }
}

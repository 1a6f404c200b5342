// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.flow.core.FlowTable;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowAdoptBatch;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings table and authority together again: provisional flows are offered to it until it has answered for them, and
 * every flow is offered to an authority that has just started and knows nothing.
 *
 * <p>A record the authority has wins: the entry takes its target and cookie. Flows whose target changes by that are
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
    /** Slots still to be visited of a pass that offers every flow. */
    private int slotsToOfferAll;

    private boolean waiting;
    /** Whether the offer on its way belongs to a pass that offers every flow. */
    private boolean waitingForAll;

    private long authorityBootId;
    private long movedCount;

    FlowOffers(ShardState state, FlowSetup setup, NodeId self) {
        this.state = state;
        this.table = state.table;
        this.setup = setup;
        this.self = self;
    }

    /**
     * Which start of the authority answers now: after a change every flow is offered to it.
     *
     * @param bootId when it started, milliseconds since 1970; 0 for an authority in this very process
     * @return whether one that answered before has started anew
     */
    boolean authorityIs(long bootId) {
        if (bootId == authorityBootId) {
            return false;
        }
        boolean another = authorityBootId != 0;
        authorityBootId = bootId;
        offerAll();
        return another;
    }

    /** The authority knows nothing of this table: every flow in it is to be offered. */
    void offerAll() {
        slotsToOfferAll = table.slots();
    }

    /** Offers the next flows, if there are any to offer and no answer is awaited. */
    public void tick() {
        if (waiting || (slotsToOfferAll == 0 && table.provisionalFlows() == 0)) {
            return;
        }
        waitingForAll = slotsToOfferAll > 0;
        List<TargetRef> targets = new ArrayList<>();
        Map<TargetRef, Integer> positions = new HashMap<>();
        long[] keys = new long[FlowOpenBatch.FLOWS_MAX * FlowKey.WORDS];
        int[] picks = new int[FlowOpenBatch.FLOWS_MAX];
        int[] cookies = new int[FlowOpenBatch.FLOWS_MAX];
        long[] createdAtMs = new long[FlowOpenBatch.FLOWS_MAX];
        int count = 0;
        int visits = Math.min(VISITS_MAX, table.slots());
        for (int i = 0; i < visits && count < FlowOpenBatch.FLOWS_MAX; i++) {
            int entry = cursor;
            cursor = cursor + 1 == table.slots() ? 0 : cursor + 1;
            boolean all = slotsToOfferAll > 0;
            slotsToOfferAll -= all ? 1 : 0;
            if (!table.occupied(entry) || !(all || table.provisional(entry)) || table.expiredAt(entry, state.nowMs())) {
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
            table.copyKey(entry, keys, count * FlowKey.WORDS);
            cookies[count] = table.cookie(entry);
            createdAtMs[count] = table.createdAtMs(entry);
            count++;
        }
        state.endBatch();
        if (count > 0) {
            waiting = true;
            setup.adopt(new FlowAdoptBatch(
                    self,
                    Arrays.copyOf(keys, count * FlowKey.WORDS),
                    targets,
                    Arrays.copyOf(picks, count),
                    Arrays.copyOf(cookies, count),
                    Arrays.copyOf(createdAtMs, count)));
        }
    }

    /** The authority answered for the flows of an offer. */
    public void adopted(FlowAdoptBatch offer, FlowOpenedBatch answer) {
        waiting = false;
        for (int flow = 0; flow < Math.min(offer.flowCount(), answer.flowCount()); flow++) {
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
        }
        state.endBatch();
    }

    /** The authority did not answer; the flows are offered again when the cursor comes to them. */
    public void adoptFailed() {
        waiting = false;
        if (waitingForAll) {
            offerAll();
        }
    }

    /** Flows whose record named another target than the one this node had picked. */
    public long movedCount() {
        return movedCount;
    }
}

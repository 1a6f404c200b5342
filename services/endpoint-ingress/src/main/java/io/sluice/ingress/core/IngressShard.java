// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.datagram.DatagramPort;
import io.sluice.geneve.core.PacketConduit;
import io.sluice.geneve.core.ReturnForward;
import io.sluice.geneve.core.SharedByTarget;
import io.sluice.hashing.core.FlowCookies;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import io.sluice.selection.core.TargetSetSnapshot;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The parts of one shard's ingress, put together: what a packet runs through both ways, and what keeps its flows.
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
public final class IngressShard {

    private final ShardState state;
    private final LocalDecider decider;
    private final TargetFates fates;
    private final EndpointDelivery delivery;
    private final IngressPipeline pipeline;
    private final ReturnPipeline returns;
    private final FlowOpening opening;
    private final FlowInstaller installer;
    private final FlowEnds ends;
    private final FlowOffers offers;
    private final ForwardLeg leg;
    private final SenderAnswers answers;
    private final RecoveryWindow window = new RecoveryWindow();
    private final MacBudget budget;
    private final FlowRelearning relearning;

    /**
     * @param state what ingress and return share
     * @param conduit the way to targets
     * @param setup the way to the authority
     * @param decider decides when the authority does not
     * @param cookies knows cookies of returns again; the shard's own
     * @param self this node
     * @param portSlots source ports towards targets
     * @param wallClockMs milliseconds since 1970
     * @param accounts what targets may get wrong, the same for all shards
     * @param search where returns are looked for whose flow is not here
     * @param forward where returns go that came to the wrong ingress
     */
    public IngressShard(
            ShardState state,
            PacketConduit conduit,
            FlowSetup setup,
            LocalDecider decider,
            FlowCookies cookies,
            NodeId self,
            int portSlots,
            LongSupplier wallClockMs,
            SharedByTarget<MacAccount> accounts,
            ReturnSearch search,
            ReturnForward forward) {
        if (portSlots < 1 || portSlots > PORT_SLOTS_MAX) {
            throw new IllegalArgumentException(
                    portSlots + " source ports: expected 1 to " + PORT_SLOTS_MAX + ", as many as a flow can remember");
        }
        this.state = state;
        this.decider = decider;
        FragmentMap fragments = new FragmentMap(FRAGMENTED_PACKETS_MAX, state.hasher);
        FlowLocator flows = new FlowLocator(state.slab.memory(), state.table, state.hasher, fragments);
        fates = new TargetFates(state.targets);
        delivery = new EndpointDelivery(state);
        answers = new SenderAnswers(state, delivery);
        leg = new ForwardLeg(state, conduit, delivery);
        ends = new FlowEnds(state.table, state.targets, setup, self, wallClockMs);
        installer = new FlowInstaller(state, ends, portSlots);
        opening = new FlowOpening(state, leg, installer, ends, setup, decider, answers, window, self);
        offers = new FlowOffers(state, setup, self);
        pipeline = new IngressPipeline(state, flows, new EthernetStation(state), leg, opening, ends, fates, answers);
        budget = new MacBudget(state.targets, accounts);
        relearning = new FlowRelearning(state, flows, installer, opening, fates, window, cookies, wallClockMs, budget);
        returns = new ReturnPipeline(state, flows, relearning, delivery, search, forward);
    }

    /** Source ports a flow can remember one of: 4 bits of its entry. */
    public static final int PORT_SLOTS_MAX = 16;

    /** Fragmented packets whose ports are remembered at once; beyond, the oldest ones' later fragments go by 3-tuple. */
    private static final int FRAGMENTED_PACKETS_MAX = 16_384;

    /** Gets the packets of endpoints. */
    public IngressPipeline pipeline() {
        return pipeline;
    }

    /** Gets what targets return. */
    public ReturnPipeline returns() {
        return returns;
    }

    /** Delivers through this socket from now on: the one endpoints send to, once it is bound. */
    public void deliverThrough(DatagramPort port) {
        delivery.through(port);
    }

    /** Sets flows up. */
    public FlowOpening opening() {
        return opening;
    }

    /** Ends them. */
    public FlowEnds ends() {
        return ends;
    }

    /** Brings table and authority together again. */
    public FlowOffers offers() {
        return offers;
    }

    /** The process has started, and not for the first time: absence of a flow proves nothing for so long. */
    public void startedAgain(long longestIdleTimeoutMs) {
        window.startedAgain(state.nowMs(), longestIdleTimeoutMs);
        state.endBatch();
    }

    /**
     * Who decides about what now; one that decides about flows since now knows no records but copies until this table's flows
     * have been offered to it.
     */
    public void ownersAre(OwnerTable owners) {
        if (offers.ownersAre(owners)) {
            window.authorityRestarted(state.nowMs());
            state.endBatch();
        }
    }

    /** To be called some times a second. */
    public void tick() {
        opening.tick();
    }

    /** Health, configuration or the targets' indexes changed: flows of failed targets may have to go elsewhere. */
    public void inputsChanged() {
        TargetSetSnapshot snapshot = decider.snapshot();
        fates.refresh(snapshot, state.endpoints().entries(), state.zonesServed());
        ends.endThoseThat((endpointId, targetIndex, firstSeenMs) -> {
            EndpointEntry endpoint = state.endpoints().byId(endpointId);
            return endpoint == null
                    || !endpoint.available
                    || fates.ends(targetIndex, endpoint)
                    || leftBehind(targetIndex, firstSeenMs, endpoint);
        });
    }

    /**
     * Whether a flow is of a load balancer that is no longer the endpoint's (T22): it began before, or its target is of
     * that one's group, as the authority had not heard of the change yet.
     */
    private boolean leftBehind(int targetIndex, long firstSeenMs, EndpointEntry endpoint) {
        if (endpoint.balancerSinceMs == 0) {
            return false;
        }
        TargetRef ref = state.targets.ref(targetIndex);
        return firstSeenMs < endpoint.balancerSinceMs
                || (ref != null && !ref.group().equals(endpoint.group));
    }

    /** Open recovery windows. */
    int openRecoveryWindows() {
        int open = window.openCount(state.nowMs());
        state.endBatch();
        return open;
    }

    /** Names each target that got more cookies wrong than it may since the last call, and so is taken for known flows only. */
    public void exceededBudgets(Consumer<TargetRef> alarm) {
        budget.exceeded(alarm);
    }

    MacBudget budget() {
        return budget;
    }

    FlowRelearning relearning() {
        return relearning;
    }

    FlowInstaller installer() {
        return installer;
    }

    ForwardLeg leg() {
        return leg;
    }

    SenderAnswers answers() {
        return answers;
    }
}

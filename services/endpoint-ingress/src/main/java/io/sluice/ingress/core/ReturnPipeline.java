// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.flow.core.FlowTable;
import io.sluice.flow.core.TcpTracker;
import io.sluice.geneve.core.DecodeDrops;
import io.sluice.geneve.core.ReturnForward;
import io.sluice.geneve.core.ReturnReceiver;
import io.sluice.model.config.PacketPolicy;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.metric.DropReason;
import io.sluice.packet.DecodeStatus;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.transport.MssClamp;

/**
 * A packet's way back from its target to the endpoint: find the flow, check cookie and target, deliver (W-16 … W-24).
 *
 * <p>Delivery goes to the attachment that the flow's direction came from.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Errors</b>: none; silence and a counter (W-19, W-27).
 */
public final class ReturnPipeline implements ReturnReceiver {

    private final ShardState state;
    private final FlowLocator flows;
    private final FlowRelearning relearning;
    private final EndpointDelivery delivery;
    private final ReturnSearch search;
    private final ReturnForward forward;
    private final InnerPacket inner = new InnerPacket();

    /**
     * @param state the shard
     * @param flows finds flows
     * @param relearning learns those that it does not find
     * @param delivery the way to endpoints
     * @param search where a return is looked for whose flow is not here
     * @param forward where one goes that came to the wrong ingress
     */
    ReturnPipeline(
            ShardState state,
            FlowLocator flows,
            FlowRelearning relearning,
            EndpointDelivery delivery,
            ReturnSearch search,
            ReturnForward forward) {
        this.state = state;
        this.flows = flows;
        this.relearning = relearning;
        this.delivery = delivery;
        this.search = search;
        this.forward = forward;
    }

    @Override
    public void onReturn(
            int slot,
            int innerOffset,
            int innerLengthBytes,
            int protocolType,
            long endpointId,
            int flowCookie,
            int outerSourceAddress) {
        EndpointEntry endpoint = state.endpoints().byId(endpointId);
        if (endpoint == null) {
            reject(slot, outerSourceAddress, DropReason.RETURN_ENDPOINT_UNKNOWN);
            return;
        }
        if (!endpoint.available) {
            reject(slot, outerSourceAddress, DropReason.ENDPOINT_NOT_AVAILABLE);
            return;
        }
        DecodeStatus status = inner.parse(state.slab.memory(), innerOffset, innerLengthBytes, protocolType);
        if (status != DecodeStatus.OK) {
            reject(slot, outerSourceAddress, DecodeDrops.reason(status));
            return;
        }
        // what the appliance made of a packet may be longer than it was (W-22), but not than any may be
        if (inner.totalLengthBytes() > PacketPolicy.MTU_MAX) {
            reject(slot, outerSourceAddress, DropReason.INNER_TOO_LARGE);
            return;
        }
        int entry = flows.locateReturned(endpoint, inner, flowCookie, state.nowMs());
        boolean tupleMatches = entry != FlowTable.NONE;
        if (!tupleMatches && !endpoint.returnTupleCheck) {
            entry = flows.locateByCookie(endpoint, inner, flowCookie, state.nowMs());
        }
        boolean known = entry != FlowTable.NONE;
        if ((known ? !cameInHere(entry) : mayBeElsewhere(endpoint))
                && forward.forward(
                        slot,
                        innerOffset,
                        innerLengthBytes,
                        protocolType,
                        endpointId,
                        flowCookie,
                        outerSourceAddress,
                        known)) {
            return;
        }
        if (!known && !comesBack(endpoint)) {
            entry = relearning.learn(endpoint, inner, flowCookie, outerSourceAddress);
            tupleMatches = entry != FlowTable.NONE;
        }
        if (entry != FlowTable.NONE) {
            accept(slot, innerOffset, protocolType, endpoint, entry, tupleMatches, outerSourceAddress);
        } else if (mayBeElsewhere(endpoint)) {
            searchOn(
                    slot,
                    innerOffset,
                    innerLengthBytes,
                    protocolType,
                    endpointId,
                    flowCookie,
                    outerSourceAddress,
                    flows.refusal,
                    search.otherShards() + (comesBack(endpoint) ? 1 : 0));
        } else {
            reject(slot, outerSourceAddress, flows.refusal);
        }
    }

    /** Whether packets of the direction in hand have come in at this node: it then leaves from where they came to. */
    private boolean cameInHere(int entry) {
        return state.table.attachment(entry, flows.fromLower) != FlowTable.NO_ATTACHMENT;
    }

    /**
     * Whether a return goes round all shards, this one the last, before its flow is learnt: where tuples may have been changed
     * a cookie that does not fit this one may be of a flow elsewhere, and is no failure of the target's until it is not.
     */
    private boolean comesBack(EndpointEntry endpoint) {
        return !endpoint.returnTupleCheck && search.otherShards() > 0;
    }

    /**
     * Whether another shard, or ingress, can have the flow of a return that none here took. Not where the tuple's flow is here
     * and the cookie is another's: that flow would have to have this very tuple. Not where the cookie's flow is here either.
     */
    private boolean mayBeElsewhere(EndpointEntry endpoint) {
        return switch (flows.refusal) {
            case RETURN_TUPLE_MISMATCH, TABLE_FULL -> false;
            case RETURN_COOKIE_MISMATCH -> !endpoint.returnTupleCheck;
            default -> true;
        };
    }

    /**
     * A return whose addresses belong to another shard, where it has no flow: only by its cookie it can be of one here. The
     * last one asked is the shard that it belongs to where its tuple may have been changed ({@link #comesBack}).
     *
     * @param verdict what the shards before made of it
     * @param shardsLeft shards that have not been asked yet
     * @see #onReturn
     */
    public void onStray(
            int slot,
            int innerOffset,
            int innerLengthBytes,
            int protocolType,
            long endpointId,
            int flowCookie,
            int outerSourceAddress,
            DropReason verdict,
            int shardsLeft) {
        EndpointEntry endpoint = state.endpoints().byId(endpointId);
        if (endpoint == null
                || inner.parse(state.slab.memory(), innerOffset, innerLengthBytes, protocolType) != DecodeStatus.OK) {
            // the configuration changed meanwhile; that it can be parsed the first shard has found out
            reject(slot, outerSourceAddress, DropReason.RETURN_ENDPOINT_UNKNOWN);
            return;
        }
        if (!endpoint.available) {
            reject(slot, outerSourceAddress, DropReason.ENDPOINT_NOT_AVAILABLE);
            return;
        }
        int entry = flows.locateByCookie(endpoint, inner, flowCookie, state.nowMs());
        boolean isBack = entry == FlowTable.NONE && shardsLeft == 0 && comesBack(endpoint);
        if (isBack) {
            entry = flows.locateReturned(endpoint, inner, flowCookie, state.nowMs());
            if (entry == FlowTable.NONE) {
                entry = relearning.learn(endpoint, inner, flowCookie, outerSourceAddress);
            }
        }
        if (entry == FlowTable.NONE) {
            searchOn(
                    slot,
                    innerOffset,
                    innerLengthBytes,
                    protocolType,
                    endpointId,
                    flowCookie,
                    outerSourceAddress,
                    verdict == DropReason.RETURN_FLOW_UNKNOWN && flows.isOfAnotherEndpoint(endpoint, flowCookie)
                            ? DropReason.RETURN_ENDPOINT_MISMATCH
                            : verdict,
                    shardsLeft);
        } else if (endpoint.returnTupleCheck) {
            reject(slot, outerSourceAddress, DropReason.RETURN_TUPLE_MISMATCH);
        } else {
            accept(slot, innerOffset, protocolType, endpoint, entry, isBack, outerSourceAddress);
        }
    }

    /** Passes a return on where there is another shard to ask, else drops it for what has been found out. */
    private void searchOn(
            int slot,
            int innerOffset,
            int innerLengthBytes,
            int protocolType,
            long endpointId,
            int flowCookie,
            int outerSourceAddress,
            DropReason verdict,
            int shardsLeft) {
        if (shardsLeft == 0) {
            reject(slot, outerSourceAddress, verdict);
        } else if (search.pass(
                state.slab.memory(),
                innerOffset,
                innerLengthBytes,
                protocolType,
                endpointId,
                flowCookie,
                outerSourceAddress,
                verdict,
                shardsLeft - 1)) {
            state.slab.release(slot);
        } else {
            reject(slot, outerSourceAddress, DropReason.SHARD_RING_FULL);
        }
    }

    /** The return in {@link #inner} is of this flow; its target is still to be checked. */
    private void accept(
            int slot,
            int innerOffset,
            int protocolType,
            EndpointEntry endpoint,
            int entry,
            boolean tupleMatches,
            int outerSourceAddress) {
        int target = state.table.targetIndex(entry);
        if (state.targets.address(target) != outerSourceAddress || state.targets.isBypass(target)) {
            reject(slot, outerSourceAddress, DropReason.RETURN_TARGET_MISMATCH);
            return;
        }
        if (inner.firstFragment()) {
            flows.returnedFirst(endpoint, inner, state.nowMs());
        }
        int mss = endpoint.packets.mssClamp();
        if (mss != 0) {
            // a SYN-ACK may be the appliance's own
            MssClamp.clamp(state.slab.memory(), inner, mss);
        }
        int lengthBytes = inner.totalLengthBytes();
        state.targets.returned(target, lengthBytes);
        keepAlive(entry, tupleMatches);
        deliver(slot, innerOffset, lengthBytes, protocolType, endpoint, entry);
    }

    /**
     * A returned packet refreshes its flow (F-13) and moves it through TCP's life: the target let it pass (F-19). An
     * error about the flow does neither.
     */
    private void keepAlive(int entry, boolean tupleMatches) {
        FlowTable table = state.table;
        if (flows.icmpError) {
            return;
        }
        boolean fromInitiator = flows.fromLower == table.initiatorIsLower(entry);
        boolean refreshes = true;
        if (tupleMatches && ShardState.followsTcp(flows.key[FlowKey.TRAITS_WORD]) && !inner.nonFirstFragment()) {
            int step = TcpTracker.step(
                    table.tcpState(entry), fromInitiator, inner.tcpFlags(), inner.tcpPayloadBytes(), true);
            table.tcpState(entry, TcpTracker.state(step));
            refreshes = TcpTracker.refreshes(step);
            if (table.embryonic(entry) && TcpTracker.established(table.tcpState(entry))) {
                table.established(entry);
            }
        } else {
            table.tcpState(entry, TcpTracker.withReturnsSeen(table.tcpState(entry)));
            if (!fromInitiator && table.embryonic(entry)) {
                table.established(entry);
            }
        }
        if (refreshes) {
            table.refresh(entry, state.nowMs());
        }
    }

    /** A direction that only the target has sent in takes the other's attachment and frame header (W-24). */
    private void deliver(
            int slot, int innerOffset, int lengthBytes, int protocolType, EndpointEntry endpoint, int entry) {
        FlowTable table = state.table;
        boolean known = table.attachment(entry, flows.fromLower) != FlowTable.NO_ATTACHMENT;
        boolean side = known == flows.fromLower;
        delivery.deliver(
                slot,
                innerOffset,
                lengthBytes,
                protocolType,
                endpoint,
                table.attachment(entry, side),
                table.frame(entry, side));
    }

    private void reject(int slot, int outerSourceAddress, DropReason reason) {
        state.targets.rejected(outerSourceAddress);
        state.drop(slot, reason);
    }

    @Override
    public void onReturnBatchEnd() {
        state.endBatch();
    }
}

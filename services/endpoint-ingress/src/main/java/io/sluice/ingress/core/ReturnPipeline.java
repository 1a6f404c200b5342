// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.flow.core.FlowTable;
import io.sluice.flow.core.TcpTracker;
import io.sluice.geneve.core.DecodeDrops;
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
    private final EndpointDelivery delivery;
    private final InnerPacket inner = new InnerPacket();

    /**
     * @param state the shard
     * @param flows finds flows
     * @param delivery the way to endpoints
     */
    ReturnPipeline(ShardState state, FlowLocator flows, EndpointDelivery delivery) {
        this.state = state;
        this.flows = flows;
        this.delivery = delivery;
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
        if (entry == FlowTable.NONE) {
            reject(slot, outerSourceAddress, flows.refusal);
            return;
        }
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

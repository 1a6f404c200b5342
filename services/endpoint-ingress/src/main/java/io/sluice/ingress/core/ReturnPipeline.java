// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.datagram.DatagramPort;
import io.sluice.flow.core.FlowTable;
import io.sluice.flow.core.TcpTracker;
import io.sluice.geneve.core.DecodeDrops;
import io.sluice.geneve.core.ReturnReceiver;
import io.sluice.hashing.core.FlowKeyExtractor;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.metric.DropReason;
import io.sluice.packet.DecodeStatus;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.geneve.GeneveFlyweight;
import org.jspecify.annotations.Nullable;

/**
 * A packet's way back from its target to the endpoint: find the flow, check cookie and target, deliver (W-16 … W-21).
 *
 * <p>Delivery is plain GENEVE without options, VNI = endpoint, from the very address and port the endpoint sends to, to
 * the attachment that the flow's direction came from.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Errors</b>: none; silence and a counter (W-19, W-27).
 */
public final class ReturnPipeline implements ReturnReceiver {

    private final ShardState state;
    private @Nullable DatagramPort endpointPort;
    private final InnerPacket inner = new InnerPacket();
    private final long[] key = new long[FlowKey.WORDS];

    /**
     * @param state the shard
     */
    public ReturnPipeline(ShardState state) {
        this.state = state;
    }

    /** Delivers through this socket from now on: the one endpoints send to, once it is bound. */
    public void deliverThrough(DatagramPort port) {
        endpointPort = port;
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
        if (inner.totalLengthBytes() > IngressPipeline.INNER_BYTES_MAX) {
            reject(slot, outerSourceAddress, DropReason.INNER_TOO_LARGE);
            return;
        }
        boolean fromLower = FlowKeyExtractor.extract(inner, endpointId, endpoint.stickiness, key, 0);
        int entry = state.table.find(key, 0, state.hasher.hash(key, 0));
        if (entry == FlowTable.NONE || state.table.expiredAt(entry, state.nowMs())) {
            reject(slot, outerSourceAddress, DropReason.RETURN_FLOW_UNKNOWN);
            return;
        }
        int target = state.table.targetIndex(entry);
        if (state.table.cookie(entry) != flowCookie) {
            reject(slot, outerSourceAddress, DropReason.RETURN_COOKIE_MISMATCH);
            return;
        }
        if (state.targets.address(target) != outerSourceAddress) {
            reject(slot, outerSourceAddress, DropReason.RETURN_TARGET_MISMATCH);
            return;
        }
        int lengthBytes = inner.totalLengthBytes();
        state.targets.returned(target, lengthBytes);
        keepAlive(entry, fromLower);
        deliver(slot, innerOffset, lengthBytes, protocolType, endpoint, attachment(entry, fromLower));
    }

    /** A returned packet refreshes its flow (F-13) and moves it through TCP's life: the target let it pass (F-19). */
    private void keepAlive(int entry, boolean fromLower) {
        FlowTable table = state.table;
        boolean refreshes = true;
        if (ShardState.followsTcp(key[FlowKey.TRAITS_WORD])) {
            boolean fromInitiator = fromLower == table.initiatorIsLower(entry);
            int step = TcpTracker.step(
                    table.tcpState(entry), fromInitiator, inner.tcpFlags(), inner.tcpPayloadBytes(), true);
            table.tcpState(entry, TcpTracker.state(step));
            refreshes = TcpTracker.refreshes(step);
        }
        if (refreshes) {
            table.refresh(entry, state.nowMs());
        }
    }

    /** Where packets of this direction came from; a direction that only the target has sent in takes the other's. */
    private int attachment(int entry, boolean fromLower) {
        int own = state.table.attachment(entry, fromLower);
        return own != FlowTable.NO_ATTACHMENT ? own : state.table.attachment(entry, !fromLower);
    }

    private void deliver(
            int slot, int innerOffset, int lengthBytes, int protocolType, EndpointEntry endpoint, int attachment) {
        DatagramPort port = endpointPort;
        if (port == null) {
            // no flow can exist before the socket that packets come in by
            state.drop(slot, DropReason.RETURN_FLOW_UNKNOWN);
            return;
        }
        // an attachment taken out of the configuration since leaves the first one
        int to = attachment >= 0 && attachment < endpoint.attachments() ? attachment : 0;
        int start = innerOffset - GeneveFlyweight.HEADER_BYTES;
        GeneveFlyweight.writeWithoutOptions(state.slab.memory(), start, protocolType, endpoint.vni);
        port.send(slot, start, GeneveFlyweight.HEADER_BYTES + lengthBytes, endpoint.address(to), endpoint.port(to));
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

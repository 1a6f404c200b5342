// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.datagram.DatagramPort;
import io.sluice.flow.core.FlowTable;
import io.sluice.geneve.core.DecodeDrops;
import io.sluice.geneve.core.ReturnReceiver;
import io.sluice.hashing.core.FlowKeyExtractor;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.metric.DropReason;
import io.sluice.packet.DecodeStatus;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.geneve.GeneveFlyweight;

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
    private final DatagramPort endpointPort;
    private final InnerPacket inner = new InnerPacket();
    private final GeneveFlyweight geneve = new GeneveFlyweight();
    private final long[] key = new long[FlowKey.WORDS];

    /**
     * @param state the shard
     * @param endpointPort the ingress socket
     */
    public ReturnPipeline(ShardState state, DatagramPort endpointPort) {
        this.state = state;
        this.endpointPort = endpointPort;
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
        int length = inner.totalLengthBytes();
        state.targets.returned(target, length);
        state.table.returned(entry, fromLower, inner.tcpFlags(), inner.tcpPayloadBytes(), state.nowMs());
        deliver(slot, innerOffset, length, protocolType, endpoint, state.table.attachment(entry, fromLower));
    }

    private void deliver(
            int slot, int innerOffset, int lengthBytes, int protocolType, EndpointEntry endpoint, int attachment) {
        // an attachment taken out of the configuration since leaves the first one
        int to = attachment < endpoint.attachments() ? attachment : 0;
        int start = innerOffset - GeneveFlyweight.HEADER_BYTES;
        geneve.wrap(state.slab.memory(), start)
                .clear()
                .protocolType(protocolType)
                .vni(endpoint.vni);
        endpointPort.send(
                slot, start, GeneveFlyweight.HEADER_BYTES + lengthBytes, endpoint.address(to), endpoint.port(to));
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

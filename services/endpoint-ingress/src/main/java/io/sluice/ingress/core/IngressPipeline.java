// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.datagram.DatagramPort;
import io.sluice.datagram.DatagramReceiver;
import io.sluice.flow.core.FlowTable;
import io.sluice.flow.core.TcpTracker;
import io.sluice.geneve.core.DecodeDrops;
import io.sluice.hashing.core.FlowKeyExtractor;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.packet.DecodeStatus;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.geneve.GeneveDatagram;
import io.sluice.packet.geneve.GeneveFlyweight;

/**
 * A packet's way from an endpoint to its target: decode, find the endpoint, find the flow, send.
 *
 * <p>A packet of a known flow passes in one go. A packet of an unknown one waits in {@link FlowOpening}.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Ownership</b>: every slot that comes in is released, sent
 * or held. <b>Errors</b>: none; what cannot be served is dropped with its reason.
 */
public final class IngressPipeline implements DatagramReceiver {

    /** The largest inner packet. */
    public static final int INNER_BYTES_MAX = 8_500;

    private static final int NO_COOKIE = 0;

    private final ShardState state;
    private final ForwardLeg leg;
    private final FlowOpening opening;
    private final FlowEnds ends;
    private final GeneveDatagram geneve = GeneveDatagram.endpointSide();
    private final InnerPacket inner = new InnerPacket();
    private final EndpointPacket packet = new EndpointPacket();
    private final long[] key = new long[FlowKey.WORDS];

    /**
     * @param state the shard
     * @param leg sends packets of known flows
     * @param opening holds packets of unknown ones
     * @param ends takes flows out
     */
    IngressPipeline(ShardState state, ForwardLeg leg, FlowOpening opening, FlowEnds ends) {
        this.state = state;
        this.leg = leg;
        this.opening = opening;
        this.ends = ends;
    }

    @Override
    public void onDatagram(
            DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
        state.counters.packet(PacketPlace.ENDPOINT_IN, lengthBytes);
        DecodeStatus status = geneve.decode(state.slab.memory(), offset, lengthBytes);
        if (status == DecodeStatus.GENEVE_CONTROL) {
            keepAlive(port, slot, offset, lengthBytes, sourceAddress);
            return;
        }
        if (status != DecodeStatus.OK) {
            state.drop(slot, DecodeDrops.reason(status));
            return;
        }
        EndpointEntry endpoint = state.endpoints().byVni(geneve.vni());
        if (endpoint == null) {
            state.drop(slot, DropReason.ENDPOINT_UNKNOWN);
            return;
        }
        int attachment = endpoint.attachmentOf(sourceAddress);
        if (attachment == EndpointEntry.NO_ATTACHMENT) {
            state.drop(slot, DropReason.ATTACHMENT_UNKNOWN);
            return;
        }
        int protocolType = geneve.protocolType();
        if (protocolType == GeneveFlyweight.PROTOCOL_ETHERNET) {
            state.drop(slot, DropReason.GENEVE_PROTOCOL_TYPE);
            return;
        }
        status = inner.parse(state.slab.memory(), geneve.payloadOffset(), geneve.payloadLengthBytes(), protocolType);
        if (status != DecodeStatus.OK) {
            state.drop(slot, DecodeDrops.reason(status));
            return;
        }
        if (inner.totalLengthBytes() > INNER_BYTES_MAX) {
            state.drop(slot, DropReason.INNER_TOO_LARGE);
            return;
        }
        packet.of(slot, geneve.payloadOffset(), protocolType, attachment, inner);
        packet.fromLower = FlowKeyExtractor.extract(inner, endpoint.id, endpoint.stickiness, key, 0);
        forward(endpoint);
    }

    /** The packet in {@link #packet}, its key in {@link #key}. */
    private void forward(EndpointEntry endpoint) {
        long hash = state.hasher.hash(key, 0);
        int entry = state.table.find(key, 0, hash);
        int previousCookie = NO_COOKIE;
        if (entry != FlowTable.NONE && isOver(entry)) {
            previousCookie = state.table.cookie(entry);
            ends.end(entry);
            entry = FlowTable.NONE;
        }
        if (entry == FlowTable.NONE) {
            opening.hold(packet, key, hash, previousCookie);
        } else {
            leg.send(packet, key[FlowKey.TRAITS_WORD], endpoint, entry);
        }
    }

    /** An entry past its time is none (F-15), and a SYN on a closed one opens a new flow (F-20). */
    private boolean isOver(int entry) {
        return state.table.expiredAt(entry, state.nowMs())
                || (TcpTracker.closed(state.table.tcpState(entry))
                        && packet.tcp
                        && TcpTracker.opening(packet.tcpFlags));
    }

    @Override
    public void onBatchEnd() {
        // ends go first: a flow that is opened anew must find its predecessor's record closed
        ends.report();
        opening.ask();
        state.endBatch();
    }

    /** An empty control packet of an endpoint is its agent's keep-alive: it goes back as it came. */
    private void keepAlive(DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress) {
        EndpointEntry endpoint =
                lengthBytes == GeneveFlyweight.HEADER_BYTES ? state.endpoints().byVni(geneve.vni()) : null;
        int attachment = endpoint == null ? EndpointEntry.NO_ATTACHMENT : endpoint.attachmentOf(sourceAddress);
        if (endpoint == null || attachment == EndpointEntry.NO_ATTACHMENT) {
            state.drop(slot, DropReason.GENEVE_CONTROL);
            return;
        }
        port.send(slot, offset, lengthBytes, endpoint.address(attachment), endpoint.port(attachment));
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.datagram.DatagramPort;
import io.sluice.datagram.DatagramReceiver;
import io.sluice.flow.core.FlowTable;
import io.sluice.flow.core.TcpTracker;
import io.sluice.geneve.core.DecodeDrops;
import io.sluice.model.flow.FlowEnd;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.packet.DecodeStatus;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.geneve.GeneveDatagram;
import io.sluice.packet.geneve.GeneveFlyweight;
import io.sluice.packet.geneve.GwlbOptions;
import io.sluice.packet.ip.InnerDestination;
import io.sluice.packet.transport.MssClamp;
import io.sluice.packet.transport.PacketTooBig;
import io.sluice.selection.core.FlowFate;

/**
 * A packet's way from an endpoint to its target: decode, find the endpoint, admit, find the flow, send.
 *
 * <p>A packet of a known flow passes in one go. A packet of an unknown one, or of one whose target failed and that is to
 * move (T5), waits in {@link FlowOpening}.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Ownership</b>: every slot that comes in is released, sent
 * or held. <b>Errors</b>: none; what cannot be served is dropped with its reason.
 */
public final class IngressPipeline implements DatagramReceiver {

    private static final int NO_COOKIE = 0;

    /** What a keep-alive may have behind its header: the nonce of its agent. */
    private static final int KEEP_ALIVE_NONCE_BYTES = 8;

    /** An agent sends a keep-alive once a second at least; who has sent none for so long is none, or gone. */
    private static final long AGENT_MS = 5_000;

    private static final long NEVER_MS = Long.MIN_VALUE / 2;

    private final ShardState state;
    private final FlowLocator flows;
    private final EthernetStation station;
    private final ForwardLeg leg;
    private final FlowOpening opening;
    private final FlowEnds ends;
    private final TargetFates fates;
    private final SenderAnswers answers;
    private final GeneveDatagram geneve = GeneveDatagram.endpointSide();
    private final InnerPacket inner = new InnerPacket();
    private final EndpointPacket packet = new EndpointPacket();
    private long keptAliveAtMs = NEVER_MS;
    private boolean leaving;

    /**
     * @param state the shard
     * @param flows finds flows
     * @param station takes Ethernet frames apart
     * @param leg sends packets of known flows
     * @param opening holds packets of unknown ones
     * @param ends takes flows out
     * @param fates what happens to flows of failed targets
     * @param answers tells senders
     */
    IngressPipeline(
            ShardState state,
            FlowLocator flows,
            EthernetStation station,
            ForwardLeg leg,
            FlowOpening opening,
            FlowEnds ends,
            TargetFates fates,
            SenderAnswers answers) {
        this.state = state;
        this.flows = flows;
        this.station = station;
        this.leg = leg;
        this.opening = opening;
        this.ends = ends;
        this.fates = fates;
        this.answers = answers;
    }

    /**
     * A header towards a target, or over the link to a codec, is longer than an endpoint's by the options; and the answer to
     * a packet that is too large has it behind headers of its own.
     */
    @Override
    public int headroomBytes() {
        return Math.max(GwlbOptions.OPTIONS_BYTES, PacketTooBig.HEADROOM_BYTES);
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
        if (!endpoint.available) {
            state.drop(slot, DropReason.ENDPOINT_NOT_AVAILABLE);
            return;
        }
        int innerOffset = geneve.payloadOffset();
        int protocolType = geneve.protocolType();
        int frame = 0;
        if (endpoint.ethernet != (protocolType == GeneveFlyweight.PROTOCOL_ETHERNET)) {
            state.drop(slot, DropReason.GENEVE_PROTOCOL_TYPE);
            return;
        }
        if (endpoint.ethernet) {
            innerOffset = station.enter(port, slot, innerOffset, geneve.payloadLengthBytes(), endpoint, attachment);
            if (innerOffset == EthernetStation.DONE) {
                return;
            }
            protocolType = station.protocolType();
            frame = station.frame();
        }
        status = inner.parse(state.slab.memory(), innerOffset, offset + lengthBytes - innerOffset, protocolType);
        if (status != DecodeStatus.OK) {
            state.drop(slot, DecodeDrops.reason(status));
            return;
        }
        packet.of(slot, innerOffset, protocolType, attachment, frame, inner);
        if (admitted(endpoint)) {
            forward(endpoint);
        }
    }

    /** Whether the packet in {@link #inner} may go on; else it has been dropped. */
    private boolean admitted(EndpointEntry endpoint) {
        if (!InnerDestination.unicast(inner)) {
            state.drop(packet.slot, DropReason.INNER_NOT_UNICAST);
            return false;
        }
        if (inner.ipVersion() == 6 && !endpoint.takesIpv6) {
            state.drop(packet.slot, DropReason.INNER_IP_VERSION);
            return false;
        }
        if (inner.totalLengthBytes() > endpoint.packets.mtu()) {
            answers.tooLarge(packet, inner, endpoint);
            return false;
        }
        int mss = endpoint.packets.mssClamp();
        if (mss != 0) {
            MssClamp.clamp(state.slab.memory(), inner, mss);
        }
        return true;
    }

    /**
     * A live flow that keeps its target comes first and is all there is here: a compiler inlines in the order of the code
     * until it has enough, and while many flows are new it had enough of {@link FlowOpening} before it came to the sending.
     */
    private void forward(EndpointEntry endpoint) {
        int entry = flows.locate(endpoint, inner, state.nowMs());
        if (entry != FlowTable.NONE && !isOver(entry, endpoint) && fateOf(entry, endpoint) == FlowFate.KEEP) {
            packet.fromLower = flows.fromLower;
            packet.icmpError = flows.icmpError;
            leg.send(packet, flows.key[FlowKey.TRAITS_WORD], endpoint, entry);
        } else {
            forwardOtherwise(endpoint, entry);
        }
    }

    /** The packet's flow is not known, over, or not to keep its target. */
    private void forwardOtherwise(EndpointEntry endpoint, int located) {
        int entry = located;
        int previousCookie = NO_COOKIE;
        if (entry != FlowTable.NONE && isOver(entry, endpoint)) {
            if (!state.table.expiredAt(entry, state.nowMs())) {
                // a flow that was only idle here may live on at another node; one that was closed does not (F-20)
                previousCookie = state.table.cookie(entry);
            }
            ends.end(entry);
            // what comes next is keyed by the packet's own tuple and the present stickiness (F-7)
            entry = flows.locateOwn(endpoint, inner, state.nowMs());
            if (entry != FlowTable.NONE && isOver(entry, endpoint)) {
                ends.end(entry);
                entry = FlowTable.NONE;
            }
        }
        packet.fromLower = flows.fromLower;
        packet.icmpError = flows.icmpError;
        FlowFate fate = entry == FlowTable.NONE ? FlowFate.KEEP : fateOf(entry, endpoint);
        if (entry == FlowTable.NONE) {
            opening.hold(packet, flows.key, flows.hash, previousCookie, endpoint);
        } else if (fate == FlowFate.MOVE) {
            opening.move(packet, flows.key, flows.hash, state.table.cookie(entry));
        } else if (endsByReset(fate)) {
            answers.reset(packet, inner, endpoint, resetReason(fate));
            ends.end(entry, FlowEnd.RESET);
        } else {
            leg.send(packet, flows.key[FlowKey.TRAITS_WORD], endpoint, entry);
        }
    }

    /** A closed flow only lingers, at the target it had (F-19). */
    private FlowFate fateOf(int entry, EndpointEntry endpoint) {
        return TcpTracker.closed(state.table.tcpState(entry))
                ? FlowFate.KEEP
                : fates.of(state.table.targetIndex(entry), endpoint);
    }

    /** Whether this packet's flow is to be reset now: TCP under a 5-tuple alone (T13), and not for an error about it. */
    private boolean endsByReset(FlowFate fate) {
        return (fate == FlowFate.RESET_UNHEALTHY || fate == FlowFate.RESET_DEREGISTERED)
                && packet.tcp
                && !packet.icmpError
                && ShardState.followsTcp(flows.key[FlowKey.TRAITS_WORD]);
    }

    private static DropReason resetReason(FlowFate fate) {
        return fate == FlowFate.RESET_UNHEALTHY
                ? DropReason.RESET_TARGET_UNHEALTHY
                : DropReason.RESET_TARGET_DEREGISTERED;
    }

    /** An entry past its time is none (F-15), a SYN on a closed one opens a new flow (F-20), and some end at once (T22). */
    private boolean isOver(int entry, EndpointEntry endpoint) {
        return state.table.expiredAt(entry, state.nowMs())
                || fates.ends(state.table.targetIndex(entry), endpoint)
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

    /**
     * A control packet of an endpoint that is empty, or has a nonce and nothing else, is its agent's keep-alive: it goes
     * back as it came, to where the attachment is by configuration. So it is never answered with more than it had, and by
     * no node that does not know the attachment.
     */
    private void keepAlive(DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress) {
        EndpointEntry endpoint = isKeepAlive(lengthBytes) ? state.endpoints().byVni(geneve.vni()) : null;
        int attachment = endpoint == null ? EndpointEntry.NO_ATTACHMENT : endpoint.attachmentOf(sourceAddress);
        if (endpoint == null || attachment == EndpointEntry.NO_ATTACHMENT) {
            state.drop(slot, DropReason.GENEVE_CONTROL);
            return;
        }
        if (leaving) {
            state.drop(slot, DropReason.SHUTDOWN);
            return;
        }
        keptAliveAtMs = state.nowMs();
        state.counters.packet(PacketPlace.KEEP_ALIVES, lengthBytes);
        port.send(slot, offset, lengthBytes, endpoint.address(attachment), endpoint.port(attachment));
    }

    /**
     * The node is about to stop: keep-alives are answered no more, so that agents go to another one, and what they send
     * meanwhile is forwarded as before.
     *
     * @return whether there are agents that this tells something
     */
    public boolean leave() {
        boolean told = state.nowMs() - keptAliveAtMs < AGENT_MS;
        leaving = true;
        state.endBatch();
        return told;
    }

    private boolean isKeepAlive(int lengthBytes) {
        int payloadBytes = geneve.payloadLengthBytes();
        return lengthBytes == GeneveFlyweight.HEADER_BYTES + payloadBytes
                && (payloadBytes == 0 || payloadBytes == KEEP_ALIVE_NONCE_BYTES);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.datagram.DatagramPort;
import io.sluice.model.metric.DropReason;
import io.sluice.packet.ethernet.EthernetFlyweight;
import io.sluice.packet.ethernet.NeighbourAnswer;
import io.sluice.packet.geneve.GeneveFlyweight;

/**
 * The gateway as a station in the Ethernet segment of an endpoint (protocol type 0x6558): takes the frame header off and
 * keeps it aside, and answers ARP and neighbour solicitations for every address but the asker's own, as it is the only
 * other station there.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: none.
 */
final class EthernetStation {

    /** What {@link #enter} answers when the packet was answered or dropped. */
    static final int DONE = -1;

    private final ShardState state;
    private final EthernetFlyweight ethernet = new EthernetFlyweight();
    private int frame;
    private int protocolType;

    EthernetStation(ShardState state) {
        this.state = state;
    }

    /**
     * Takes a frame.
     *
     * <p><b>Ownership</b>: consumes the slot where it answers {@link #DONE}.
     *
     * @param offset absolute offset of the frame
     * @param lengthBytes bytes of the frame
     * @return absolute offset of the inner packet, whose type and frame header are {@link #protocolType()} and {@link
     *     #frame()}; or {@link #DONE}
     */
    int enter(DatagramPort port, int slot, int offset, int lengthBytes, EndpointEntry endpoint, int attachment) {
        if (!ethernet.parse(state.slab.memory(), offset, lengthBytes)) {
            state.drop(slot, DropReason.FRAME_MALFORMED);
            return DONE;
        }
        int answerBytes = NeighbourAnswer.answer(state.slab.memory(), offset, lengthBytes, endpoint.macAddress);
        if (answerBytes > 0) {
            int start = offset - GeneveFlyweight.HEADER_BYTES;
            GeneveFlyweight.writeWithoutOptions(
                    state.slab.memory(), start, GeneveFlyweight.PROTOCOL_ETHERNET, endpoint.vni);
            port.send(
                    slot,
                    start,
                    GeneveFlyweight.HEADER_BYTES + answerBytes,
                    endpoint.address(attachment),
                    endpoint.port(attachment));
            return DONE;
        }
        protocolType = ethernet.etherType();
        if (protocolType != GeneveFlyweight.PROTOCOL_IPV4 && protocolType != GeneveFlyweight.PROTOCOL_IPV6) {
            state.drop(slot, DropReason.FRAME_NOT_IP);
            return DONE;
        }
        int payloadOffset = ethernet.payloadOffset();
        FrameHeaders frames = endpoint.frames;
        frame = frames == null
                ? FrameHeaders.NONE
                : frames.intern(state.slab.memory(), offset, payloadOffset - offset, state.nowMs());
        if (frame == FrameHeaders.NONE) {
            state.drop(slot, DropReason.FRAME_HEADER_UNKNOWN);
            return DONE;
        }
        return payloadOffset;
    }

    /** Index of the frame header last taken off. */
    int frame() {
        return frame;
    }

    /** Protocol type of the packet behind it. */
    int protocolType() {
        return protocolType;
    }
}

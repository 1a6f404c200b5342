// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.datagram.DatagramPort;
import io.sluice.model.metric.DropReason;
import io.sluice.packet.geneve.GeneveFlyweight;
import org.jspecify.annotations.Nullable;

/**
 * The last step towards an endpoint: plain GENEVE without options, VNI = endpoint, from the very address and port the
 * endpoint sends to (W-20). Where the endpoint carries Ethernet, the frame header that was kept aside goes before the
 * packet again, source and destination swapped.
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
final class EndpointDelivery {

    private final ShardState state;
    private @Nullable DatagramPort port;

    /**
     * @param state the shard
     */
    EndpointDelivery(ShardState state) {
        this.state = state;
    }

    /** Delivers through this socket from now on: the one endpoints send to, once it is bound. */
    void through(DatagramPort bound) {
        port = bound;
    }

    /**
     * Delivers an inner packet.
     *
     * <p><b>Ownership</b>: consumes the slot. Writes into the 30 bytes before the packet.
     *
     * @param protocolType of the packet, 0x0800 or 0x86DD
     * @param attachment index of the attachment; one that is no more leaves the first there is
     * @param frame index of the frame header of its direction, 0 for none
     */
    void deliver(
            int slot,
            int innerOffset,
            int innerLengthBytes,
            int protocolType,
            EndpointEntry endpoint,
            int attachment,
            int frame) {
        DatagramPort socket = port;
        int to = endpoint.presentAttachment(attachment);
        if (socket == null || to == EndpointEntry.NO_ATTACHMENT) {
            // no flow can exist before the socket that packets come in by, nor an endpoint without attachments
            state.drop(slot, DropReason.ATTACHMENT_UNKNOWN);
            return;
        }
        int start = innerOffset;
        int type = protocolType;
        if (endpoint.ethernet) {
            FrameHeaders frames = endpoint.frames;
            if (frames == null || frame == FrameHeaders.NONE) {
                state.drop(slot, DropReason.FRAME_HEADER_UNKNOWN);
                return;
            }
            start -= frames.headerBytes(frame);
            frames.writeReply(frame, state.slab.memory(), start);
            type = GeneveFlyweight.PROTOCOL_ETHERNET;
        }
        start -= GeneveFlyweight.HEADER_BYTES;
        GeneveFlyweight.writeWithoutOptions(state.slab.memory(), start, type, endpoint.vni);
        socket.send(slot, start, innerOffset + innerLengthBytes - start, endpoint.address(to), endpoint.port(to));
    }
}

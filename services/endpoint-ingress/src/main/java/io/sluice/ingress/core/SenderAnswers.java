// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.transport.PacketTooBig;
import io.sluice.packet.transport.TcpReset;

/**
 * Packets the gateway makes itself, each in answer to one that it drops, in that one's slot: a TCP RST (T14, T15), an
 * ICMP error about a packet that is too large.
 *
 * <p>The packet answered counts as dropped, the answer as generated and as out. An answer is never longer than what it
 * answers, but for the first bytes of small packets that are too large for nothing. Errors about size are limited to
 * {@value #TOO_BIG_PER_SECOND} a second for each endpoint; resets are not, as each takes a packet.
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
final class SenderAnswers {

    /** ICMP errors a second. */
    static final int TOO_BIG_PER_SECOND = 100;

    private final ShardState state;
    private final EndpointDelivery delivery;
    private long resetCount;

    SenderAnswers(ShardState state, EndpointDelivery delivery) {
        this.state = state;
        this.delivery = delivery;
    }

    /**
     * Drops a TCP segment and answers it with a RST; what must not be answered, a RST above all, is only dropped.
     *
     * <p><b>Ownership</b>: consumes the packet's slot.
     *
     * @param inner the packet, parsed
     * @param reason why it is dropped
     */
    void reset(EndpointPacket packet, InnerPacket inner, EndpointEntry endpoint, DropReason reason) {
        int lengthBytes = TcpReset.write(state.slab.memory(), packet.innerOffset, inner);
        if (lengthBytes == 0) {
            state.drop(packet.slot, reason);
            return;
        }
        resetCount++;
        answer(packet, packet.innerOffset, lengthBytes, endpoint, reason);
    }

    /**
     * Drops a packet that is too large and tells its sender how large it may be, where the endpoint's load balancer says
     * so and the packet may be answered.
     *
     * <p><b>Ownership</b>: consumes the packet's slot.
     */
    void tooLarge(EndpointPacket packet, InnerPacket inner, EndpointEntry endpoint) {
        long written = endpoint.packets.pmtud() && endpoint.tooBig.take(state.nowMs())
                ? PacketTooBig.write(state.slab.memory(), packet.innerOffset, inner, endpoint.packets.mtu())
                : 0;
        if (written == 0) {
            state.drop(packet.slot, DropReason.INNER_TOO_LARGE);
            return;
        }
        answer(
                packet,
                PacketTooBig.offset(written),
                PacketTooBig.lengthBytes(written),
                endpoint,
                DropReason.INNER_TOO_LARGE);
    }

    private void answer(EndpointPacket packet, int offset, int lengthBytes, EndpointEntry endpoint, DropReason reason) {
        state.counters.drop(reason);
        state.counters.packet(PacketPlace.GENERATED, lengthBytes);
        delivery.deliver(
                packet.slot, offset, lengthBytes, packet.protocolType, endpoint, packet.attachment, packet.frame);
    }

    /** RSTs sent (T16). */
    long resetCount() {
        return resetCount;
    }
}

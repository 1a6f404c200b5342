// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import io.sluice.datagram.DatagramPort;
import io.sluice.datagram.DatagramReceiver;
import io.sluice.geneve.core.ReturnForward;
import io.sluice.geneve.core.ReturnReceiver;
import io.sluice.model.message.LinkHello;
import io.sluice.model.metric.DropReason;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What comes over the link to an ingress: returns, of a codec or of an ingress beside it that did not have their flow.
 *
 * <p>Where the codec only guessed, a return whose flow is not here is passed on once, to the ingress that rendezvous hashing
 * names among the others; so is one whose flow is here and whose direction is not: it must leave from the address that its packet
 * came to. What was passed on is not passed on again.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: none.
 */
public final class LinkReturns implements DatagramReceiver, ReturnForward {

    private final LinkEnd link;
    private final LongAdder forwarded;
    private @Nullable ReturnReceiver ingress;
    private int kind;

    /**
     * @param link the shard's end of the link
     * @param forwarded counts what is passed on
     */
    public LinkReturns(LinkEnd link, LongAdder forwarded) {
        this.link = link;
        this.forwarded = forwarded;
    }

    /** Gives what passes to this ingress, from before the first datagram on. */
    public void deliverTo(ReturnReceiver returns) {
        ingress = returns;
    }

    private ReturnReceiver ingress() {
        ReturnReceiver returns = ingress;
        if (returns == null) {
            throw new IllegalStateException("there is no ingress yet");
        }
        return returns;
    }

    @Override
    public void onDatagram(
            DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
        LinkPeer peer = link.open(slot, offset, lengthBytes, sourceAddress, sourcePort);
        if (peer == null) {
            return;
        }
        ByteBuffer memory = link.memory();
        kind = LinkFrame.kind(memory, offset);
        if (!mayBeFrom(peer.side)) {
            link.drop(slot, DropReason.LINK_SEAL);
            return;
        }
        ingress()
                .onReturn(
                        slot,
                        offset + LinkFrame.HEADER_BYTES,
                        lengthBytes - LinkFrame.HEADER_BYTES,
                        LinkFrame.protocolType(memory, offset),
                        LinkFrame.endpointId(memory, offset),
                        LinkFrame.flowCookie(memory, offset),
                        LinkFrame.address(memory, offset));
        kind = LinkFrame.RETURN_FORWARDED;
    }

    private boolean mayBeFrom(LinkHello.Side side) {
        return switch (kind) {
            case LinkFrame.RETURN, LinkFrame.RETURN_GUESSED -> side == LinkHello.Side.CODEC;
            case LinkFrame.RETURN_FORWARDED -> side == LinkHello.Side.INGRESS;
            default -> false;
        };
    }

    @Override
    public boolean forward(
            int slot,
            int innerOffset,
            int innerLengthBytes,
            int protocolType,
            long endpointId,
            int flowCookie,
            int outerSourceAddress,
            boolean flowKnown) {
        // what is no guess came from where this very start had sent its packet to
        if (kind != LinkFrame.RETURN_GUESSED) {
            return false;
        }
        LinkPeer other = link.peers()
                .ingress(InnerAddresses.symmetric(
                        endpointId, link.memory(), innerOffset, innerLengthBytes, protocolType));
        if (other == null) {
            return false;
        }
        forwarded.increment();
        link.send(
                other,
                slot,
                innerOffset,
                innerLengthBytes,
                protocolType,
                LinkFrame.RETURN_FORWARDED,
                0,
                0,
                endpointId,
                flowCookie,
                outerSourceAddress,
                0);
        return true;
    }

    @Override
    public void onBatchEnd() {
        ingress().onReturnBatchEnd();
    }
}

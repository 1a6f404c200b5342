// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import io.sluice.datagram.DatagramPort;
import io.sluice.datagram.DatagramReceiver;
import io.sluice.geneve.core.ReturnForward;
import io.sluice.geneve.core.ReturnReceiver;
import io.sluice.geneve.core.ReturnTrail;
import io.sluice.model.message.LinkHello;
import io.sluice.model.metric.DropReason;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What comes over the link to an ingress: returns, of a codec or of an ingress beside it that did not have their flow.
 *
 * <p>Where the codec only guessed, a return whose flow is not here is passed on to the next ingress in the order of rendezvous
 * hashing; so is one whose flow is here and whose direction is not: it must leave from the address that its packet came to. A
 * flow that only ever comes in in one direction has no such place. So it says with it who has its flow, and whoever is asked
 * last sends it back there, for good. Each ingress is asked once, {@value ReturnTrail#ASKED_MAX} at most: the frame counts.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: none.
 */
public final class LinkReturns implements DatagramReceiver, ReturnForward {

    private final LinkEnd link;
    private final LongAdder forwarded;
    private @Nullable ReturnReceiver ingress;
    private long trailInHand = ReturnTrail.NONE;

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

    /** None: what goes on from here has no longer header than a frame of the link. */
    @Override
    public int headroomBytes() {
        return 0;
    }

    @Override
    public void onDatagram(
            DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
        LinkPeer peer = link.open(slot, offset, lengthBytes, sourceAddress, sourcePort);
        if (peer == null) {
            return;
        }
        ByteBuffer memory = link.memory();
        int kind = LinkFrame.kind(memory, offset);
        if (!mayBeFrom(peer.side, kind)) {
            link.drop(slot, DropReason.LINK_SEAL);
            return;
        }
        trailInHand = trail(kind, memory, offset);
        ingress()
                .onReturn(
                        slot,
                        offset + LinkFrame.HEADER_BYTES,
                        lengthBytes - LinkFrame.HEADER_BYTES,
                        LinkFrame.protocolType(memory, offset),
                        LinkFrame.endpointId(memory, offset),
                        LinkFrame.flowCookie(memory, offset),
                        LinkFrame.address(memory, offset));
        trailInHand = ReturnTrail.NONE;
    }

    /** What is no guess came from where this very start had sent its packet to. */
    private static long trail(int kind, ByteBuffer memory, int offset) {
        return switch (kind) {
            case LinkFrame.RETURN_GUESSED -> ReturnTrail.GUESSED;
            case LinkFrame.RETURN_FORWARDED -> LinkFrame.trail(memory, offset);
            default -> ReturnTrail.NONE;
        };
    }

    private static boolean mayBeFrom(LinkHello.Side side, int kind) {
        return switch (kind) {
            case LinkFrame.RETURN, LinkFrame.RETURN_GUESSED -> side == LinkHello.Side.CODEC;
            case LinkFrame.RETURN_FORWARDED, LinkFrame.RETURN_SENT_BACK -> side == LinkHello.Side.INGRESS;
            default -> false;
        };
    }

    @Override
    public long trail() {
        return trailInHand;
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
            long trail,
            boolean flowKnown) {
        int asked = ReturnTrail.asked(trail);
        if (asked == 0) {
            return false;
        }
        int holderAddress = flowKnown ? link.localAddress() : ReturnTrail.holderAddress(trail);
        int holderPort = flowKnown ? link.localPort() : ReturnTrail.holderPort(trail);
        LinkPeer to = next(asked, endpointId, innerOffset, innerLengthBytes, protocolType);
        int kind = LinkFrame.RETURN_FORWARDED;
        if (to == null && !flowKnown && ReturnTrail.isHeld(trail)) {
            to = link.peers().at(holderAddress, holderPort);
            kind = LinkFrame.RETURN_SENT_BACK;
        }
        if (to == null) {
            return false;
        }
        forwarded.increment();
        link.send(
                to,
                slot,
                innerOffset,
                innerLengthBytes,
                protocolType,
                kind,
                asked + 1,
                holderPort,
                endpointId,
                flowCookie,
                outerSourceAddress,
                holderAddress);
        return true;
    }

    /** Who is asked next; null where everybody was, or enough were. */
    private @Nullable LinkPeer next(
            int asked, long endpointId, int innerOffset, int innerLengthBytes, int protocolType) {
        int ingresses = link.peers().count(LinkHello.Side.INGRESS) + 1;
        return asked >= Math.min(ingresses, ReturnTrail.ASKED_MAX)
                ? null
                : link.nextIngress(InnerAddresses.symmetric(
                        endpointId, link.memory(), innerOffset, innerLengthBytes, protocolType));
    }

    @Override
    public void onBatchEnd() {
        ingress().onReturnBatchEnd();
    }
}

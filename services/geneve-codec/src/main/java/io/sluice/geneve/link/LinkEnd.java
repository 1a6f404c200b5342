// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import io.sluice.datagram.PacketSlab;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.packet.count.PathCounters;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One shard's end of the link: seals and sends what goes over it, opens what comes.
 *
 * <p>The frame's header is written into the {@value LinkFrame#HEADER_BYTES} bytes before the inner packet, over the header it
 * came with; nothing is copied.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: none.
 */
public final class LinkEnd {

    private final PacketSlab slab;
    private final PathCounters counters;
    private final LinkDirectory directory;
    private final LinkSocket socket;
    private final LongSupplier monotonicMs;
    private final FrameSeal seal = new FrameSeal();

    /**
     * @param slab the shard's packet memory
     * @param counters the shard's counters
     * @param directory who is linked to
     * @param socket the shard's socket on the link
     * @param monotonicMs the clock that this process's hellos tell
     */
    public LinkEnd(
            PacketSlab slab,
            PathCounters counters,
            LinkDirectory directory,
            LinkSocket socket,
            LongSupplier monotonicMs) {
        this.slab = slab;
        this.counters = counters;
        this.directory = directory;
        this.socket = socket;
        this.monotonicMs = monotonicMs;
    }

    /** Who is linked to now. */
    LinkPeers peers() {
        return directory.peers();
    }

    /** The ingress to ask after this one, in the order of a key; null where there is no other. */
    @Nullable
    LinkPeer nextIngress(long key) {
        return directory.peers().ingressAfter(directory.rank(), key);
    }

    /** IPv4 address of this process on the link. */
    int localAddress() {
        return directory.address().address().bits();
    }

    /** Its port there. */
    int localPort() {
        return directory.address().port();
    }

    ByteBuffer memory() {
        return slab.memory();
    }

    /** Counts and forgets a packet. */
    void drop(int slot, DropReason reason) {
        counters.drop(reason);
        slab.release(slot);
    }

    /**
     * Sends a frame, or drops it where there is nobody to send it to.
     *
     * <p><b>Ownership</b>: consumes the slot.
     *
     * @param to null where nobody is known
     * @param innerOffset absolute offset of the inner IP header; {@value LinkFrame#HEADER_BYTES} bytes before it are free
     * @param kind one of {@link LinkFrame}'s
     */
    void send(
            @Nullable LinkPeer to,
            int slot,
            int innerOffset,
            int innerLengthBytes,
            int protocolType,
            int kind,
            int portSlot,
            int port,
            long endpointId,
            int flowCookie,
            int address,
            int targetHash) {
        if (to == null) {
            drop(slot, DropReason.LINK_PEER_UNKNOWN);
            return;
        }
        ByteBuffer memory = slab.memory();
        int start = innerOffset - LinkFrame.HEADER_BYTES;
        int lengthBytes = LinkFrame.HEADER_BYTES + innerLengthBytes;
        long epoch = LinkEpoch.of(monotonicMs.getAsLong());
        LinkFrame.write(
                memory, start, protocolType, kind, portSlot, epoch, port, endpointId, flowCookie, address, targetHash);
        seal.seal(memory, start, lengthBytes, to.sendKey0, to.sendKey1, epoch);
        socket.port().send(slot, start, lengthBytes, to.address, to.port);
    }

    /**
     * Counts and opens a datagram.
     *
     * <p><b>Ownership</b>: consumes the slot where it answers null, which is then dropped; else it stays the caller's.
     *
     * @return who sealed it
     */
    @Nullable
    LinkPeer open(int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
        counters.packet(PacketPlace.LINK_IN, lengthBytes);
        LinkPeer peer = directory.peers().at(sourceAddress, sourcePort);
        if (peer == null) {
            drop(slot, DropReason.LINK_SENDER_UNKNOWN);
            return null;
        }
        if (!isSealed(peer, offset, lengthBytes)) {
            drop(slot, DropReason.LINK_SEAL);
            return null;
        }
        return peer;
    }

    private boolean isSealed(LinkPeer peer, int offset, int lengthBytes) {
        ByteBuffer memory = slab.memory();
        if (!LinkFrame.isFrame(memory, offset, lengthBytes)) {
            return false;
        }
        long present = peer.epoch(monotonicMs.getAsLong());
        int distance = LinkEpoch.distance(LinkFrame.epochLow(memory, offset), present);
        return Math.abs(distance) <= LinkEpoch.WINDOW
                && seal.isSealed(memory, offset, lengthBytes, peer.receiveKey0, peer.receiveKey1, present + distance);
    }
}

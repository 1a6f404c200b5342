// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import io.sluice.datagram.DatagramPort;
import io.sluice.datagram.DatagramReceiver;
import io.sluice.geneve.core.DirectConduit;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.model.message.LinkHello;
import io.sluice.model.metric.DropReason;
import java.nio.ByteBuffer;

/**
 * What comes over the link to a codec: packets of ingresses, to be encapsulated as the conduit inside one process does.
 *
 * <p>Where the packet's registration is not in the codec's configuration, the packet goes to its address all the same, and what
 * that returns is looked at: the flow is pinned to a target that is gone from the configuration (T7), or that is not in it yet.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: none.
 */
public final class LinkedPackets implements DatagramReceiver {

    /** A codec of the link serves its own zone alone. */
    private static final int ZONE_INDEX = 0;

    private final LinkEnd link;
    private final EntryHints hints;
    private final TargetDirectory targets;
    private final DirectConduit conduit;
    private final int portSlots;

    /**
     * @param link the shard's end of the link
     * @param returns of the same shard: told where packets come in
     * @param targets the shard's targets
     * @param conduit the way to targets
     * @param portSlots source ports of the zone; an ingress that counts on more of them uses these in turn
     */
    public LinkedPackets(
            LinkEnd link, LinkedReturns returns, TargetDirectory targets, DirectConduit conduit, int portSlots) {
        this.link = link;
        this.hints = returns.hints();
        this.targets = targets;
        this.conduit = conduit;
        this.portSlots = portSlots;
    }

    /** None: what goes on from here has no longer header than a frame of the link. */
    @Override
    public int headroomBytes() {
        return 0;
    }

    @Override
    public void onDatagram(
            DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
        LinkPeer ingress = link.open(slot, offset, lengthBytes, sourceAddress, sourcePort);
        if (ingress == null) {
            return;
        }
        ByteBuffer memory = link.memory();
        int kind = LinkFrame.kind(memory, offset);
        if (ingress.side != LinkHello.Side.INGRESS
                || (kind != LinkFrame.TO_TARGET && kind != LinkFrame.TO_TARGET_EXPECTED)) {
            link.drop(slot, DropReason.LINK_SEAL);
            return;
        }
        int innerOffset = offset + LinkFrame.HEADER_BYTES;
        int innerLengthBytes = lengthBytes - LinkFrame.HEADER_BYTES;
        int protocolType = LinkFrame.protocolType(memory, offset);
        long endpointId = LinkFrame.endpointId(memory, offset);
        int flowCookie = LinkFrame.flowCookie(memory, offset);
        long targetKey = LinkFrame.targetKey(memory, offset);
        int address = LinkFrame.address(memory, offset);
        hints.note(
                InnerAddresses.directed(endpointId, flowCookie, memory, innerOffset, innerLengthBytes, protocolType),
                ingress,
                targetKey);
        hints.note(InnerAddresses.flow(endpointId, flowCookie), ingress, targetKey);
        int target = targets.indexOf(targetKey);
        if (target == TargetDirectory.NONE) {
            targets.vouch(address);
        } else {
            targets.sent(target, innerLengthBytes);
            if (kind == LinkFrame.TO_TARGET_EXPECTED) {
                targets.expectsReturn(target);
            }
        }
        conduit.toAddress(
                slot,
                innerOffset,
                innerLengthBytes,
                protocolType,
                endpointId,
                flowCookie,
                ZONE_INDEX,
                address,
                LinkFrame.port(memory, offset),
                LinkFrame.portSlot(memory, offset) % portSlots);
    }

    @Override
    public void onBatchEnd() {
        // nothing was kept
    }
}

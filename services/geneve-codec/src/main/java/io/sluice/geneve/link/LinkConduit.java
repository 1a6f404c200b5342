// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import io.sluice.geneve.core.PacketConduit;
import io.sluice.geneve.core.TargetDirectory;
import java.nio.ByteBuffer;

/**
 * The conduit of an ingress whose codec is another process: to the codec of its zone that rendezvous hashing over endpoint and
 * inner addresses names, so that a flow's outer source stays while the codecs do.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: none.
 */
public final class LinkConduit implements PacketConduit {

    private final LinkEnd link;
    private final TargetDirectory targets;

    /**
     * @param link the shard's end of the link
     * @param targets the shard's targets
     */
    public LinkConduit(LinkEnd link, TargetDirectory targets) {
        this.link = link;
        this.targets = targets;
    }

    /** The codec counts what is sent, and listens for what is expected. */
    @Override
    public void toTarget(
            int slot,
            int innerOffset,
            int innerLengthBytes,
            int protocolType,
            long endpointId,
            int flowCookie,
            int zoneIndex,
            int targetIndex,
            int portSlot,
            boolean returnExpected) {
        ByteBuffer memory = link.memory();
        long key = InnerAddresses.symmetric(endpointId, memory, innerOffset, innerLengthBytes, protocolType);
        link.send(
                link.peers().codec(key),
                slot,
                innerOffset,
                innerLengthBytes,
                protocolType,
                returnExpected ? LinkFrame.TO_TARGET_EXPECTED : LinkFrame.TO_TARGET,
                portSlot,
                targets.port(targetIndex),
                endpointId,
                flowCookie,
                targets.address(targetIndex),
                (int) (targets.key(targetIndex) >>> 32));
    }
}

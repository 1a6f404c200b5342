// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import io.sluice.geneve.core.ReturnReceiver;
import io.sluice.geneve.core.TargetDirectory;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a target returned to a codec whose ingresses are other processes: back to the one its packet came from, and where that
 * is not known any more at any shard, to the one that rendezvous hashing over endpoint and inner addresses names.
 *
 * <p>What answers a packet that was sent lately, from the target it was sent to, is a sign of life of that target: all flows of
 * all ingresses count, so none of them alone can make a target look silent. Whether a return is accepted is its ingress's to
 * say, and to count.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: none.
 */
public final class LinkedReturns implements ReturnReceiver {

    private final LinkEnd link;
    private final TargetDirectory targets;
    private final CodecHints all;
    private final int shard;
    private final EntryHints hints;

    /**
     * @param link the shard's end of the link
     * @param targets the shard's targets
     * @param all where packets came in, at every shard
     * @param shard which one this is
     */
    public LinkedReturns(LinkEnd link, TargetDirectory targets, CodecHints all, int shard) {
        this.link = link;
        this.targets = targets;
        this.all = all;
        this.shard = shard;
        this.hints = all.of(shard);
    }

    EntryHints hints() {
        return hints;
    }

    @Override
    public void onReturn(
            int slot,
            int innerOffset,
            int innerLengthBytes,
            int protocolType,
            long endpointId,
            int flowCookie,
            int outerSourceAddress) {
        ByteBuffer memory = link.memory();
        long word =
                InnerAddresses.directed(endpointId, flowCookie, memory, innerOffset, innerLengthBytes, protocolType);
        EntryHints found = hints;
        LinkPeer ingress = found.ingress(word);
        int kind = LinkFrame.RETURN;
        if (ingress == null) {
            // another direction, other addresses: of the flow alone it is known where it came in, maybe at another
            // shard
            word = InnerAddresses.flow(endpointId, flowCookie);
            ingress = found.ingress(word);
            EntryHints other = ingress == null ? all.elsewhere(shard, word) : null;
            if (other != null) {
                found = other;
                ingress = found.ingress(word);
            }
        }
        if (ingress != null) {
            signOfLife(found.targetKey(word), outerSourceAddress);
        } else {
            ingress = guess(endpointId, memory, innerOffset, innerLengthBytes, protocolType);
            kind = LinkFrame.RETURN_GUESSED;
        }
        link.send(
                ingress,
                slot,
                innerOffset,
                innerLengthBytes,
                protocolType,
                kind,
                0,
                0,
                endpointId,
                flowCookie,
                outerSourceAddress,
                0);
    }

    private @Nullable LinkPeer guess(
            long endpointId, ByteBuffer memory, int innerOffset, int innerLengthBytes, int protocolType) {
        return link.peers()
                .ingress(InnerAddresses.symmetric(endpointId, memory, innerOffset, innerLengthBytes, protocolType));
    }

    private void signOfLife(long targetKey, int outerSourceAddress) {
        int target = (int) targetKey == outerSourceAddress ? targets.indexOf(targetKey) : TargetDirectory.NONE;
        if (target != TargetDirectory.NONE) {
            targets.answered(target);
        }
    }

    @Override
    public void onReturnBatchEnd() {
        // nothing was kept
    }
}

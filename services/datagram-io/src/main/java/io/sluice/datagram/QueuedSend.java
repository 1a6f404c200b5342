// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of a slot between {@link DatagramPort#send} and the kernel's answer.
 *
 * <p>One for each slot, made with the path: a slot is on its way once at most, so nothing is made for a datagram.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
final class QueuedSend implements ChannelFutureListener {

    private final NettyDatagramPath path;
    private final int slot;
    private @Nullable NettyDatagramPort port;
    private int lengthBytes;

    QueuedSend(NettyDatagramPath path, int slot) {
        this.path = path;
        this.slot = slot;
    }

    /** The slot goes out through a port. */
    QueuedSend through(NettyDatagramPort out, int bytes) {
        port = out;
        lengthBytes = bytes;
        return this;
    }

    @Override
    public void operationComplete(ChannelFuture done) {
        NettyDatagramPort out = port;
        if (out == null) {
            throw new IllegalStateException("slot " + slot + " is not on its way");
        }
        port = null;
        out.answered(done.isSuccess(), lengthBytes);
        path.answered(slot);
    }
}

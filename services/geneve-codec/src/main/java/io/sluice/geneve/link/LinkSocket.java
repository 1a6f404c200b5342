// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import io.sluice.datagram.DatagramPort;
import org.jspecify.annotations.Nullable;

/**
 * The shard's socket on the link: filled when it is bound, before the first packet.
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
public final class LinkSocket {

    private @Nullable DatagramPort port;

    /** It is bound. */
    public void bound(DatagramPort socket) {
        port = socket;
    }

    /**
     * The socket.
     *
     * @throws IllegalStateException before it is bound: a programmer error
     */
    DatagramPort port() {
        DatagramPort socket = port;
        if (socket == null) {
            throw new IllegalStateException("the link is not bound yet");
        }
        return socket;
    }
}

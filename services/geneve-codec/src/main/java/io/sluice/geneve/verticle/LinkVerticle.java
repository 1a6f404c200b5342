// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.verticle;

import io.sluice.datagram.DatagramPath;
import io.sluice.datagram.DatagramReceiver;
import io.sluice.geneve.link.LinkSocket;
import io.sluice.model.id.Ipv4SocketAddress;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/**
 * Owns one shard's socket on the link between ingress and codec, where they are processes of their own.
 *
 * <p>Packets do not pass through here: the socket hands them to the receiver.
 *
 * <p><b>Threading</b>: the shard's event loop.
 */
public final class LinkVerticle extends VerticleBase {

    private final DatagramPath path;
    private final Ipv4SocketAddress listen;
    private final LinkSocket socket;
    private final DatagramReceiver receiver;

    /**
     * @param path the shard's datagram path; closed by its owner
     * @param listen the process's address on the link
     * @param socket filled at start
     * @param receiver gets what comes over the link
     */
    public LinkVerticle(DatagramPath path, Ipv4SocketAddress listen, LinkSocket socket, DatagramReceiver receiver) {
        this.path = path;
        this.listen = listen;
        this.socket = socket;
        this.receiver = receiver;
    }

    @Override
    public Future<?> start() {
        return Future.fromCompletionStage(path.bind(listen.address().bits(), listen.port(), receiver), context)
                .onSuccess(socket::bound);
    }
}

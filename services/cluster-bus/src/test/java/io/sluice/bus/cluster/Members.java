// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import io.sluice.model.id.Ipv4SocketAddress;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/** Real members of one cluster in this process, on loopback and on ports that were free. */
public final class Members implements AutoCloseable {

    private static final long LIMIT_S = 60;

    private final String name = "test-" + UUID.randomUUID();
    private final List<Ipv4SocketAddress> addresses = new ArrayList<>();
    private final List<Vertx> started = new ArrayList<>();

    /** Room for so many members; none is started. */
    public Members(int count) {
        List<ServerSocket> reserved = new ArrayList<>();
        try {
            for (int index = 0; index < count; index++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
                reserved.add(socket);
                addresses.add(Ipv4SocketAddress.parse("127.0.0.1:" + socket.getLocalPort()));
            }
            for (ServerSocket socket : reserved) {
                socket.close();
            }
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        }
    }

    /** Where the member is and whom it joins. */
    public ClusterSettings settings(int index) {
        return new ClusterSettings(name, addresses.get(index), addresses);
    }

    /** Starts a member, or starts it again. */
    public Vertx start(int index) throws TimeoutException {
        Vertx vertx = HazelcastClusterFactory.start(settings(index), new VertxOptions(), UnaryOperator.identity())
                .await(LIMIT_S, TimeUnit.SECONDS);
        started.add(vertx);
        return vertx;
    }

    @Override
    public void close() throws TimeoutException {
        for (Vertx vertx : started) {
            vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
        }
    }
}

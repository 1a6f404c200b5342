// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** The targets' health check: every connection is accepted and closed. */
final class HealthAnswers implements AutoCloseable {

    private static final int BACKLOG = 64;

    private final List<ServerSocket> sockets = new ArrayList<>();

    HealthAnswers(Groups groups) throws IOException {
        for (int targets : groups.endpointsOf().keySet()) {
            for (int i = 0; i < targets; i++) {
                ServerSocket socket = new ServerSocket();
                sockets.add(socket);
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(Addresses.target(targets, i), Addresses.HEALTH_PORT), BACKLOG);
                Thread.ofVirtual().start(() -> answer(socket));
            }
        }
    }

    private static void answer(ServerSocket socket) {
        try {
            while (!socket.isClosed()) {
                socket.accept().close();
            }
        } catch (IOException closed) {
            // the run is over
        }
    }

    @Override
    public void close() throws IOException {
        for (ServerSocket socket : sockets) {
            socket.close();
        }
    }
}

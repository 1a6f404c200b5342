// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** The targets' health check: every connection is accepted and closed, whichever target's address it came to. */
final class HealthAnswers implements AutoCloseable {

    private static final int BACKLOG = 256;

    private final ServerSocket socket = new ServerSocket();

    HealthAnswers() throws IOException {
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(Addresses.HEALTH_PORT), BACKLOG);
        Thread.ofVirtual().start(this::answer);
    }

    private void answer() {
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
        socket.close();
    }
}

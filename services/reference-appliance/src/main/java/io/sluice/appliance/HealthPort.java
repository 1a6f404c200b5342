// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sluice.appliance.core.ApplianceMode.Health;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * What health checks meet: 200 on every path; or 503; or a closed port. A TCP check only connects.
 *
 * <p><b>Threading</b>: any thread; changes are one after the other.
 */
final class HealthPort implements AutoCloseable {

    private static final int BACKLOG = 128;
    private static final int THREADS = 4;

    private final ExecutorService threads = Executors.newFixedThreadPool(
            THREADS,
            Thread.ofPlatform().name("sluice-appliance-health-", 0).daemon().factory());
    private InetSocketAddress address;
    private @Nullable HttpServer server;
    private volatile Health health = Health.OK;

    HealthPort(InetSocketAddress address, Health health) throws IOException {
        this.address = address;
        this.address = open(address);
        become(health);
    }

    private InetSocketAddress open(InetSocketAddress at) throws IOException {
        HttpServer opened = HttpServer.create(at, BACKLOG);
        opened.createContext("/", this::answer);
        opened.setExecutor(threads);
        opened.start();
        server = opened;
        return opened.getAddress();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            // A kept connection would go on answering after the port is closed.
            exchange.getResponseHeaders().set("Connection", "close");
            exchange.sendResponseHeaders(health == Health.OK ? 200 : 503, -1);
        }
    }

    /** Where checks are answered, also while the port is closed. */
    synchronized InetSocketAddress address() {
        return address;
    }

    /** Changes what checks meet. */
    synchronized void become(Health next) throws IOException {
        health = next;
        HttpServer open = server;
        if (next == Health.REFUSED && open != null) {
            open.stop(0);
            server = null;
        } else if (next != Health.REFUSED && open == null) {
            open(address);
        }
    }

    @Override
    public synchronized void close() {
        HttpServer open = server;
        if (open != null) {
            open.stop(0);
            server = null;
        }
        threads.shutdownNow();
    }
}

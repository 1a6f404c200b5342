// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.traffic;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sluice.lab.net.Namespace;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * An HTTP server in a namespace, for IPv4 and IPv6, whose files are {@link Content}.
 *
 * <p>{@code /file/SEED/LENGTH} comes as fast as the network takes it; {@code /slow/SEED/LENGTH} comes in pieces of 8 KiB
 * every 50 ms until {@link #releaseSlow} lets the rest go, so that a download lasts exactly as long as it is needed.
 */
public final class FileServer implements AutoCloseable {
    private static final int PIECE_BYTES = 8192;
    private static final int PIECE_INTERVAL_MS = 50;
    private static final int BACKLOG = 128;

    private final HttpServer server;
    private final ExecutorService workers;
    private final CountDownLatch slowReleased = new CountDownLatch(1);

    private FileServer(HttpServer server, ExecutorService workers) {
        this.server = server;
        this.workers = workers;
    }

    /** Starts to listen on every address of the namespace. */
    public static FileServer start(Namespace namespace, int port) {
        return namespace.call(() -> {
            InetAddress any = InetAddress.getByAddress(new byte[16]);
            HttpServer http = HttpServer.create(new InetSocketAddress(any, port), BACKLOG);
            FileServer files = new FileServer(http, Executors.newCachedThreadPool(namespace.threads("http")));
            http.setExecutor(files.workers);
            http.createContext("/file/", exchange -> files.serve(exchange, false));
            http.createContext("/slow/", exchange -> files.serve(exchange, true));
            http.start();
            return files;
        });
    }

    /** Lets the rest of every slow download go, those under way and later ones. */
    public void releaseSlow() {
        slowReleased.countDown();
    }

    private void serve(HttpExchange exchange, boolean slow) throws IOException {
        try (exchange) {
            String[] path = exchange.getRequestURI().getPath().split("/");
            Content content;
            try {
                content = new Content(Long.parseLong(path[2]), Long.parseLong(path[3]));
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.sendResponseHeaders(200, content.lengthBytes());
            OutputStream body = exchange.getResponseBody();
            byte[] piece = new byte[PIECE_BYTES];
            for (long position = 0; position < content.lengthBytes(); position += PIECE_BYTES) {
                if (slow) {
                    slowReleased.await(PIECE_INTERVAL_MS, TimeUnit.MILLISECONDS);
                }
                int count = (int) Math.min(PIECE_BYTES, content.lengthBytes() - position);
                content.fill(piece, count, position);
                body.write(piece, 0, count);
                if (slow) {
                    body.flush();
                }
            }
            body.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
    }
}

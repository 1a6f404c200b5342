// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.sluice.api.access.AccessCheck;
import io.sluice.api.contract.Contract;
import io.sluice.api.route.AdminRoute;
import io.sluice.api.route.Operations;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.testkit.FreePorts;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The admin port of a process with the routes of a test, on loopback, and a client that asks it. */
final class AdminPort implements AutoCloseable {

    private static final long LIMIT_S = 30;
    private static final Set<String> OPERATION_IDS = Contract.load().operationIds();

    private final HttpClient client = HttpClient.newHttpClient();
    private final Ipv4SocketAddress address = freeAddress();
    private final Vertx vertx;
    private final String deployment;

    AdminPort(Vertx vertx, List<AdminRoute> routes) throws TimeoutException {
        this(vertx, null, routes);
    }

    AdminPort(Vertx vertx, @Nullable AccessCheck access, List<AdminRoute> routes) throws TimeoutException {
        this(vertx, AdminLimits.DEFAULT, access, routes);
    }

    AdminPort(Vertx vertx, AdminLimits limits, @Nullable AccessCheck access, List<AdminRoute> routes)
            throws TimeoutException {
        this.vertx = vertx;
        List<AdminRoute> all = new ArrayList<>(routes);
        all.add(AdminPort::others);
        AdminHttpVerticle port = new AdminHttpVerticle(address, limits, null, access, all);
        this.deployment = vertx.deployVerticle(port).await(LIMIT_S, TimeUnit.SECONDS);
        port.serveContract().await(LIMIT_S, TimeUnit.SECONDS);
    }

    /** Operations that the test is not about. */
    static void others(Operations operations) {
        Set<String> bound = Set.copyOf(operations.ids());
        OPERATION_IDS.stream()
                .filter(id -> !bound.contains(id))
                .forEach(id -> operations.on(id, context -> context.fail(404)));
    }

    /** A loopback address whose port was free a moment ago. */
    static Ipv4SocketAddress freeAddress() {
        return Ipv4SocketAddress.parse("127.0.0.1:" + FreePorts.next());
    }

    Ipv4SocketAddress address() {
        return address;
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send("GET", path);
    }

    HttpResponse<String> put(String path, String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + address + path))
                .PUT(HttpRequest.BodyPublishers.ofString(body))
                .timeout(Duration.ofSeconds(LIMIT_S));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://" + address + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .timeout(Duration.ofSeconds(LIMIT_S))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + address + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .timeout(Duration.ofSeconds(LIMIT_S));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() throws TimeoutException {
        vertx.undeploy(deployment).await(LIMIT_S, TimeUnit.SECONDS);
        client.close();
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A real HTTP server that answers what a test says, and checks each request against the gateway's contract. */
final class FakeGateway implements AutoCloseable {

    /** What was asked. */
    record Request(String method, String target, Map<String, String> headers, String body) {

        String line() {
            return method + " " + target;
        }
    }

    /** What is answered. */
    record Reply(int status, String body) {}

    private static final Contract CONTRACT = Contract.load();

    private final HttpServer server;
    private final Map<String, Function<Request, Reply>> replies = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<String> violations = new CopyOnWriteArrayList<>();

    FakeGateway() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::serve);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Answers a method and a path, whatever its query. */
    FakeGateway answer(String methodAndPath, int status, String body) {
        replies.put(methodAndPath, request -> new Reply(status, body));
        return this;
    }

    FakeGateway answer(String methodAndPath, Function<Request, Reply> reply) {
        replies.put(methodAndPath, reply);
        return this;
    }

    List<Request> requests() {
        return requests;
    }

    List<String> lines() {
        return requests.stream().map(Request::line).toList();
    }

    /** What was asked that the contract does not have. */
    List<String> violations() {
        return violations;
    }

    private void serve(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new ConcurrentHashMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Request request = new Request(
                exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers, body);
        requests.add(request);
        violations.addAll(CONTRACT.violations(request));
        Reply reply = Optional.ofNullable(replies.get(
                        request.method() + " " + exchange.getRequestURI().getPath()))
                .map(made -> made.apply(request))
                .orElse(new Reply(404, "{\"code\":\"not-found\",\"detail\":\"there is no such thing\"}"));
        byte[] bytes = reply.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

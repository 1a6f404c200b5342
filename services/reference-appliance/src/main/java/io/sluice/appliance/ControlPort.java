// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sluice.appliance.core.ApplianceMode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Where an appliance is told how to behave and asked what it saw: {@code GET /mode}, {@code POST /mode}, {@code GET
 * /stats}. It asks for no credentials: bind it where only the operator of the lab reaches it.
 */
final class ControlPort implements AutoCloseable {

    private static final int BACKLOG = 16;
    private static final int BODY_BYTES_MAX = 1_024;
    private static final long ANSWER_WAIT_MS = 2_000;

    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("sluice-appliance-control").daemon().factory());
    private final HttpServer server;
    private final Appliance appliance;

    ControlPort(InetSocketAddress address, Appliance appliance) throws IOException {
        this.appliance = appliance;
        this.server = HttpServer.create(address, BACKLOG);
        server.createContext("/", this::answer);
        server.setExecutor(thread);
    }

    void start() {
        server.start();
    }

    InetSocketAddress address() {
        return server.getAddress();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String method = exchange.getRequestMethod();
            switch (path) {
                case "/mode" -> {
                    switch (method) {
                        case "GET" -> send(exchange, 200, modeJson());
                        case "POST" -> changeMode(exchange);
                        default -> refuseMethod(exchange, method, "GET, POST");
                    }
                }
                case "/stats" -> {
                    if (method.equals("GET")) {
                        statistics(exchange);
                    } else {
                        refuseMethod(exchange, method, "GET");
                    }
                }
                default ->
                    send(exchange, 404, error("path_unknown", "path", "'" + path + "': expected /mode or /stats"));
            }
        }
    }

    private String modeJson() {
        return "{\"mode\":\"" + appliance.mode() + "\"}";
    }

    private void changeMode(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX + 1);
        if (body.length > BODY_BYTES_MAX) {
            send(
                    exchange,
                    400,
                    error(
                            "mode_invalid",
                            "mode",
                            "the body is longer than " + BODY_BYTES_MAX + " bytes: expected "
                                    + ApplianceMode.EXPECTED));
            return;
        }
        ApplianceMode mode;
        try {
            mode = ApplianceMode.parse(new String(body, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException invalid) {
            send(exchange, 400, error("mode_invalid", "mode", String.valueOf(invalid.getMessage())));
            return;
        }
        try {
            appliance.become(mode);
        } catch (IOException failed) {
            send(
                    exchange,
                    500,
                    error("health_port", "mode", "the health port cannot be opened: " + failed.getMessage()));
            return;
        }
        send(exchange, 200, modeJson());
    }

    private void statistics(HttpExchange exchange) throws IOException {
        try {
            send(
                    exchange,
                    200,
                    appliance
                            .statistics()
                            .get(ANSWER_WAIT_MS, TimeUnit.MILLISECONDS)
                            .json());
        } catch (TimeoutException | ExecutionException late) {
            send(exchange, 503, error("busy", "stats", "the packet loop did not answer in time: try again"));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private static void refuseMethod(HttpExchange exchange, String method, String allowed) throws IOException {
        exchange.getResponseHeaders().set("Allow", allowed);
        send(exchange, 405, error("method_not_allowed", "method", "'" + method + "': expected " + allowed));
    }

    private static void send(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = (json + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static String error(String code, String field, String message) {
        return "{\"code\":\"" + code + "\",\"field\":\"" + field + "\",\"message\":\"" + escape(message) + "\"}";
    }

    /** The message repeats what was sent, so it may hold anything. */
    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                escaped.append('\\').append((char) c);
            } else if (c < ' ') {
                escaped.append(String.format("\\u%04x", c));
            } else {
                escaped.append((char) c);
            }
        });
        return escaped.toString();
    }

    @Override
    public void close() {
        server.stop(0);
        thread.shutdownNow();
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Asks and tells the gateway's admin port over the management network, which is not loopback: so it shows the token that the
 * gateway has written to its data directory.
 */
final class GatewayAdmin implements AutoCloseable {
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final ObjectMapper json = new ObjectMapper();
    private final String base;
    private final Path token;

    GatewayAdmin(String address, int port, Path token) {
        this.base = "http://" + address + ":" + port;
        this.token = token;
    }

    /**
     * The gateway's packet counters.
     *
     * @param counters by name: endpoint-in, target-out, target-in, endpoint-out, generated, dropped, held
     * @param drops by reason
     */
    record Packets(Map<String, Long> counters, Map<String, Long> drops) {
        long in() {
            return counter("endpoint-in") + counter("target-in");
        }

        long out() {
            return counter("target-out") + counter("endpoint-out");
        }

        /** In + generated = out + dropped + held. */
        boolean balanced() {
            return in() + counter("generated") == out() + counter("dropped") + counter("held");
        }

        long counter(String name) {
            return counters.getOrDefault(name, 0L);
        }

        long dropsByReason() {
            return drops.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    boolean ready() {
        try {
            return get("/readyz").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** State of each target by its id; empty while the gateway does not answer. */
    Map<String, String> targetStates() {
        Map<String, String> states = new TreeMap<>();
        try {
            for (JsonNode target : read("/v1/targets").path("targets")) {
                states.put(target.path("id").asText(), target.path("state").asText());
            }
        } catch (IOException e) {
            states.clear();
        }
        return states;
    }

    /** Ids of the targets in a state; empty while the gateway does not answer. */
    Set<String> targetsIn(String state) {
        Map<String, String> states = targetStates();
        states.values().removeIf(other -> !other.equals(state));
        return states.keySet();
    }

    /** Revision of the configuration that the selection of targets works with, or -1. */
    long revisionInForce() {
        try {
            return read("/v1/targets").path("configRevision").asLong(-1);
        } catch (IOException e) {
            return -1;
        }
    }

    /** The document in force. */
    RunningConfiguration configuration() throws IOException {
        HttpResponse<String> response = get("/v1/config");
        if (response.statusCode() != 200) {
            throw new IOException("/v1/config answered " + response.statusCode());
        }
        return new RunningConfiguration(
                response.body(), response.headers().firstValue("ETag").orElse("*"));
    }

    /** Puts a document in force where nobody else has changed what it was made from; returns its revision. */
    long put(RunningConfiguration document) throws IOException {
        HttpResponse<String> response = send(HttpRequest.newBuilder(URI.create(base + "/v1/config"))
                .header("If-Match", document.entityTag())
                .PUT(HttpRequest.BodyPublishers.ofString(document.text())));
        if (response.statusCode() != 200) {
            throw new IOException("PUT /v1/config answered " + response.statusCode() + ": " + response.body());
        }
        return json.readTree(response.body()).path("revision").asLong();
    }

    JsonNode flows() throws IOException {
        return read("/v1/flows");
    }

    Packets packets() throws IOException {
        JsonNode node = read("/v1/drops");
        return new Packets(numbers(node.path("packets")), numbers(node.path("drops")));
    }

    private static Map<String, Long> numbers(JsonNode object) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        object.properties()
                .forEach(field -> numbers.put(field.getKey(), field.getValue().asLong()));
        return numbers;
    }

    private JsonNode read(String path) throws IOException {
        HttpResponse<String> response = get(path);
        if (response.statusCode() != 200) {
            throw new IOException(path + " answered " + response.statusCode());
        }
        return json.readTree(response.body());
    }

    private HttpResponse<String> get(String path) throws IOException {
        return send(HttpRequest.newBuilder(URI.create(base + path)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        try {
            if (Files.exists(token)) {
                request.header(
                        "Authorization", "Bearer " + Files.readString(token).strip());
            }
            return client.send(request.timeout(Duration.ofSeconds(5)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}

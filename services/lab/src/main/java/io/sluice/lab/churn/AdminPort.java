// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The admin port, with a watch on how long it takes. <b>Threading</b>: confined to one thread. */
final class AdminPort implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ObjectMapper json = new ObjectMapper();
    private final String base;
    private final Latencies reads = new Latencies();
    private final Latencies writes = new Latencies();
    private final Latencies all = new Latencies();
    private CompletableFuture<?> following = CompletableFuture.completedFuture("");
    private boolean measuring;
    private String token = "";

    AdminPort(String address) {
        base = "http://" + address;
    }

    /**
     * What was answered.
     *
     * @param sentMs when it was asked, milliseconds since 1970
     * @param repliedMs when the answer was there
     * @param etag without quotes
     */
    record Reply(int status, String body, long sentMs, long repliedMs, String etag) {
        boolean ok() {
            return status / 100 == 2;
        }
    }

    /** Shows this token from now on. */
    void authorise(String given) {
        token = given;
    }

    /** From now on how long requests take counts. */
    void measure() {
        measuring = true;
    }

    Reply get(String path) throws IOException {
        return ask("GET", path, null, Optional.empty());
    }

    /**
     * Asks for something.
     *
     * @param body JSON; null for none
     * @param ifMatch entity tag for {@code If-Match}
     */
    Reply ask(String method, String path, @Nullable JsonNode body, Optional<String> ifMatch) throws IOException {
        HttpRequest.Builder request = request(path).timeout(PATIENCE);
        ifMatch.ifPresent(etag -> request.header("If-Match", '"' + etag + '"'));
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", method.equals("PATCH") ? "application/merge-patch+json" : "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body.toString()));
        }
        long sentMs = System.currentTimeMillis();
        long startNs = System.nanoTime();
        HttpResponse<String> response;
        try {
            response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        double ms = (System.nanoTime() - startNs) / 1e6;
        if (measuring) {
            (method.equals("GET") ? reads : writes).add(ms);
            all.add(ms);
        }
        return new Reply(
                response.statusCode(),
                response.body(),
                sentMs,
                System.currentTimeMillis(),
                response.headers().firstValue("ETag").orElse("").replace("\"", ""));
    }

    /** The body as JSON; missing where it is none. */
    JsonNode json(Reply reply) {
        try {
            return json.readTree(reply.body());
        } catch (JsonProcessingException other) {
            return MissingNode.getInstance();
        }
    }

    /** Writes what the gateway says of its targets' health into a file, from now on. */
    void follow(Path file) {
        following = client.sendAsync(
                request("/v1/events?kind=health&seconds=3600").build(), HttpResponse.BodyHandlers.ofFile(file));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return request;
    }

    Latencies reads() {
        return reads;
    }

    Latencies writes() {
        return writes;
    }

    Latencies all() {
        return all;
    }

    @Override
    public void close() {
        following.cancel(true);
        client.shutdownNow();
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.id.Ipv4SocketAddress;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Asks an admin port, and expects a status of each answer. */
final class Client implements AutoCloseable {

    private final HttpClient http = HttpClient.newHttpClient();
    private final Ipv4SocketAddress server;

    Client(Ipv4SocketAddress server) {
        this.server = server;
    }

    /** An answer as it came. */
    HttpResponse<String> ask(String method, String path, byte[] body, String... headers)
            throws IOException, InterruptedException {
        return http.send(request(method, path, body, headers), HttpResponse.BodyHandlers.ofString());
    }

    /** An answer that is read as it comes; closing it closes the connection. */
    HttpResponse<InputStream> open(String method, String path, byte[] body, String... headers)
            throws IOException, InterruptedException {
        return http.send(request(method, path, body, headers), HttpResponse.BodyHandlers.ofInputStream());
    }

    private HttpRequest request(String method, String path, byte[] body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + server + path))
                .method(
                        method,
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body))
                .timeout(Duration.ofSeconds(LiveApi.LIMIT_S));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    /** An answer with that status. */
    HttpResponse<String> expect(int status, String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = ask(method, path, body.getBytes(StandardCharsets.UTF_8), headers);
        assertThat(answer.statusCode())
                .as("%s %s %s: %s", method, path, body, answer.body())
                .isEqualTo(status);
        if (status >= 400 && !path.equals("/readyz")) {
            assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
            assertThat(new JsonObject(answer.body()).getInteger("status")).isEqualTo(status);
        }
        return answer;
    }

    /** The body of an answer with that status. */
    JsonObject json(int status, String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        return new JsonObject(expect(status, method, path, body, headers).body());
    }

    JsonObject get(String path) throws IOException, InterruptedException {
        return json(200, "GET", path, "");
    }

    static String etag(HttpResponse<String> answer) {
        return answer.headers().firstValue("etag").orElse("");
    }

    @Override
    public void close() {
        http.close();
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The gateway as a row: a node as anybody starts it, from a configuration file. */
final class GatewayNode {

    private static final Pattern CARRIED = Pattern.compile("packets are carried by (\\S+)");
    private static final Pattern HEALTHY = Pattern.compile("\"state\":\"healthy\"");

    private GatewayNode() {}

    static List<String> command(Row row, Groups groups, Settings settings) throws IOException {
        Path file = Files.writeString(
                settings.scratch().resolve(row.text() + ".yaml"), configuration(row, groups, settings));
        Path data = data(row, settings);
        return List.of(
                settings.root().resolve("sluice").toString(),
                "run",
                "--config",
                file.toString(),
                "--data-dir",
                data.toString());
    }

    private static Path data(Row row, Settings settings) {
        return settings.scratch().resolve(row.text() + ".data");
    }

    /**
     * A group for each number of targets, with endpoints of its own, so that one process serves all its workloads; one
     * shard, as a forwarder has one core. One endpoint is under load at a time, so each may have the whole table.
     */
    static String configuration(Row row, Groups groups, Settings settings) {
        String address = Addresses.forwarder(row);
        StringBuilder yaml = new StringBuilder(1024);
        yaml.append("node: {id: %s, transport: %s, flow-capacity: %d, shards: 1}\n"
                .formatted(row.text().replace('_', '-'), row.options().getFirst(), settings.flowCapacity()));
        yaml.append("ingress: {listen: \"%s:6080\"}\n".formatted(address));
        yaml.append("appliances: {listen: \"%s:6081\"}\n".formatted(address));
        yaml.append("admin: {listen: \"%s:%d\"}\n".formatted(address, Addresses.ADMIN_PORT));
        return yaml.append(new GatewayDocument(row, groups, settings.flowCapacity()).text())
                .toString();
    }

    /** Whether the node is ready and every target healthy. */
    static boolean ready(HttpClient client, Row row, Groups groups, Settings settings) throws InterruptedException {
        return get(client, row, settings, "/readyz").isPresent()
                && get(client, row, settings, "/v1/targets")
                                .map(body -> HEALTHY.matcher(body).results().count())
                                .orElse(0L)
                        == groups.targets();
    }

    /** Puts a document in force; the answer. */
    static String put(HttpClient client, Row row, Settings settings, String document)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                request(row, settings, "/v1/config").PUT(HttpRequest.BodyPublishers.ofString(document));
        HttpResponse<String> response =
                client.send(request.timeout(Duration.ofSeconds(60)).build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("PUT /v1/config: " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    /** The admin port is not on loopback: it wants the token that the node has written to its data directory. */
    private static HttpRequest.Builder request(Row row, Settings settings, String path) throws IOException {
        URI uri = URI.create("http://" + Addresses.forwarder(row) + ":" + Addresses.ADMIN_PORT + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        Path token = data(row, settings).resolve("admin.token");
        if (Files.exists(token)) {
            request.header("Authorization", "Bearer " + Files.readString(token).strip());
        }
        return request;
    }

    private static Optional<String> get(HttpClient client, Row row, Settings settings, String path)
            throws InterruptedException {
        try {
            HttpRequest request =
                    request(row, settings, path).timeout(Duration.ofSeconds(5)).build();
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 200 ? Optional.of(response.body()) : Optional.empty();
        } catch (IOException notYet) {
            return Optional.empty();
        }
    }

    /** The transport that a node's log says it carries packets by. */
    static Optional<String> transport(String log) {
        Matcher carried = CARRIED.matcher(log);
        return carried.find() ? Optional.of(carried.group(1)) : Optional.empty();
    }
}

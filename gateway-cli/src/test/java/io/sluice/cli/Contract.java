// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.cli.document.Document;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The contract of the admin port, as far as it says which requests there may be. */
final class Contract {

    private static final Path FILE = Path.of("../services/control-api/src/main/resources/openapi/gateway-v1.yaml");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final JsonNode tree;

    private Contract(JsonNode tree) {
        this.tree = tree;
    }

    static Contract load() {
        try {
            return new Contract(Document.read(FILE));
        } catch (CommandFailure unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }

    /** What of a request the contract does not have. */
    List<String> violations(FakeGateway.Request request) {
        String[] target = request.target().split("\\?", 2);
        for (var path : tree.path("paths").properties()) {
            String pattern = path.getKey().replaceAll("\\{[^}]+}", "[^/]+");
            JsonNode operation = path.getValue().path(request.method().toLowerCase(Locale.ROOT));
            if (target[0].matches(pattern) && operation.isObject()) {
                return inOperation(request, path.getValue(), operation, target.length > 1 ? target[1] : "");
            }
        }
        return List.of(request.line() + ": no such operation");
    }

    private List<String> inOperation(FakeGateway.Request request, JsonNode path, JsonNode operation, String query) {
        List<String> found = new ArrayList<>();
        Set<String> parameters = new HashSet<>();
        for (JsonNode list : List.of(path.path("parameters"), operation.path("parameters"))) {
            list.forEach(
                    parameter -> parameters.add(resolved(parameter).path("name").asText()));
        }
        for (String pair : query.isEmpty() ? new String[0] : query.split("&")) {
            String name = URLDecoder.decode(pair.split("=", 2)[0], StandardCharsets.UTF_8);
            if (!parameters.contains(name)) {
                found.add(request.line() + ": no parameter " + name);
            }
        }
        if (request.headers().containsKey("If-match") && !parameters.contains("If-Match")) {
            found.add(request.line() + ": no If-Match");
        }
        JsonNode body = resolved(operation.path("requestBody"));
        if (request.body().isEmpty()) {
            if (body.path("required").asBoolean()) {
                found.add(request.line() + ": no body");
            }
            return found;
        }
        JsonNode content = body.path("content").path(request.headers().getOrDefault("Content-type", "none"));
        if (content.isMissingNode()) {
            found.add(request.line() + ": no body of " + request.headers().get("Content-type"));
        } else if (!"application/yaml".equals(request.headers().get("Content-type"))) {
            keys(request, resolved(content.path("schema")), found);
        }
        return found;
    }

    private static void keys(FakeGateway.Request request, JsonNode schema, List<String> found) {
        try {
            JsonNode sent = MAPPER.readTree(request.body());
            schema.path("required").forEach(key -> {
                if (!sent.has(key.asText())) {
                    found.add(request.line() + ": lacks " + key.asText());
                }
            });
            if (schema.has("properties")) {
                sent.fieldNames().forEachRemaining(key -> {
                    if (!schema.path("properties").has(key)) {
                        found.add(request.line() + ": no key " + key);
                    }
                });
            }
        } catch (JsonProcessingException notJson) {
            found.add(request.line() + ": no JSON");
        }
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? tree.at(node.path("$ref").asText().substring(1)) : node;
    }
}

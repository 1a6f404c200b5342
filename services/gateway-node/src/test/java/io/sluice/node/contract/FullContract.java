// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.contract;

import io.sluice.api.contract.Contract;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.OpenAPIContract;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The whole contract, bodies and replies included, checked against OpenAPI's own schema as it is read. Of media types the
 * library knows few: the others are called by one of those that is treated the same.
 */
final class FullContract {

    private static final Map<String, String> MEDIA_TYPES = Map.of(
            "application/problem+json", "application/json",
            "application/merge-patch+json", "application/json",
            "application/yaml", "application/octet-stream",
            "application/x-ndjson", "application/octet-stream",
            "text/html", "application/octet-stream",
            "text/css", "application/octet-stream",
            "text/javascript", "application/octet-stream");

    private static final Set<String> TEXTS = Set.of("application/octet-stream", "text/plain");

    private FullContract() {}

    /** A text: the library knows no other schema for what is no JSON. */
    private static Map<String, Object> text() {
        Map<String, Object> schema = new LinkedHashMap<>(Map.of("type", "string", "format", "binary"));
        return new LinkedHashMap<>(Map.of("schema", schema));
    }

    static OpenAPIContract load(Vertx vertx) throws TimeoutException {
        return OpenAPIContract.from(vertx, raw()).await(LiveApi.LIMIT_S, TimeUnit.SECONDS);
    }

    static JsonObject raw() {
        Map<String, Object> named = new LinkedHashMap<>();
        Object file = renamed(new Load(LoadSettings.builder().build()).loadFromString(Contract.text()));
        ((Map<?, ?>) file).forEach((key, value) -> named.put(String.valueOf(key), value));
        return new JsonObject(named);
    }

    private static Object renamed(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> renamed = new LinkedHashMap<>();
            map.forEach((key, inner) -> {
                String name = MEDIA_TYPES.getOrDefault(String.valueOf(key), String.valueOf(key));
                renamed.put(name, TEXTS.contains(name) ? text() : renamed(inner));
            });
            return renamed;
        }
        if (value instanceof List<?> list) {
            List<Object> renamed = new ArrayList<>();
            list.forEach(inner -> renamed.add(renamed(inner)));
            return renamed;
        }
        return value;
    }

    /** What the library calls a media type, without its parameters. */
    static String mediaType(String header) {
        String type =
                header.contains(";") ? header.substring(0, header.indexOf(';')).trim() : header;
        return MEDIA_TYPES.getOrDefault(type, type);
    }
}

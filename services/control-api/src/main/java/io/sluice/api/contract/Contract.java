// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.contract;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.OpenAPIVersion;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Path;
import io.vertx.openapi.contract.impl.OpenAPIContractImpl;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The OpenAPI file of the admin port, as much of it as binding routes and checking parameters needs: bodies are read by
 * the configuration's own readers, which know line, key and what is valid, so bodies and replies are left out here.
 *
 * <p>The file is not checked against OpenAPI's own schema at start, which takes longer than all the rest and would want
 * files of the class path: a test does that.
 *
 * <p><b>Threading</b>: immutable. <b>Complexity</b>: {@link #load} takes some hundred milliseconds in a cold process.
 */
public final class Contract {

    /** Where the file is on the class path. */
    static final String FILE = "/openapi/gateway-v1.yaml";

    private static final String PARAMETERS = "parameters";
    private static final String REQUEST_BODY = "requestBody";
    private static final List<String> METHODS = List.of("get", "put", "post", "patch", "delete");

    private final OpenAPIContract api;
    private final Set<String> withBody;

    private Contract(OpenAPIContract api, Set<String> withBody) {
        this.api = api;
        this.withBody = Set.copyOf(withBody);
    }

    /** The file as it is. */
    public static String text() {
        try (InputStream file = Contract.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException("there is no " + FILE + " on the class path");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Reads the file; not from an event loop. */
    public static Contract load() {
        Map<?, ?> file = mapping(new Load(LoadSettings.builder().build()).loadFromString(text()));
        Set<String> withBody = new TreeSet<>();
        JsonObject lean = lean(file, withBody);
        SchemaRepository schemas = SchemaRepository.create(new JsonSchemaOptions()
                .setDraft(Draft.DRAFT202012)
                .setBaseUri("app://")
                .setOutputFormat(OutputFormat.Basic));
        schemas.dereference(JsonSchema.of(lean));
        return new Contract(new OpenAPIContractImpl(schemas.resolve(lean), OpenAPIVersion.V3_1, schemas), withBody);
    }

    private static JsonObject lean(Map<?, ?> file, Set<String> withBody) {
        Map<String, Object> paths = new LinkedHashMap<>();
        mapping(file.get("paths"))
                .forEach((path, item) -> paths.put(String.valueOf(path), path(mapping(item), withBody)));
        Map<?, ?> components = mapping(file.get("components"));
        Map<String, Object> kept = new LinkedHashMap<>();
        kept.put(PARAMETERS, components.get(PARAMETERS));
        kept.put("schemas", components.get("schemas"));
        return new JsonObject()
                .put("openapi", file.get("openapi"))
                .put("info", file.get("info"))
                .put("paths", paths)
                .put("components", kept);
    }

    private static Map<String, Object> path(Map<?, ?> item, Set<String> withBody) {
        Map<String, Object> path = new LinkedHashMap<>();
        item.forEach((key, value) -> {
            String name = String.valueOf(key);
            if (METHODS.contains(name)) {
                Map<?, ?> operation = mapping(value);
                String id = String.valueOf(operation.get("operationId"));
                if (operation.containsKey(REQUEST_BODY)) {
                    withBody.add(id);
                }
                path.put(name, operation(id, operation.get(PARAMETERS)));
            } else {
                path.put(name, value);
            }
        });
        return path;
    }

    private static Map<String, Object> operation(String id, @Nullable Object parameters) {
        Map<String, Object> operation = new LinkedHashMap<>();
        operation.put("operationId", id);
        if (parameters != null) {
            operation.put(PARAMETERS, parameters);
        }
        // the library writes into what it reads
        Map<String, Object> response = new LinkedHashMap<>(Map.of("description", "see the file"));
        operation.put("responses", new LinkedHashMap<>(Map.of("default", response)));
        return operation;
    }

    private static Map<?, ?> mapping(@Nullable Object value) {
        if (value instanceof Map<?, ?> mapping) {
            return mapping;
        }
        throw new IllegalStateException(FILE + ": expected keys and values, found " + value);
    }

    /** What the library binds routes to. */
    OpenAPIContract api() {
        return api;
    }

    /** Ids of all operations, in order. */
    public Set<String> operationIds() {
        return api.operations().stream().map(Operation::getOperationId).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whether the operation of that method and path takes a body. */
    @Nullable
    String operationWithBody(HttpMethod method, String path) {
        Operation operation = api.findOperation(path, method);
        return operation == null || !withBody.contains(operation.getOperationId()) ? null : operation.getOperationId();
    }

    /** Methods that a path answers to; empty where there is no such path. */
    List<String> methods(String path) {
        Path found = api.findPath(path);
        if (found == null) {
            return List.of();
        }
        List<String> methods = found.getOperations().stream()
                .map(operation -> operation.getHttpMethod().name())
                .sorted(Comparator.comparingInt(name -> METHODS.indexOf(name.toLowerCase(Locale.ROOT))))
                .collect(Collectors.toList());
        if (methods.contains(HttpMethod.GET.name())) {
            methods.add(1, HttpMethod.HEAD.name());
        }
        return methods;
    }
}

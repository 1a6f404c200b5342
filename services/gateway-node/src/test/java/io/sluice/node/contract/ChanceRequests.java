// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.contract;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Parameter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes requests for one operation by its part of the contract, the same ones for the same seed. */
final class ChanceRequests {

    private static final int DEPTH_MAX = 4;

    /** Names that are there, so that some requests come to something. */
    private static final List<String> KNOWN = List.of(
            "inspection",
            "firewalls",
            "spare",
            "inspection-svc",
            "az1",
            "az2",
            "az3",
            "10.1.0.11",
            "10.1.0.12",
            "vpce-00000000000000001",
            "vpce-00000000000000002",
            "10.0.0.2",
            "30s",
            "300s");

    private static final List<String> WRONG = List.of(
            "",
            " ",
            "-",
            "0",
            "-1",
            "1e9",
            "99999999999999999999999",
            "null",
            "true",
            "%",
            "../..",
            "a/b",
            "\u0000",
            "\u202e",
            "\ud83d\ude00",
            "x".repeat(3_000),
            "';--",
            "${x}",
            "*",
            "[]",
            "{}",
            "\"");

    /** Numbers that are none of ours: a validator may take them for one. */
    private static final List<String> ODD_NUMBERS =
            List.of("1e0", "1E3", "1.0", "7.0", "+1", "01", "0x1", "-0", "9223372036854775807", "9223372036854775808");

    /** A request. */
    record Made(String path, String text, List<String> headerList) {

        byte[] body() {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        String[] headers() {
            return headerList.toArray(String[]::new);
        }
    }

    private final Operation operation;
    private final Random random;

    ChanceRequests(Operation operation, long seed) {
        this.operation = operation;
        this.random = new Random(seed * 31 + operation.getOperationId().hashCode());
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    Made next() {
        String path = operation.getOpenAPIPath();
        List<String> query = new ArrayList<>();
        List<String> headers = new ArrayList<>(List.of(ValidatingProxy.HOSTILE, "yes"));
        for (Parameter parameter : operation.getParameters()) {
            String value = value(parameter);
            switch (parameter.getIn()) {
                case PATH -> {
                    String segment = value.isEmpty() || value.equals("../..") ? "x" : encoded(value);
                    path = path.replace("{" + parameter.getName() + "}", segment);
                }
                case QUERY -> {
                    if (chance(parameter.isRequired() ? 90 : 30)) {
                        query.add(parameter.getName() + "=" + encoded(value));
                    }
                }
                case HEADER -> {
                    if (chance(15) && value.chars().allMatch(c -> c > ' ' && c < 0x7F) && value.length() < 100) {
                        headers.addAll(List.of(parameter.getName(), value.isEmpty() ? "x" : value));
                    }
                }
                default -> {}
            }
        }
        if (chance(5)) {
            query.add("colour=" + encoded(any(WRONG)));
        }
        String body = operation.getRequestBody() == null && chance(95) ? "" : body();
        return new Made(query.isEmpty() ? path : path + "?" + String.join("&", query), body, headers);
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private String value(Parameter parameter) {
        JsonObject model = parameter.getOpenAPIModel();
        if (chance(15)) {
            return any(WRONG);
        }
        if ("integer".equals(model.getJsonObject("schema").getValue("type")) && chance(30)) {
            return any(ODD_NUMBERS);
        }
        if (model.containsKey("example") && chance(40)) {
            return String.valueOf(model.getValue("example"));
        }
        return String.valueOf(of(model.getJsonObject("schema"), 0));
    }

    private String body() {
        if (operation.getRequestBody() == null) {
            return "{\"a\":1}";
        }
        JsonObject schema = operation
                .getRequestBody()
                .getContent()
                .getOrDefault(
                        "application/json",
                        operation
                                .getRequestBody()
                                .getContent()
                                .values()
                                .iterator()
                                .next())
                .getOpenAPIModel()
                .getJsonObject("schema");
        if (chance(5)) {
            return any(WRONG);
        }
        String text = Json.encode(of(schema, 0));
        if (chance(5) && text.length() > 2) {
            int cut = random.nextInt(text.length());
            return text.substring(0, cut);
        }
        return text;
    }

    /** A value of a schema, or in places not quite. */
    private Object of(JsonObject schema, int depth) {
        if (depth > DEPTH_MAX || chance(4)) {
            return chance(50) ? any(WRONG) : random.nextInt();
        }
        JsonArray words = schema.getJsonArray("enum");
        if (words != null) {
            return words.getValue(random.nextInt(words.size()));
        }
        Object type = schema.getValue("type");
        String named =
                type instanceof JsonArray types ? types.getString(random.nextInt(types.size())) : String.valueOf(type);
        return switch (named) {
            case "object" -> object(schema, depth);
            case "array" -> {
                JsonArray array = new JsonArray();
                int length = random.nextInt(4);
                for (int element = 0; element < length; element++) {
                    array.add(of(schema.getJsonObject("items"), depth + 1));
                }
                yield array;
            }
            case "boolean" -> random.nextBoolean();
            case "integer" -> integer(schema);
            default -> chance(80) ? any(KNOWN) : "n" + random.nextInt(50);
        };
    }

    private long integer(JsonObject schema) {
        long min = schema.getLong("minimum", 0L);
        long max = schema.getLong("maximum", 1_000L);
        return chance(10) ? max + 1 : random.nextLong(min, max + 1);
    }

    private JsonObject object(JsonObject schema, int depth) {
        JsonObject object = new JsonObject();
        JsonObject properties = schema.getJsonObject("properties", new JsonObject());
        JsonArray required = schema.getJsonArray("required", new JsonArray());
        for (String key : properties.fieldNames()) {
            if (!key.startsWith("__") && chance(required.contains(key) ? 95 : 30)) {
                object.put(key, of(properties.getJsonObject(key), depth + 1));
            }
        }
        if (properties.isEmpty() && chance(50)) {
            object.put(any(KNOWN), any(KNOWN));
        }
        if (chance(3)) {
            object.put("colour", "red");
        }
        return object;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.contract;

import io.sluice.api.Printable;
import io.vertx.core.json.JsonArray;
import io.vertx.json.schema.JsonSchema;
import io.vertx.openapi.contract.Parameter;
import java.util.stream.Collectors;

/** What to say of a parameter that has a wrong value: what it has, and what would be valid by the contract. */
final class ExpectedValue {

    private static final int SHOWN_MAX = 100;

    private ExpectedValue() {}

    static String refusal(Parameter parameter, String value) {
        String shown = value.length() > SHOWN_MAX ? value.substring(0, SHOWN_MAX) + "..." : value;
        return "'" + Printable.of(shown) + "': expected " + of(parameter);
    }

    static String of(Parameter parameter) {
        String said = parameter.getOpenAPIModel().getString("x-expected");
        return said == null ? bySchema(parameter) : said;
    }

    private static String bySchema(Parameter parameter) {
        JsonSchema schema = parameter.getSchema();
        Object words = schema.get("enum");
        if (words instanceof JsonArray list) {
            return "one of " + list.stream().map(String::valueOf).collect(Collectors.joining(", "));
        }
        return switch (parameter.getSchemaType()) {
            case BOOLEAN -> "true or false";
            case INTEGER -> {
                Object max = schema.get("maximum");
                yield "a whole number "
                        + (max == null
                                ? "of at least " + schema.get("minimum")
                                : "from " + schema.get("minimum") + " to " + max);
            }
            default -> "what the contract says of " + parameter.getName();
        };
    }
}

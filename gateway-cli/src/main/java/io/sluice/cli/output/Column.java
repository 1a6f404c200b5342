// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;

/**
 * One column of a table.
 *
 * @param title its heading
 * @param value its text for one element of the answer
 */
public record Column(String title, Function<JsonNode, String> value) {

    /** The element's field of this path, such as {@code /forward/packets}; empty where it has none. */
    public static Column of(String title, String pointer) {
        return new Column(title, element -> element.at(pointer).asText(""));
    }
}

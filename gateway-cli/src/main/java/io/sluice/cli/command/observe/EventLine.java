// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.observe;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.output.FlowWords;
import io.sluice.cli.output.Printable;

/** One event in a line for people: time, kind, and what there is to say of it. */
final class EventLine {

    private EventLine() {}

    static String of(JsonNode event) {
        String kind = text(event, "kind");
        String rest = switch (kind) {
            case "flow" ->
                "%-7s %s %s %s <-> %s -> %s cookie %s at %s%s"
                        .formatted(
                                text(event, "type"),
                                text(event, "endpoint"),
                                FlowWords.protocol(event.path("protocol").asInt()),
                                side(event, "lower"),
                                side(event, "upper"),
                                text(event, "target"),
                                text(event, "cookie"),
                                text(event, "node"),
                                event.has("reason") ? " (" + text(event, "reason") + ")" : "");
            case "drop" ->
                "%s packets %s at %s".formatted(text(event, "packets"), text(event, "reason"), text(event, "node"));
            case "health" ->
                "%s/%s %s -> %s%s"
                        .formatted(
                                text(event, "target-group"),
                                text(event, "target"),
                                text(event, "from"),
                                text(event, "state"),
                                event.has("reason") ? " (" + text(event, "reason") + ")" : "");
            case "revision" -> "%s by %s".formatted(text(event, "revision"), text(event, "node"));
            case "lost" -> text(event, "events") + " events are missing here: too slow to read them";
            default -> Printable.of(event.toString());
        };
        return "%s  %-8s  %s".formatted(text(event, "at"), kind, rest);
    }

    private static String side(JsonNode event, String side) {
        return FlowWords.socket(text(event, side), event.path(side + "-port").asInt());
    }

    private static String text(JsonNode event, String field) {
        return Printable.of(event.path(field).asText());
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.trace;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.output.Printable;

/** A trace's answer in a few lines for people. */
final class Summary {

    private Summary() {}

    static String of(JsonNode answer) {
        JsonNode decision = answer.path("decision");
        StringBuilder lines = new StringBuilder();
        String target = decision.path("target").asText();
        line(
                lines,
                "goes to",
                target.isEmpty()
                        ? "no target (" + text(decision, "from") + ")"
                        : target + " of " + text(decision, "target-group"));
        line(lines, "because", text(decision, "reason"));
        line(lines, "row", text(decision, "row") + ", decided by " + text(decision, "from"));
        line(
                lines,
                "zone",
                text(decision, "zone") + ", cross-zone "
                        + (decision.path("cross-zone").asBoolean() ? "on" : "off") + ", load balancer "
                        + text(decision, "load-balancer"));
        JsonNode key = answer.path("key");
        line(
                lines,
                "key",
                text(key, "stickiness") + " protocol " + text(key, "protocol") + " " + text(key, "lower") + " port "
                        + text(key, "lower-port") + " <-> " + text(key, "upper") + " port " + text(key, "upper-port"));
        for (JsonNode flow : answer.path("flows")) {
            line(
                    lines,
                    text(flow, "kind"),
                    "at " + text(flow, "node") + ": target " + text(flow, "target") + ", " + text(flow, "state")
                            + (flow.path("provisional").asBoolean() ? " (provisional)" : "") + " since "
                            + text(flow, "since") + ", cookie " + text(flow, "cookie"));
        }
        return lines.append('\n').toString();
    }

    private static String text(JsonNode node, String field) {
        return Printable.of(node.path(field).asText());
    }

    private static void line(StringBuilder lines, String title, String text) {
        lines.append(title)
                .append(" ".repeat(Math.max(1, 9 - title.length())))
                .append(text)
                .append('\n');
    }
}

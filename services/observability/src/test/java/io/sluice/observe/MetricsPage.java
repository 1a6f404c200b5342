// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.observe;

import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.MetricName;
import io.sluice.model.metric.PacketPlace;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The reference page of metrics, as Markdown. */
final class MetricsPage {

    /** Where it lies, seen from this module. */
    static final Path FILE = Path.of("..", "..", "docs", "metrics.md");

    /** The system property that makes the test write the page instead of holding it against the code. */
    static final String WRITE = "sluice.write-docs";

    /** What writes it anew. */
    static final String COMMAND = "mvn -pl services/observability -am test -Dtest=MetricsPageTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -D" + WRITE + "=true";

    private MetricsPage() {}

    static String text() {
        StringBuilder page = new StringBuilder("""
                # Metrics

                What `GET /metrics` shows of a node, in the Prometheus text form. This page is written from `MetricName`,
                `PacketPlace` and `DropReason`; a test fails when it says something else. To write it anew:

                ```sh
                %s
                ```

                Besides these there are those of Vert.x (`vertx_…`: event loops, HTTP, event bus) and of the JVM (`jvm_…`:
                memory, garbage collection). A process shows what belongs to its roles: one without the ingress has no flows.

                | name | kind | labels | what it says |
                | --- | --- | --- | --- |
                """.formatted(COMMAND));
        for (MetricName name : MetricName.values()) {
            page.append(row(
                    "`" + name.text() + "`",
                    name.kind().name().toLowerCase(Locale.ROOT),
                    name.labels().stream().map(label -> "`" + label + "`").collect(Collectors.joining(", ")),
                    name.help()));
        }
        page.append("""

                ## Places

                """)
                .append("Label `place` of `")
                .append(MetricName.PACKETS.text())
                .append("`: ");
        page.append(Arrays.stream(PacketPlace.values())
                .map(place -> "`" + place.text() + "`")
                .collect(Collectors.joining(", ")));
        page.append("""
                . When nothing moves,
                `endpoint-in` + `target-in` + `link-in` + `generated` = `endpoint-out` + `target-out` + `link-out` + all of `%s` + `%s`.

                ## Reasons of drops

                Label `reason` of `%s`. `GET /v1/drops` shows the same reasons with the same sentences; the codes in
                brackets are those of the design.

                | reason | what it means |
                | --- | --- |
                """.formatted(MetricName.DROPS.text(), MetricName.PACKETS_HELD.text(), MetricName.DROPS.text()));
        for (DropReason reason : DropReason.values()) {
            page.append(row("`" + reason.text() + "`", reason.sentence()));
        }
        return page.toString();
    }

    private static String row(String... cells) {
        return "| " + String.join(" | ", cells).replace("|  |", "| |") + " |\n";
    }
}

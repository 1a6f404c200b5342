// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.resource;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.output.Column;
import io.sluice.cli.output.Output;
import java.util.List;

/** The table of what changes, or would change. */
public final class ChangesTable {

    private static final List<Column> COLUMNS = List.of(
            Column.of("ACTION", "/action"),
            Column.of("KIND", "/kind"),
            Column.of("ID", "/id"),
            Column.of("FIELD", "/field"),
            Column.of("FROM", "/from"),
            Column.of("TO", "/to"));

    private ChangesTable() {}

    /** Prints an answer with {@code changes}. */
    public static void print(Output output, JsonNode answer) {
        output.print(answer, answer.path("changes"), COLUMNS);
    }
}

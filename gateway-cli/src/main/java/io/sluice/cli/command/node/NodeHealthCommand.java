// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Answer;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Column;
import io.sluice.cli.output.Output;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code sluice node health}. */
@Command(
        name = "health",
        description = "Says whether the node can do its job, and what is missing; fails if it cannot.")
public final class NodeHealthCommand extends GatewayCommand {

    private static final List<Column> COLUMNS =
            List.of(Column.of("CONDITION", "/condition"), Column.of("STATE", "/state"));

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        Answer answer = client.get("readyz");
        if (answer.status() != 200 && answer.status() != 503) {
            client.json("readyz"); // says why
        }
        JsonNode report = answer.json();
        List<JsonNode> rows = new ArrayList<>();
        report.path("conditions").properties().forEach(condition -> {
            ObjectNode row = JsonNodeFactory.instance.objectNode();
            row.put("condition", condition.getKey());
            row.set("state", condition.getValue());
            rows.add(row);
        });
        output.print(report, rows, COLUMNS);
        return report.path("ready").asBoolean() ? ExitCode.OK : ExitCode.FAILED;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.drop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Column;
import io.sluice.cli.output.Output;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice drop list}. */
@Command(name = "list", description = "Lists the reasons packets were dropped for since the start, with their counts.")
public final class DropListCommand extends GatewayCommand {

    private static final List<Column> COLUMNS =
            List.of(Column.of("REASON", "/reason"), Column.of("PACKETS", "/packets"), Column.of("MEANING", "/meaning"));

    @Option(names = "--all", description = "Also reasons that never occurred.")
    private boolean all;

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        JsonNode answer = client.json("v1/drops");
        List<JsonNode> rows = new ArrayList<>();
        answer.path("drops").properties().forEach(drop -> {
            if (all || drop.getValue().asLong() > 0) {
                ObjectNode row = JsonNodeFactory.instance.objectNode();
                row.put("reason", drop.getKey());
                row.put("packets", drop.getValue().asLong());
                row.put("meaning", answer.path("meanings").path(drop.getKey()).asText());
                rows.add(row);
            }
        });
        output.print(answer, rows, COLUMNS);
        return ExitCode.OK;
    }
}

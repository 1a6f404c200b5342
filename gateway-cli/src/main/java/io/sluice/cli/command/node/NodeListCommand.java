// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Column;
import io.sluice.cli.output.Output;
import java.util.List;
import java.util.StringJoiner;
import picocli.CommandLine.Command;

/** {@code sluice node list}. */
@Command(name = "list", description = "Lists nodes, what they do, and the configuration revision each works with.")
public final class NodeListCommand extends GatewayCommand {

    private static final List<Column> COLUMNS = List.of(
            Column.of("NODE", "/id"),
            new Column("ROLES", NodeListCommand::roles),
            Column.of("REVISION", "/configRevision"));

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        JsonNode answer = client.json("v1/nodes");
        output.print(answer, answer.path("nodes"), COLUMNS);
        return ExitCode.OK;
    }

    private static String roles(JsonNode node) {
        StringJoiner roles = new StringJoiner(",");
        node.path("roles").forEach(role -> roles.add(role.asText()));
        return roles.toString();
    }
}

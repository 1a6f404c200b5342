// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Call;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Column;
import io.sluice.cli.output.Output;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code sluice token list}. */
@Command(name = "list", description = "Lists tokens by their names, without what they are.")
public final class TokenListCommand extends GatewayCommand {

    private static final int LIMIT = 100_000;

    private static final List<Column> COLUMNS = List.of(
            Column.of("NAME", "/name"),
            Column.of("ROLE", "/role"),
            Column.of("CREATED", "/created"),
            Column.of("LAST-USED", "/last-used"),
            Column.of("EXPIRES", "/expires"));

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        JsonNode all = client.pages(page -> Call.of("GET", "v1/tokens").query("page-token", page), "tokens", LIMIT);
        for (JsonNode token : all.path("tokens")) {
            ((ObjectNode) token).remove("token"); // whatever a gateway answers
        }
        output.print(all, all.path("tokens"), COLUMNS);
        return ExitCode.OK;
    }
}

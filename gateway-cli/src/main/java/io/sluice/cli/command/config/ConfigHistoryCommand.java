// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Call;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Column;
import io.sluice.cli.output.Output;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice config history}. */
@Command(name = "history", description = "Lists the revisions that are kept, the newest first.")
public final class ConfigHistoryCommand extends GatewayCommand {

    private static final int LIMIT_MAX = 100_000;

    private static final List<Column> COLUMNS = List.of(
            Column.of("REVISION", "/revision"),
            Column.of("AT", "/at"),
            Column.of("BY", "/by"),
            Column.of("ACT", "/act"),
            Column.of("CHANGES", "/change-count"));

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "Revisions to list at most, 1-" + LIMIT_MAX + "; default ${DEFAULT-VALUE}.")
    private int limit;

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        requireLimit(limit, LIMIT_MAX);
        JsonNode all = client.pages(
                page -> Call.of("GET", "v1/config/revisions").query("page-token", page), "revisions", limit);
        output.print(all, all.path("revisions"), COLUMNS);
        return ExitCode.OK;
    }
}

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

/** {@code sluice config conflicts}. */
@Command(
        name = "conflicts",
        description = {
            "Lists revisions that were lost when two branches of the configuration met, the newest first.",
            "config conflict prints the document of one; to have it again, apply it."
        })
public final class ConfigConflictsCommand extends GatewayCommand {

    private static final int LIMIT_MAX = 10_000;

    private static final List<Column> COLUMNS = List.of(
            Column.of("CONFLICT", "/conflict"),
            Column.of("REVISION", "/revision"),
            Column.of("AUTHOR", "/author"),
            Column.of("LOST TO", "/lost-to"),
            Column.of("AT", "/at"),
            Column.of("DIFFERENCES", "/change-count"));

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "Conflicts to list at most, 1-" + LIMIT_MAX + "; default ${DEFAULT-VALUE}.")
    private int limit;

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        requireLimit(limit, LIMIT_MAX);
        JsonNode all = client.pages(
                page -> Call.of("GET", "v1/config/conflicts").query("page-token", page), "conflicts", limit);
        output.print(all, all.path("conflicts"), COLUMNS);
        return ExitCode.OK;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Column;
import io.sluice.cli.output.Output;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code sluice config conflicts}. */
@Command(
        name = "conflicts",
        description = {
            "Lists revisions that were lost when two branches of the configuration met, the newest first.",
            "Their documents are in --output json and yaml; to have one again, apply it."
        })
public final class ConfigConflictsCommand extends GatewayCommand {

    private static final List<Column> COLUMNS = List.of(
            Column.of("REVISION", "/revision"),
            Column.of("AUTHOR", "/author"),
            Column.of("LOST TO", "/lost-to"),
            Column.of("AT", "/at"),
            Column.of("DIFFERENCES", "/change-count"));

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        JsonNode all = client.json("v1/config/conflicts");
        output.print(all, all.path("conflicts"), COLUMNS);
        return ExitCode.OK;
    }
}

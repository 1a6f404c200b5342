// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.command.resource.ChangesTable;
import io.sluice.cli.output.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice config show}. */
@Command(name = "show", description = "Prints a revision's document, as config apply takes it.")
public final class ConfigShowCommand extends GatewayCommand {

    @Parameters(paramLabel = "REVISION", description = "Its number; see config history.")
    private long revision;

    @Option(names = "--changes", description = "Print what it changed instead, in the form of --output.")
    private boolean changes;

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        JsonNode answer = client.json("v1/config/revisions/" + revision);
        if (changes) {
            ChangesTable.print(output, answer);
        } else {
            output.text(answer.path("document").asText());
        }
        return ExitCode.OK;
    }
}

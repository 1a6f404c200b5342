// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.config;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sluice config show}. */
@Command(name = "show", description = "Prints a revision's document, as config apply takes it.")
public final class ConfigShowCommand extends GatewayCommand {

    @Parameters(paramLabel = "REVISION", description = "Its number; see config history.")
    private long revision;

    @Mixin
    private final DocumentOrChanges shown = new DocumentOrChanges();

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        shown.print(output, client.json("v1/config/revisions/" + revision));
        return ExitCode.OK;
    }
}

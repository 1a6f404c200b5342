// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.config;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Output;
import picocli.CommandLine.Command;

/** {@code sluice config export}. */
@Command(name = "export", aliases = "get", description = "Prints the document in force, as config apply takes it.")
public final class ConfigExportCommand extends GatewayCommand {

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        output.said(client.text("v1/config"));
        return ExitCode.OK;
    }
}

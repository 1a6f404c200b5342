// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.node;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Output;
import picocli.CommandLine.Command;

/** {@code sluice node metrics}. */
@Command(
        name = "metrics",
        description = "Prints the node's metrics in the Prometheus text form, whatever --output says.")
public final class NodeMetricsCommand extends GatewayCommand {

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        output.said(client.text("metrics"));
        return ExitCode.OK;
    }
}

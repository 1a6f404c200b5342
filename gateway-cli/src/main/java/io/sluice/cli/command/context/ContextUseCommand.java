// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.context;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.Contexts;
import io.sluice.cli.command.SluiceCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sluice context use}. */
@Command(name = "use", description = "Chooses the gateway that is asked from now on.")
public final class ContextUseCommand extends SluiceCommand {

    @Parameters(paramLabel = "NAME", description = "Its name; see context list.")
    private String name = "";

    @Override
    public Integer call() throws CommandFailure {
        Contexts.read(surroundings().contextsFile()).using(name).write();
        talk("in use: " + name);
        return ExitCode.OK.number();
    }
}

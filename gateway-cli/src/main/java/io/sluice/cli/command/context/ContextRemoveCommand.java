// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.context;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.Contexts;
import io.sluice.cli.command.SluiceCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sluice context remove}. */
@Command(name = "remove", description = "Forgets a context, and the token that is kept with it.")
public final class ContextRemoveCommand extends SluiceCommand {

    @Parameters(paramLabel = "NAME", description = "Its name; see context list.")
    private String name = "";

    @Override
    public Integer call() throws CommandFailure {
        Contexts contexts = Contexts.read(surroundings().contextsFile());
        Contexts without = contexts.without(name);
        if (without.all().size() == contexts.all().size()) {
            talk("already so: there is no " + name);
        } else {
            without.write();
            talk("removed " + name);
        }
        return ExitCode.OK.number();
    }
}

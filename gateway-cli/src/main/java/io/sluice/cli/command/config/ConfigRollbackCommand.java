// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.config;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Call;
import io.sluice.cli.command.ConfiguredCommand;
import io.sluice.cli.command.Consent;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;

/** {@code sluice config rollback}. */
@Command(
        name = "rollback",
        description = "Puts an earlier revision's document in force again, as a new revision, and prints what changes.")
public final class ConfigRollbackCommand extends GatewayCommand implements ConfiguredCommand {

    @Parameters(paramLabel = "REVISION", description = "Its number; see config history.")
    private long revision;

    @Mixin
    private final ConfigWrite write = new ConfigWrite();

    @Override
    public void configure(CommandSpec spec) {
        spec.addOption(Consent.option());
    }

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        if (!write.isDryRun()) {
            Consent.ask(commandSpec(), surroundings(), "roll back to revision " + revision);
        }
        return write.make(
                client,
                Call.of("POST", "v1/config/revisions/" + revision + "/rollback"),
                output,
                commandSpec().commandLine().getErr());
    }
}

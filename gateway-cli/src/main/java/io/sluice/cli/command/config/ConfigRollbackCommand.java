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
import io.sluice.cli.command.resource.Effect;
import io.sluice.cli.output.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice config rollback}. */
@Command(
        name = "rollback",
        description = "Puts an earlier revision's document in force again, as a new revision, and prints what changes.")
public final class ConfigRollbackCommand extends GatewayCommand implements ConfiguredCommand {

    @Parameters(paramLabel = "REVISION", description = "Its number; see config history.")
    private long revision;

    @Option(names = "--dry-run", description = "Only print what would change.")
    private boolean dryRun;

    @Option(
            names = "--if-match",
            paramLabel = "REVISION",
            defaultValue = "",
            description = "Only where this revision is in force.")
    private String ifMatch = "";

    @Option(
            names = "--wait",
            description = "Wait until every node works with it, no longer than --timeout; exit code 5 if not.")
    private boolean wait;

    @Override
    public void configure(CommandSpec spec) {
        spec.addOption(Consent.option());
    }

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        if (!dryRun) {
            Consent.ask(commandSpec(), surroundings(), "roll back to revision " + revision);
        }
        long now = ConfigWrite.make(
                client,
                Call.of("POST", "v1/config/revisions/" + revision + "/rollback").ifMatch(ifMatch),
                dryRun,
                output,
                commandSpec().commandLine().getErr());
        if (wait && !dryRun) {
            Effect.everywhere(client, now);
        }
        return ExitCode.OK;
    }
}

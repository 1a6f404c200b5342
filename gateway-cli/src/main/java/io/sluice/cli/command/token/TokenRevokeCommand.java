// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.token;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Call;
import io.sluice.cli.command.ConfiguredCommand;
import io.sluice.cli.command.Consent;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.output.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;

/** {@code sluice token revoke}. */
@Command(name = "revoke", aliases = "delete", description = "Makes a token worthless, at once.")
public final class TokenRevokeCommand extends GatewayCommand implements ConfiguredCommand {

    @Parameters(paramLabel = "NAME", description = "Its name.")
    private String name = "";

    @Override
    public void configure(CommandSpec spec) {
        spec.addOption(Consent.option());
    }

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        Consent.ask(commandSpec(), surroundings(), "revoke token " + name);
        client.done(Call.of("DELETE", "v1/tokens/" + Call.encoded(name)));
        talk("revoked token " + name);
        return ExitCode.OK;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.config;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Call;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.command.resource.Effect;
import io.sluice.cli.document.Document;
import io.sluice.cli.output.Output;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice config apply}. */
@Command(
        name = "apply",
        description = "Puts a document in force, all of it or nothing, and prints what changes. Says so where it is in"
                + " force already.")
public final class ConfigApplyCommand extends GatewayCommand {

    @Parameters(paramLabel = "FILE", description = "The document (YAML or JSON); - for standard input.")
    private @Nullable Path file;

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
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        byte[] document = Document.bytes(given(file), surroundings().input());
        long revision = ConfigWrite.make(
                client,
                Call.of("PUT", "v1/config").ifMatch(ifMatch).bytes("application/yaml", document),
                dryRun,
                output,
                commandSpec().commandLine().getErr());
        if (wait && !dryRun) {
            Effect.everywhere(client, revision);
        }
        return ExitCode.OK;
    }
}

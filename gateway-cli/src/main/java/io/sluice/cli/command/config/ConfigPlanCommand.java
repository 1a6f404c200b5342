// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.config;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Call;
import io.sluice.cli.command.GatewayCommand;
import io.sluice.cli.document.Document;
import io.sluice.cli.output.Output;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sluice config plan}. */
@Command(
        name = "plan",
        aliases = "diff",
        description = "Checks a document and prints what would change, as config apply --dry-run does.")
public final class ConfigPlanCommand extends GatewayCommand {

    @Parameters(paramLabel = "FILE", description = "The document (YAML or JSON); - for standard input.")
    private @Nullable Path file;

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        byte[] document = Document.bytes(given(file), surroundings().input());
        ConfigWrite.make(
                client,
                Call.of("PUT", "v1/config").bytes("application/yaml", document),
                true,
                output,
                commandSpec().commandLine().getErr());
        return ExitCode.OK;
    }
}

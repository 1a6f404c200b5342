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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sluice config apply}. */
@Command(
        name = "apply",
        description = "Puts a document in force, all of it or nothing, and prints what changes. Says so where it is in"
                + " force already.")
public final class ConfigApplyCommand extends GatewayCommand {

    @Parameters(paramLabel = "FILE", description = "The document (YAML or JSON); - for standard input.")
    private @Nullable Path file;

    @Mixin
    private final ConfigWrite write = new ConfigWrite();

    @Override
    protected ExitCode run(AdminClient client, Output output) throws CommandFailure {
        byte[] document = Document.bytes(given(file), surroundings().input());
        return write.make(
                client,
                Call.of("PUT", "v1/config").bytes("application/yaml", document),
                output,
                commandSpec().commandLine().getErr());
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.Surroundings;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Destination;
import io.sluice.cli.output.Output;
import io.sluice.cli.output.OutputFormat;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Options of every command that asks a gateway. */
public final class GatewayOptions {

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "The gateway's admin port (or SLUICE_URL, or a context); default " + Destination.DEFAULT_URL + ".")
    private @Nullable String url;

    @Option(
            names = "--context",
            paramLabel = "NAME",
            description = "A gateway of the context file (or SLUICE_CONTEXT); see sluice context.")
    private @Nullable String context;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the access token (or the token itself in SLUICE_TOKEN).")
    private @Nullable Path tokenFile;

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            description = "PEM certificates that vouch for an https gateway (or SLUICE_CA_FILE).")
    private @Nullable Path caFile;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES}; a table is separated by tabs where it is piped, tsv always and"
                    + " without headings.")
    private OutputFormat output = OutputFormat.table;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long to wait for an answer, and for an effect; 1-3600, default ${DEFAULT-VALUE}.")
    private int timeoutSeconds;

    /** The client these options and surroundings ask for. */
    public AdminClient client(CommandSpec spec, Surroundings surroundings) throws CommandFailure {
        Duration timeout = timeout(spec);
        Destination destination = Destination.choose(url, context, tokenFile, caFile, surroundings);
        if (destination.exposesToken()) {
            spec.commandLine()
                    .getErr()
                    .println("the token goes to " + destination.base() + " in clear text: use https");
        }
        return new AdminClient(destination, timeout);
    }

    /** How long to wait. */
    public Duration timeout(CommandSpec spec) {
        if (timeoutSeconds < 1 || timeoutSeconds > 3_600) {
            throw new ParameterException(
                    spec.commandLine(), "--timeout: " + timeoutSeconds + " is out of range: expected 1 to 3600");
        }
        return Duration.ofSeconds(timeoutSeconds);
    }

    /** Where data goes. */
    public Output output(PrintWriter out, Surroundings surroundings) {
        return new Output(out, output, surroundings.terminal());
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command;

import io.sluice.cli.client.AdminClient;
import io.sluice.cli.output.Output;
import io.sluice.cli.output.OutputFormat;
import java.io.Console;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Options of every command that asks a gateway. */
public final class GatewayOptions {

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "${env:SLUICE_URL:-http://127.0.0.1:8080}",
            description = "The gateway's admin port (or SLUICE_URL); default ${DEFAULT-VALUE}.")
    private String url = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES}; a table is separated by tabs where it is piped.")
    private OutputFormat output = OutputFormat.table;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long to wait for an answer, 1-3600; default ${DEFAULT-VALUE}.")
    private int timeoutSeconds;

    /** The client these options ask for. */
    public AdminClient client(CommandSpec spec) {
        if (timeoutSeconds < 1 || timeoutSeconds > 3_600) {
            throw new ParameterException(
                    spec.commandLine(), "--timeout: " + timeoutSeconds + " is out of range: expected 1 to 3600");
        }
        return new AdminClient(base(spec), Duration.ofSeconds(timeoutSeconds));
    }

    private URI base(CommandSpec spec) {
        try {
            URI parsed = URI.create(url.endsWith("/") ? url : url + "/");
            if (parsed.getHost() != null && ("http".equals(parsed.getScheme()) || "https".equals(parsed.getScheme()))) {
                return parsed;
            }
        } catch (IllegalArgumentException notAUri) {
            throw new ParameterException(spec.commandLine(), invalid(), notAUri);
        }
        throw new ParameterException(spec.commandLine(), invalid());
    }

    private String invalid() {
        return "--url: '" + url + "': expected for example http://127.0.0.1:8080";
    }

    /** Where data goes. */
    public Output output(PrintWriter out) {
        boolean terminal =
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        return new Output(out, output, terminal);
    }
}

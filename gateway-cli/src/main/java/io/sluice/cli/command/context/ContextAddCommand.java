// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.context;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.Context;
import io.sluice.cli.client.Contexts;
import io.sluice.cli.client.Destination;
import io.sluice.cli.command.SluiceCommand;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice context add}. A token comes from a file or standard input: arguments are seen by everybody. */
@Command(name = "add", description = "Gives a gateway a name, or replaces what has that name.")
public final class ContextAddCommand extends SluiceCommand {

    @Parameters(paramLabel = "NAME", description = "Its name.")
    private String name = "";

    @Option(names = "--url", paramLabel = "URL", required = true, description = "Its admin port.")
    private String url = "";

    @Option(names = "--token-file", paramLabel = "FILE", description = "File with the token, read at each use.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--token-stdin",
            description = "Keep the token that standard input has, in the context file (which only you can read).")
    private boolean tokenFromInput;

    @Option(names = "--ca-file", paramLabel = "FILE", description = "PEM certificates that vouch for it.")
    private @Nullable Path caFile;

    @Option(names = "--use", description = "Ask it from now on.")
    private boolean use;

    @Override
    public Integer call() throws CommandFailure {
        if (tokenFromInput && tokenFile != null) {
            throw misused("--token-stdin and --token-file: expected one of them");
        }
        Destination.base(url);
        String token = tokenFromInput ? surroundings().line() : "";
        if (tokenFromInput && token.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "--token-stdin: expected a token on standard input");
        }
        Contexts contexts = Contexts.read(surroundings().contextsFile())
                .with(new Context(name, url, token.isEmpty() ? null : token, absolute(tokenFile), absolute(caFile)));
        (use || contexts.current().isEmpty() ? contexts.using(name) : contexts).write();
        talk("added " + name + " to " + contexts.file());
        return ExitCode.OK.number();
    }

    private static @Nullable String absolute(@Nullable Path file) {
        return file == null ? null : file.toAbsolutePath().toString();
    }
}

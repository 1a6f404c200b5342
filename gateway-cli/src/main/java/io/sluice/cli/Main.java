// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli;

import io.sluice.cli.command.config.ConfigCommand;
import io.sluice.cli.command.drop.DropCommand;
import io.sluice.cli.command.flow.FlowCommand;
import io.sluice.cli.command.node.NodeCommand;
import io.sluice.cli.command.observe.ObserveCommand;
import io.sluice.cli.command.target.TargetCommand;
import io.sluice.cli.command.top.TopCommand;
import io.sluice.cli.command.trace.TraceCommand;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.HelpCommand;

/**
 * The command line: {@code sluice <noun> <verb>}. Data goes to standard output, everything else to standard error; the
 * exit codes are those of {@link ExitCode}.
 */
@Command(
        name = "sluice",
        description = "Asks a gateway: sluice <noun> <verb>.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            ConfigCommand.class,
            FlowCommand.class,
            TargetCommand.class,
            DropCommand.class,
            NodeCommand.class,
            TraceCommand.class,
            ObserveCommand.class,
            TopCommand.class,
            HelpCommand.class
        })
public final class Main {

    private Main() {}

    /** Runs one command; the process ends with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(writer(System.out), writer(System.err), arguments));
    }

    private static PrintWriter writer(OutputStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    /** Runs one command and answers with its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        boolean plain = System.getenv("NO_COLOR") != null;
        CommandLine commands = new CommandLine(new Main());
        commands.getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(ExitCode.meanings());
        return commands.setOut(out)
                .setErr(err)
                .setColorScheme(Help.defaultColorScheme(plain ? Help.Ansi.OFF : Help.Ansi.AUTO))
                .setExecutionExceptionHandler((failed, command, parsed) -> {
                    if (failed instanceof CommandFailure failure) {
                        command.getErr().println(failure.getMessage());
                        return failure.exitCode().number();
                    }
                    throw failed;
                })
                .execute(arguments);
    }
}

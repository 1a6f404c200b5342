// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli;

import io.sluice.cli.command.HasSurroundings;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
        description = "Asks or tells a gateway: sluice <noun> <verb>.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
public final class Main implements HasSurroundings {

    private final Surroundings surroundings;

    private Main(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Runs one command; the process ends with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(Surroundings.ofProcess(), writer(System.out), writer(System.err), arguments));
    }

    private static PrintWriter writer(OutputStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    @Override
    public Surroundings surroundings() {
        return surroundings;
    }

    /** Runs one command and answers with its exit code. */
    static int run(Surroundings surroundings, PrintWriter out, PrintWriter err, String... arguments) {
        boolean plain = surroundings.variables().containsKey("NO_COLOR");
        return commands(surroundings, arguments.length == 0 ? "" : arguments[0])
                .setOut(out)
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

    /** All commands, of which only the named noun has its verbs; those that speak of all have them all. */
    private static CommandLine commands(Surroundings surroundings, String named) {
        CommandLine commands = new CommandLine(new Main(surroundings));
        boolean all = List.of("help", "completion").contains(named);
        for (Noun noun : Nouns.ALL) {
            commands.addSubcommand(noun.name(), all || noun.name().equals(named) ? noun.whole() : noun.outline());
        }
        commands.addSubcommand(new HelpCommand());
        commands.getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(ExitCode.meanings())
                .footer("", "doctor ends with 0, 1 or 2: all well, something to look at, something broken.");
        return commands;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import io.sluice.lab.net.Sandbox;
import io.sluice.lab.report.Narrator;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * The churn program: needs no root and touches nothing of the machine's network, since it runs itself again in a {@link
 * Sandbox} when it is not in one yet.
 *
 * <p>Exit status: 0 when every check held, 1 when one did not or something is missing, 2 for a wrong option.
 */
@CommandLine.Command(
        name = "churn",
        mixinStandardHelpOptions = true,
        description = "Changes everything that the admin port lets change while flows live, and judges who moved.")
public final class ChurnMain implements Callable<Integer> {
    private static final int FLOWS_MAX = 30_000;
    private static final int SECONDS_MAX = 3_600;
    private static final int CHANGES_MAX = 3_000;
    private static final int PERIOD_MS_MIN = 100;
    private static final int PERIOD_MS_MAX = 30_000;

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before anything runs
    private CommandLine.Model.CommandSpec spec;

    @CommandLine.Option(
            names = "--seed",
            paramLabel = "N",
            description = "Draws the same changes again. Default: another each time; it is printed.")
    private long seed = ThreadLocalRandom.current().nextInt(1_000_000);

    @CommandLine.Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "180",
            description = "How long changes are made. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @CommandLine.Option(
            names = "--flows",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Flows that live all the time. Default: ${DEFAULT-VALUE}.")
    private int flows;

    @CommandLine.Option(
            names = "--changes",
            paramLabel = "N",
            defaultValue = "100",
            description = "Changes a minute. Default: ${DEFAULT-VALUE}.")
    private int changes;

    @CommandLine.Option(
            names = "--period",
            paramLabel = "MS",
            defaultValue = "2500",
            description = "Milliseconds from one packet of a flow to its next. Default: ${DEFAULT-VALUE}.")
    private int periodMs;

    @CommandLine.Option(
            names = "--json",
            description = "Print one JSON object (figures, checks) on standard output, progress on standard error.")
    private boolean json;

    @CommandLine.Option(names = "--keep", description = "Keep logs and capture also where every check held.")
    private boolean keep;

    private boolean ended; // guarded by this

    /** Runs it and exits with its status. */
    public static void main(String[] arguments) {
        System.exit(execute(arguments));
    }

    private static int execute(String... arguments) {
        CommandLine commandLine = new CommandLine(new ChurnMain());
        CommandLine.ParseResult parsed;
        try {
            parsed = commandLine.parseArgs(arguments);
        } catch (CommandLine.ParameterException e) {
            System.err.println("churn: " + e.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        if (!Sandbox.inside() && !parsed.isUsageHelpRequested() && !parsed.isVersionHelpRequested()) {
            return reenter(List.of(arguments));
        }
        return commandLine.execute(arguments);
    }

    private static int reenter(List<String> arguments) {
        Optional<String> obstacle = Sandbox.obstacle();
        if (obstacle.isPresent()) {
            System.err.println("churn: " + obstacle.get());
            return 1;
        }
        try {
            return Sandbox.run(ChurnMain.class, arguments);
        } catch (IOException e) {
            System.err.println("churn: " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    @Override
    public Integer call() throws IOException {
        within("--seconds", seconds, 1, SECONDS_MAX);
        within("--flows", flows, 50, FLOWS_MAX);
        within("--changes", changes, 1, CHANGES_MAX);
        within("--period", periodMs, PERIOD_MS_MIN, PERIOD_MS_MAX);
        // UTF-8 whatever the locale says: the check marks are part of the output.
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        Narrator narrator = new Narrator(json ? err : out);
        Path directory = Files.createTempDirectory("sluice-churn-");
        ChurnRun run = new ChurnRun(narrator, new ChurnPlan(seed, seconds, flows, changes, periodMs), directory);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            // does nothing where the run has ended by itself: silence is for a user who ends it
            narrator.silence();
            end(run, directory, !keep);
        }));
        run.run();
        boolean ok = narrator.allHeld();
        if (!end(run, directory, ok && !keep)) {
            return 1;
        }
        if (json) {
            out.println(run.report().json(narrator.checks()));
        }
        narrator.plain(ok ? "every check held" : "seed " + seed + " shows it again");
        if (!ok || keep) {
            narrator.plain("logs and capture are in " + directory);
        }
        return ok ? 0 : 1;
    }

    private void within(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), option + " " + value + ": expected " + least + " to " + most);
        }
    }

    /** Ends what runs; whether this call did, and not one before. The caller of a second waits for the first. */
    private synchronized boolean end(ChurnRun run, Path directory, boolean delete) {
        if (ended) {
            return false;
        }
        ended = true;
        run.close();
        if (delete) {
            delete(directory);
        }
        return true;
    }

    private static void delete(Path directory) {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            System.err.println("churn: " + directory + " could not be deleted: " + e.getMessage());
        }
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

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
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * The demo program: needs no root and touches nothing of the machine's network, since it runs itself again in a
 * {@link Sandbox} when it is not in one yet.
 *
 * <p>Exit status: 0 when every check held, 1 when one did not or something is missing, 2 for a wrong option.
 */
@CommandLine.Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Sends real traffic through the gateway and four appliances in two zones, and judges it.")
public final class DemoMain implements Callable<Integer> {
    @CommandLine.Option(
            names = "--json",
            description =
                    "Print one JSON object (flows, packets, rows, checks) on standard output, progress on standard error.")
    private boolean json;

    @CommandLine.Option(
            names = "--keep",
            description = "Leave everything running at the end until Ctrl-C, and keep logs and captures.")
    private boolean keep;

    @CommandLine.Option(
            names = "--quick",
            description = "Only the first act: traffic of all kinds, an appliance that dies and comes back.")
    private boolean quick;

    private final Programs programs;
    private boolean ended; // guarded by this

    DemoMain(Programs programs) {
        this.programs = programs;
    }

    public static void main(String[] arguments) {
        System.exit(execute(Programs.SLUICE, DemoMain.class, arguments));
    }

    /** Runs the demo with other programs; {@code main} is the class that runs again inside the sandbox. */
    static int execute(Programs programs, Class<?> main, String... arguments) {
        CommandLine commandLine = new CommandLine(new DemoMain(programs));
        CommandLine.ParseResult parsed;
        try {
            parsed = commandLine.parseArgs(arguments);
        } catch (CommandLine.ParameterException e) {
            System.err.println("demo: " + e.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        if (!Sandbox.inside() && !parsed.isUsageHelpRequested() && !parsed.isVersionHelpRequested()) {
            return reenter(main, List.of(arguments));
        }
        return commandLine.execute(arguments);
    }

    private static int reenter(Class<?> main, List<String> arguments) {
        Optional<String> obstacle = Sandbox.obstacle();
        if (obstacle.isPresent()) {
            System.err.println("demo: " + obstacle.get());
            return 1;
        }
        try {
            return Sandbox.run(main, arguments);
        } catch (IOException e) {
            System.err.println("demo: " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    @Override
    public Integer call() throws IOException {
        // UTF-8 whatever the locale says: the check marks are part of the output.
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        Narrator narrator = new Narrator(json ? err : out);
        Path directory = Files.createTempDirectory("sluice-demo-");
        DemoRun demo = new DemoRun(narrator, programs, directory, quick);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            // Does nothing where the demo has ended by itself: silence is for a user who ends it.
            narrator.silence();
            end(demo, directory, !keep);
        }));
        demo.run();
        if (keep) {
            stayUp(narrator, directory);
        }
        boolean ok = narrator.allHeld();
        if (!end(demo, directory, ok && !keep)) {
            return 1;
        }
        if (json) {
            out.println(demo.summary().json(narrator.checks()));
        }
        if (!ok || keep) {
            narrator.plain("logs and captures are in " + directory);
        }
        return ok ? 0 : 1;
    }

    /** Ends what runs; whether this call did, and not one before. The caller of a second waits for the first. */
    private synchronized boolean end(DemoRun demo, Path directory, boolean delete) {
        if (ended) {
            return false;
        }
        ended = true;
        demo.close();
        if (delete) {
            delete(directory);
        }
        return true;
    }

    private static void stayUp(Narrator narrator, Path directory) {
        narrator.plain("");
        narrator.plain("Everything stays up until Ctrl-C. Enter a namespace, such as the spoke, with");
        narrator.plain("  nsenter -t " + ProcessHandle.current().pid()
                + " -U -n -m --preserve-credentials ip netns exec spoke sh");
        narrator.plain("Logs and captures stay in " + directory);
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            System.err.println("demo: " + directory + " could not be deleted: " + e.getMessage());
        }
    }
}

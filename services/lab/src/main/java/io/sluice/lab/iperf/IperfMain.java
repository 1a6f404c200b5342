// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.iperf;

import io.sluice.lab.net.CommandFailedException;
import io.sluice.lab.net.CommandRunner;
import io.sluice.lab.net.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * {@code ./sluice bench iperf}: what TCP connections of iperf3 get through agent, gateway and appliance, beside the
 * same hops by plain routing. The launcher runs it inside a {@link Sandbox}.
 *
 * <p>The table goes to standard output, progress to standard error. Exit status: 0, 1 when something is missing or fails,
 * 2 for a wrong option.
 */
@CommandLine.Command(
        name = "bench iperf",
        mixinStandardHelpOptions = true,
        description = {
            "Runs iperf3 between an application and the Internet through agent, gateway and appliance, each in a network"
                    + " namespace of its own, and through the same hops by plain routing.",
            "Needs iperf3 (Debian's package iperf3)."
        })
public final class IperfMain implements Callable<Integer> {

    @CommandLine.Option(names = "--mtu", split = ",", paramLabel = "BYTES", description = "Default: 8500,1432.")
    private List<Integer> mtus = List.of(8500, 1432);

    @CommandLine.Option(names = "--rounds", paramLabel = "N", description = "Default: 3.")
    private int rounds = 3;

    @CommandLine.Option(names = "--seconds", paramLabel = "N", description = "Of each run, 1 to 15; default: 5.")
    private int seconds = 5;

    @CommandLine.Option(
            names = "--frames",
            description = "Frames cross the cables one by one. Default: as super-packets, which is what hosts see whose"
                    + " network cards do segmentation offload and receive offload.")
    private boolean frames;

    @CommandLine.Option(
            names = "--way",
            split = ",",
            paramLabel = "WAY",
            description = "Of kernel, sluice and sluice-no-offload; default: all.")
    private List<String> ways = Stream.of(Way.values()).map(Way::text).toList();

    @CommandLine.Option(names = "--queues", paramLabel = "N", description = "Of the agent's device; default: 1.")
    private int queues = 1;

    @CommandLine.Option(
            names = "--connections",
            paramLabel = "N",
            description = "Of TCP at once, which share the path; each is in one queue. Default: 1.")
    private int connections = 1;

    private IperfMain() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new IperfMain()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Sandbox.inside()) {
            say("runs inside a sandbox only: ./sluice bench iperf makes one");
            return 1;
        }
        Path directory = Files.createTempDirectory("sluice-iperf-");
        Figures figures = new Figures();
        try {
            for (int mtuBytes : mtus) {
                measure(mtuBytes, directory, figures);
            }
        } catch (IllegalStateException | CommandFailedException failed) {
            say(String.valueOf(failed.getMessage()));
            say("logs are in " + directory);
            return 1;
        }
        if (queues > 1 || connections > 1) {
            System.out.printf("Queues of the agent: %d; connections: %d.%n%n", queues, connections);
        }
        System.out.print(figures.table());
        delete(directory);
        return 0;
    }

    private void measure(int mtuBytes, Path directory, Figures figures) throws IOException, InterruptedException {
        try (IperfRun run = new IperfRun(new CommandRunner(), directory, mtuBytes, frames, queues, connections)) {
            run.start();
            for (int round = 1; round <= rounds; round++) {
                for (Way way : Way.values()) {
                    if (ways.contains(way.text())) {
                        run.measure(way, seconds, figures, IperfMain::say);
                    }
                }
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void say(String text) {
        System.err.println("sluice: " + text);
    }
}

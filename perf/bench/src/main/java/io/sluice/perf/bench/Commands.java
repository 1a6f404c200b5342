// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Runs the system's tools that set something up, and fails with what they said.
 *
 * @param before words in front of every command, such as those that enter a namespace
 * @param environment variables that every command has besides the run's own
 */
record Commands(List<String> before, Map<String, String> environment) {

    /** Commands in the run's own namespace. */
    static final Commands HERE = new Commands(List.of(), Map.of());

    /** A user namespace that maps every user to itself. */
    private static final String ALL_USERS = "0 0 4294967295";

    Commands {
        before = List.copyOf(before);
        environment = Map.copyOf(environment);
    }

    /** Whether the system has a tool of that name. */
    static boolean has(String tool) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
    }

    /** Whether this is the system's root, and not that of a user namespace alone. */
    static boolean asRoot() throws IOException {
        String mapped = Files.readString(Path.of("/proc/self/uid_map")).strip().replaceAll(" +", " ");
        return mapped.equals(ALL_USERS) && System.getProperty("user.name").equals("root");
    }

    /** Runs a command whose words have single spaces between; answers what it printed. */
    String run(String command) throws IOException, InterruptedException {
        return run(List.of(command.split(" ")));
    }

    /** Runs a command; answers what it printed. */
    String run(List<String> command) throws IOException, InterruptedException {
        Process process = builder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output.strip());
        }
        return output;
    }

    /** A command that is to go on running. */
    ProcessBuilder builder(List<String> command) {
        List<String> words = new ArrayList<>(before);
        words.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().putAll(environment);
        return builder;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a command finds around itself: tests bring their own.
 *
 * @param variables environment variables
 * @param input standard input
 * @param terminal whether a person watches and can answer
 * @param home the person's home directory
 */
public record Surroundings(Map<String, String> variables, InputStream input, boolean terminal, Path home) {

    /** What this process finds. */
    public static Surroundings ofProcess() {
        boolean terminal =
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        return new Surroundings(System.getenv(), System.in, terminal, Path.of(System.getProperty("user.home", "")));
    }

    /** An environment variable; null where it is absent or empty. */
    public @Nullable String variable(String name) {
        String value = variables.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /** Where contexts are kept: {@code sluice/contexts.yaml} in XDG_CONFIG_HOME or {@code .config}. */
    public Path contextsFile() {
        String configured = variable("XDG_CONFIG_HOME");
        Path directory = configured == null ? home.resolve(".config") : Path.of(configured);
        return directory.resolve("sluice").resolve("contexts.yaml");
    }

    /** One line that a person types. */
    public String line() throws CommandFailure {
        try {
            BufferedReader reader = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
            String line = reader.readLine();
            return line == null ? "" : line.strip();
        } catch (IOException unreadable) {
            throw new CommandFailure(ExitCode.USAGE, "standard input cannot be read: " + unreadable.getMessage());
        }
    }
}

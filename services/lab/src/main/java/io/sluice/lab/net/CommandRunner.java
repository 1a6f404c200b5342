// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The one place that runs system commands, so that each failure names the command and what it said.
 *
 * <p><b>Errors</b>: {@link CommandFailedException} when the command exits with another status than 0, cannot be started,
 * or takes longer than the time limit (then it is killed).
 */
public final class CommandRunner {
    private static final long TIMEOUT_SECONDS = 20;

    /** Runs a command without input and returns what it printed. */
    public String run(List<String> command) {
        return run(command, "");
    }

    /** Runs a command with {@code input} as its standard input (at most a pipe's 64 KiB) and returns what it printed. */
    public String run(List<String> command, String input) {
        Process process;
        try {
            process = new ProcessBuilder(command).start();
        } catch (IOException e) {
            throw new CommandFailedException(command, "cannot be started: " + e.getMessage());
        }
        try {
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
            // Commands here print little: one pipe holds it, so waiting first cannot deadlock.
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new CommandFailedException(command, "took longer than " + TIMEOUT_SECONDS + " s");
            }
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.exitValue() != 0) {
                throw new CommandFailedException(
                        command,
                        "exit " + process.exitValue() + ": " + err + (input.isEmpty() ? "" : "\ninput was:\n" + input));
            }
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" ", command), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException(command, "interrupted");
        } finally {
            process.destroyForcibly();
        }
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.program;

import io.sluice.lab.net.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that runs in a namespace, with its output in a log file. Ended by its handle, never by name. */
public final class ManagedProcess {
    private static final int STOP_SECONDS = 3;

    private final String name;
    private final Path log;
    private final Process process;

    private ManagedProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /** Starts a program that ends with the calling thread at the latest, so that nothing outlives a run that is killed. */
    public static ManagedProcess start(String name, Namespace namespace, List<String> command, Path log) {
        List<String> bound = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
        bound.addAll(command);
        try {
            Process process = new ProcessBuilder(namespace.command(bound))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            process.getOutputStream().close();
            return new ManagedProcess(name, log, process);
        } catch (IOException e) {
            throw new UncheckedIOException("starting " + name, e);
        }
    }

    /** What it was called when it was started. */
    public String name() {
        return name;
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether it runs. */
    public boolean alive() {
        return process.isAlive();
    }

    /** Whether a line of its output begins with {@code prefix}. */
    public boolean hasPrinted(String prefix) {
        return lines().stream().anyMatch(line -> line.startsWith(prefix));
    }

    /** Whether a line of its output begins with {@code prefix} and ends with {@code suffix}. */
    public boolean hasPrinted(String prefix, String suffix) {
        return lines().stream().anyMatch(line -> line.startsWith(prefix) && line.endsWith(suffix));
    }

    /** The last lines of its output. */
    public List<String> tail(int count) {
        List<String> lines = lines();
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }

    /** Ends it as a power cut would (SIGKILL) and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Asks it to end. */
    public void terminate() {
        process.destroy();
    }

    /** Waits a little after {@link #terminate}, then kills it. */
    public void awaitEnd() {
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }

    private List<String> lines() {
        try {
            return new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

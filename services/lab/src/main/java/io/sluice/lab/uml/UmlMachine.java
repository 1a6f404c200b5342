// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.uml;

import io.sluice.lab.net.Namespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A user-mode Linux machine: Debian's {@code linux.uml} with this machine's own files, read-only, as its root, and TAP
 * devices as its network cards {@code vec0}, {@code vec1}, ….
 *
 * <p>Its first program is a shell script that sets {@code PATH}, {@code K} (the directory of its modules) and then runs
 * what it is given; when that is done the machine stays until {@link #close}, which halts it. It lives in a process
 * namespace of its own, so that ending that one process ends all of it.
 *
 * <p><b>Threading</b>: confined to one thread.
 */
public final class UmlMachine implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/bin/linux.uml");
    private static final Path MODULES = Path.of("/usr/lib/uml/modules");
    private static final String UP = "uml-is-up";
    private static final String FAILED = "uml-failed";
    private static final int MEMORY_MIB = 128;
    private static final int POLL_MS = 50;
    private static final int HALT_SECONDS = 5;

    /**
     * A network card.
     *
     * @param tap device that is its other end
     * @param mtuBytes for good: its driver does not let it be raised later
     */
    public record Card(String tap, int mtuBytes) {}

    private final Process process;
    private final Path log;
    private final Path halt;

    private UmlMachine(Process process, Path log, Path halt) {
        this.process = process;
        this.log = log;
        this.halt = halt;
    }

    /** What keeps this machine from running one that has {@code module}, in one line; empty when nothing does. */
    public static Optional<String> obstacle(String module) {
        if (!Files.isExecutable(PROGRAM)) {
            return Optional.of("no " + PROGRAM + " (package user-mode-linux)");
        }
        if (Stream.of("/sbin/insmod", "/usr/sbin/insmod", "/bin/insmod")
                .noneMatch(file -> Files.exists(Path.of(file)))) {
            return Optional.of("no insmod (package kmod)");
        }
        try (Stream<Path> files = Files.walk(MODULES)) {
            return files.anyMatch(file -> file.endsWith(module + ".ko"))
                    ? Optional.empty()
                    : Optional.of("no module " + module + " below " + MODULES);
        } catch (IOException e) {
            return Optional.of("no modules below " + MODULES);
        }
    }

    /**
     * Boots one and waits until its script is through.
     *
     * @param namespace where its TAP devices are
     * @param cards the first becomes {@code vec0}
     * @param script what it runs, each command of which must succeed
     * @param directory for its script and its log
     * @param timeoutSeconds how long that may take
     */
    public static UmlMachine boot(
            Namespace namespace, List<Card> cards, String script, Path directory, int timeoutSeconds)
            throws IOException, InterruptedException {
        Path halt = directory.resolve("uml-halt");
        Path log = directory.resolve("uml.log");
        Files.deleteIfExists(halt);
        Path init = Files.writeString(directory.resolve("uml-init"), init(script, halt));
        Files.setPosixFilePermissions(init, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> command = new ArrayList<>(List.of(
                "setpriv",
                "--pdeathsig",
                "KILL",
                "unshare",
                "--pid",
                "--fork",
                "--kill-child",
                PROGRAM.toString(),
                "mem=" + MEMORY_MIB + "M",
                "root=/dev/root",
                "rootfstype=hostfs",
                "rootflags=/",
                "ro",
                "quiet",
                "con=null",
                "con0=null,fd:1",
                "init=" + init));
        for (int i = 0; i < cards.size(); i++) {
            Card card = cards.get(i);
            command.add("vec%d:transport=tap,ifname=%s,mtu=%d,depth=64".formatted(i, card.tap(), card.mtuBytes()));
        }
        ProcessBuilder builder = new ProcessBuilder(namespace.command(command))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().put("TMPDIR", directory.toString()); // its memory is a file, which must be executable
        UmlMachine machine = new UmlMachine(builder.start(), log, halt);
        try {
            machine.awaitUp(timeoutSeconds);
            return machine;
        } catch (IOException | InterruptedException | RuntimeException e) {
            machine.close();
            throw e;
        }
    }

    private static String init(String script, Path halt) {
        return """
                #!/bin/sh
                export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
                mount -t proc proc /proc && mount -t sysfs sysfs /sys
                K=/usr/lib/uml/modules/$(uname -r)/kernel
                export K
                if sh -exc '%s'
                then echo %s $(uname -r)
                else echo %s
                fi
                while [ ! -e '%s' ]; do sleep 0.1; done
                echo o >/proc/sysrq-trigger
                sleep 10
                """.formatted(script.replace("'", "'\\''"), UP, FAILED, halt);
    }

    private void awaitUp(int timeoutSeconds) throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
        while (true) {
            String said = log();
            if (said.contains(UP)) {
                return;
            }
            if (said.contains(FAILED) || !process.isAlive() || System.nanoTime() - deadlineNs > 0) {
                throw new IOException("the machine did not come up:\n" + said);
            }
            Thread.sleep(POLL_MS);
        }
    }

    /** Release of the kernel that it runs, such as {@code 6.1.176}. */
    public String release() throws IOException {
        String said = log();
        return said.substring(said.indexOf(UP) + UP.length())
                .strip()
                .lines()
                .findFirst()
                .orElse("");
    }

    /** What it has said so far. */
    public String log() throws IOException {
        return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
    }

    /** Halts it, and ends it where that takes too long. */
    @Override
    public void close() {
        try {
            Files.writeString(halt, "");
            if (process.waitFor(HALT_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (IOException e) {
            // ended below
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        process.onExit().join();
    }
}

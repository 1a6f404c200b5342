// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The user, network and mount namespaces that a topology lives in: no root needed, and nothing of the machine's own
 * network can be reached or changed from within.
 *
 * <p>{@code ip netns} keeps its handles under {@code /run}, so the sandbox gets a {@code /run} of its own. Its loopback
 * device is brought up before the JVM starts, because a JVM that sees no IPv6 address when it starts uses none ever.
 */
public final class Sandbox {
    /** Set (to any value) for what runs inside. */
    public static final String MARKER = "SLUICE_LAB_SANDBOX";

    private static final String SETUP =
            "mount -t tmpfs tmpfs /run && ip link set lo up && export " + MARKER + "=1 && exec \"$@\"";

    private static final List<Tool> TOOLS = List.of(
            new Tool("ip", "iproute2"),
            new Tool("unshare", "util-linux"),
            new Tool("nsenter", "util-linux"),
            new Tool("setpriv", "util-linux"),
            new Tool("mount", "mount"),
            new Tool("sh", "a POSIX shell"));

    private record Tool(String program, String origin) {}

    private Sandbox() {}

    /** Whether this process runs inside. */
    public static boolean inside() {
        return System.getenv(MARKER) != null;
    }

    /** What keeps this machine from having a sandbox, in one line; empty when nothing does. */
    public static Optional<String> obstacle() {
        List<String> missing = new ArrayList<>();
        for (Tool tool : TOOLS) {
            if (!onPath(tool.program())) {
                missing.add(tool.program() + " (" + tool.origin() + ")");
            }
        }
        if (!missing.isEmpty()) {
            return Optional.of("missing system tools: " + String.join(", ", missing));
        }
        if (!Files.isReadable(Path.of("/dev/net/tun")) || !Files.isWritable(Path.of("/dev/net/tun"))) {
            return Optional.of("missing: /dev/net/tun, readable and writable (modprobe tun; in a container --device)");
        }
        try {
            new CommandRunner().run(command(List.of("ip", "netns", "add", "probe")));
            return Optional.empty();
        } catch (CommandFailedException e) {
            return Optional.of("missing: permission to make user, network and mount namespaces: "
                    + e.outcome().lines().findFirst().orElse(""));
        }
    }

    /** Command line that runs {@code command} inside a new sandbox. */
    public static List<String> command(List<String> command) {
        List<String> wrapped = new ArrayList<>(List.of("unshare", "-Urnm", "sh", "-c", SETUP, "sluice-lab"));
        wrapped.addAll(command);
        return wrapped;
    }

    /** Command line that runs a main class of this class path inside a new sandbox. */
    public static List<String> javaCommand(Class<?> main, List<String> arguments) {
        List<String> java = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        java.addAll(arguments);
        return command(java);
    }

    /**
     * Runs a main class of this class path inside a new sandbox, with this process's standard streams, and returns its
     * exit status. A signal that ends this process ends it too and waits for its clean-up.
     */
    public static int run(Class<?> main, List<String> arguments) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(javaCommand(main, arguments)).inheritIO().start();
        Thread hook = new Thread(() -> {
            process.destroy();
            process.onExit().join();
        });
        Runtime.getRuntime().addShutdownHook(hook);
        return process.waitFor();
    }

    private static boolean onPath(String program) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        for (String directory : path.split(":")) {
            if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return false;
    }
}

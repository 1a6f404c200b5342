// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The agent on a real kernel: {@link TunScenario} in user, network and mount namespaces of its own, started as root and
 * as a user without rights.
 *
 * <p>Needs {@code /dev/net/tun}, user namespaces, and the tools {@code unshare} and {@code ip}; skipped with a reason
 * without them, failed where {@code SLUICE_REQUIRE_KERNEL=true}.
 */
class TunKernelIT {

    private static final int NOBODY = 65_534;

    /** Some hosts keep the file to root: in a mount namespace of its own the test sees one that all may open. */
    private static final String OPEN_TO_ALL =
            "mount -t tmpfs -o mode=755 none /dev/net" + " && mknod -m 666 /dev/net/tun c 10 200 && exec \"$@\"";

    @TempDir
    private Path directory;

    @ParameterizedTest(name = "as {0}")
    @ValueSource(strings = {"the user of the tests", "nobody"})
    void forwardsBothWaysSurvivesTheGatewayAndLeavesNothingBehind(String user) throws Exception {
        List<String> become = List.of();
        String classPath = System.getProperty("java.class.path");
        if (user.equals("nobody")) {
            KernelScenario.require(new ProcessBuilder("id", "-u"), "0", "becoming another user needs root");
            become = List.of(
                    "unshare",
                    "-m",
                    "sh",
                    "-c",
                    OPEN_TO_ALL,
                    "sh",
                    "setpriv",
                    "--reuid=" + NOBODY,
                    "--regid=" + NOBODY,
                    "--clear-groups");
            classPath = copyReadable(classPath);
        }
        List<String> command = new ArrayList<>(become);
        command.addAll(List.of("unshare", "-Urnm"));
        KernelScenario.require(
                new ProcessBuilder(KernelScenario.with(command, "ip", "-V")),
                "",
                "user namespaces or the tool ip are missing");
        KernelScenario.require(
                new ProcessBuilder(KernelScenario.with(command, "sh", "-c", "exec 3<>/dev/net/tun && echo open")),
                "open",
                "/dev/net/tun is missing or not for this user");

        assertThat(KernelScenario.held(command, classPath, directory, TunScenario.class))
                .containsExactlyElementsOf(TunScenario.CHECKS);
    }

    /** The class path where any user may read it: a build tree below a home directory is closed to others. */
    private String copyReadable(String classPath) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> copies = new ArrayList<>();
        int index = 0;
        for (String entry : classPath.split(File.pathSeparator)) {
            Path source = Path.of(entry);
            Path copy = directory.resolve(index++ + "-" + source.getFileName());
            if (Files.isDirectory(source)) {
                copyTree(source, copy);
            } else if (Files.exists(source)) {
                Files.copy(source, copy);
                Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
            }
            copies.add(copy.toString());
        }
        return String.join(File.pathSeparator, copies);
    }

    private static void copyTree(Path source, Path copy) throws IOException {
        try (Stream<Path> paths = Files.walk(source)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Path to = copy.resolve(source.relativize(path).toString());
                Files.copy(path, to);
                boolean folder = Files.isDirectory(to);
                Files.setPosixFilePermissions(to, PosixFilePermissions.fromString(folder ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
    }
}

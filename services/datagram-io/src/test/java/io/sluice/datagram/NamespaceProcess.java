// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A main class run in a network namespace of its own, which has nothing but loopback. */
final class NamespaceProcess {

    private static final long SECONDS_MAX = 90;

    private NamespaceProcess() {}

    /**
     * Runs a class and asserts that it ends well.
     *
     * @param directory where its output goes
     * @param setUp shell commands that run before it, as root of the namespace
     * @return what it printed
     */
    static String run(Path directory, String setUp, Class<?> main) throws Exception {
        Path output = directory.resolve(main.getSimpleName() + ".log");
        Process process = new ProcessBuilder(
                        "unshare",
                        "-Urnm",
                        "sh",
                        "-c",
                        setUp + " && exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Djava.net.preferIPv4Stack=true",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
        process.destroyForcibly();
        String said = Files.readString(output);
        assertThat(ended).as(said).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}

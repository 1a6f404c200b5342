// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a main class of the tests in namespaces of its own, where it prints {@code held NAME} for what held. */
final class KernelScenario {

    /** The command that makes the namespaces. */
    static final List<String> NAMESPACES = List.of("unshare", "-Urnm");

    private static final long TIMEOUT_S = 90;

    private KernelScenario() {}

    /** What held, in order; fails where the scenario does not succeed. */
    static List<String> held(List<String> command, String classPath, Path directory, Class<?> main) throws Exception {
        Path log = directory.resolve("scenario.log");
        Process process = new ProcessBuilder(with(
                        command,
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.net.preferIPv4Stack=false",
                        "-Xmx128m",
                        "-cp",
                        classPath,
                        main.getName()))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(TIMEOUT_S, TimeUnit.SECONDS);
        process.destroyForcibly();
        String output = Files.readString(log);
        assertThat(ended).as(output).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output.lines()
                .filter(line -> line.startsWith("held "))
                .map(line -> line.substring(5))
                .toList();
    }

    static String[] with(List<String> command, String... more) {
        return Stream.concat(command.stream(), Stream.of(more)).toArray(String[]::new);
    }

    /** Skips or fails the test where a program does not succeed, saying {@code says}. */
    static void require(ProcessBuilder probe, String says, String otherwise) throws InterruptedException {
        String output;
        int code;
        try {
            Process process = probe.redirectErrorStream(true).start();
            output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            code = process.waitFor();
        } catch (IOException missing) {
            output = String.valueOf(missing.getMessage());
            code = -1;
        }
        if (code == 0 && output.contains(says)) {
            return;
        }
        String reason = otherwise + " (" + output + ")";
        if ("true".equals(System.getenv("SLUICE_REQUIRE_KERNEL"))) {
            fail(reason);
        }
        abort(reason);
    }

    /** Runs a command inside the namespaces; fails where it does not succeed. */
    static void run(String... command) throws IOException, InterruptedException {
        output(command);
    }

    /** The same; what it printed. */
    static String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(String.join(" ", command) + ": " + output)
                .isZero();
        return output;
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.lab.net.Namespace;
import io.sluice.lab.net.Sandbox;
import io.sluice.lab.traffic.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.TestInfo;

/**
 * A kernel test's other half: a main class that runs in a sandbox, the gateway's namespace being the sandbox's own, and
 * says what it observed in lines {@code name=value}; the test judges these.
 */
final class Scenario {

    /** Where an appliance that is a program of ours answers health checks, and where it is told what to do. */
    static final int HEALTH_PORT = 80;

    private static final int SECONDS_MAX = 240;
    private static final int KEPT_NAME_MAX = 100;

    private Scenario() {}

    /**
     * Runs a main class in a sandbox of its own; its arguments are the directory and those given. Returns what it
     * observed.
     */
    static Map<String, String> run(Class<?> main, Path directory, String... more)
            throws IOException, InterruptedException {
        return run(Map.of(), SECONDS_MAX, main, directory, more);
    }

    /** The same of one that takes its time. */
    static Map<String, String> runLong(int secondsMax, Class<?> main, Path directory, String... more)
            throws IOException, InterruptedException {
        return run(Map.of(), secondsMax, main, directory, more);
    }

    /** The same with nodes of so many shards. */
    static Map<String, String> run(int shards, Class<?> main, Path directory) throws IOException, InterruptedException {
        return run(Map.of(NodeProcess.SHARDS, Integer.toString(shards)), SECONDS_MAX, main, directory);
    }

    /** The same with nodes of as many shards as the test's class says, see {@link Shards}. */
    static Map<String, String> run(TestInfo test, Class<?> main, Path directory)
            throws IOException, InterruptedException {
        Shards asked = test.getTestClass().orElseThrow().getAnnotation(Shards.class);
        return asked == null ? run(main, directory) : run(asked.value(), main, directory);
    }

    private static Map<String, String> run(
            Map<String, String> environment, int secondsMax, Class<?> main, Path directory, String... more)
            throws IOException, InterruptedException {
        NodeProcess.prepare();
        Path log = directory.resolve("scenario.log");
        List<String> arguments = new ArrayList<>(List.of(directory.toString()));
        arguments.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(Sandbox.javaCommand(main, arguments))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        boolean ended = process.waitFor((long) secondsMax * Shape.asked().patience(), TimeUnit.SECONDS);
        process.destroyForcibly();
        keepLogs(main, arguments.subList(1, arguments.size()), directory);
        String said = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
        assertThat(ended)
                .as("took longer than %s times %s s:%n%s", Shape.asked().patience(), secondsMax, said)
                .isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        Map<String, String> observed = new TreeMap<>();
        said.lines()
                .filter(line -> line.matches("[a-z0-9.-]+=.*"))
                .forEach(line -> observed.put(line.split("=", 2)[0], line.split("=", 2)[1]));
        return observed;
    }

    /**
     * The test's directory goes with it, and with it whatever the nodes had to say: kept in {@code target/scenarios}, by the
     * scenario and its arguments. What cannot be kept fails nothing.
     */
    private static void keepLogs(Class<?> main, List<String> arguments, Path directory) {
        String name = (main.getSimpleName() + "-" + String.join("-", arguments)).replaceAll("[^A-Za-z0-9.-]", "_");
        Path kept = Path.of("target", "scenarios", name.substring(0, Math.min(name.length(), KEPT_NAME_MAX)));
        try (DirectoryStream<Path> logs = Files.newDirectoryStream(directory, "*.log")) {
            Files.createDirectories(kept);
            for (Path log : logs) {
                Files.copy(log, kept.resolve(log.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException notKept) {
            System.out.println("logs are not kept: " + notKept);
        }
    }

    /** Says what was observed. */
    static void observed(String name, Object value) {
        System.out.println(name + "=" + value);
    }

    static void observed(String name, Outcome outcome) {
        observed(name, outcome.ok() + " " + outcome.detail());
    }

    /** A Java program of this class path in a namespace; it ends with the thread that starts it at the latest. */
    static Process program(Namespace namespace, Path log, String main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "setpriv",
                "--pdeathsig",
                "KILL",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.net.preferIPv4Stack=true",
                "-Xmx96m",
                "-cp",
                System.getProperty("java.class.path"),
                main));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(namespace.command(command))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    /** The reference appliance at an address. */
    static Process referenceAppliance(Namespace namespace, Path directory, String address) throws IOException {
        return program(
                namespace,
                directory.resolve("appliance-" + address + ".log"),
                "io.sluice.appliance.ApplianceMain",
                "--listen",
                address + ":6081",
                "--health",
                address + ":" + HEALTH_PORT,
                "--control",
                "127.0.0.1:8081",
                "--log",
                directory.resolve("flows-" + address + ".log").toString());
    }

    /** Sum of the packets of {@code /v1/drops} that a place or reason has. */
    static double drops(Gateway node, String reason) throws IOException, InterruptedException {
        return node.metric("sluice_drops_total", "reason=\"" + reason + "\"");
    }

    static double allDrops(Gateway node) throws IOException, InterruptedException {
        return node.metric("sluice_drops_total", "");
    }
}

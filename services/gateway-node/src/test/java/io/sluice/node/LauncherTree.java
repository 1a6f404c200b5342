// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The launcher and the examples in a directory of the test's own. What the launcher takes for its last build are the
 * jars of the class path of the test, so that it runs today's classes and builds nothing.
 */
final class LauncherTree {

    private static final Path SOURCES = Path.of("..", "..");

    private static final int MINUTES_MAX = 2;

    private final Path root;

    /** Makes it below a directory. */
    LauncherTree(Path directory) throws IOException {
        root = Files.createDirectories(directory.resolve("tree"));
        Files.copy(SOURCES.resolve("sluice"), root.resolve("sluice"), StandardCopyOption.COPY_ATTRIBUTES);
        Path examples = Files.createDirectories(root.resolve("examples"));
        try (Stream<Path> files = Files.list(SOURCES.resolve("examples"))) {
            for (Path file : files.toList()) {
                Files.copy(file, examples.resolve(file.getFileName()));
            }
        }
        Path lib = Files.createDirectories(root.resolve("distribution/target/lib"));
        JarPath jars = JarPath.own();
        jars.make(lib);
        for (Path jar : jars.jars(lib)) {
            Path here = lib.resolve(jar.getFileName());
            if (!Files.exists(here)) {
                Files.createSymbolicLink(here, jar);
            }
        }
        Files.createFile(lib.resolveSibling("sluice.stamp"));
    }

    /** The directory that a person would be in. */
    Path root() {
        return root;
    }

    /**
     * Lets later commands start as quick as after a build: they know what a JVM finds out about their classes in this one.
     *
     * @param variables of the environment, beside those that are there
     * @param arguments what is typed behind {@code ./sluice}; must succeed
     */
    void learn(Map<String, String> variables, List<String> arguments) throws IOException, InterruptedException {
        Path known = Files.createDirectories(root.resolve("distribution/target/aot"));
        Map<String, String> learning = new HashMap<>(variables);
        learning.put(
                "SLUICE_JAVA_OPTS",
                "-Xlog:aot=off -Xlog:cds=off -XX:AOTCacheOutput=" + known.resolve("io.sluice.cli.Main"));
        Result result = run(learning, arguments);
        if (result.code() != 0) {
            throw new AssertionError(arguments + " ends with " + result.code() + ": " + result.err());
        }
    }

    /** How a command ended. */
    record Result(int code, String out, String err) {}

    /**
     * Runs the launcher to its end.
     *
     * @param variables of the environment, beside those that are there
     * @param arguments what is typed behind {@code ./sluice}
     */
    Result run(Map<String, String> variables, List<String> arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("bash", root.resolve("sluice").toString()));
        command.addAll(arguments);
        Path out = root.resolve("out");
        Path err = root.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(root.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(variables);
        Process process = builder.start();
        process.getOutputStream().close();
        if (!process.waitFor(MINUTES_MAX, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError(arguments + " does not end: " + Files.readString(out) + Files.readString(err));
        }
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}

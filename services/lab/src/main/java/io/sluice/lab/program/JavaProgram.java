// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.program;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines of main classes that lie on this process's own class path. */
public final class JavaProgram {

    /** What every Sluice program is started with. */
    private static final List<String> FLAGS = List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-opens",
            "java.base/java.lang=ALL-UNNAMED",
            "--add-opens",
            "java.base/jdk.internal.misc=ALL-UNNAMED",
            "-Djava.net.preferIPv4Stack=true",
            "-Djava.util.concurrent.ForkJoinPool.common.parallelism=4");

    private JavaProgram() {}

    /** The command line of a main class, with more flags for its JVM. */
    public static List<String> command(List<String> jvmFlags, String main, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(jvmFlags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(arguments);
        return command;
    }
}

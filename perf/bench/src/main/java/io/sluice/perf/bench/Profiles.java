// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Where a forwarder's time goes: {@code perf} samples it on its core while it is under load.
 *
 * <p>By CPU clock, as virtual machines often have no hardware counters. A JVM writes what its compiled code is called, and
 * keeps frame pointers where it was started with {@link #JVM_OPTIONS}: so only for this.
 */
final class Profiles {

    /** What a JVM needs to be sampled with its stacks; costs a register. */
    static final String JVM_OPTIONS = "-XX:+PreserveFramePointer";

    private static final int SECONDS = 3;
    private static final int WARM_MS = (SECONDS + 1) * 1000;
    private static final int TOOL_S_MAX = 60;
    /** A part of the stack is kept with each sample, as programs in C are compiled without frame pointers. */
    private static final String STACK_COPIES = "dwarf,4096";

    private final Settings settings;
    private final Load load;

    Profiles(Settings settings, Load load) {
        this.settings = settings;
        this.load = load;
    }

    /** Samples a pair; without functions and samples where perf fails. */
    Profile of(Pair pair, Forwarder forwarder) throws IOException, InterruptedException {
        Path data = settings.scratch().resolve("perf.data");
        String pid = String.valueOf(forwarder.pid());
        boolean jvm = pair.row().kind() == Row.Kind.GATEWAY;
        List<String> record = new ArrayList<>(List.of("perf", "record", "-q", "-e", "cpu-clock", "-F", "999"));
        record.addAll(List.of("--call-graph", jvm ? "fp" : STACK_COPIES));
        record.addAll(List.of("-p", pid, "-o", data.toString(), "--", "sleep", String.valueOf(SECONDS)));
        Process sampling = new ProcessBuilder(record)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        load.warm(pair, forwarder, WARM_MS);
        sampling.waitFor();
        if (jvm) {
            output(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), pid, "Compiler.perfmap");
        }
        List<String> report =
                List.of("perf", "report", "-i", data.toString(), "--stdio", "-q", "--no-children", "-g", "none");
        String modules = listed(output(with(report, "-s", "dso", "-w", "12,40")));
        String symbols = listed(output(with(report, "-s", "dso,symbol", "--percent-limit", "1")));
        String stacks = output("perf", "script", "-i", data.toString(), "-F", "comm,ip,sym,dso");
        return new Profile(
                pair, modules.strip() + "\n\n" + symbols.strip() + "\n\n", CallTree.parse(pair.name(), stacks));
    }

    private static String[] with(List<String> command, String... more) {
        return Stream.concat(command.stream(), Stream.of(more)).toArray(String[]::new);
    }

    private static String listed(String text) {
        return text.lines()
                .map(line -> line.strip().replaceAll(" {2,}", "  ").replaceAll("( +-)+$", ""))
                .filter(line -> !line.isEmpty())
                .reduce("", (all, line) -> all + "\n" + line);
    }

    private static String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(command))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(TOOL_S_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return text;
    }
}

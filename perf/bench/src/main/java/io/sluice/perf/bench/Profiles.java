// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Where a forwarder's time goes: {@code perf} samples it on its core while it is under load.
 *
 * <p>By CPU clock, as virtual machines often have no hardware counters. A JVM writes what its compiled code is called.
 */
final class Profiles {

    private static final int SECONDS = 3;
    private static final int WARM_MS = (SECONDS + 1) * 1000;
    private static final int TOOL_S_MAX = 60;

    private final Settings settings;
    private final Load load;

    Profiles(Settings settings, Load load) {
        this.settings = settings;
        this.load = load;
    }

    /** The functions that took more than a hundredth of a pair's time, as text; why not, where that fails. */
    String of(Pair pair, Forwarder forwarder) throws IOException, InterruptedException {
        Path data = settings.scratch().resolve("perf.data");
        String pid = String.valueOf(forwarder.pid());
        Process record = new ProcessBuilder(
                        "perf",
                        "record",
                        "-q",
                        "-e",
                        "cpu-clock",
                        "-F",
                        "999",
                        "-p",
                        pid,
                        "-o",
                        data.toString(),
                        "--",
                        "sleep",
                        String.valueOf(SECONDS))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        load.warm(pair, forwarder, WARM_MS);
        record.waitFor();
        if (pair.row().kind() == Row.Kind.GATEWAY) {
            output(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), pid, "Compiler.perfmap");
        }
        String modules = output("perf", "report", "-i", data.toString(), "--stdio", "-q", "-s", "dso", "-w", "12,40");
        String symbols = output(
                "perf", "report", "-i", data.toString(), "--stdio", "-q", "-s", "dso,symbol", "--percent-limit", "1");
        return "## " + pair.name() + "\n\n" + modules.strip() + "\n\n" + symbols.strip() + "\n\n";
    }

    private static String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(command))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(TOOL_S_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return text.lines()
                .map(line -> line.strip().replaceAll(" {2,}", "  ").replaceAll("( +-)+$", ""))
                .filter(line -> !line.isEmpty())
                .reduce("", (all, line) -> all + "\n" + line);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.iperf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.lab.net.CommandRunner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs iperf3's client in the application's namespace and reads what it says. */
final class Iperf {

    /** Seconds at the start that do not count: TCP finds its window, compilers compile. */
    static final int OMITTED_SECONDS = 2;

    private final CommandRunner runner;
    private final IperfTopology topology;
    private final int connections;
    private final ObjectMapper json = new ObjectMapper();

    /** Runs of that many TCP connections at once. */
    Iperf(CommandRunner runner, IperfTopology topology, int connections) {
        this.runner = runner;
        this.topology = topology;
        this.connections = connections;
    }

    /**
     * The connections come from the application, or go to it.
     *
     * @param toApplication whether the Internet host sends
     * @param pids processes of the path by their names
     */
    Measurement run(int seconds, boolean toApplication, Map<String, Long> pids) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "iperf3",
                "--json",
                "--interval",
                "0",
                "--client",
                IperfTopology.INTERNET,
                "--bind",
                IperfTopology.APPLICATION,
                "--time",
                "" + seconds,
                "--omit",
                "" + OMITTED_SECONDS,
                "--parallel",
                "" + connections));
        if (toApplication) {
            command.add("--reverse");
        }
        Map<String, Long> before = ticks(pids);
        long startNs = System.nanoTime();
        JsonNode end =
                json.readTree(runner.run(topology.app().command(command))).path("end");
        double ticks = (System.nanoTime() - startNs) / 1e9 * CpuClock.TICKS_PER_SECOND;
        Map<String, Double> cores = new LinkedHashMap<>();
        ticks(pids).forEach((name, after) -> cores.put(name, (after - before.getOrDefault(name, 0L)) / ticks));
        return new Measurement(
                end.path("sum_received").path("bits_per_second").asDouble() / 1e6,
                end.path("sum_sent").path("retransmits").asLong(),
                cores);
    }

    private static Map<String, Long> ticks(Map<String, Long> pids) throws IOException {
        Map<String, Long> ticks = new LinkedHashMap<>();
        for (Map.Entry<String, Long> entry : pids.entrySet()) {
            ticks.put(entry.getKey(), CpuClock.process(entry.getValue()));
        }
        ticks.put("machine", CpuClock.machine());
        return ticks;
    }
}

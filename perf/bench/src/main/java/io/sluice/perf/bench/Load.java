// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One run of the load generator against one forwarder. Its head says what it does and prints. */
final class Load {

    private static final int FLOW_NUMBERS = 1 << 30;

    private final Settings settings;
    private int nextNewFlow;

    Load(Settings settings) {
        this.settings = settings;
    }

    /** The start of a command that is to run on one core. */
    static List<String> pinned(int core) {
        return List.of("taskset", "-c", String.valueOf(core));
    }

    /** Measures: closed loop, search, times at half rate. */
    Sample measure(Pair pair, Forwarder forwarder) throws IOException, InterruptedException {
        return new Sample(run(pair, forwarder, Settings.WARM_MS, Settings.CLOSED_MS, Settings.SEARCH_STEPS));
    }

    /** Loads a forwarder without measuring. */
    void warm(Pair pair, Forwarder forwarder, int ms) throws IOException, InterruptedException {
        run(pair, forwarder, ms, 1, 0);
    }

    /**
     * Full load for so long, without a search: the closed loop alone.
     *
     * @return packets that were done
     */
    long full(Pair pair, Forwarder forwarder, int ms) throws IOException, InterruptedException {
        JsonObject printed = run(pair, forwarder, 1, ms, 0);
        return printed.getJsonObject("opening").getLong("done")
                + printed.getJsonObject("closed").getLong("done");
    }

    /**
     * Packets at a steady rate, while something happens.
     *
     * @param ratePerS so many a second
     * @param ms for so long
     * @param meanwhile started a moment after the packets
     * @return what the generator printed
     */
    JsonObject steady(Pair pair, Forwarder forwarder, int ratePerS, int ms, Meanwhile meanwhile)
            throws IOException, InterruptedException {
        List<String> command = command(pair, forwarder.workingPid(), 1, 1, 0);
        option(command, "--at-rate", ratePerS);
        option(command, "--latency-ms", ms); // the later one counts
        return run(pair, command, meanwhile);
    }

    /**
     * Full load in a closed loop, while something happens.
     *
     * @return what the generator printed
     */
    JsonObject full(Pair pair, Forwarder forwarder, int ms, Meanwhile meanwhile)
            throws IOException, InterruptedException {
        return run(pair, command(pair, forwarder.workingPid(), 1, ms, 0), meanwhile);
    }

    /** What happens under load. */
    interface Meanwhile {

        /** Does it. */
        void happen() throws IOException, InterruptedException;
    }

    private JsonObject run(Pair pair, Forwarder forwarder, int warmMs, int closedMs, int searchSteps)
            throws IOException, InterruptedException {
        return run(pair, command(pair, forwarder.workingPid(), warmMs, closedMs, searchSteps), () -> {});
    }

    private static JsonObject run(Pair pair, List<String> command, Meanwhile meanwhile)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        meanwhile.happen(); // the output is short: it waits in the pipe
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("the load generator failed at " + pair.name());
        }
        return new JsonObject(output);
    }

    private List<String> command(Pair pair, long pid, int warmMs, int closedMs, int searchSteps) {
        Workload workload = pair.workload();
        boolean kernel = pair.row().kind() == Row.Kind.KERNEL;
        List<String> command = new ArrayList<>(pinned(settings.loadCore()));
        command.add(settings.root().resolve("perf/loadgen/target/load").toString());
        option(command, "--gateway", gateway(pair));
        option(command, "--endpoint", kernel ? KernelForwarding.endpointEnd() : Addresses.endpoint(pair.row()));
        option(command, "--vni", Addresses.vni(workload.targets(), 0));
        option(command, "--endpoints", workload.endpoints());
        option(command, "--path", path(pair));
        option(
                command,
                "--targets",
                kernel ? KernelForwarding.targetEnd() : Addresses.target(pair.row(), workload.targets(), 0));
        option(command, "--target-count", workload.targets());
        option(command, "--size", workload.size());
        if (workload.opensFlows()) {
            // none that a forwarder could know from a run before
            option(command, "--new-from", nextNewFlow);
            option(command, "--flows", settings.newFlowsMax());
            nextNewFlow = (nextNewFlow + settings.newFlowsMax()) % (FLOW_NUMBERS - settings.newFlowsMax());
        } else {
            option(command, "--flows", workload.flows());
        }
        option(command, "--burst", workload.burst());
        option(command, "--window", workload.window());
        option(command, "--checksum", pair.row().veth() ? "no" : "yes");
        option(command, "--pid", pid);
        option(command, "--core", settings.forwarderCore());
        option(command, "--warm-ms", warmMs);
        option(command, "--closed-ms", closedMs);
        option(command, "--search-steps", searchSteps);
        option(command, "--search-ms", Settings.SEARCH_MS);
        option(command, "--latency-ms", Settings.LATENCY_MS);
        return command;
    }

    /** A proxy has an address for each group, the others serve all at one. */
    private static String gateway(Pair pair) {
        return pair.row().kind() == Row.Kind.NGINX
                ? NginxProxy.address(pair.workload().targets())
                : Addresses.forwarder(pair.row());
    }

    private static String path(Pair pair) {
        return switch (pair.row().kind()) {
            case C_REFLECTOR -> "echo";
            case NGINX -> "proxy";
            case OPEN_VSWITCH -> "switch";
            case KERNEL -> "routed";
            case GATEWAY, C_FORWARDER -> pair.workload().returns() ? "returns" : "one-way";
        };
    }

    private static void option(List<String> command, String name, Object value) {
        command.add(name);
        command.add(String.valueOf(value));
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.iperf;

import io.sluice.lab.net.CommandRunner;
import io.sluice.lab.net.Namespace;
import io.sluice.lab.program.ManagedProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * All measurements of one MTU: gateway, appliance and iperf3's server run throughout, the agent as long as its way is
 * measured, and ways take turns, so that a machine's moods hit all of them.
 *
 * <p><b>Threading</b>: confined to one thread.
 */
final class IperfRun implements AutoCloseable {
    private static final int READY_SECONDS = 90;
    private static final int POLL_MS = 100;
    private static final int WARM_UP_SECONDS = 3;
    private static final int ADMIN_TIMEOUT_MS = 2_000;
    private static final int TAIL_LINES = 15;

    private final IperfTopology topology;
    private final Iperf iperf;
    private final Path directory;
    private final int mtuBytes;
    private final int queues;
    private final Deque<ManagedProcess> programs = new ArrayDeque<>(); // last started first
    private final Map<String, Long> pids = new LinkedHashMap<>();

    IperfRun(CommandRunner runner, Path directory, int mtuBytes, boolean frames, int queues, int connections) {
        this.topology = new IperfTopology(runner, mtuBytes, frames);
        this.iperf = new Iperf(runner, topology, connections);
        this.directory = directory;
        this.mtuBytes = mtuBytes;
        this.queues = queues;
    }

    /** Starts what runs throughout; returns when the gateway has a healthy appliance. */
    void start() throws IOException, InterruptedException {
        Path configuration =
                Files.writeString(directory.resolve("gateway-" + mtuBytes + ".yaml"), Programs.configuration());
        Path data = Files.createDirectories(directory.resolve("data-" + mtuBytes));
        start("appliance", topology.appliance(), Programs.appliance());
        ManagedProcess node = start("gateway", topology.gateway(), Programs.node(configuration, data));
        start("iperf-server", topology.internet(), List.of("iperf3", "--server", "--bind", IperfTopology.INTERNET));
        pids.remove("iperf-server");
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        while (!topology.gateway().call(IperfRun::healthy)) {
            await(node, deadlineNs, "a healthy appliance");
        }
    }

    /** Measures a way in both directions. */
    void measure(Way way, int seconds, Figures figures, Consumer<String> say) throws IOException, InterruptedException {
        ManagedProcess agent = way.agent() ? attach(way) : null;
        topology.route(way);
        if (agent != null) {
            iperf.run(
                    WARM_UP_SECONDS,
                    true,
                    Map.of()); // compilers are busy with a new agent, and at first with the gateway
        }
        for (boolean toApplication : new boolean[] {false, true}) {
            Measurement measurement = iperf.run(seconds, toApplication, way.agent() ? pids : Map.of());
            Figures.Row row = new Figures.Row(mtuBytes, toApplication, way);
            figures.add(row, measurement);
            say.accept(row.text() + ": " + measurement.text());
        }
        if (agent != null) {
            end(agent);
        }
    }

    private ManagedProcess attach(Way way) throws InterruptedException {
        ManagedProcess agent = start("agent-" + way.text(), topology.spoke(), Programs.agent(way, mtuBytes, queues));
        pids.put("agent", pids.remove(agent.name()));
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        while (!agent.hasPrinted("attached", " queues=" + queues)) {
            await(agent, deadlineNs, "the agent's device of " + queues + " queues");
        }
        return agent;
    }

    /** Whether the node of this thread's namespace has a healthy appliance. */
    private static boolean healthy() {
        try {
            URLConnection connection = URI.create("http://" + Programs.ADMIN + "/v1/targets")
                    .toURL()
                    .openConnection();
            connection.setConnectTimeout(ADMIN_TIMEOUT_MS);
            connection.setReadTimeout(ADMIN_TIMEOUT_MS);
            try (InputStream body = connection.getInputStream()) {
                return new String(body.readAllBytes(), StandardCharsets.UTF_8).contains("\"healthy\"");
            }
        } catch (IOException notYet) {
            return false;
        }
    }

    private static void await(ManagedProcess program, long deadlineNs, String what) throws InterruptedException {
        if (!program.alive() || System.nanoTime() - deadlineNs > 0) {
            throw new IllegalStateException("waited in vain for " + what + "; last lines of " + program.name() + ":\n"
                    + String.join("\n", program.tail(TAIL_LINES)));
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }

    private ManagedProcess start(String name, Namespace namespace, List<String> command) {
        Path log = directory.resolve(name + "-" + mtuBytes + ".log");
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ManagedProcess program = ManagedProcess.start(name, namespace, command, log);
        programs.push(program);
        pids.put(name, program.pid());
        return program;
    }

    private void end(ManagedProcess program) {
        program.terminate();
        program.awaitEnd();
        programs.remove(program);
    }

    @Override
    public void close() {
        programs.forEach(ManagedProcess::terminate);
        programs.forEach(ManagedProcess::awaitEnd);
        topology.close();
    }
}

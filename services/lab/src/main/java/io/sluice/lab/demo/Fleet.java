// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.net.Namespace;
import io.sluice.lab.program.ManagedProcess;
import io.sluice.lab.report.Narrator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The programs of the demo: a gateway node, an endpoint agent per zone, four appliances.
 *
 * <p><b>Threading</b>: confined to one thread, but {@link #close} may be called from any, and more than once; nothing
 * starts after it.
 */
final class Fleet implements AutoCloseable {
    private static final int POLL_MS = 150;
    private static final int TAIL_LINES = 15;

    private final Narrator narrator;
    private final Programs programs;
    private final DemoTopology network;
    private final Path directory;
    private final List<ManagedProcess> processes = new ArrayList<>(); // guarded by itself
    private final List<ManagedProcess> agents = new ArrayList<>();
    private final Map<String, ManagedProcess> appliances = new HashMap<>();
    private boolean closed; // guarded by processes

    /** Nothing runs yet; logs and the gateway's files will be in {@code directory}. */
    Fleet(Narrator narrator, Programs programs, DemoTopology network, Path directory) {
        this.narrator = narrator;
        this.programs = programs;
        this.network = network;
        this.directory = directory;
    }

    /** Where the gateway of a demo keeps what is its own. */
    static Path data(Path directory) {
        return directory.resolve("gateway-data");
    }

    /** Starts everything; returns before anything is ready. */
    void start() throws IOException {
        Path configuration = directory.resolve("gateway.yaml");
        Files.writeString(configuration, DemoConfiguration.yaml());
        Path data = Files.createDirectories(data(directory));
        start("gateway", network.gateway(), programs.node(configuration, data));
        for (Zone zone : Zone.ALL) {
            startAgent(Site.first(zone));
            zone.appliances().forEach(this::startAppliance);
        }
        narrator.step("gateway, 2 endpoint agents and 4 appliances are starting");
    }

    /** Starts the endpoint agent of a site. */
    void startAgent(Site site) {
        String name = "agent-" + site.endpoint().id();
        agents.add(start(name, network.spoke(site.spoke()).router(), programs.agent(site)));
    }

    /** Starts an appliance, for the first time or again. */
    void startAppliance(Zone.Appliance appliance) {
        List<String> command = programs.appliance(appliance, directory.resolve(appliance.name() + "-packets.log"));
        appliances.put(appliance.name(), start(appliance.name(), network.namespace(appliance.name()), command));
    }

    /** Ends an appliance as a power cut would; returns its process id. */
    long killAppliance(Zone.Appliance appliance) {
        ManagedProcess process = appliances.get(appliance.name());
        if (process == null) {
            throw new IllegalStateException(appliance.name() + " was never started");
        }
        process.kill();
        return process.pid();
    }

    /** Whether an appliance's process runs. */
    boolean runs(Zone.Appliance appliance) {
        ManagedProcess process = appliances.get(appliance.name());
        return process != null && process.alive();
    }

    /** Whether the endpoint devices are there and carry packets. */
    boolean agentsAttached() {
        return agents.stream().allMatch(agent -> agent.hasPrinted(programs.agentReadyLine()));
    }

    /**
     * Waits until something holds.
     *
     * @throws AbandonedException when it does not hold in time, or a program ends that runs now
     */
    void await(String what, int seconds, BooleanSupplier holds) throws AbandonedException {
        if (!holdsWithin(what, seconds, holds)) {
            throw new AbandonedException("waited " + seconds + " s in vain for " + what);
        }
    }

    /**
     * Waits until something holds, and says whether it does.
     *
     * @throws AbandonedException when a program ends that runs now
     */
    boolean holdsWithin(String what, int seconds, BooleanSupplier holds) throws AbandonedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        Set<ManagedProcess> current = new HashSet<>(processes());
        current.removeIf(process -> !process.alive());
        while (!holds.getAsBoolean()) {
            for (ManagedProcess process : current) {
                if (!process.alive()) {
                    throw new AbandonedException("waiting for " + what + ": " + process.name() + " has ended");
                }
            }
            if (System.nanoTime() - deadlineNs > 0) {
                return false;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(POLL_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AbandonedException("interrupted");
            }
        }
        return true;
    }

    /** Shows the last lines that each program printed. */
    void showTails() {
        for (ManagedProcess process : processes()) {
            narrator.plain("--- last lines of " + process.name() + (process.alive() ? "" : " (ended)"));
            process.tail(TAIL_LINES).forEach(line -> narrator.plain("    " + line));
        }
    }

    private ManagedProcess start(String name, Namespace namespace, List<String> command) {
        synchronized (processes) {
            if (closed) {
                throw new IllegalStateException("the demo is ending");
            }
            ManagedProcess process = ManagedProcess.start(name, namespace, command, directory.resolve(name + ".log"));
            processes.add(process);
            return process;
        }
    }

    private List<ManagedProcess> processes() {
        synchronized (processes) {
            return List.copyOf(processes);
        }
    }

    /** Asks every program to end, and ends those that do not. */
    @Override
    public void close() {
        synchronized (processes) {
            closed = true;
        }
        List<ManagedProcess> ending = processes();
        ending.forEach(ManagedProcess::terminate);
        ending.forEach(ManagedProcess::awaitEnd);
    }
}

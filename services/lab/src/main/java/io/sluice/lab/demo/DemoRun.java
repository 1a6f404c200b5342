// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.net.CommandRunner;
import io.sluice.lab.report.Narrator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One run of the demo: builds the topology, starts the programs, plays {@link FirstAct} and {@link SecondAct}, and does the
 * accounts. Everything is judged from captures at the appliances and from the gateway's own numbers.
 *
 * <p><b>Errors</b>: whatever cannot be done becomes a check that failed; {@link #run} throws nothing but errors. Every
 * wait has a bound, so the run has one.
 *
 * <p><b>Threading</b>: {@link #run} is confined to one thread; {@link #close} may be called from any, as by a shutdown
 * hook, and more than once.
 */
final class DemoRun implements AutoCloseable {
    private static final int START_SECONDS = 45;

    private final Narrator narrator;
    private final Programs programs;
    private final Path directory;
    private final boolean quick;
    private final DemoSummary summary = new DemoSummary();
    private final Deque<AutoCloseable> resources = new ArrayDeque<>(); // guarded by itself; last made first
    private @Nullable Fleet fleet;
    private boolean closed; // guarded by resources

    /**
     * A demo that keeps logs and captures in {@code directory}.
     *
     * @param quick whether it ends after the first act
     */
    DemoRun(Narrator narrator, Programs programs, Path directory, boolean quick) {
        this.narrator = narrator;
        this.programs = programs;
        this.directory = directory;
        this.quick = quick;
    }

    /** Runs everything; the result is in the narrator's checks and in {@link #summary}. */
    void run() {
        try {
            play();
        } catch (AbandonedException e) {
            narrator.check("ran-to-the-end", false, String.valueOf(e.getMessage()));
        } catch (RuntimeException | IOException e) {
            narrator.check("ran-to-the-end", false, e.toString());
        }
        if (!narrator.allHeld() && fleet != null) {
            fleet.showTails();
        }
    }

    DemoSummary summary() {
        return summary;
    }

    private void play() throws IOException, AbandonedException {
        narrator.section("Building two zones out of network namespaces");
        DemoTopology network = keep(new DemoTopology(new CommandRunner()));
        Captures captures = keep(Captures.start(network, directory, ""));
        Hosts hosts = keep(new Hosts(network));
        narrator.step("spoke, gateway, fabric, 2 application hosts, Internet host, 4 appliances; cables tapped");
        GatewayAdmin gateway = keep(new GatewayAdmin(
                DemoTopology.GATEWAY_MANAGEMENT,
                Programs.ADMIN_PORT,
                Fleet.data(directory).resolve("admin.token")));
        Fleet programsRunning = keep(new Fleet(narrator, programs, network, directory));
        fleet = programsRunning;
        programsRunning.start();
        awaitReady(programsRunning, network, gateway);
        new FirstAct(narrator, programsRunning, gateway, hosts, captures, summary).play();
        if (!quick) {
            Rows rows = new Rows(narrator);
            summary.rows(rows);
            keep(new SecondAct(narrator, network, directory, programsRunning, gateway, rows))
                    .play();
        }

        narrator.section("Accounting");
        summary.packets(new GatewayChecks(narrator, programsRunning, gateway).accounts());
        narrator.section("Summary");
        summary.table(narrator.checks(), narrator.elapsedSeconds()).forEach(narrator::plain);
    }

    private void awaitReady(Fleet running, DemoTopology network, GatewayAdmin gateway) throws AbandonedException {
        running.await("endpoint agents to attach", START_SECONDS, running::agentsAttached);
        network.spoke(1).routeThroughEndpoints();
        narrator.check("endpoints-attached", true, "gwe-az1 and gwe-az2 in the spoke, routed by three route tables");
        running.await("gateway to be ready", START_SECONDS, gateway::ready);
        narrator.check("gateway-ready", true, "/readyz answers 200");
        running.await(
                "all four appliances to be healthy",
                ApplianceFailure.HEALTH_SECONDS,
                () -> gateway.targetsIn("healthy").equals(Zone.applianceAddresses()));
        narrator.check("targets-healthy", true, String.join(", ", gateway.targetsIn("healthy")));
    }

    /** Notes something to be closed at the end; closes it at once where the end has come. */
    private <T extends AutoCloseable> T keep(T resource) {
        boolean late;
        synchronized (resources) {
            late = closed;
            if (!late) {
                resources.push(resource);
            }
        }
        if (late) {
            end(resource);
            throw new IllegalStateException("the demo is ending");
        }
        return resource;
    }

    /** Ends every program, closes hosts and taps, removes the namespaces. */
    @Override
    public void close() {
        List<AutoCloseable> ending;
        synchronized (resources) {
            closed = true;
            ending = List.copyOf(resources);
            resources.clear();
        }
        ending.forEach(this::end);
    }

    private void end(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            // The rest must be closed too; what is left of this goes with the sandbox.
            narrator.step("closing " + resource.getClass().getSimpleName() + ": " + e);
        }
    }
}

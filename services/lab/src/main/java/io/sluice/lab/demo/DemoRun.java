// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.check.Verdict;
import io.sluice.lab.net.CommandRunner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One run of the demo: builds the topology, starts the programs, makes flows, lets an appliance die and come back, and
 * judges everything from captures at the appliances and from the gateway's own numbers.
 *
 * <p><b>Errors</b>: whatever cannot be done becomes a check that failed; {@link #run} throws nothing but errors. Every
 * wait has a bound, so the run has one.
 *
 * <p><b>Threading</b>: {@link #run} is confined to one thread; {@link #close} may be called from any, as by a shutdown
 * hook, and more than once.
 */
final class DemoRun implements AutoCloseable {
    private static final Workload FIRST = new Workload(24, 6, 8, 3, 6, 3, 4, true);
    private static final Workload WHILE_DEAD = new Workload(12, 4, 4, 2, 4, 2, 2, false);
    private static final Workload AFTER_RECOVERY = new Workload(16, 4, 6, 2, 4, 2, 2, false);
    private static final int START_SECONDS = 45;

    private final Narrator narrator;
    private final Programs programs;
    private final Path directory;
    private final FlowChecks checks;
    private final DemoSummary summary = new DemoSummary();
    private final Deque<AutoCloseable> resources = new ArrayDeque<>(); // guarded by itself; last made first
    private @Nullable Fleet fleet;
    private boolean closed; // guarded by resources

    /** A demo that keeps logs and captures in {@code directory}. */
    DemoRun(Narrator narrator, Programs programs, Path directory) {
        this.narrator = narrator;
        this.programs = programs;
        this.directory = directory;
        this.checks = new FlowChecks(narrator);
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
        Captures captures = keep(Captures.start(network, directory));
        Hosts hosts = keep(new Hosts(network));
        narrator.step("spoke, gateway, fabric, 2 application hosts, Internet host, 4 appliances; cables tapped");
        GatewayAdmin gateway = keep(new GatewayAdmin(DemoTopology.GATEWAY_MANAGEMENT, Programs.ADMIN_PORT));
        Fleet programsRunning = keep(new Fleet(narrator, programs, network, directory));
        fleet = programsRunning;
        programsRunning.start();
        awaitReady(programsRunning, network, gateway);
        GatewayChecks gatewayChecks = new GatewayChecks(narrator, programsRunning, gateway);

        narrator.section("Traffic from the application and from the Internet side, both zones at once");
        List<FlowResult> first = hosts.run(FIRST);
        Verdict afterFirst = captures.judge();
        checks.outcomes("first", first);
        checks.symmetric("first", first, afterFirst);
        checks.rules("first", afterFirst);
        checks.bothAppliancesUsed("first", first, afterFirst, Zone.ALL);
        checks.endpointsToldApart(afterFirst);

        narrator.section("Long downloads, then an appliance dies");
        List<Hosts.LongDownload> downloads = ApplianceFailure.startDownloads(narrator, programsRunning, hosts);
        Verdict beforeDeath = captures.judge();
        gatewayChecks.flowTable(downloads.stream().map(Hosts.LongDownload::flow).toList(), beforeDeath);
        ApplianceFailure failure =
                ApplianceFailure.prepare(narrator, programsRunning, gateway, hosts, downloads, beforeDeath);
        summary.detectionSeconds(failure.die());
        List<FlowResult> whileDead = hosts.run(WHILE_DEAD);
        Verdict afterDeath = captures.judge();
        checks.outcomes("failure", whileDead);
        checks.symmetric("failure", whileDead, afterDeath);
        failure.checkFailover(checks, whileDead, afterDeath);

        narrator.section("The appliance comes back");
        summary.recoverySeconds(failure.recover());
        List<FlowResult> recovered = hosts.run(AFTER_RECOVERY);
        Verdict last = failure.finishDownloads(captures);
        checks.outcomes("recovery", recovered);
        checks.symmetric("recovery", recovered, last);
        checks.bothAppliancesUsed("recovery", recovered, last, Zone.ALL);

        narrator.section("Accounting");
        summary.packets(gatewayChecks.accounts());
        Verdict all = captures.judge();
        summary.flows(all.flows());
        checks.rules("whole-run", all);
        checks.noStrangers(hosts.planned(), all);
        captures.checkComplete(narrator);
        narrator.section("Summary");
        summary.table(narrator.checks(), narrator.elapsedSeconds()).forEach(narrator::plain);
    }

    private void awaitReady(Fleet running, DemoTopology network, GatewayAdmin gateway) throws AbandonedException {
        running.await("endpoint agents to attach", START_SECONDS, running::agentsAttached);
        network.routeThroughEndpoints();
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

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.check.Verdict;
import io.sluice.lab.report.Narrator;
import java.io.IOException;
import java.util.List;

/**
 * The first act: flows of every kind in both zones, an appliance that dies under long downloads and comes back.
 *
 * <p><b>Threading</b>: confined to one thread.
 */
final class FirstAct {
    private static final Workload FIRST = new Workload(24, 6, 8, 3, 6, 3, 4, true);
    private static final Workload WHILE_DEAD = new Workload(12, 4, 4, 2, 4, 2, 2, false);
    private static final Workload AFTER_RECOVERY = new Workload(16, 4, 6, 2, 4, 2, 2, false);

    private final Narrator narrator;
    private final Fleet fleet;
    private final GatewayAdmin gateway;
    private final Hosts hosts;
    private final Captures captures;
    private final DemoSummary summary;

    FirstAct(
            Narrator narrator, Fleet fleet, GatewayAdmin gateway, Hosts hosts, Captures captures, DemoSummary summary) {
        this.narrator = narrator;
        this.fleet = fleet;
        this.gateway = gateway;
        this.hosts = hosts;
        this.captures = captures;
        this.summary = summary;
    }

    /** Plays it; the flows that it made are in the summary then, and their captures are complete. */
    void play() throws IOException, AbandonedException {
        FlowChecks checks = new FlowChecks(narrator);
        GatewayChecks gatewayChecks = new GatewayChecks(narrator, fleet, gateway);
        narrator.section("First act: traffic from the application and from the Internet side, both zones at once");
        List<FlowResult> first = hosts.run(FIRST);
        Verdict afterFirst = captures.judge();
        checks.outcomes("first", first);
        checks.symmetric("first", first, afterFirst);
        checks.rules("first", afterFirst);
        checks.bothAppliancesUsed("first", first, afterFirst, Zone.ALL);
        checks.endpointsToldApart(afterFirst);

        narrator.section("Long downloads, then an appliance dies");
        List<Hosts.LongDownload> downloads = ApplianceFailure.startDownloads(narrator, fleet, hosts);
        Verdict beforeDeath = captures.judge();
        gatewayChecks.flowTable(downloads.stream().map(Hosts.LongDownload::flow).toList(), beforeDeath);
        ApplianceFailure failure = ApplianceFailure.prepare(narrator, fleet, gateway, hosts, downloads, beforeDeath);
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

        Verdict all = captures.judge();
        summary.flows(all.flows());
        checks.rules("whole-run", all);
        checks.noStrangers(hosts.planned(), all);
        captures.checkComplete("captures-complete", narrator);
        captures.close();
    }
}

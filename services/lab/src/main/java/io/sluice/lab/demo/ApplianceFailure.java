// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.check.Verdict;
import io.sluice.lab.report.Narrator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The part of the demo in which an appliance dies under traffic and comes back: flows on it stay with it
 * (no_rebalance), new ones go to the other appliance of its zone, all others notice nothing.
 *
 * <p><b>Threading</b>: confined to one thread. The methods are called once each, in their order here.
 */
final class ApplianceFailure {
    /** H-5 (interval x threshold + timeout + 1 s), and as much again for a machine with other things to do. */
    static final int HEALTH_SECONDS = 2
            * (DemoConfiguration.INTERVAL_SECONDS * DemoConfiguration.THRESHOLD
                    + DemoConfiguration.TIMEOUT_SECONDS
                    + 1);

    private static final int LONG_DOWNLOADS = 5;
    private static final int UNDER_WAY_SECONDS = 15;
    private static final int RECOVERY_SECONDS = 45;

    private final Narrator narrator;
    private final Fleet fleet;
    private final GatewayAdmin gateway;
    private final Hosts hosts;
    private final Zone zone;
    private final Zone.Appliance victim;
    private final Zone.Appliance survivor;
    private final List<Hosts.LongDownload> downloads;

    private ApplianceFailure(
            Narrator narrator,
            Fleet fleet,
            GatewayAdmin gateway,
            Hosts hosts,
            Zone zone,
            boolean firstDies,
            List<Hosts.LongDownload> downloads) {
        this.narrator = narrator;
        this.fleet = fleet;
        this.gateway = gateway;
        this.hosts = hosts;
        this.zone = zone;
        this.victim = zone.appliances().get(firstDies ? 0 : 1);
        this.survivor = zone.appliances().get(firstDies ? 1 : 0);
        this.downloads = downloads;
    }

    /** Starts downloads that last through failure and recovery; returns when each has received something. */
    static List<Hosts.LongDownload> startDownloads(Narrator narrator, Fleet fleet, Hosts hosts)
            throws AbandonedException {
        List<Hosts.LongDownload> downloads = new ArrayList<>(hosts.startLong(Zone.ALL.get(0), LONG_DOWNLOADS));
        downloads.addAll(hosts.startLong(Zone.ALL.get(1), 1));
        fleet.await(
                "long downloads to be under way",
                UNDER_WAY_SECONDS,
                () -> downloads.stream().allMatch(d -> d.download().receivedBytes() > 0));
        narrator.step(downloads.size() + " long downloads are under way");
        return downloads;
    }

    /** Chooses which appliance of the first zone is to die: one that leaves at least one long download alive. */
    static ApplianceFailure prepare(
            Narrator narrator,
            Fleet fleet,
            GatewayAdmin gateway,
            Hosts hosts,
            List<Hosts.LongDownload> downloads,
            Verdict verdict) {
        Zone zone = Zone.ALL.get(0);
        boolean firstDies = !on(zone.appliances().get(1), downloads, verdict).isEmpty();
        return new ApplianceFailure(narrator, fleet, gateway, hosts, zone, firstDies, downloads);
    }

    /** Kills the victim and waits until the gateway knows; returns after how many seconds it did. */
    double die() throws AbandonedException {
        long unfinished = downloads.stream().filter(d -> !d.outcome().isDone()).count();
        long process = fleet.killAppliance(victim);
        double killedAt = narrator.elapsedSeconds();
        narrator.step(victim.name() + " (process " + process + ") killed, " + unfinished + " long downloads under way");
        fleet.await(
                "gateway to see " + victim.name() + " unhealthy",
                HEALTH_SECONDS,
                () -> gateway.targetStates().getOrDefault(victim.address(), "").equals("unhealthy"));
        double seconds = narrator.elapsedSeconds() - killedAt;
        Set<String> others = Zone.applianceAddresses();
        others.remove(victim.address());
        narrator.check(
                "failure-detected",
                gateway.targetsIn("healthy").equals(others),
                String.format(
                        Locale.ROOT, "%s unhealthy after %.1f s, the other three healthy", victim.name(), seconds));
        return seconds;
    }

    /** Where the flows went that were made while the victim was dead, and that older ones did not move. */
    void checkFailover(FlowChecks checks, List<FlowResult> results, Verdict verdict) {
        Map<String, Integer> inZone = FlowChecks.perAppliance(results, verdict, zone);
        narrator.check(
                "new-flows-go-to-the-survivor",
                inZone.keySet().equals(Set.of(survivor.name())),
                zone.name() + ": " + inZone);
        checks.bothAppliancesUsed(
                "failure",
                results,
                verdict,
                Zone.ALL.stream().filter(z -> z.number() != zone.number()).toList());
        List<Hosts.LongDownload> pinned = on(victim, downloads, verdict);
        List<String> moved = pinned.stream()
                .filter(d -> !verdict.appliances(d.flow().name()).equals(Set.of(victim.name())))
                .map(d -> d.flow().name().toString())
                .toList();
        narrator.check(
                "existing-flows-stay-pinned",
                moved.isEmpty(),
                moved.isEmpty()
                        ? pinned.size() + " long downloads stay with " + victim.name() + " (no_rebalance), "
                                + (downloads.size() - pinned.size()) + " go on elsewhere"
                        : "moved: " + moved);
    }

    /** Starts the victim again and waits until the gateway knows; returns after how many seconds it did. */
    double recover() throws AbandonedException {
        fleet.startAppliance(victim);
        double startedAt = narrator.elapsedSeconds();
        narrator.step(victim.name() + " started again");
        fleet.await(
                "all four appliances to be healthy",
                RECOVERY_SECONDS,
                () -> gateway.targetsIn("healthy").equals(Zone.applianceAddresses()));
        double seconds = narrator.elapsedSeconds() - startedAt;
        narrator.check(
                "recovery-detected",
                true,
                String.format(Locale.ROOT, "%s healthy after %.1f s", victim.name(), seconds));
        return seconds;
    }

    /** Lets the long downloads end: those that were elsewhere must be whole and must never have moved. */
    Verdict finishDownloads(Captures captures) throws IOException {
        List<Hosts.LongDownload> pinned = on(victim, downloads, captures.judge());
        List<Hosts.LongDownload> surviving =
                downloads.stream().filter(d -> !pinned.contains(d)).toList();
        boolean underWay = surviving.stream().noneMatch(d -> d.outcome().isDone());
        // Those pinned to the appliance that died waited in TCP's back-off; they are given up, not waited for.
        pinned.forEach(d -> d.download().abort());
        hosts.releaseLong();
        List<FlowResult> results = surviving.stream()
                .map(d -> new FlowResult(d.flow(), hosts.await(d)))
                .toList();
        List<FlowResult> failed = FlowChecks.failed(results);
        Verdict after = captures.judge();
        Set<String> used = new TreeSet<>();
        boolean moved = false;
        for (Hosts.LongDownload download : surviving) {
            Set<String> seenAt = after.appliances(download.flow().name());
            moved |= seenAt.size() != 1 || seenAt.contains(victim.name());
            used.addAll(seenAt);
        }
        narrator.check(
                "long-downloads-survive",
                failed.isEmpty() && underWay && !moved && !results.isEmpty(),
                failed.isEmpty()
                        ? results.size()
                                + " long downloads, under way through failure and recovery, ended with the right"
                                + " SHA-256; " + (moved ? "moved among " : "never moved from ") + used
                        : FlowChecks.examples(failed));
        return after;
    }

    private static List<Hosts.LongDownload> on(
            Zone.Appliance appliance, List<Hosts.LongDownload> downloads, Verdict verdict) {
        return downloads.stream()
                .filter(d -> verdict.appliances(d.flow().name()).contains(appliance.name()))
                .toList();
    }
}

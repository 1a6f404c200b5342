// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.lab.capture.CableTap;
import io.sluice.lab.check.CaptureJudge;
import io.sluice.lab.check.FlowName;
import io.sluice.lab.check.HostAddress;
import io.sluice.lab.check.ObservedFlow;
import io.sluice.lab.check.Rule;
import io.sluice.lab.check.TappedAppliance;
import io.sluice.lab.check.Verdict;
import io.sluice.lab.net.CommandRunner;
import io.sluice.lab.net.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One run of the demo: builds the topology, starts the programs, makes flows, lets an appliance die and come back, and
 * judges everything from captures at the appliances and from the gateway's own numbers.
 *
 * <p><b>Errors</b>: whatever cannot be done becomes a check that failed; {@link #run} throws nothing but errors.
 *
 * <p><b>Threading</b>: {@link #run} is confined to one thread; {@link #close} may be called from any, as by a shutdown
 * hook, and more than once.
 */
final class DemoRun implements AutoCloseable {
    private static final Workload FIRST = new Workload(24, 6, 8, 3, 6, 3, 4, true);
    private static final Workload WHILE_DEAD = new Workload(12, 4, 4, 2, 4, 2, 2, false);
    private static final Workload AFTER_RECOVERY = new Workload(16, 4, 6, 2, 4, 2, 2, false);
    private static final int LONG_DOWNLOADS = 5;
    private static final int START_SECONDS = 45;
    private static final int POLL_MS = 150;

    /** H-5 (interval x threshold + timeout + 1 s), and as much again for a machine with other things to do. */
    private static final int HEALTH_SECONDS = 2
            * (DemoConfiguration.INTERVAL_SECONDS * DemoConfiguration.THRESHOLD
                    + DemoConfiguration.TIMEOUT_SECONDS
                    + 1);

    private static final int REST_SECONDS = 15;
    private static final int EXAMPLES_MAX = 3;
    private static final int TAIL_LINES = 15;

    private final Narrator narrator;
    private final Programs programs;
    private final Path directory;
    private final List<ManagedProcess> processes = new ArrayList<>(); // guarded by itself
    private final Map<String, CableTap> taps = new LinkedHashMap<>();
    private final Map<String, ManagedProcess> appliances = new LinkedHashMap<>();
    private final DemoSummary summary = new DemoSummary();
    private @Nullable DemoTopology topology;
    private @Nullable Hosts hosts;
    private @Nullable GatewayAdmin admin;
    private boolean closed; // guarded by processes

    /** A demo that keeps logs and captures in {@code directory}. */
    DemoRun(Narrator narrator, Programs programs, Path directory) {
        this.narrator = narrator;
        this.programs = programs;
        this.directory = directory;
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
        if (!narrator.allHeld()) {
            showTails();
        }
    }

    DemoSummary summary() {
        return summary;
    }

    /** The demo cannot go on; the message says why. */
    private static final class AbandonedException extends Exception {
        private static final long serialVersionUID = 1L;

        AbandonedException(String message) {
            super(message);
        }
    }

    private void play() throws IOException, AbandonedException {
        narrator.section("Building two zones out of network namespaces");
        DemoTopology network = new DemoTopology(new CommandRunner());
        topology = network;
        for (Zone zone : Zone.ALL) {
            for (Zone.Appliance appliance : zone.appliances()) {
                taps.put(
                        appliance.name(), CableTap.start(network.tapPort(appliance.name()), capture(appliance.name())));
            }
        }
        Hosts traffic = new Hosts(network);
        hosts = traffic;
        narrator.step("spoke, gateway, fabric, 2 application hosts, Internet host, 4 appliances; cables tapped");

        startPrograms(network);
        GatewayAdmin gateway = new GatewayAdmin(DemoTopology.GATEWAY_MANAGEMENT, Programs.ADMIN_PORT);
        admin = gateway;
        awaitPrograms(network, gateway);

        narrator.section("Traffic from the application and from the Internet side, both zones at once");
        List<FlowResult> first = traffic.run(FIRST);
        checkOutcomes("first", first);
        Verdict afterFirst = judge();
        checkSeen("first", first, afterFirst);
        checkCaptureRules("first", afterFirst);
        checkBothUsed("first", first, afterFirst, Zone.ALL);
        checkEndpoints(afterFirst);

        narrator.section("Long downloads, then an appliance dies");
        List<Hosts.LongDownload> longDownloads = startLongDownloads(traffic);
        Verdict beforeDeath = judge();
        checkFlowTable(gateway, longDownloads, beforeDeath);
        Failure failure = chooseVictim(longDownloads, beforeDeath);
        List<FlowResult> whileDead = die(gateway, traffic, failure, longDownloads);
        Verdict afterDeath = judge();
        checkFailover(failure, longDownloads, whileDead, afterDeath);

        narrator.section("The appliance comes back");
        List<FlowResult> afterRecovery = recover(network, gateway, traffic, failure);
        Verdict last = finishLongDownloads(traffic, failure, longDownloads);
        checkOutcomes("recovery", afterRecovery);
        checkSeen("recovery", afterRecovery, last);
        checkBothUsed("recovery", afterRecovery, last, Zone.ALL);

        narrator.section("Accounting");
        accounts(gateway);
        Verdict all = judge();
        summary.flows(all.flows());
        checkCaptureRules("whole-run", all);
        checkStrangers(traffic, all);
        checkTaps();
        narrator.section("Summary");
        summary.table(narrator.checks(), narrator.elapsedSeconds()).forEach(narrator::plain);
    }

    // ---- start -----------------------------------------------------------------------------------------------------

    private void startPrograms(DemoTopology network) throws IOException {
        Path configuration = directory.resolve("gateway.yaml");
        Files.writeString(configuration, DemoConfiguration.yaml());
        Path data = Files.createDirectories(directory.resolve("gateway-data"));
        start("gateway", network.gateway(), programs.node(configuration, data));
        for (Zone zone : Zone.ALL) {
            start("agent-" + zone.name(), network.spoke(), programs.agent(zone));
            zone.appliances().forEach(appliance -> startAppliance(network, appliance));
        }
        narrator.step("gateway, 2 endpoint agents and 4 appliances are starting");
    }

    private void startAppliance(DemoTopology network, Zone.Appliance appliance) {
        List<String> command = programs.appliance(appliance, directory.resolve(appliance.name() + "-packets.log"));
        appliances.put(appliance.name(), start(appliance.name(), network.namespace(appliance.name()), command));
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

    private void awaitPrograms(DemoTopology network, GatewayAdmin gateway) throws AbandonedException {
        List<ManagedProcess> agents =
                processes().stream().filter(p -> p.name().startsWith("agent-")).toList();
        await(
                "endpoint agents to attach",
                START_SECONDS,
                () -> agents.stream().allMatch(agent -> agent.hasPrinted(programs.agentReadyLine())));
        network.routeThroughEndpoints();
        narrator.check("endpoints-attached", true, "gwe-az1 and gwe-az2 in the spoke, routed by three route tables");
        await("gateway to be ready", START_SECONDS, gateway::ready);
        narrator.check("gateway-ready", true, "/readyz answers 200");
        await(
                "all four appliances to be healthy",
                HEALTH_SECONDS,
                () -> states(gateway, "healthy").equals(addresses(name -> true)));
        narrator.check("targets-healthy", true, String.join(", ", states(gateway, "healthy")));
    }

    // ---- phases ----------------------------------------------------------------------------------------------------

    /** An appliance to kill, and the one of its zone that stays. */
    private record Failure(Zone zone, Zone.Appliance victim, Zone.Appliance survivor) {}

    private List<Hosts.LongDownload> startLongDownloads(Hosts traffic) throws AbandonedException {
        List<Hosts.LongDownload> downloads = new ArrayList<>(traffic.startLong(Zone.ALL.get(0), LONG_DOWNLOADS));
        downloads.addAll(traffic.startLong(Zone.ALL.get(1), 1));
        await(
                "long downloads to be under way",
                REST_SECONDS,
                () -> downloads.stream().allMatch(d -> d.download().receivedBytes() > 0));
        narrator.step(downloads.size() + " long downloads are under way");
        return downloads;
    }

    private Failure chooseVictim(List<Hosts.LongDownload> downloads, Verdict verdict) {
        Zone zone = Zone.ALL.get(0);
        Zone.Appliance a = zone.appliances().get(0);
        Zone.Appliance b = zone.appliances().get(1);
        // At least one long download must survive; where both appliances carry some, the victim may be either.
        boolean someOnB = !on(b, downloads, verdict).isEmpty();
        return someOnB ? new Failure(zone, a, b) : new Failure(zone, b, a);
    }

    private List<FlowResult> die(
            GatewayAdmin gateway, Hosts traffic, Failure failure, List<Hosts.LongDownload> downloads)
            throws AbandonedException {
        ManagedProcess process = appliance(failure.victim());
        List<Hosts.LongDownload> unfinished =
                downloads.stream().filter(d -> !d.outcome().isDone()).toList();
        process.kill();
        double killedAt = narrator.elapsedSeconds();
        narrator.step(failure.victim().name() + " (process " + process.pid() + ") killed, " + unfinished.size()
                + " long downloads under way");
        await(
                "gateway to see " + failure.victim().name() + " unhealthy",
                HEALTH_SECONDS,
                () -> gateway.targetStates()
                        .getOrDefault(failure.victim().address(), "")
                        .equals("unhealthy"));
        double seconds = narrator.elapsedSeconds() - killedAt;
        summary.detectionSeconds(seconds);
        Set<String> others = addresses(name -> !name.equals(failure.victim().name()));
        narrator.check(
                "failure-detected",
                states(gateway, "healthy").equals(others),
                String.format(
                        Locale.ROOT,
                        "%s unhealthy after %.1f s, the other three healthy",
                        failure.victim().name(),
                        seconds));
        return traffic.run(WHILE_DEAD);
    }

    private List<FlowResult> recover(DemoTopology network, GatewayAdmin gateway, Hosts traffic, Failure failure)
            throws AbandonedException {
        startAppliance(network, failure.victim());
        double startedAt = narrator.elapsedSeconds();
        narrator.step(failure.victim().name() + " started again");
        await(
                "all four appliances to be healthy",
                START_SECONDS,
                () -> states(gateway, "healthy").equals(addresses(name -> true)));
        double seconds = narrator.elapsedSeconds() - startedAt;
        summary.recoverySeconds(seconds);
        narrator.check(
                "recovery-detected",
                true,
                String.format(
                        Locale.ROOT, "%s healthy after %.1f s", failure.victim().name(), seconds));
        return traffic.run(AFTER_RECOVERY);
    }

    private Verdict finishLongDownloads(Hosts traffic, Failure failure, List<Hosts.LongDownload> downloads)
            throws IOException {
        Verdict verdict = judge();
        List<Hosts.LongDownload> pinned = on(failure.victim(), downloads, verdict);
        List<Hosts.LongDownload> surviving =
                downloads.stream().filter(d -> !pinned.contains(d)).toList();
        boolean underWay = surviving.stream().noneMatch(d -> d.outcome().isDone());
        // Those pinned to the appliance that died waited in TCP's back-off; they are given up, not waited for.
        pinned.forEach(d -> d.download().abort());
        traffic.releaseLong();
        List<FlowResult> results = surviving.stream()
                .map(d -> new FlowResult(d.flow(), traffic.await(d)))
                .toList();
        List<FlowResult> failed = failed(results);
        Verdict after = judge();
        Set<String> used = new TreeSet<>();
        surviving.forEach(d -> used.addAll(appliancesOf(d.flow(), after)));
        boolean moved =
                surviving.stream().anyMatch(d -> appliancesOf(d.flow(), after).size() != 1)
                        || used.contains(failure.victim().name());
        narrator.check(
                "long-downloads-survive",
                failed.isEmpty() && underWay && !moved && !results.isEmpty(),
                failed.isEmpty()
                        ? results.size()
                                + " long downloads, under way through failure and recovery, ended with the right"
                                + " SHA-256; never moved from " + used
                        : examples(failed));
        return after;
    }

    private void accounts(GatewayAdmin gateway) throws IOException, AbandonedException {
        GatewayAdmin.Packets[] latest = {gateway.packets()};
        await("packets to come to rest", REST_SECONDS, () -> {
            try {
                GatewayAdmin.Packets previous = latest[0];
                latest[0] = gateway.packets();
                return latest[0].equals(previous) && latest[0].counter("held") == 0;
            } catch (IOException e) {
                return false;
            }
        });
        GatewayAdmin.Packets packets = latest[0];
        summary.packets(packets);
        narrator.check(
                "packets-accounted-for",
                packets.balanced() && packets.in() > 0,
                packets.in() + " in + " + packets.counter("generated") + " generated = " + packets.out() + " out + "
                        + packets.counter("dropped") + " dropped + " + packets.counter("held") + " held");
        narrator.check(
                "drops-have-reasons",
                packets.dropsByReason() == packets.counter("dropped"),
                packets.drops().entrySet().stream()
                        .filter(e -> e.getValue() > 0)
                        .map(e -> e.getKey() + " " + e.getValue())
                        .collect(Collectors.joining(", ", packets.counter("dropped") + " dropped: ", "")));
    }

    // ---- checks ----------------------------------------------------------------------------------------------------

    private void checkOutcomes(String phase, List<FlowResult> results) {
        Map<String, List<FlowResult>> groups = new TreeMap<>();
        for (FlowResult result : results) {
            FlowName name = result.flow().name();
            String group = FlowName.protocolName(name.protocol())
                    + (name.protocol() == FlowName.ICMP || name.protocol() == FlowName.ICMPV6
                            ? ""
                            : name.source().ipv6() ? "-ipv6" : "-ipv4")
                    + (result.flow().fromInternet() ? "-from-internet" : "-from-application");
            groups.computeIfAbsent(group, ignored -> new ArrayList<>()).add(result);
        }
        groups.forEach((group, members) -> {
            List<FlowResult> failed = failed(members);
            long bytes = members.stream().mapToLong(m -> m.flow().bytes()).sum();
            narrator.check(
                    phase + "-" + group,
                    failed.isEmpty(),
                    failed.isEmpty()
                            ? members.size() + " flows complete"
                                    + (bytes > 0 ? ", " + bytes / 1024 + " KiB, SHA-256 equal" : "")
                            : failed.size() + " of " + members.size() + " failed: " + examples(failed));
        });
    }

    private void checkSeen(String phase, List<FlowResult> results, Verdict verdict) {
        List<String> problems = new ArrayList<>();
        for (FlowResult result : results) {
            FlowName name = result.flow().name();
            Optional<ObservedFlow> seen = verdict.flow(name);
            if (seen.isEmpty()) {
                problems.add(name + " was seen by no appliance");
            } else if (!seen.get().symmetric()) {
                problems.add(name + " forward at " + seen.get().appliancesForward() + ", reverse at "
                        + seen.get().appliancesReverse());
            } else if (!seen.get()
                    .endpoint()
                    .equals(result.flow().zone().endpoint().id())) {
                problems.add(name + " carries endpoint " + seen.get().endpoint());
            }
        }
        narrator.check(
                phase + "-flows-symmetric",
                problems.isEmpty(),
                problems.isEmpty()
                        ? "each of " + results.size() + " flows crossed one appliance, in both directions"
                        : problems.size() + " of " + results.size() + ": "
                                + problems.stream().limit(EXAMPLES_MAX).collect(Collectors.joining("; ")));
    }

    private void checkCaptureRules(String phase, Verdict verdict) {
        for (Rule rule : Rule.values()) {
            narrator.check(
                    phase + "-" + rule.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    verdict.violations(rule) == 0,
                    verdict.sentence(rule));
        }
    }

    private void checkBothUsed(String phase, List<FlowResult> results, Verdict verdict, List<Zone> zones) {
        for (Zone zone : zones) {
            Map<String, Integer> counts = flowsPerAppliance(results, verdict, zone);
            narrator.check(
                    phase + "-" + zone.name() + "-uses-both-appliances",
                    counts.keySet()
                            .equals(zone.appliances().stream()
                                    .map(Zone.Appliance::name)
                                    .collect(Collectors.toSet())),
                    "flows: " + counts);
        }
    }

    private void checkEndpoints(Verdict verdict) {
        Map<String, Set<String>> zonesByEndpoint = new TreeMap<>();
        for (ObservedFlow flow : verdict.flows()) {
            Set<String> seenAt = new TreeSet<>(flow.appliancesForward());
            seenAt.addAll(flow.appliancesReverse());
            Set<String> zones = zonesByEndpoint.computeIfAbsent(flow.endpoint(), ignored -> new TreeSet<>());
            for (Zone zone : Zone.ALL) {
                if (zone.appliances().stream().anyMatch(a -> seenAt.contains(a.name()))) {
                    zones.add(zone.name());
                }
            }
        }
        Map<String, Set<String>> expected = new TreeMap<>();
        Zone.ALL.forEach(zone -> expected.put(zone.endpoint().id(), Set.of(zone.name())));
        narrator.check(
                "endpoints-told-apart", zonesByEndpoint.equals(expected), "option 1 by zone: " + zonesByEndpoint);
    }

    /** The gateway's own view of the flows must be what the captures show. */
    private void checkFlowTable(GatewayAdmin gateway, List<Hosts.LongDownload> downloads, Verdict verdict)
            throws IOException {
        JsonNode answer = gateway.flows();
        List<String> problems = new ArrayList<>();
        Set<FlowName> listed = new HashSet<>();
        int compared = 0;
        for (JsonNode flow : answer.path("flows")) {
            FlowName name = new FlowName(
                    flow.path("protocol").asInt(),
                    HostAddress.of(flow.path("source").asText()),
                    flow.path("sourcePort").asInt(),
                    HostAddress.of(flow.path("destination").asText()),
                    flow.path("destinationPort").asInt());
            listed.add(name);
            listed.add(name.reversed());
            Optional<ObservedFlow> seen = verdict.flow(name);
            if (seen.isEmpty()) {
                continue;
            }
            compared++;
            String target = applianceName(flow.path("target").asText());
            Set<String> cookies = seen.get().cookies().stream()
                    .map(cookie -> String.format("0x%08x", cookie))
                    .collect(Collectors.toSet());
            if (!seen.get().appliancesForward().contains(target)) {
                problems.add(name + " is at " + seen.get().appliancesForward() + ", listed at " + target);
            }
            if (!cookies.contains(flow.path("cookie").asText())) {
                problems.add(name + " has " + cookies + ", listed "
                        + flow.path("cookie").asText());
            }
        }
        for (Hosts.LongDownload download : downloads) {
            if (!listed.contains(download.flow().name())) {
                problems.add(download.flow().name() + " is not listed");
            }
        }
        long total = answer.path("total").asLong(-1);
        narrator.check(
                "flow-table-agrees-with-captures",
                problems.isEmpty() && total >= downloads.size() && compared >= downloads.size(),
                problems.isEmpty()
                        ? total + " flows in the table; target and cookie of " + compared + " compared"
                        : problems.stream().limit(EXAMPLES_MAX).collect(Collectors.joining("; ")));
    }

    private void checkFailover(
            Failure failure, List<Hosts.LongDownload> downloads, List<FlowResult> results, Verdict verdict) {
        checkOutcomes("failure", results);
        checkSeen("failure", results, verdict);
        Map<String, Integer> inZone = flowsPerAppliance(results, verdict, failure.zone());
        narrator.check(
                "new-flows-go-to-the-survivor",
                inZone.keySet().equals(Set.of(failure.survivor().name())),
                failure.zone().name() + ": " + inZone);
        for (Zone zone : Zone.ALL) {
            if (zone.number() != failure.zone().number()) {
                checkBothUsed("failure", results, verdict, List.of(zone));
            }
        }
        List<Hosts.LongDownload> pinned = on(failure.victim(), downloads, verdict);
        List<String> moved = pinned.stream()
                .filter(d -> !appliancesOf(d.flow(), verdict)
                        .equals(Set.of(failure.victim().name())))
                .map(d -> d.flow().name().toString())
                .toList();
        narrator.check(
                "existing-flows-stay-pinned",
                moved.isEmpty(),
                moved.isEmpty()
                        ? pinned.size() + " long downloads stay with "
                                + failure.victim().name() + " (no_rebalance), " + (downloads.size() - pinned.size())
                                + " go on elsewhere"
                        : "moved: " + moved);
    }

    private void checkStrangers(Hosts traffic, Verdict verdict) {
        Set<FlowName> ours = new HashSet<>();
        for (PlannedFlow flow : traffic.planned()) {
            ours.add(flow.name());
            ours.add(flow.name().reversed());
        }
        List<FlowName> strangers = verdict.flows().stream()
                .map(ObservedFlow::name)
                .filter(name -> !ours.contains(name))
                .toList();
        narrator.check(
                "no-flow-but-ours",
                strangers.isEmpty(),
                strangers.isEmpty()
                        ? verdict.flows().size() + " flows at the appliances, all of them the demo's"
                        : strangers.size() + " unknown flows, such as " + strangers.getFirst());
    }

    private void checkTaps() throws IOException {
        long frames = 0;
        long dropped = 0;
        for (CableTap tap : taps.values()) {
            frames += tap.frames();
            dropped += tap.droppedFrames();
        }
        narrator.check("captures-complete", dropped == 0 && frames > 0, frames + " frames, " + dropped + " missed");
    }

    // ---- helpers ---------------------------------------------------------------------------------------------------

    private Verdict judge() throws IOException {
        CaptureJudge judge =
                new CaptureJudge(Zone.ALL.stream().map(Zone::endpoint).toList());
        for (CableTap tap : taps.values()) {
            tap.flush();
        }
        for (Zone zone : Zone.ALL) {
            for (TappedAppliance appliance : zone.tapped()) {
                judge.read(appliance, capture(appliance.name()));
            }
        }
        return judge.verdict();
    }

    private Path capture(String appliance) {
        return directory.resolve(appliance + ".pcap");
    }

    private static List<Hosts.LongDownload> on(
            Zone.Appliance appliance, List<Hosts.LongDownload> downloads, Verdict verdict) {
        return downloads.stream()
                .filter(d -> appliancesOf(d.flow(), verdict).contains(appliance.name()))
                .toList();
    }

    private static Set<String> appliancesOf(PlannedFlow flow, Verdict verdict) {
        Set<String> appliances = new TreeSet<>();
        verdict.flow(flow.name()).ifPresent(seen -> {
            appliances.addAll(seen.appliancesForward());
            appliances.addAll(seen.appliancesReverse());
        });
        return appliances;
    }

    private static Map<String, Integer> flowsPerAppliance(List<FlowResult> results, Verdict verdict, Zone zone) {
        Map<String, Integer> counts = new TreeMap<>();
        for (FlowResult result : results) {
            if (result.flow().zone().number() == zone.number()) {
                appliancesOf(result.flow(), verdict).forEach(name -> counts.merge(name, 1, Integer::sum));
            }
        }
        return counts;
    }

    private static List<FlowResult> failed(List<FlowResult> results) {
        return results.stream().filter(result -> !result.outcome().ok()).toList();
    }

    private static String examples(List<FlowResult> results) {
        return results.stream().limit(EXAMPLES_MAX).map(FlowResult::toString).collect(Collectors.joining("; "));
    }

    private static Set<String> states(GatewayAdmin gateway, String state) {
        Set<String> ids = new TreeSet<>();
        gateway.targetStates().forEach((id, itsState) -> {
            if (itsState.equals(state)) {
                ids.add(id);
            }
        });
        return ids;
    }

    private static Set<String> addresses(Predicate<String> name) {
        return Zone.ALL.stream()
                .flatMap(zone -> zone.appliances().stream())
                .filter(appliance -> name.test(appliance.name()))
                .map(Zone.Appliance::address)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String applianceName(String address) {
        return Zone.ALL.stream()
                .flatMap(zone -> zone.appliances().stream())
                .filter(appliance -> appliance.address().equals(address))
                .map(Zone.Appliance::name)
                .findFirst()
                .orElse(address);
    }

    private ManagedProcess appliance(Zone.Appliance appliance) {
        ManagedProcess process = appliances.get(appliance.name());
        if (process == null) {
            throw new IllegalStateException(appliance.name() + " was never started");
        }
        return process;
    }

    private List<ManagedProcess> processes() {
        synchronized (processes) {
            return List.copyOf(processes);
        }
    }

    /** Waits until something holds, but not longer than a program that should run does. */
    private void await(String what, int seconds, BooleanSupplier holds) throws AbandonedException {
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
                throw new AbandonedException("waited " + seconds + " s in vain for " + what);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(POLL_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AbandonedException("interrupted");
            }
        }
    }

    private void showTails() {
        for (ManagedProcess process : processes()) {
            narrator.plain("--- last lines of " + process.name() + (process.alive() ? "" : " (ended)"));
            process.tail(TAIL_LINES).forEach(line -> narrator.plain("    " + line));
        }
    }

    /** Ends every program, closes taps and hosts, removes the namespaces. */
    @Override
    public void close() {
        List<ManagedProcess> ending;
        synchronized (processes) {
            if (closed) {
                return;
            }
            closed = true;
            ending = List.copyOf(processes);
        }
        ending.forEach(ManagedProcess::terminate);
        ending.forEach(ManagedProcess::awaitEnd);
        if (admin != null) {
            admin.close();
        }
        if (hosts != null) {
            hosts.close();
        }
        taps.values().forEach(CableTap::close);
        if (topology != null) {
            topology.close();
        }
    }
}

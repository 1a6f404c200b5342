// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.sluice.lab.capture.CableTap;
import io.sluice.lab.check.FlowSightings;
import io.sluice.lab.check.HostAddress;
import io.sluice.lab.net.Namespace;
import io.sluice.lab.report.Narrator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One run: flows that live, changes that are made, and the judgement.
 *
 * <p>Where a flow was is read from a capture at the appliances; what it may have done follows from what was told to the
 * gateway and done to appliances, and when.
 *
 * <p><b>Errors</b>: whatever cannot be done becomes a check that failed. <b>Threading</b>: {@link #run} is confined to one
 * thread; {@link #close} may be called from any, and more than once.
 */
final class ChurnRun implements AutoCloseable {
    /** What the issue asks of admin requests. */
    static final double P99_MS_MAX = 100;

    private static final int START_SECONDS = 60;
    private static final int REST_SECONDS = 15;
    private static final int POLL_MS = 200;
    private static final int SHOWN = 3;

    private final Narrator narrator;
    private final ChurnPlan plan;
    private final Path directory;
    private final ChurnReport report;
    private final Timeline timeline = new Timeline();
    private final Deque<AutoCloseable> resources = new ArrayDeque<>(); // guarded by itself; last made first
    private boolean closed; // guarded by resources

    ChurnRun(Narrator narrator, ChurnPlan plan, Path directory) {
        this.narrator = narrator;
        this.plan = plan;
        this.directory = directory;
        this.report = new ChurnReport(plan);
    }

    /** Runs everything; the result is in the narrator's checks and in {@link #report}. */
    void run() {
        try {
            play();
        } catch (RuntimeException | IOException e) {
            narrator.check("ran-to-the-end", false, e.toString());
        }
    }

    ChurnReport report() {
        return report;
    }

    private void play() throws IOException {
        narrator.section("Seed " + plan.seed() + ": " + plan.flows() + " live flows, " + plan.changesPerMinute()
                + " changes a minute for " + plan.seconds() + " s");
        ChurnNetwork network = keep(new ChurnNetwork());
        Path capture = directory.resolve("appliances.pcap");
        CableTap tap = keep(CableTap.start(network.tapPort(), capture));
        ChurnPrograms programs = keep(new ChurnPrograms(network, directory));
        Draft initial = Draft.initial();
        long startedMs = System.currentTimeMillis();
        programs.start(initial.document());
        AdminPort admin = keep(new AdminPort(ChurnPrograms.ADMIN));
        try {
            carry(network, tap, programs, admin, initial, startedMs);
        } finally {
            if (!narrator.allHeld()) {
                programs.tails().forEach(narrator::plain);
            }
        }
    }

    private void carry(
            ChurnNetwork network, CableTap tap, ChurnPrograms programs, AdminPort admin, Draft initial, long startedMs)
            throws IOException {
        await("the gateway to be ready", programs, () -> isReady(admin));
        await("its targets to be healthy", programs, () -> healthyTargets(admin) == Firewall.MAIN.size());
        // every target has been healthy since before anything is judged
        timeline.told(startedMs - TimeUnit.MINUTES.toMillis(5), startedMs, Told.of(initial.document()));
        admin.authorise(newToken(admin));
        admin.follow(directory.resolve("health.ndjson"));

        LiveTraffic traffic = keep(new LiveTraffic(
                network.spoke(), ChurnNetwork.SPOKE, ChurnNetwork.INGRESS, plan.flows(), plan.periodMs()));
        traffic.start();
        await("all flows to have both directions", programs, () -> traffic.establishedCount() == plan.flows());
        long before = held(packets(admin, packets -> held(packets) == 0));
        // a node that has just started meets all flows at once; what that costs is said, and is not what changes cost
        Map<String, Long> dropsBefore = drops(admin);
        narrator.step(plan.flows() + " flows are live; dropped while they began: " + dropsBefore);
        report.put("dropsAtStart", dropsBefore);
        Operator operator = new Operator(narrator, plan, admin, programs, timeline, new Draw(plan.seed(), initial));
        operator.warmUp();
        long beginsMs = System.currentTimeMillis();
        admin.measure();
        operator.work();
        long endsMs = System.currentTimeMillis();
        traffic.close();

        narrator.section("Judgement");
        Throwable failure = traffic.failure();
        narrator.check(
                "generator-ran",
                failure == null,
                failure == null ? traffic.sent() + " packets sent" : failure.toString());
        requests(operator, admin, endsMs - beginsMs);
        HistoryJudge judge = histories(traffic, tap);
        accounts(
                network,
                admin,
                traffic,
                judge,
                before,
                dropsBefore,
                operator.made().containsKey("group-probe"));
        List<String> troubles = programs.gatewayTroubles();
        narrator.check("gateway-log-is-clean", troubles.isEmpty(), said(troubles, "no exception and no error"));
        narrator.check(
                "programs-run",
                programs.ended().isEmpty(),
                programs.ended().map(name -> name + " has ended").orElse("all of them"));
    }

    // ------------------------------------------------------------ judgement

    private void requests(Operator operator, AdminPort admin, long tookMs) {
        int made = operator.made().values().stream().mapToInt(Integer::intValue).sum();
        narrator.check(
                "changes-made",
                made == plan.changes() && tookMs <= TimeUnit.SECONDS.toMillis(plan.seconds() + 10L),
                made + " in " + tookMs / 1_000 + " s, of " + operator.made().size() + " kinds");
        narrator.check("changes-accepted", operator.refused().isEmpty(), said(operator.refused(), "every one"));
        narrator.check(
                "configuration-is-what-was-told",
                operator.differences().isEmpty(),
                said(operator.differences(), "compared as a whole now and then"));
        narrator.check(
                "admin-p99-within-" + (int) P99_MS_MAX + "-ms",
                admin.all().percentile(99) <= P99_MS_MAX,
                admin.all() + "; writes: " + admin.writes());
        report.put("changes", made);
        report.put("changesByKind", operator.made());
        report.put("admin", admin.all());
        report.put("adminReads", admin.reads());
        report.put("adminWrites", admin.writes());
    }

    private HistoryJudge histories(LiveTraffic traffic, CableTap tap) throws IOException {
        tap.flush();
        long missed = tap.droppedFrames();
        narrator.check("capture-is-complete", missed == 0, tap.frames() + " frames, " + missed + " missed");
        Map<Integer, FlowHistory> histories = new HashMap<>();
        List<String> strangers = new ArrayList<>();
        List<LiveFlow> flows = traffic.flows();
        long malformed = FlowSightings.read(
                directory.resolve("appliances.pcap"),
                Firewall.ALL.stream()
                        .map(firewall -> HostAddress.of(firewall.address()))
                        .collect(Collectors.toSet()),
                sighting -> see(sighting, flows, histories, strangers));
        narrator.check("packets-are-well-formed", malformed == 0, malformed + " are not as W-14 has it");
        narrator.check("packets-are-the-flows-own", strangers.isEmpty(), said(strangers, "each at its own endpoint"));

        Map<Integer, List<Long>> resets = new HashMap<>();
        traffic.resets()
                .forEach(reset -> resets.computeIfAbsent(reset.flow(), any -> new ArrayList<>())
                        .add(reset.atMs()));
        HistoryJudge judge = new HistoryJudge(new Policy(timeline));
        List<String> missing = new ArrayList<>();
        for (LiveFlow flow : flows) {
            FlowHistory history = histories.get(flow.number);
            boolean live = flow.number < traffic.liveCount();
            if (history == null || (live && !history.bothWays())) {
                if (live) {
                    missing.add("flow " + flow.number);
                }
                continue;
            }
            judge.judge(
                    (flow.tcp ? "TCP " : "UDP ") + flow.number + " of " + flow.spoke.endpoint(),
                    flow.spoke.number(),
                    history,
                    resets.getOrDefault(flow.number, List.of()));
        }
        String rows = judge.movesByRow().entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
        narrator.check("live-flows-seen-both-ways", missing.isEmpty(), said(missing, traffic.liveCount() + " of them"));
        narrator.check(
                "flows-move-only-by-policy",
                judge.unexplainedMoves().isEmpty(),
                said(
                        judge.unexplainedMoves(),
                        judge.judged() + " flows, " + judge.moved() + " moves; new stretches by row: " + rows));
        narrator.check(
                "new-flows-go-where-policy-says",
                judge.unexplainedPicks().isEmpty(),
                said(judge.unexplainedPicks(), judge.picks() + " picks"));
        narrator.check(
                "no-flow-is-left-behind",
                judge.stranded().isEmpty(),
                said(judge.stranded(), "none at a target that it must have left (T5, T6)"));
        narrator.check(
                "resets-by-policy",
                judge.unexplainedResets().isEmpty(),
                said(judge.unexplainedResets(), traffic.resets().size() + " resets (T14)"));
        narrator.check(
                "one-cookie-one-appliance",
                judge.sharedCookies().isEmpty(),
                said(judge.sharedCookies(), "in both directions (T9, W-16)"));
        narrator.check(
                "rejected-endpoint-is-cut-off",
                judge.passedRejected().isEmpty(),
                said(judge.passedRejected(), "no packet of it passed (E-4)"));
        report.put("flowsJudged", judge.judged());
        report.put("moves", judge.moved());
        report.put("stretchesByRow", judge.movesByRow());
        report.put("picks", judge.picks());
        report.put("resets", traffic.resets().size());
        return judge;
    }

    private static void see(
            FlowSightings.Sighting sighting,
            List<LiveFlow> flows,
            Map<Integer, FlowHistory> histories,
            List<String> strangers) {
        int source = LiveFlow.numberOf((int) sighting.flow().source().low());
        boolean fromClient = source >= 0 && source < flows.size();
        int number = fromClient
                ? source
                : LiveFlow.numberOf((int) sighting.flow().destination().low());
        if (number < 0 || number >= flows.size()) {
            if (sighting.endpoint() != 0) { // 0: a probe of the gateway's own
                strangers.add(sighting.toString());
            }
            return;
        }
        if (flows.get(number).spoke.number() != sighting.endpoint()) {
            strangers.add(sighting.toString());
            return;
        }
        histories
                .computeIfAbsent(number, any -> new FlowHistory())
                .see(sighting.appliance().toString(), sighting.cookie(), fromClient, sighting.timeMs());
    }

    private void accounts(
            ChurnNetwork network,
            AdminPort admin,
            LiveTraffic traffic,
            HistoryJudge judge,
            long before,
            Map<String, Long> dropsBefore,
            boolean probes)
            throws IOException {
        narrator.check("packets-accounted-for-before", before == 0, "off by " + before);
        Map<String, Long> after = packets(admin, packets -> held(packets) == 0 && number(packets, "held") == 0);
        narrator.check(
                "packets-accounted-for",
                held(after) == 0 && number(after, "endpoint-in") > 0,
                (number(after, "endpoint-in") + number(after, "target-in")) + " in + " + number(after, "generated")
                        + " generated = " + (number(after, "endpoint-out") + number(after, "target-out")) + " out + "
                        + number(after, "dropped") + " dropped + " + number(after, "held") + " held");
        Map<String, Long> allDrops = drops(admin);
        Map<String, Long> drops = new TreeMap<>(allDrops);
        dropsBefore.forEach((reason, count) -> drops.merge(reason, -count, Long::sum));
        drops.values().removeIf(count -> count == 0);
        long cutOff = traffic.flows().stream()
                .filter(flow -> flow.spoke.equals(Spoke.VISITOR))
                .mapToLong(LiveFlow::packets)
                .sum();
        boolean everCutOff =
                timeline.epochs().stream().anyMatch(epoch -> !epoch.told().passes(Spoke.VISITOR.number()));
        boolean everDropping = timeline.epochs().stream()
                .anyMatch(epoch -> epoch.told().groups().values().stream()
                        .anyMatch(group -> group.failOpen().equals("drop")));
        long unheard = traffic.flows().stream().filter(LiveFlow::endedUnheard).count();
        List<String> faults = new DropJudge(
                        traffic.resets().size() + unheard,
                        judge.moved(),
                        everCutOff ? cutOff : 0,
                        everDropping ? judge.picks() + cutOff : 0,
                        probes)
                .faults(drops);
        narrator.check("drops-are-explained", faults.isEmpty(), said(faults, drops.toString()));
        long byReason = allDrops.values().stream().mapToLong(Long::longValue).sum();
        narrator.check(
                "drops-have-reasons",
                byReason == number(after, "dropped"),
                byReason + " of " + number(after, "dropped"));
        long kernel = kernelDrops(network.gateway()) + kernelDrops(network.spoke()) + kernelDrops(network.appliances());
        long lost = traffic.sent() - traffic.delivered();
        narrator.check(
                "nothing-else-is-lost",
                lost <= byReason + kernel,
                lost + " of " + traffic.sent() + " did not come out; " + byReason + " dropped by the gateway, " + kernel
                        + " by full sockets");
        narrator.check(
                "nothing-is-changed", traffic.changed().isEmpty(), said(traffic.changed(), "and nothing came twice"));
        report.put("sent", traffic.sent());
        report.put("lost", lost);
        report.put("kernelDrops", kernel);
        report.put("packets", after);
        report.put("drops", drops);
    }

    /** In + generated - out - dropped - held. */
    private static long held(Map<String, Long> packets) {
        return number(packets, "endpoint-in")
                + number(packets, "target-in")
                + number(packets, "generated")
                - number(packets, "endpoint-out")
                - number(packets, "target-out")
                - number(packets, "dropped")
                - number(packets, "held");
    }

    private static long number(Map<String, Long> packets, String place) {
        return packets.getOrDefault(place, 0L);
    }

    private static String said(List<String> faults, String otherwise) {
        if (faults.isEmpty()) {
            return otherwise;
        }
        return faults.size() + ": " + faults.stream().limit(SHOWN).collect(Collectors.joining("; "))
                + (faults.size() > SHOWN ? "; …" : "");
    }

    // ------------------------------------------------------------ the gateway

    private static boolean isReady(AdminPort admin) {
        try {
            return admin.get("/readyz").status() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static long healthyTargets(AdminPort admin) {
        try {
            long healthy = 0;
            for (JsonNode target : admin.json(admin.get("/v1/targets")).path("targets")) {
                healthy += target.path("state").asText().equals("healthy") ? 1 : 0;
            }
            return healthy;
        } catch (IOException notYet) {
            return 0;
        }
    }

    private static String newToken(AdminPort admin) throws IOException {
        JsonNode body =
                JsonNodeFactory.instance.objectNode().put("name", "operator").put("role", "admin");
        AdminPort.Reply reply = admin.ask("POST", "/v1/tokens", body, Optional.empty());
        if (!reply.ok()) {
            throw new IOException("no token: " + reply.status() + " " + reply.body());
        }
        return admin.json(reply).path("token").asText();
    }

    /**
     * The counts as they are wanted, or where they do not become so, the last ones: a reading may fall between a packet's way
     * in and its way out.
     */
    private static Map<String, Long> packets(AdminPort admin, Predicate<Map<String, Long>> wanted) throws IOException {
        long endMs = System.currentTimeMillis() + TimeUnit.SECONDS.toMillis(REST_SECONDS);
        Map<String, Long> packets = packets(admin);
        while (!wanted.test(packets) && System.currentTimeMillis() < endMs) {
            sleep(POLL_MS);
            packets = packets(admin);
        }
        return packets;
    }

    /** Packets dropped so far, by those reasons that there were. */
    private static Map<String, Long> drops(AdminPort admin) throws IOException {
        Map<String, Long> drops = numbers(admin.json(admin.get("/v1/drops")).path("drops"));
        drops.values().removeIf(count -> count == 0);
        return drops;
    }

    private static Map<String, Long> packets(AdminPort admin) throws IOException {
        return numbers(admin.json(admin.get("/v1/drops")).path("packets"));
    }

    private static Map<String, Long> numbers(JsonNode object) {
        Map<String, Long> numbers = new TreeMap<>();
        object.properties()
                .forEach(entry -> numbers.put(entry.getKey(), entry.getValue().asLong()));
        return numbers;
    }

    /** Datagrams that the kernel dropped at the sockets of a namespace because their buffers were full. */
    private static long kernelDrops(Namespace namespace) {
        return namespace.call(() -> {
            try (Stream<String> lines = Files.lines(Path.of("/proc/thread-self/net/udp"))) {
                return lines.skip(1)
                        .map(String::strip)
                        .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                        .sum();
            }
        });
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(String what, ChurnPrograms programs, Condition condition) throws IOException {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!condition.holds()) {
            Optional<String> ended = programs.ended();
            if (ended.isPresent()) {
                throw new IOException("waiting for " + what + ": " + ended.get() + " has ended");
            }
            if (System.nanoTime() - endNs > 0) {
                throw new IOException("waited " + START_SECONDS + " s in vain for " + what);
            }
            sleep(POLL_MS);
        }
    }

    private static void sleep(long ms) throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    // ------------------------------------------------------------ the end

    private <T extends AutoCloseable> T keep(T resource) {
        synchronized (resources) {
            if (!closed) {
                resources.push(resource);
                return resource;
            }
        }
        end(resource);
        throw new IllegalStateException("the run is ending");
    }

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
            // the rest must be closed too; what is left of this goes with the sandbox
            narrator.step("closing " + resource.getClass().getSimpleName() + ": " + e);
        }
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.check.Rule;
import io.sluice.lab.check.Verdict;
import io.sluice.lab.report.Narrator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The second act: the rows of the seed article's tables one after the other, with traffic of two spokes that have the same
 * addresses. What happens in which order is {@link Tables}; what was seen is judged by {@link SceneJudge}.
 *
 * <p><b>Threading</b>: confined to one thread, but for {@link #close}.
 */
final class SecondAct implements AutoCloseable {
    private static final int CONFIGURATION_SECONDS = 10;
    private static final int NOTICE_SECONDS = 45;
    private static final int ANSWER_SECONDS = 30;
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(700);

    /** What holds of every packet, whoever is healthy; the rest is what the rows are about. */
    private static final Set<Rule> RULES = EnumSet.complementOf(EnumSet.of(Rule.ZONE, Rule.SYMMETRY, Rule.ONE_COOKIE));

    private final Narrator narrator;
    private final DemoTopology network;
    private final Fleet fleet;
    private final GatewayAdmin gateway;
    private final ApplianceControl appliances = new ApplianceControl();
    private final Captures captures;
    private final Rows rows;
    private final Set<String> working =
            Zone.allAppliances().stream().map(Zone.Appliance::name).collect(Collectors.toCollection(TreeSet::new));
    private final Talks talks;

    /** Builds the second spoke and taps the appliances' cables anew. */
    SecondAct(Narrator narrator, DemoTopology network, Path directory, Fleet fleet, GatewayAdmin gateway, Rows rows) {
        this.narrator = narrator;
        this.network = network;
        this.fleet = fleet;
        this.gateway = gateway;
        this.rows = rows;
        network.addSecondSpoke();
        this.talks = new Talks(network);
        this.captures = Captures.start(network, directory, "-second-act");
    }

    /** Plays all scenes. */
    void play() throws IOException, AbandonedException {
        narrator.section("Second act: a second spoke with the same addresses, then the tables row by row");
        attachSecondSpoke();
        for (Scene scene : Tables.SCENES) {
            show(scene);
        }
        talks.close();
        new FlowChecks(narrator).rules("second-act", captures.judge(Long.MIN_VALUE, true), RULES);
        captures.checkComplete("second-act-captures-complete", narrator);
    }

    private void attachSecondSpoke() throws IOException, AbandonedException {
        Site second = Site.SECOND;
        long revision = gateway.put(gateway.configuration().withEndpoint(second, Site.SECOND_ACCOUNT));
        awaitInForce(revision);
        fleet.startAgent(second);
        fleet.await("the second spoke's agent to attach", NOTICE_SECONDS, fleet::agentsAttached);
        network.spoke(second.spoke()).routeThroughEndpoints();
        narrator.check(
                "second-spoke-attached",
                true,
                second.endpoint().id() + " of account " + Site.SECOND_ACCOUNT + ", put into the running gateway; "
                        + second.zone().appAddress() + " and " + DemoTopology.INTERNET + " exist twice");
    }

    private void show(Scene scene) throws IOException, AbandonedException {
        double startedAt = narrator.elapsedSeconds();
        talks.begin();
        for (Change change : scene.changes()) {
            make(change);
        }
        awaitHealth(scene.healthy());
        String done = String.format(
                Locale.ROOT, "%s; in force after %.1f s", scene.done(), narrator.elapsedSeconds() - startedAt);
        narrator.step(Rows.names(scene) + ": " + done);
        SceneJudge.Finding finding;
        try (Scouts scouts = new Scouts(scene, talks, captures)) {
            Map<String, Set<String>> scouted = scouts.send(fleet);
            finding = observe(scene, scouted);
        }
        rows.note(scene, finding, done);
    }

    private SceneJudge.Finding observe(Scene scene, Map<String, Set<String>> scouted) throws AbandonedException {
        if (scene.existing() == Scene.Existing.MOVE) {
            talks.all().forEach(talk -> talk.quiet(false));
        }
        long sinceNs = Captures.nowNs();
        talks.askAll();
        talks.openNew();
        Look look = new Look(scene, scouted, sinceNs);
        fleet.holdsWithin("the flows to do what the row says", ANSWER_SECONDS, look::done);
        look.views.forEach(Talk::end);
        if (scene.keepsQuiet()) {
            look.views.forEach((talk, view) -> talk.quiet(view.isNew()));
        }
        talks.end(talk -> talk.conversation().broken());
        return look.finding;
    }

    private void make(Change change) throws IOException, AbandonedException {
        switch (change) {
            case Change.Kill(String appliance) -> {
                fleet.killAppliance(Zone.appliance(appliance));
                working.remove(appliance);
            }
            case Change.Silence(List<String> names) -> {
                for (String name : names) {
                    appliances.become(Zone.appliance(name), ApplianceControl.DEAD);
                    working.remove(name);
                }
            }
            case Change.Restore(List<String> names) -> {
                for (String name : names) {
                    restore(Zone.appliance(name));
                    working.add(name);
                }
            }
            case Change.Set(String key, String value) ->
                awaitInForce(gateway.put(gateway.configuration().with(key, value)));
        }
    }

    private void restore(Zone.Appliance appliance) throws IOException {
        if (fleet.runs(appliance)) {
            appliances.become(appliance, ApplianceControl.NORMAL);
        } else {
            fleet.startAppliance(appliance);
        }
    }

    private void awaitInForce(long revision) throws AbandonedException {
        fleet.await(
                "configuration " + revision + " to be in force",
                CONFIGURATION_SECONDS,
                () -> gateway.revisionInForce() >= revision);
    }

    private void awaitHealth(Set<String> healthy) throws AbandonedException {
        Set<String> unhealthy = Zone.applianceAddresses();
        Set<String> expected =
                healthy.stream().map(name -> Zone.appliance(name).address()).collect(Collectors.toSet());
        unhealthy.removeAll(expected);
        fleet.await(
                "exactly " + new TreeSet<>(healthy) + " to be healthy",
                NOTICE_SECONDS,
                () -> gateway.targetsIn("healthy").equals(expected)
                        && gateway.targetsIn("unhealthy").equals(unhealthy));
    }

    @Override
    public void close() {
        talks.close();
        captures.close();
        appliances.close();
    }

    /** Looks at the flows of a scene again and again: at the earliest after 0.7 s, so that silence shows. */
    private final class Look {
        private final Scene scene;
        private final Map<String, Set<String>> scouted;
        private final long sinceNs;
        private long lookedNs = System.nanoTime();
        private Map<Talk, TalkView> views = Map.of();
        private SceneJudge.Finding finding = SceneJudge.Finding.NOTHING;

        Look(Scene scene, Map<String, Set<String>> scouted, long sinceNs) {
            this.scene = scene;
            this.scouted = scouted;
            this.sinceNs = sinceNs;
        }

        boolean done() {
            talks.poll();
            if (System.nanoTime() - lookedNs < LOOK_NS) {
                return false;
            }
            lookedNs = System.nanoTime();
            talks.repeat();
            Verdict verdict;
            try {
                verdict = captures.judge(sinceNs, true);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            views = talks.all().stream().collect(Collectors.toMap(talk -> talk, talk -> talk.view(verdict)));
            finding = new SceneJudge(scene, working).judge(List.copyOf(views.values()), scouted);
            return finding.ok();
        }
    }
}

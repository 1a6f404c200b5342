// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.verticle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.bus.BusCounters;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.DataPathVerdict;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.message.ConfigChanged;
import io.sluice.model.message.HealthChanged;
import io.sluice.model.message.TargetObserved;
import io.sluice.model.probing.Prober;
import io.sluice.model.probing.ProberAssignment;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.NetServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The verticle on a real bus with real servers; only its clock is the test's, so that nobody waits for intervals. */
class HealthCheckingVerticleTest {

    private static final NodeId SELF = new NodeId("node-1");
    private static final NodeId OTHER = new NodeId("node-2");
    private static final Zone ZONE = new Zone("a");
    private static final long START_MS = 1_790_000_000_000L;
    private static final Ipv4Address LOOPBACK = Ipv4Address.parse("127.0.0.1");
    private static final Ipv4Address NODE = Ipv4Address.parse("127.0.0.7");

    private final Vertx vertx = Vertx.vertx();
    private final TypedBus bus = new TypedBus(vertx, SELF, new BusCounters());
    private final AtomicLong nowMs = new AtomicLong(START_MS);
    private final List<HealthChanged> reports = new CopyOnWriteArrayList<>();

    @BeforeEach
    void listen() {
        bus.listen(BusAddresses.HEALTH_CHANGED, reports::add);
    }

    @AfterEach
    void close() {
        done(vertx.close());
    }

    @Test
    void tellsThatATargetTurnsHealthyDiesAndRecovers() {
        Set<String> peers = ConcurrentHashMap.newKeySet();
        NetServer target = listenOn(0, peers);
        int port = target.actualPort();
        deploy(revision(1, tcp(port), true));
        awaitState(HealthState.HEALTHY);

        done(target.close());
        awaitState(HealthState.UNHEALTHY);
        assertThat(newest().reason()).isEqualTo(HealthReason.FAILED_HEALTH_CHECKS);

        listenOn(port, peers);
        awaitState(HealthState.HEALTHY);
        assertThat(peers).as("H-1: from the node's address").containsExactly("127.0.0.7");
        assertThat(states())
                .containsExactly(HealthState.INITIAL, HealthState.HEALTHY, HealthState.UNHEALTHY, HealthState.HEALTHY);
    }

    @Test
    void tellsWhyAnHttpTargetIsUnhealthy() {
        AtomicInteger status = new AtomicInteger(302);
        HttpServer target = done(vertx.createHttpServer()
                .requestHandler(
                        http -> http.response().setStatusCode(status.get()).end())
                .listen(0, "127.0.0.1"));
        HealthCheckSpec spec =
                new HealthCheckSpec(HealthCheckSpec.Protocol.HTTP, target.actualPort(), "/healthz", 5_000, 2_000, 2, 2);
        deploy(revision(1, spec, true));
        awaitState(HealthState.HEALTHY);

        status.set(503);
        awaitState(HealthState.UNHEALTHY);
        assertThat(newest().reason()).isEqualTo(HealthReason.RESPONSE_CODE_MISMATCH);
    }

    /** The test's clock stands still from the verdict on: neither a tick's probe nor a repetition can have told it. */
    @Test
    void tellsAtOnceWhatACodecSaysOfThePath() {
        NetServer target = listenOn(0, ConcurrentHashMap.newKeySet());
        deploy(revision(1, tcp(target.actualPort()), true));
        awaitState(HealthState.HEALTHY);
        DataPathVerdict failing = new DataPathVerdict(newest().target(), ZONE, DataPathVerdict.State.FAILING);

        bus.publish(
                BusAddresses.TARGET_OBSERVED,
                new TargetObserved(new NodeId("codec-1"), 1, List.of(), List.of(failing)));
        await().atMost(Duration.ofSeconds(30)).until(() -> newest().state() == HealthState.UNHEALTHY);
        assertThat(newest().reason()).isEqualTo(HealthReason.DATA_PATH_FAILED);

        nowMs.addAndGet(5_001); // the codec is gone
        await().atMost(Duration.ofSeconds(30)).until(() -> newest().state() == HealthState.HEALTHY);
    }

    @Test
    void repeatsItsFullStateWithARisingSequence() {
        deploy(revision(1, tcp(9), false)); // unused: nothing is probed, nothing changes
        await().atMost(Duration.ofSeconds(30)).until(() -> !reports.isEmpty());
        int before = reports.size();
        for (int i = 1; i <= 5; i++) {
            int wanted = before + i;
            nowMs.addAndGet(ProbePace.REPORT_EVERY_MS);
            await().atMost(Duration.ofSeconds(30)).until(() -> reports.size() >= wanted);
        }

        for (int i = 0; i < reports.size(); i++) {
            HealthChanged report = reports.get(i);
            assertThat(report.source()).isEqualTo(SELF);
            assertThat(report.bootId()).isEqualTo(START_MS);
            assertThat(report.sequence()).isEqualTo(i + 1);
            assertThat(report.targets())
                    .singleElement()
                    .extracting(TargetHealth::state)
                    .isEqualTo(HealthState.UNUSED);
        }
    }

    @Test
    void followsTheConfiguration() {
        NetServer target = listenOn(0, ConcurrentHashMap.newKeySet());
        deploy(revision(1, tcp(target.actualPort()), false));
        awaitState(HealthState.UNUSED);

        bus.publish(BusAddresses.CONFIG_CHANGED, new ConfigChanged(revision(2, tcp(target.actualPort()), true)));
        awaitState(HealthState.HEALTHY);

        bus.publish(BusAddresses.CONFIG_CHANGED, new ConfigChanged(revision(1, tcp(target.actualPort()), false)));
        bus.publish(BusAddresses.CONFIG_CHANGED, new ConfigChanged(revision(3, tcp(target.actualPort()), false)));
        awaitState(HealthState.UNUSED);
        assertThat(states())
                .containsExactly(HealthState.UNUSED, HealthState.INITIAL, HealthState.HEALTHY, HealthState.UNUSED);
    }

    @Test
    void stoppedProberIsSilent() {
        Set<String> peers = ConcurrentHashMap.newKeySet();
        NetServer target = listenOn(0, peers);
        String id = deploy(revision(1, tcp(target.actualPort()), true));
        awaitState(HealthState.HEALTHY);
        done(vertx.undeploy(id));
        HealthChanged marker = new HealthChanged(new NodeId("marker"), 1, 1, List.of());
        bus.publish(BusAddresses.HEALTH_CHANGED, marker);
        await().atMost(Duration.ofSeconds(30)).until(() -> reports.contains(marker));
        peers.clear();
        assertThat(reports.get(reports.indexOf(marker) - 1).leaving())
                .as("its last word")
                .isTrue();
        int before = reports.size();

        AtomicInteger turns = new AtomicInteger();
        vertx.setPeriodic(5, _ -> {
            nowMs.addAndGet(1_000);
            turns.incrementAndGet();
        });
        await().atMost(Duration.ofSeconds(30)).until(() -> turns.get() >= 40);
        assertThat(peers).isEmpty();
        assertThat(reports).hasSize(before);
    }

    /** The test's clock stands still: no repetition can have told it. */
    @Test
    void answersAProberThatHasJustStarted() {
        deploy(revision(1, tcp(9), false));
        await().atMost(Duration.ofSeconds(30)).until(() -> !reports.isEmpty());
        int before = reports.size();

        bus.publish(BusAddresses.HEALTH_CHANGED, new HealthChanged(OTHER, 1, 1, List.of()));
        await().atMost(Duration.ofSeconds(30)).until(() -> reports.size() > before + 1);
        assertThat(reports.getLast().source()).isEqualTo(SELF);
    }

    @Test
    void leavesATargetToAnotherProberAndTakesItBack() {
        NetServer target = listenOn(0, ConcurrentHashMap.newKeySet());
        deploy(revision(1, tcp(target.actualPort()), true), 1);
        awaitState(HealthState.HEALTHY);
        TargetHealth found = newest();
        NodeId first = higherByRank(found.target());

        AtomicLong sequence = new AtomicLong();
        await().pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(60))
                .until(() -> {
                    nowMs.addAndGet(500);
                    bus.publish(
                            BusAddresses.HEALTH_CHANGED,
                            new HealthChanged(first, 1, sequence.incrementAndGet(), List.of(found)));
                    return own().targets().getFirst().state() == HealthState.UNUSED;
                });

        bus.publish(
                BusAddresses.HEALTH_CHANGED,
                new HealthChanged(first, 1, sequence.incrementAndGet(), true, List.of(found), List.of()));
        await().pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(60))
                .until(() -> {
                    nowMs.addAndGet(500);
                    return own().targets().getFirst().state() == HealthState.HEALTHY;
                });
        assertThat(reports)
                .filteredOn(report ->
                        report.source().equals(SELF) && !report.inherited().isEmpty())
                .as("meanwhile it said what it had taken over")
                .allSatisfy(report -> {
                    assertThat(report.inherited())
                            .singleElement()
                            .satisfies(word -> assertThat(word.state()).isEqualTo(HealthState.HEALTHY));
                    assertThat(report.targets().getFirst().state()).isEqualTo(HealthState.INITIAL);
                })
                .isNotEmpty();
    }

    /** The test's clock stands still: no repetition can have told it. */
    @Test
    void tellsAtOnceWhatItTakesOver() {
        deploy(revision(1, tcp(9), true));
        await().atMost(Duration.ofSeconds(30)).until(() -> !reports.isEmpty());
        TargetRef target = newest().target();
        TargetHealth found = new TargetHealth(target, ZONE, HealthState.HEALTHY, HealthReason.NONE, START_MS);

        bus.publish(BusAddresses.HEALTH_CHANGED, new HealthChanged(OTHER, 1, 1, true, List.of(found), List.of()));
        await().atMost(Duration.ofSeconds(30)).until(() -> own().inherited().equals(List.of(found)));
    }

    private HealthChanged own() {
        return reports.reversed().stream()
                .filter(report -> report.source().equals(SELF))
                .findFirst()
                .orElseThrow();
    }

    /** A node that the target falls to before this one. */
    private static NodeId higherByRank(TargetRef target) {
        for (int i = 2; ; i++) {
            Prober other = new Prober(new NodeId("node-" + i), 1);
            if (ProberAssignment.of(target, ZONE, List.of(new Prober(SELF, 1), other), 1)
                    .contains(other)) {
                return other.node();
            }
        }
    }

    private String deploy(ConfigRevision initial) {
        return deploy(initial, 3);
    }

    private String deploy(ConfigRevision initial, int probers) {
        ProbePace pace = new ProbePace(nowMs::get, 5, ProbePace.REPORT_EVERY_MS);
        return done(vertx.deployVerticle(
                () -> new HealthCheckingVerticle(bus, SELF, Map.of(ZONE, Optional.of(NODE)), probers, initial, pace),
                new DeploymentOptions()));
    }

    /** Turns the clock on, half a second at a time, until the state is told. */
    private void awaitState(HealthState state) {
        await().pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(60))
                .until(() -> {
                    nowMs.addAndGet(500);
                    return !reports.isEmpty() && newest().state() == state;
                });
    }

    private TargetHealth newest() {
        return reports.getLast().targets().getFirst();
    }

    /** States in the order they were told, each once. */
    private List<HealthState> states() {
        List<HealthState> states = new CopyOnWriteArrayList<>();
        for (HealthChanged report : reports) {
            HealthState state = report.targets().getFirst().state();
            if (states.isEmpty() || states.getLast() != state) {
                states.add(state);
            }
        }
        return states;
    }

    private NetServer listenOn(int port, Set<String> peers) {
        return done(vertx.createNetServer()
                .connectHandler(socket -> peers.add(socket.remoteAddress().hostAddress()))
                .listen(port, "127.0.0.1"));
    }

    private static HealthCheckSpec tcp(int port) {
        return new HealthCheckSpec(HealthCheckSpec.Protocol.TCP, port, "/", 5_000, 2_000, 2, 2);
    }

    private static ConfigRevision revision(long number, HealthCheckSpec spec, boolean listener) {
        TargetGroupId group = new TargetGroupId("inspection");
        Target target = new Target(new TargetId("t1"), LOOPBACK, Target.GENEVE_PORT, ZONE, 1, 1);
        List<LoadBalancer> balancers = listener
                ? List.of(new LoadBalancer(new LoadBalancerId("gw"), List.of(ZONE), new Listener(group, 350_000)))
                : List.of();
        return new ConfigRevision(
                number,
                SELF,
                new GatewayModel(
                        List.of(ZONE),
                        List.of(new TargetGroup(group, spec, Stickiness.FIVE_TUPLE, List.of(target))),
                        balancers,
                        List.of()));
    }

    private static <T> T done(Future<T> future) {
        try {
            return future.await(60, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new AssertionError("nothing within a minute", late);
        }
    }
}

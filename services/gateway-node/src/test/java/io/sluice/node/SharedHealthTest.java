// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.bus.cluster.ClusterSettings;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthState;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.probing.HealthView;
import io.sluice.testkit.FreePorts;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Three real members of a cluster probe real servers, two of them each. They have one clock, which is the test's: it goes on
 * half a second when every prober has looked at it and every report has been heard, however busy the machine is.
 */
class SharedHealthTest {

    private static final int MEMBERS = 3;
    private static final int PROBERS = 2;
    private static final int TARGETS = 6;
    private static final long STEP_MS = 500;
    private static final long INTERVAL_MS = 5_000;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Zone ZONE = new Zone("az1");
    private static final TargetGroupId GROUP = new TargetGroupId("firewalls");
    private static final String NETWORK = "127.0.57.";

    /** H-5: two intervals and a timeout, and a second. */
    private static final long NOTICED_MS = 2 * INTERVAL_MS + 2_000 + 1_000;

    private final AtomicLong nowMs = new AtomicLong(1_790_000_000_000L);
    private final Vertx appliances = Vertx.vertx();
    private final Map<TargetRef, NetServer> servers = new HashMap<>();
    private final Map<TargetRef, Set<String>> probedFrom = new ConcurrentHashMap<>();
    private final List<ProbingMember> living = new ArrayList<>();

    @AfterEach
    void close() throws TimeoutException {
        for (ProbingMember member : living) {
            member.close();
        }
        appliances.close().await(60, TimeUnit.SECONDS);
    }

    @Test
    void h2NodesShareTheProbesAndTakeOverFromOneThatDies() throws Exception {
        ConfigRevision revision = listen();
        join(revision);
        Set<TargetRef> targets = servers.keySet();
        await().atMost(PATIENCE).until(() -> {
            step();
            return living.stream()
                    .allMatch(
                            member -> targets.stream().allMatch(target -> member.state(target) == HealthState.HEALTHY));
        });
        pass(2 * INTERVAL_MS); // those who began what is not theirs have left it
        living.forEach(member -> member.watch(targets));

        assertThat(probesOf(2 * INTERVAL_MS))
                .hasSize(TARGETS)
                .allSatisfy((target, from) -> assertThat(from).as("%s", target).hasSize(PROBERS));

        living.removeFirst().kill();
        pass(HealthView.SILENT_AFTER_MS + 3 * INTERVAL_MS);
        assertThat(probesOf(2 * INTERVAL_MS))
                .hasSize(TARGETS)
                .allSatisfy((target, from) ->
                        assertThat(from).as("%s", target).containsExactlyInAnyOrder(NETWORK + 2, NETWORK + 3));
        assertThat(living).allSatisfy(member -> assertThat(member.lapses()).isEmpty());

        TargetRef dead = targets.iterator().next();
        servers.get(dead).close().await(60, TimeUnit.SECONDS);
        pass(NOTICED_MS);
        await().atMost(PATIENCE)
                .until(() -> living.stream().allMatch(member -> member.state(dead) == HealthState.UNHEALTHY));
        assertThat(living).allSatisfy(member -> assertThat(member.lapses()).containsOnlyKeys(dead));
    }

    /** From which addresses each target is probed during that time. */
    private Map<TargetRef, Set<String>> probesOf(long ms) {
        probedFrom.clear();
        pass(ms);
        return Map.copyOf(probedFrom);
    }

    private void pass(long ms) {
        for (long end = nowMs.get() + ms; nowMs.get() < end; ) {
            step();
        }
    }

    private void step() {
        List<Long> ticks = living.stream().map(ProbingMember::ticks).toList();
        nowMs.addAndGet(STEP_MS);
        await().pollInterval(Duration.ofMillis(5))
                .atMost(PATIENCE)
                .until(() -> IntStream.range(0, living.size())
                        .allMatch(i -> living.get(i).ticks() >= ticks.get(i) + 5 && hasHeardAll(living.get(i))));
    }

    /** Whoever publishes hears itself first. */
    private boolean hasHeardAll(ProbingMember member) {
        return living.stream()
                .allMatch(source -> member.heard().getOrDefault(source.id(), 0L)
                        >= source.heard().getOrDefault(source.id(), 0L));
    }

    /** Starts the targets: each takes connections on an address of its own. */
    private ConfigRevision listen() throws Exception {
        int port = FreePorts.next();
        List<Target> targets = new ArrayList<>();
        for (int i = 0; i < TARGETS; i++) {
            String address = NETWORK + (11 + i);
            Target target =
                    new Target(new TargetId(address), Ipv4Address.parse(address), Target.GENEVE_PORT, ZONE, 1, 1);
            TargetRef ref = new TargetRef(GROUP, target.id(), target.registration());
            targets.add(target);
            servers.put(
                    ref,
                    appliances
                            .createNetServer()
                            .connectHandler(socket -> probedFrom
                                    .computeIfAbsent(ref, key -> ConcurrentHashMap.newKeySet())
                                    .add(socket.remoteAddress().hostAddress()))
                            .listen(port, address)
                            .await(60, TimeUnit.SECONDS));
        }
        HealthCheckSpec check = new HealthCheckSpec(HealthCheckSpec.Protocol.TCP, port, "/", INTERVAL_MS, 2_000, 2, 2);
        return new ConfigRevision(
                1,
                new NodeId("gw-1"),
                new GatewayModel(
                        List.of(ZONE),
                        List.of(new TargetGroup(GROUP, check, Stickiness.FIVE_TUPLE, targets)),
                        List.of(new LoadBalancer(
                                new LoadBalancerId("inspection"), List.of(ZONE), new Listener(GROUP, 350_000))),
                        List.of()));
    }

    private void join(ConfigRevision revision) throws Exception {
        String name = "health-" + UUID.randomUUID();
        List<Ipv4SocketAddress> addresses = new ArrayList<>();
        for (int i = 0; i < MEMBERS; i++) {
            addresses.add(Ipv4SocketAddress.parse("127.0.0.1:" + FreePorts.next()));
        }
        for (int i = 1; i <= MEMBERS; i++) {
            living.add(new ProbingMember(
                    new ClusterSettings(name, addresses.get(i - 1), addresses),
                    new NodeId("gw-" + i),
                    Map.of(ZONE, Optional.of(Ipv4Address.parse(NETWORK + i))),
                    PROBERS,
                    revision,
                    nowMs::get));
        }
    }
}

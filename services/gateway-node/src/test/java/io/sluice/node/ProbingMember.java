// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.bus.BusCounters;
import io.sluice.bus.TypedBus;
import io.sluice.bus.cluster.ClusterMember;
import io.sluice.bus.cluster.ClusterSettings;
import io.sluice.bus.cluster.HazelcastClusterFactory;
import io.sluice.bus.cluster.MemberSpec;
import io.sluice.health.verticle.HealthCheckingVerticle;
import io.sluice.health.verticle.ProbePace;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.health.HealthState;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.selection.core.TargetSetSnapshot;
import io.sluice.selection.feed.TargetSets;
import io.sluice.selection.verticle.TargetSetVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VertxOptions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/** A member of a real cluster that probes targets and makes snapshots of what all probers say; its clock is the test's. */
final class ProbingMember implements AutoCloseable {

    static final long REPORT_EVERY_MS = 2_000;

    private static final long LIMIT_S = 60;
    private static final long TICK_MS = 5;

    private final NodeId id;
    private final ClusterMember member;
    private final TargetSets targetSets;
    private final AtomicLong ticks = new AtomicLong();
    private final Map<NodeId, Long> heard = new ConcurrentHashMap<>();
    private final Map<TargetRef, HealthState> lapses = new ConcurrentHashMap<>();

    /**
     * Joins, and begins to probe.
     *
     * @param source address that its probes come from
     * @param probers how many are to probe a target
     */
    ProbingMember(
            ClusterSettings settings,
            NodeId id,
            Map<Zone, Optional<Ipv4Address>> source,
            int probers,
            ConfigRevision revision,
            LongSupplier clock)
            throws TimeoutException {
        this.id = id;
        member = HazelcastClusterFactory.start(
                        new MemberSpec(settings, id, true, config -> {}), new VertxOptions(), UnaryOperator.identity())
                .await(LIMIT_S, TimeUnit.SECONDS);
        targetSets = new TargetSets(id, revision, probers, clock);
        TypedBus bus = new TypedBus(member.vertx(), id, new BusCounters());
        bus.listen(BusAddresses.HEALTH_CHANGED, report -> heard.put(report.source(), report.sequence()))
                .ready()
                .await(LIMIT_S, TimeUnit.SECONDS);
        member.vertx()
                .deployVerticle(
                        new TargetSetVerticle(bus, targetSets, configuration -> {}),
                        new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER))
                .await(LIMIT_S, TimeUnit.SECONDS);
        ProbePace pace = new ProbePace(
                () -> {
                    ticks.incrementAndGet();
                    return clock.getAsLong();
                },
                TICK_MS,
                REPORT_EVERY_MS);
        member.vertx()
                .deployVerticle(new HealthCheckingVerticle(bus, id, source, probers, revision, pace))
                .await(LIMIT_S, TimeUnit.SECONDS);
    }

    NodeId id() {
        return id;
    }

    /** How often its prober has looked at the clock. */
    long ticks() {
        return ticks.get();
    }

    /** Sequence of the newest report of each prober. */
    Map<NodeId, Long> heard() {
        return heard;
    }

    HealthState state(TargetRef target) {
        TargetSetSnapshot snapshot = targetSets.snapshots().get();
        return snapshot.healthOf(snapshot.indexOf(target)).state();
    }

    /** From now on it remembers what it calls anything but healthy, be it for a moment. */
    void watch(Set<TargetRef> targets) {
        targetSets
                .snapshots()
                .watch(snapshot -> targets.forEach(target -> {
                    HealthState state =
                            snapshot.healthOf(snapshot.indexOf(target)).state();
                    if (state != HealthState.HEALTHY) {
                        lapses.put(target, state);
                    }
                }));
    }

    Map<TargetRef, HealthState> lapses() {
        return lapses;
    }

    /** It ends as a process does that is killed: nobody hears a word. */
    void kill() throws TimeoutException {
        member.hazelcast().getLifecycleService().terminate();
        close();
    }

    @Override
    public void close() throws TimeoutException {
        member.vertx().close().otherwiseEmpty().await(LIMIT_S, TimeUnit.SECONDS);
    }
}

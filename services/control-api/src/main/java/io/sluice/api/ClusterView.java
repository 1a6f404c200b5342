// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.api.core.LatestCounts;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.health.HealthState;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.message.NodeStatus;
import io.sluice.model.message.TargetObserved;
import io.sluice.selection.core.TargetSetSnapshot;
import io.sluice.selection.feed.TargetSets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * What the control API has heard of the cluster: nodes, and what codecs saw of targets; and the configuration and health of
 * {@link TargetSets}.
 *
 * <p>A node that has been silent for {@value #SILENT_MS} ms is gone. Observations are kept for each node and added up,
 * those of a node that is gone included: they are totals. Of nodes and of observations at most {@value #SOURCES_MAX}
 * are kept: one more displaces the one that has been silent longest.
 *
 * <p><b>Threading</b>: any thread tells it, one at a time; any thread asks it.
 */
public final class ClusterView {

    /** How long a node's word counts. */
    public static final long SILENT_MS = 3_000;

    /** Nodes and observations kept. */
    public static final int SOURCES_MAX = 64;

    /** Role of nodes that hold flows. */
    private static final String INGRESS = "ingress";

    /** Role of nodes that speak to targets; where it is another process than the ingress, each counts its packets. */
    private static final String CODEC = "codec";

    /** Role of nodes that have records of flows. */
    private static final String AUTHORITY = "flow-hashing";

    /** Role of nodes that may be asked to change something. */
    private static final String CONTROL_API = "control-api";

    private record Heard<T>(T word, long atMs) {}

    private final LongSupplier monotonicMs;
    private final TargetSets targetSets;
    private final NodeId self;
    private final Map<NodeId, Heard<NodeStatus>> nodes = new ConcurrentHashMap<>();
    private final Map<NodeId, Heard<LatestCounts>> observations = new ConcurrentHashMap<>();

    /**
     * @param self this node
     * @param targetSets the process's configuration and snapshot
     * @param monotonicMs milliseconds since 1970 of a clock that never goes back
     */
    public ClusterView(NodeId self, TargetSets targetSets, LongSupplier monotonicMs) {
        this.self = self;
        this.targetSets = targetSets;
        this.monotonicMs = monotonicMs;
    }

    /** The node whose view it is. */
    NodeId self() {
        return self;
    }

    /** Where configuration and snapshot come from; to be followed. */
    public TargetSets targetSets() {
        return targetSets;
    }

    /**
     * Takes a configuration that this process has in its store, unless the one that it has counts; when it returns,
     * {@link #snapshot} is made of it. Not on an event loop.
     */
    void install(ConfigRevision offered) {
        targetSets.install(offered);
    }

    /** Tells the model now, and each time there is another, once its snapshot is there; on the thread that brings it. */
    public void watch(Consumer<GatewayModel> watcher) {
        AtomicReference<GatewayModel> told = new AtomicReference<>(revision().model());
        targetSets.snapshots().watch(snapshot -> {
            GatewayModel model = snapshot.revision().model();
            if (!model.equals(told.getAndSet(model))) {
                watcher.accept(model);
            }
        });
        watcher.accept(told.get());
    }

    /** What another configuration would make of the newest health; nothing changes by the question. */
    public TargetSetSnapshot supposing(ConfigRevision other) {
        return snapshot().supposing(other);
    }

    /** Takes a node's word. */
    public synchronized void accept(NodeStatus status) {
        put(nodes, status.node(), status);
    }

    /** Takes what a codec saw, unless it is from before the node's last start. */
    public synchronized void accept(TargetObserved observed) {
        Heard<LatestCounts> known = observations.get(observed.node());
        long nowMs = monotonicMs.getAsLong();
        if (known == null || observed.bootId() > known.word().newest().bootId()) {
            put(observations, observed.node(), LatestCounts.first(observed, nowMs));
        } else if (observed.bootId() == known.word().newest().bootId()) {
            put(observations, observed.node(), known.word().and(observed, nowMs));
        }
    }

    private <T> void put(Map<NodeId, Heard<T>> sources, NodeId source, T word) {
        sources.put(source, new Heard<>(word, monotonicMs.getAsLong()));
        if (sources.size() > SOURCES_MAX) {
            sources.entrySet().stream()
                    .filter(entry -> !entry.getKey().equals(source))
                    .min(Comparator.comparingLong(entry -> entry.getValue().atMs()))
                    .ifPresent(silent -> sources.remove(silent.getKey()));
        }
    }

    /** The newest configuration. */
    public ConfigRevision revision() {
        return snapshot().revision();
    }

    /** Targets, their states, and what decides about new flows, of one moment. */
    public TargetSetSnapshot snapshot() {
        return targetSets.snapshots().get();
    }

    /** What all codecs saw of each target, added up; of some they may have seen nothing. */
    public Map<TargetRef, TargetObserved.Observation> observed() {
        Map<TargetRef, TargetObserved.Observation> seen = new HashMap<>();
        observations
                .values()
                .forEach(observed -> observed.word()
                        .newest()
                        .targets()
                        .forEach(observation -> seen.merge(observation.target(), observation, ClusterView::sum)));
        return seen;
    }

    /** How fast what codecs see of each target rises; those of nodes that are gone see nothing. */
    public Map<TargetRef, LatestCounts.PerSecond> perSecond() {
        long nowMs = monotonicMs.getAsLong();
        Map<TargetRef, LatestCounts.PerSecond> rates = new HashMap<>();
        observations.values().stream()
                .filter(heard -> nowMs - heard.atMs() < SILENT_MS)
                .forEach(heard -> heard.word()
                        .perSecond()
                        .forEach((target, rate) -> rates.merge(target, rate, LatestCounts.PerSecond::plus)));
        return rates;
    }

    private static TargetObserved.Observation sum(TargetObserved.Observation a, TargetObserved.Observation b) {
        return new TargetObserved.Observation(
                a.target(),
                a.sentPackets() + b.sentPackets(),
                a.sentBytes() + b.sentBytes(),
                a.returnedPackets() + b.returnedPackets(),
                a.returnedBytes() + b.returnedBytes(),
                a.rejectedPackets() + b.rejectedPackets());
    }

    /** What nodes heard lately say of themselves, in order of their ids. */
    public List<NodeStatus> nodes() {
        long nowMs = monotonicMs.getAsLong();
        nodes.values().removeIf(heard -> nowMs - heard.atMs >= SILENT_MS);
        return nodes.values().stream()
                .map(Heard::word)
                .sorted(Comparator.comparing(NodeStatus::node))
                .toList();
    }

    /** Nodes heard lately that hold flows, in order of their ids. */
    public List<NodeId> ingressNodes() {
        return nodesWith(Set.of(INGRESS));
    }

    /** Nodes heard lately that count packets, as they have a half of the packet path at least, in order of their ids. */
    public List<NodeId> packetNodes() {
        return nodesWith(Set.of(INGRESS, CODEC));
    }

    /** Nodes heard lately that have records of flows, in order of their ids. */
    public List<NodeId> authorityNodes() {
        return nodesWith(Set.of(AUTHORITY));
    }

    /** Nodes heard lately that serve the control API, in order of their ids. */
    public List<NodeId> controlNodes() {
        return nodesWith(Set.of(CONTROL_API));
    }

    /** Whether a node heard lately works with a configuration of before the given one. */
    boolean someoneIsBehind(ConfigRevision revision) {
        return nodes().stream().anyMatch(status -> status.configRevision() < revision.number());
    }

    private List<NodeId> nodesWith(Set<String> roles) {
        return nodes().stream()
                .filter(status -> status.roles().stream().anyMatch(roles::contains))
                .map(NodeStatus::node)
                .toList();
    }

    /** Registered targets of a group in a zone; those that drain are not. */
    public long registeredTargets(TargetGroupId group, Zone zone) {
        return targets(group, zone, state -> true);
    }

    /** Healthy targets of a group in a zone. */
    public long healthyTargets(TargetGroupId group, Zone zone) {
        return targets(group, zone, state -> state == HealthState.HEALTHY);
    }

    private long targets(TargetGroupId group, Zone zone, Predicate<HealthState> wanted) {
        TargetSetSnapshot current = snapshot();
        long count = 0;
        for (TargetRef ref : current.targetsOf(group)) {
            int index = current.indexOf(ref);
            if (current.target(index).zone().equals(zone)
                    && !current.target(index).draining()
                    && wanted.test(current.healthOf(index).state())) {
                count++;
            }
        }
        return count;
    }
}

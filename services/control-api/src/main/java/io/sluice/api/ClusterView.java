// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.health.HealthState;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.message.ConfigChanged;
import io.sluice.model.message.HealthChanged;
import io.sluice.model.message.NodeStatus;
import io.sluice.model.message.TargetObserved;
import io.sluice.selection.core.SelectionInputs;
import io.sluice.selection.core.TargetSetSnapshot;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * What the control API has heard of the cluster: configuration, health, nodes, and what codecs saw of targets.
 *
 * <p>A node that has been silent for {@value #SILENT_MS} ms is gone. Observations are kept for each node and added up,
 * those of a node that is gone included: they are totals.
 *
 * <p><b>Threading</b>: one event loop tells it, any thread asks it.
 */
public final class ClusterView {

    /** How long a node's word counts. */
    public static final long SILENT_MS = 3_000;

    /** Role of nodes that hold flows and count packets. */
    private static final String INGRESS = "ingress";

    private static TargetObserved.Observation nothing(TargetRef target) {
        return new TargetObserved.Observation(target, 0, 0, 0, 0, 0);
    }

    private record Heard(NodeStatus status, long atMs) {}

    private final LongSupplier monotonicMs;
    private final SelectionInputs inputs;
    private final Map<NodeId, Heard> nodes = new ConcurrentHashMap<>();
    private final Map<NodeId, TargetObserved> observations = new ConcurrentHashMap<>();
    private volatile ConfigRevision revision;
    private volatile TargetSetSnapshot snapshot;

    /**
     * @param initial configuration to start with
     * @param monotonicMs milliseconds since 1970 of a clock that never goes back
     */
    public ClusterView(ConfigRevision initial, LongSupplier monotonicMs) {
        this.monotonicMs = monotonicMs;
        this.inputs = new SelectionInputs(initial);
        this.revision = inputs.revision();
        this.snapshot = inputs.snapshot();
    }

    /** Takes a configuration. */
    public void accept(ConfigChanged message) {
        if (inputs.accept(message.revision())) {
            revision = inputs.revision();
            snapshot = inputs.snapshot();
        }
    }

    /** Takes a prober's report. */
    public void accept(HealthChanged report) {
        if (inputs.accept(report, monotonicMs.getAsLong())) {
            snapshot = inputs.snapshot();
        }
    }

    /** Takes a node's word. */
    public void accept(NodeStatus status) {
        nodes.put(status.node(), new Heard(status, monotonicMs.getAsLong()));
    }

    /** Takes what a codec saw, unless it is from before the node's last start. */
    public void accept(TargetObserved observed) {
        observations.merge(
                observed.node(), observed, (known, offered) -> offered.bootId() < known.bootId() ? known : offered);
    }

    /** The newest configuration. */
    public ConfigRevision revision() {
        return revision;
    }

    /** Targets, their states, and what decides about new flows, of one moment. */
    public TargetSetSnapshot snapshot() {
        return snapshot;
    }

    /** What all codecs saw of a target, added up. */
    public TargetObserved.Observation observed(TargetRef target) {
        return observations.values().stream()
                .flatMap(observed -> observed.targets().stream())
                .filter(observation -> observation.target().equals(target))
                .reduce(nothing(target), ClusterView::sum);
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

    /** Nodes heard lately that hold flows and count packets, in order of their ids. */
    public List<NodeId> ingressNodes() {
        long nowMs = monotonicMs.getAsLong();
        nodes.values().removeIf(heard -> nowMs - heard.atMs >= SILENT_MS);
        return nodes.values().stream()
                .map(Heard::status)
                .filter(status -> status.roles().contains(INGRESS))
                .map(NodeStatus::node)
                .sorted()
                .toList();
    }

    /** Registered targets of a group in a zone. */
    public long registeredTargets(TargetGroupId group, Zone zone) {
        return targets(group, zone, state -> true);
    }

    /** Healthy targets of a group in a zone. */
    public long healthyTargets(TargetGroupId group, Zone zone) {
        return targets(group, zone, state -> state == HealthState.HEALTHY);
    }

    private long targets(TargetGroupId group, Zone zone, Predicate<HealthState> wanted) {
        TargetSetSnapshot current = snapshot;
        long count = 0;
        for (int index = 0; index < current.targetCount(); index++) {
            if (current.targetRef(index).group().equals(group)
                    && current.target(index).zone().equals(zone)
                    && wanted.test(current.healthOf(index).state())) {
                count++;
            }
        }
        return count;
    }
}

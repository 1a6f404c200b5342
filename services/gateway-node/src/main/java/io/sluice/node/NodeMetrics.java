// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.api.ClusterView;
import io.sluice.bus.BusCounters;
import io.sluice.hashing.authority.FlowAuthority;
import io.sluice.ingress.core.IngressGauges;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.Zone;
import io.sluice.model.metric.MetricName;
import io.sluice.model.metric.PacketPlace;
import io.sluice.observe.MetricsRegistry;

/** Registers what the parts of a node show, under the names of {@link MetricName}. */
final class NodeMetrics {

    private final MetricsRegistry metrics;

    NodeMetrics(MetricsRegistry metrics) {
        this.metrics = metrics;
    }

    void bus(BusCounters counters) {
        counters.forEach((address, direction, count) -> metrics.register(
                MetricName.BUS_MESSAGES, counters, c -> c.messages(address, direction), address, direction.text()));
        counters.forEachFailure((address, kind, count) -> metrics.register(
                MetricName.BUS_FAILURES, counters, c -> c.failures(address, kind), address, kind.text()));
    }

    void configuration(NodeStatusVerticle status) {
        metrics.register(MetricName.CONFIG_REVISION, status, NodeStatusVerticle::configRevision);
    }

    void traffic(NodeTraffic traffic) {
        metrics.registerTraffic(traffic);
        metrics.register(
                MetricName.RECEIVE_QUEUE_DROPS,
                traffic,
                t -> t.receiveQueueDrops(true),
                PacketPlace.ENDPOINT_IN.text());
        metrics.register(
                MetricName.RECEIVE_QUEUE_DROPS, traffic, t -> t.receiveQueueDrops(false), PacketPlace.TARGET_IN.text());
    }

    void flows(IngressGauges gauges, int capacity) {
        metrics.register(MetricName.FLOWS, gauges, IngressGauges::flows);
        metrics.register(MetricName.FLOW_CAPACITY, gauges, shown -> capacity);
        metrics.register(MetricName.FLOWS_PROVISIONAL, gauges, IngressGauges::provisionalFlows);
        metrics.register(MetricName.FLOWS_MOVED_PROVISIONAL, gauges, IngressGauges::movedFlows);
        metrics.register(MetricName.FLOW_SETUPS, gauges, IngressGauges::acknowledgedSetups, "acknowledged");
        metrics.register(MetricName.FLOW_SETUPS, gauges, IngressGauges::provisionalSetups, "provisional");
        metrics.register(MetricName.FLOW_SETUPS, gauges, IngressGauges::refusedSetups, "refused");
        metrics.register(MetricName.FLOW_SETUPS, gauges, IngressGauges::adoptedFlows, "adopted");
        metrics.register(MetricName.FLOWS_FAILED_OVER, gauges, IngressGauges::failedOverFlows);
        metrics.register(MetricName.FLOWS_EVICTED, gauges, IngressGauges::evictedFlows);
        metrics.register(MetricName.PACKETS_BYPASSED, gauges, IngressGauges::bypassedPackets);
        metrics.register(MetricName.TCP_RESETS, gauges, IngressGauges::tcpResets);
        metrics.register(MetricName.RECOVERY_WINDOWS, gauges, IngressGauges::recoveryWindows);
    }

    void records(FlowAuthority authority) {
        metrics.register(MetricName.FLOW_RECORDS, authority, FlowAuthority::records);
    }

    /** Targets of each group in each zone it has some in. */
    void targets(ClusterView cluster, GatewayModel model) {
        for (TargetGroup group : model.targetGroups()) {
            for (Zone zone : model.zones()) {
                metrics.register(
                        MetricName.TARGETS,
                        cluster,
                        view -> view.registeredTargets(group.id(), zone),
                        group.id().name(),
                        zone.name());
                metrics.register(
                        MetricName.TARGET_HEALTHY,
                        cluster,
                        view -> view.healthyTargets(group.id(), zone),
                        group.id().name(),
                        zone.name());
            }
        }
    }
}

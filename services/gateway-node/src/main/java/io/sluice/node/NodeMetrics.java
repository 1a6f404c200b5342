// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.api.ClusterView;
import io.sluice.bus.BusCounters;
import io.sluice.bus.cluster.ClusterMember;
import io.sluice.datagram.DatagramTransport;
import io.sluice.hashing.authority.CopyPlace;
import io.sluice.hashing.authority.FlowAuthority;
import io.sluice.health.verticle.HealthCheckingVerticle;
import io.sluice.ingress.core.IngressGauges;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.Zone;
import io.sluice.model.message.LinkHello;
import io.sluice.model.metric.MetricName;
import io.sluice.model.metric.PacketPlace;
import io.sluice.observe.MetricsRegistry;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToLongFunction;

/** Registers what the parts of a node show, under the names of {@link MetricName}. */
final class NodeMetrics {

    private final MetricsRegistry metrics;

    NodeMetrics(MetricsRegistry metrics) {
        this.metrics = metrics;
    }

    void bus(BusCounters counters, ClusterMember member) {
        counters.forEach((address, direction, count) -> metrics.register(
                MetricName.BUS_MESSAGES, counters, c -> c.messages(address, direction), address, direction.text()));
        metrics.register(MetricName.BUS_REPAIRS, member, ClusterMember::busRepairs);
        counters.forEachFailure((address, kind, count) -> metrics.register(
                MetricName.BUS_FAILURES, counters, c -> c.failures(address, kind), address, kind.text()));
    }

    void probes(HealthCheckingVerticle prober) {
        metrics.register(MetricName.TARGETS_PROBED, prober, HealthCheckingVerticle::probedCount);
    }

    void configuration(NodeStatusVerticle status) {
        metrics.register(MetricName.CONFIG_REVISION, status, NodeStatusVerticle::configRevision);
    }

    void traffic(NodeTraffic traffic) {
        metrics.registerTraffic(traffic);
        queueDrops(traffic, NodeTraffic.Side.ENDPOINTS, PacketPlace.ENDPOINT_IN);
        queueDrops(traffic, NodeTraffic.Side.TARGETS, PacketPlace.TARGET_IN);
        queueDrops(traffic, NodeTraffic.Side.LINK, PacketPlace.LINK_IN);
    }

    private void queueDrops(NodeTraffic traffic, NodeTraffic.Side side, PacketPlace place) {
        metrics.register(MetricName.RECEIVE_QUEUE_DROPS, traffic, t -> t.receiveQueueDrops(side), place.text());
    }

    /** Of a process that has one half of the packet path. */
    void link(NodeLink link) {
        for (LinkHello.Side side : LinkHello.Side.values()) {
            metrics.register(
                    MetricName.LINK_PEERS,
                    link,
                    all -> all.directory().linked(side),
                    side.name().toLowerCase(Locale.ROOT));
        }
        metrics.register(MetricName.LINK_HELLOS_REFUSED, link, NodeLink::hellosRefused);
        metrics.register(MetricName.LINK_FORWARDS, link, NodeLink::forwarded);
    }

    void transport(DatagramTransport transport) {
        metrics.register(MetricName.TRANSPORT, transport, carries -> 1, transport.text());
    }

    void shards(NodeTraffic traffic) {
        metrics.register(MetricName.SHARDS, traffic, NodeTraffic::shardCount);
        metrics.register(MetricName.SHARD_HANDOVERS, traffic, NodeTraffic::handedOver);
        metrics.register(MetricName.OFFLOAD_FALLBACKS, traffic, NodeTraffic::offloadFallbacks);
    }

    void flows(NodeTraffic traffic, int capacity) {
        metrics.register(MetricName.FLOW_CAPACITY, traffic, shown -> capacity);
        metrics.register(MetricName.RECOVERY_WINDOWS, traffic, NodeTraffic::recoveryWindows);
        gauge(MetricName.FLOWS, traffic, IngressGauges::flows);
        gauge(MetricName.FLOWS_PROVISIONAL, traffic, IngressGauges::provisionalFlows);
        gauge(MetricName.FLOWS_MOVED_PROVISIONAL, traffic, IngressGauges::movedFlows);
        gauge(MetricName.FLOW_SETUPS, traffic, IngressGauges::acknowledgedSetups, "acknowledged");
        gauge(MetricName.FLOW_SETUPS, traffic, IngressGauges::provisionalSetups, "provisional");
        gauge(MetricName.FLOW_SETUPS, traffic, IngressGauges::refusedSetups, "refused");
        gauge(MetricName.FLOW_SETUPS, traffic, IngressGauges::adoptedFlows, "adopted");
        gauge(MetricName.FLOWS_RELEARNED, traffic, IngressGauges::relearnedFlows, "none");
        gauge(MetricName.FLOWS_RELEARNED, traffic, IngressGauges::replacedFlows, "provisional");
        gauge(MetricName.RETURN_MACS_FAILED, traffic, IngressGauges::failedMacs);
        metrics.register(
                MetricName.RETURN_MAC_ALARMS,
                traffic,
                shown -> shown.macAlarms().raised());
        gauge(MetricName.FLOWS_FAILED_OVER, traffic, IngressGauges::failedOverFlows);
        gauge(MetricName.FLOWS_EVICTED, traffic, IngressGauges::evictedFlows);
        gauge(MetricName.PACKETS_BYPASSED, traffic, IngressGauges::bypassedPackets);
        gauge(MetricName.TCP_RESETS, traffic, IngressGauges::tcpResets);
    }

    /** The sum over the shards. */
    private void gauge(MetricName name, NodeTraffic traffic, ToLongFunction<IngressGauges> reading, String... labels) {
        metrics.register(name, traffic, all -> all.gauge(reading), labels);
    }

    void records(FlowAuthority authority) {
        metrics.register(MetricName.FLOW_RECORDS, authority, FlowAuthority::records);
    }

    /** Of a node that is to keep flows on its disk, whether it can or not. */
    void journal(KeptRecords records) {
        metrics.register(
                MetricName.JOURNAL_KEEPING, records, all -> all.journal().keeping() ? 1 : 0);
        metrics.register(
                MetricName.JOURNAL_NOT_KEPT, records, all -> all.journal().notKept());
        metrics.register(MetricName.JOURNAL_BYTES, records, all -> all.journal().bytes());
    }

    /** Of each place that records are copied to. */
    void copies(CopyLag lag, Set<CopyPlace> places) {
        for (CopyPlace place : places) {
            String copy = place.text();
            for (String within : CopyLag.WITHIN) {
                metrics.register(MetricName.FLOW_RECORD_COPIES, lag, all -> all.copied(place, within), copy, within);
            }
            metrics.register(MetricName.FLOW_RECORD_COPY_FAILURES, lag, all -> all.failed(place), copy);
            metrics.register(MetricName.FLOW_RECORD_COPIES_WAITING, lag, all -> all.waiting(place), copy);
            metrics.register(MetricName.FLOW_RECORD_ERASE_FAILURES, lag, all -> all.notErased(place), copy);
        }
    }

    /** Targets of each group in each zone it has some in or is asked for some, as long as there is such a group. */
    void targets(ClusterView cluster) {
        Set<Series> shown = new HashSet<>();
        cluster.watch(model -> {
            Set<Series> wanted = series(model);
            shown.removeIf(series -> {
                boolean gone = !wanted.contains(series);
                if (gone) {
                    metrics.unregister(MetricName.TARGETS, series.labels());
                    metrics.unregister(MetricName.TARGET_HEALTHY, series.labels());
                }
                return gone;
            });
            for (Series series : wanted) {
                if (shown.add(series)) {
                    metrics.register(
                            MetricName.TARGETS,
                            cluster,
                            view -> view.registeredTargets(series.group(), series.zone()),
                            series.labels());
                    metrics.register(
                            MetricName.TARGET_HEALTHY,
                            cluster,
                            view -> view.healthyTargets(series.group(), series.zone()),
                            series.labels());
                }
            }
        });
    }

    private record Series(TargetGroupId group, Zone zone) {

        String[] labels() {
            return new String[] {group.name(), zone.name()};
        }
    }

    private static Set<Series> series(GatewayModel model) {
        Set<Series> series = new HashSet<>();
        for (TargetGroup group : model.targetGroups()) {
            group.targets().forEach(target -> series.add(new Series(group.id(), target.zone())));
        }
        for (LoadBalancer balancer : model.loadBalancers()) {
            balancer.zones()
                    .forEach(zone -> series.add(new Series(balancer.listener().targetGroup(), zone)));
        }
        return series;
    }
}

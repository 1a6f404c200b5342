// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.api.store.ChangeOrigin;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowState;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.EndpointId;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Vni;
import io.sluice.model.id.Zone;
import io.sluice.model.message.ConfigChanged;
import io.sluice.model.message.FlowListReply;
import io.sluice.model.message.HealthChanged;
import io.sluice.model.message.NodeStatus;
import io.sluice.model.message.TargetObserved;
import io.sluice.selection.feed.TargetSets;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/** A small gateway and what its nodes say: one group with a target in each of two zones. */
public final class Samples {

    public static final NodeId GW_1 = new NodeId("gw-1");
    public static final NodeId GW_2 = new NodeId("gw-2");
    public static final NodeId DECISIONS = new NodeId("decisions");
    public static final Zone AZ1 = new Zone("az1");
    public static final Zone AZ2 = new Zone("az2");
    public static final TargetGroupId GROUP = new TargetGroupId("firewalls");
    public static final TargetRef FIRST = target("10.1.0.11");
    public static final TargetRef SECOND = target("10.1.0.12");
    public static final EndpointId ENDPOINT = EndpointId.parse("vpce-0a1b2c3d4e5f60718");

    public static final ChangeOrigin BY_TEST = new ChangeOrigin("test", "apply");

    private Samples() {}

    private static TargetRef target(String address) {
        return new TargetRef(GROUP, new TargetId(address), 1);
    }

    /** A view that begins with a revision of its own node. */
    public static ClusterView view(ConfigRevision first, LongSupplier clockMs) {
        return view(first.author(), first, clockMs);
    }

    /** A view of a node that begins with a revision. */
    public static ClusterView view(NodeId self, ConfigRevision first, LongSupplier clockMs) {
        return new ClusterView(self, new TargetSets(self, first, clockMs), clockMs);
    }

    /** A prober's report comes over the bus. */
    public static void hear(ClusterView view, HealthChanged report) {
        if (view.targetSets().accept(report)) {
            view.targetSets().handOut("health");
        }
    }

    /** A configuration comes over the bus. */
    public static void hear(ClusterView view, ConfigRevision published) {
        view.targetSets().accept(new ConfigChanged(published));
    }

    /** The gateway as a revision. */
    public static ConfigRevision revision(long number) {
        return revision(number, GW_1);
    }

    /** The gateway as a revision that a node made. */
    public static ConfigRevision revision(long number, NodeId author) {
        TargetGroup group = new TargetGroup(
                GROUP,
                HealthCheckSpec.DEFAULT,
                Stickiness.FIVE_TUPLE,
                List.of(registered(FIRST, AZ1, 1), registered(SECOND, AZ2, 7)));
        LoadBalancerId balancer = new LoadBalancerId("inspection");
        return new ConfigRevision(
                number,
                author,
                new GatewayModel(
                        List.of(AZ1, AZ2),
                        List.of(group),
                        List.of(new LoadBalancer(balancer, List.of(AZ1, AZ2), new Listener(GROUP, 350_000))),
                        List.of(new Endpoint(
                                ENDPOINT,
                                new Vni(100),
                                AZ1,
                                balancer,
                                List.of(Ipv4SocketAddress.parse("10.0.0.2:6080"))))));
    }

    /** The gateway without a target. */
    public static GatewayModel without(TargetRef target) {
        GatewayModel model = revision(1).model();
        List<TargetGroup> groups = model.targetGroups().stream()
                .map(group -> group.withTargets(group.targets().stream()
                        .filter(other -> !other.id().equals(target.id()))
                        .toList()))
                .toList();
        return new GatewayModel(model.zones(), groups, model.loadBalancers(), model.endpoints());
    }

    private static Target registered(TargetRef ref, Zone zone, int weight) {
        return new Target(ref.id(), Ipv4Address.parse(ref.id().value()), Target.GENEVE_PORT, zone, weight, 1);
    }

    /** A node says that it is there. */
    public static NodeStatus status(NodeId node, String... roles) {
        return new NodeStatus(node, 1, List.of(roles), 1);
    }

    /** A prober's verdict on a target. */
    public static HealthChanged health(
            long sequence, TargetRef target, Zone zone, HealthState state, HealthReason reason) {
        return new HealthChanged(
                GW_1, 1, sequence, List.of(new TargetHealth(target, zone, state, reason, 1_700_000_000_000L)));
    }

    /** What a codec saw of one target: five counts, the second ten times the first and so on. */
    public static TargetObserved observed(NodeId node, long bootId, TargetRef target, long count) {
        return new TargetObserved(
                node,
                bootId,
                List.of(new TargetObserved.Observation(
                        target, count, count * 10, count * 100, count * 1_000, count * 10_000)),
                List.of());
    }

    /** TCP from 172.16.0.1:40000 to 172.16.0.9:443, the initiator on the lower side or the upper. */
    public static FlowListReply.Flow flow(boolean initiatorIsLower) {
        long[] key = {
            ENDPOINT.value(), 0, 0xAC10_0001L, 0, 0xAC10_0009L, FlowKey.traits(40_000, 443, 6, 4, Stickiness.FIVE_TUPLE)
        };
        return new FlowListReply.Flow(
                FlowKey.copyOf(key, 0),
                initiatorIsLower,
                FIRST,
                0x0123_4567,
                FlowState.ESTABLISHED,
                false,
                5_000,
                20,
                11,
                1_100,
                9,
                900);
    }

    /** Equal flows of one node. */
    public static FlowListReply flows(NodeId node, long total, int listed) {
        FlowListReply.Flow[] flows = new FlowListReply.Flow[listed];
        Arrays.fill(flows, flow(true));
        return new FlowListReply(node, total, List.of(flows));
    }
}

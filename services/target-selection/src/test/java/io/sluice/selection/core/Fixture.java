// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.IpAddressType;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PacketPolicy;
import io.sluice.model.config.PassiveDetection;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
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
import io.sluice.model.message.HealthChanged;
import java.util.List;

/** A gateway of two zones: two targets in zone a, one in zone b, none in zone c; and a group that nobody uses. */
public final class Fixture {

    public static final Zone A = new Zone("a");
    public static final Zone B = new Zone("b");
    public static final Zone C = new Zone("c");
    public static final TargetGroupId GROUP = new TargetGroupId("inspection");
    public static final TargetGroupId IDLE_GROUP = new TargetGroupId("idle");
    public static final LoadBalancerId BALANCER = new LoadBalancerId("gw");
    public static final NodeId NODE_1 = new NodeId("node-1");
    public static final NodeId NODE_2 = new NodeId("node-2");
    public static final NodeId NODE_3 = new NodeId("node-3");
    /** When reports are heard, unless a test says otherwise. */
    public static final long NOW_MS = 1_790_000_000_000L;

    public static final long ENDPOINT_A = 0xA1B2_C3D4_E5F6_0718L;
    public static final long ENDPOINT_A2 = 5;
    public static final long ENDPOINT_B = 7;
    public static final long ENDPOINT_C = 9;

    public static final Target A1 = target("a1", "10.0.0.10", A, 1);
    public static final Target A2 = target("a2", "10.0.0.11", A, 1);
    public static final Target B1 = target("b1", "10.0.1.10", B, 1);
    public static final Target IDLE = target("idle-1", "10.0.0.99", A, 1);

    private Fixture() {}

    public static Target target(String id, String address, Zone zone, long registration) {
        return new Target(new TargetId(id), Ipv4Address.parse(address), Target.GENEVE_PORT, zone, 1, registration);
    }

    public static TargetRef ref(Target target) {
        return new TargetRef(target.equals(IDLE) ? IDLE_GROUP : GROUP, target.id(), target.registration());
    }

    public static GatewayModel model(Stickiness stickiness, List<Target> targets) {
        return model(group(FailurePolicy.DEFAULT, stickiness, 0, targets), false);
    }

    /** The group in use. */
    public static TargetGroup group(
            FailurePolicy failure, Stickiness stickiness, long slowStartMs, List<Target> targets) {
        return new TargetGroup(
                GROUP,
                HealthCheckSpec.DEFAULT,
                stickiness,
                failure,
                DataPathProbe.DEFAULT,
                PassiveDetection.DEFAULT,
                slowStartMs,
                true,
                targets);
    }

    public static GatewayModel model(TargetGroup group, boolean crossZone) {
        return new GatewayModel(
                List.of(A, B, C),
                List.of(
                        group,
                        new TargetGroup(IDLE_GROUP, HealthCheckSpec.DEFAULT, Stickiness.FIVE_TUPLE, List.of(IDLE))),
                List.of(new LoadBalancer(
                        BALANCER,
                        List.of(A, B, C),
                        new Listener(GROUP, group.stickiness() == Stickiness.FIVE_TUPLE ? 600_000 : 350_000), // F-11
                        crossZone,
                        IpAddressType.DUALSTACK,
                        false,
                        PacketPolicy.DEFAULT)),
                List.of(
                        endpoint(ENDPOINT_A, 100, A),
                        endpoint(ENDPOINT_A2, 101, A),
                        endpoint(ENDPOINT_B, 102, B),
                        endpoint(ENDPOINT_C, 103, C)));
    }

    private static Endpoint endpoint(long id, int vni, Zone zone) {
        return new Endpoint(
                new EndpointId(id),
                new Vni(vni),
                zone,
                BALANCER,
                List.of(new Ipv4SocketAddress(Ipv4Address.parse("10.9.0.1"), 6080)));
    }

    public static ConfigRevision revision(long number, Target... targets) {
        return new ConfigRevision(number, NODE_1, model(Stickiness.FIVE_TUPLE, List.of(targets)));
    }

    public static TargetHealth says(Target target, HealthState state) {
        return says(target, state, 1_000);
    }

    public static TargetHealth says(Target target, HealthState state, long sinceMs) {
        return says(target, target.zone(), state, sinceMs);
    }

    public static TargetHealth says(Target target, Zone probedFrom, HealthState state, long sinceMs) {
        HealthReason reason = state == HealthState.UNHEALTHY
                ? HealthReason.FAILED_HEALTH_CHECKS
                : state == HealthState.INITIAL ? HealthReason.INITIAL_HEALTH_CHECKING : HealthReason.NONE;
        return new TargetHealth(ref(target), probedFrom, state, reason, sinceMs);
    }

    public static HealthChanged report(NodeId source, long bootId, long sequence, TargetHealth... targets) {
        return new HealthChanged(source, bootId, sequence, List.of(targets));
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.ShardRig.*;

import io.sluice.model.config.Admission;
import io.sluice.model.config.Backing;
import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.FailOpen;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.InnerKind;
import io.sluice.model.config.IpAddressType;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PacketPolicy;
import io.sluice.model.config.PassiveDetection;
import io.sluice.model.config.Tags;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetFailover;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.EndpointId;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.Vni;
import io.sluice.model.id.Zone;
import java.util.Arrays;
import java.util.List;

/** The rig's configuration with everything that a test may want otherwise; each method answers this. */
final class RigModel {

    private static final TargetGroupId OTHER_GROUP = new TargetGroupId("others");

    private Stickiness stickiness = Stickiness.FIVE_TUPLE;
    private TargetFailover failover = TargetFailover.NO_REBALANCE;
    private boolean resetOnUnhealthy;
    private boolean resetOnDeregistration;
    private boolean resetOnIdleTimeout;
    private FailOpen failOpen = FailOpen.FORWARD;
    private boolean returnTupleCheck = true;
    private PacketPolicy packets = PacketPolicy.DEFAULT;
    private IpAddressType ipAddressType = IpAddressType.DUALSTACK;
    private IpAddressType ofFirstEndpoint = IpAddressType.DUALSTACK;
    private Admission firstEndpoint = Admission.ACCEPTED;
    private InnerKind inner = InnerKind.IP;
    private int quota;
    private int[] attachments = {ATTACHMENT, SECOND_ATTACHMENT};
    private boolean endpoints = true;
    private boolean otherBalancer;
    private boolean renamedBalancer;
    private List<Target> targets = List.of(target("fw-a", FW_A), target("fw-b", FW_B));
    private List<Zone> zones = List.of(ZONE);
    private boolean crossZone;
    private long tcpIdleTimeoutMs = 350_000;
    private PassiveDetection passiveDetection = PassiveDetection.DEFAULT;

    static Target target(String id, int address) {
        return target(id, address, ZONE);
    }

    static Target target(String id, int address, Zone zone) {
        return new Target(new TargetId(id), new Ipv4Address(address), 6081, zone, 1, 1);
    }

    RigModel stickiness(Stickiness kind) {
        stickiness = kind;
        return this;
    }

    RigModel rebalance() {
        failover = TargetFailover.REBALANCE;
        return this;
    }

    RigModel resetOnUnhealthy() {
        resetOnUnhealthy = true;
        return this;
    }

    RigModel resetOnDeregistration() {
        resetOnDeregistration = true;
        return this;
    }

    RigModel resetOnIdleTimeout() {
        resetOnIdleTimeout = true;
        return this;
    }

    RigModel failOpen(FailOpen policy) {
        failOpen = policy;
        return this;
    }

    RigModel noReturnTupleCheck() {
        returnTupleCheck = false;
        return this;
    }

    RigModel packets(PacketPolicy policy) {
        packets = policy;
        return this;
    }

    RigModel ipv4Only() {
        ipAddressType = IpAddressType.IPV4;
        return this;
    }

    /** The first endpoint itself takes IPv4 alone. */
    RigModel firstEndpointIpv4Only() {
        ofFirstEndpoint = IpAddressType.IPV4;
        return this;
    }

    /** What is decided about the first endpoint; the second one is accepted. */
    RigModel firstEndpoint(Admission decision) {
        firstEndpoint = decision;
        return this;
    }

    RigModel ethernet() {
        inner = InnerKind.ETHERNET;
        return this;
    }

    RigModel quota(int flows) {
        quota = flows;
        return this;
    }

    RigModel attachments(int... addresses) {
        attachments = addresses;
        return this;
    }

    RigModel noEndpoints() {
        endpoints = false;
        return this;
    }

    /** The endpoints are behind another load balancer with another group; the first group is still there, unused. */
    RigModel otherBalancer() {
        otherBalancer = true;
        return this;
    }

    /** The endpoints are behind another load balancer with the same group. */
    RigModel renamedBalancer() {
        renamedBalancer = true;
        return this;
    }

    RigModel targets(Target... these) {
        targets = List.of(these);
        return this;
    }

    /** The load balancer is enabled in these, the first of which is the node's. */
    RigModel zones(Zone... these) {
        zones = List.of(these);
        return this;
    }

    RigModel crossZone(boolean on) {
        crossZone = on;
        return this;
    }

    RigModel tcpIdleTimeoutMs(long timeoutMs) {
        tcpIdleTimeoutMs = timeoutMs;
        return this;
    }

    RigModel passiveDetection(long silenceMs) {
        passiveDetection = new PassiveDetection(true, silenceMs);
        return this;
    }

    GatewayModel build() {
        TargetGroup group = new TargetGroup(
                GROUP,
                HealthCheckSpec.DEFAULT,
                stickiness,
                new FailurePolicy(failover, 300_000, resetOnUnhealthy, resetOnDeregistration, failOpen),
                DataPathProbe.DEFAULT,
                passiveDetection,
                0,
                returnTupleCheck,
                targets);
        TargetGroup other =
                new TargetGroup(OTHER_GROUP, HealthCheckSpec.DEFAULT, stickiness, List.of(target("fw-c", 0x0A01_000D)));
        LoadBalancerId name = new LoadBalancerId(otherBalancer || renamedBalancer ? "second" : "inspection");
        LoadBalancer balancer = new LoadBalancer(
                name,
                zones,
                new Listener(otherBalancer ? OTHER_GROUP : GROUP, tcpIdleTimeoutMs, resetOnIdleTimeout),
                crossZone,
                ipAddressType,
                false,
                packets);
        return new GatewayModel(
                zones,
                List.of(group, other),
                List.of(balancer),
                endpoints
                        ? List.of(
                                endpoint(name, ENDPOINT, VNI, ofFirstEndpoint, firstEndpoint, attachments),
                                endpoint(
                                        name,
                                        SECOND_ENDPOINT,
                                        SECOND_VNI,
                                        IpAddressType.DUALSTACK,
                                        Admission.ACCEPTED,
                                        OTHER_ATTACHMENT))
                        : List.of());
    }

    private Endpoint endpoint(
            LoadBalancerId balancer,
            long id,
            int vni,
            IpAddressType addressType,
            Admission admission,
            int... addresses) {
        return new Endpoint(
                new EndpointId(id),
                new Vni(vni),
                ZONE,
                new Backing.Balancer(balancer),
                Arrays.stream(addresses)
                        .mapToObj(address -> new Ipv4SocketAddress(new Ipv4Address(address), INGRESS_PORT))
                        .toList(),
                Endpoint.ACCOUNT_DEFAULT,
                inner,
                quota,
                addressType,
                admission,
                Tags.NONE);
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.Inner.*;
import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.Admission;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.metric.DropReason;
import io.sluice.testkit.PacketBuilder;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What passes of an endpoint that waits to be accepted, or was rejected (sheet, section 6). */
class EndpointAdmissionTest {

    private ShardRig rig = new ShardRig();

    @AfterEach
    void nothingIsLost() {
        rig.checkNothingIsLost();
    }

    private static RigModel decided(Admission decision) {
        return new RigModel().firstEndpoint(decision);
    }

    private void opens() {
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.onlySentToTarget();
    }

    @ParameterizedTest
    @EnumSource(names = {"PENDING", "REJECTED"})
    void e3e4NothingOfAnEndpointPassesUntilItIsAccepted(Admission decision) {
        rig = new ShardRig(decided(decision));
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        rig.fromEndpoint(plain(tcp(true, "PA", 5)), SECOND_ATTACHMENT);
        assertThat(rig.asked).isEmpty();
        assertThat(rig.sentToTargets()).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.ENDPOINT_NOT_AVAILABLE, 2L));

        rig.configure(decided(Admission.ACCEPTED));
        opens();
        rig.fromTarget(encapsulated(tcp(true, "S", 0), COOKIE), FW_A);
        assertThat(rig.onlyDelivered().payload()).isEqualTo(plain(tcp(true, "S", 0)));
    }

    @Test
    void e4ARejectedEndpointsFlowsEndAndBothWaysAreShut() {
        opens();
        rig.configure(decided(Admission.REJECTED));
        rig.fromEndpoint(plain(tcp(true, "A", 5)), ATTACHMENT);
        rig.fromTarget(encapsulated(tcp(true, "S", 0), COOKIE), FW_A);
        assertThat(rig.sentToTargets()).isEmpty();
        assertThat(rig.endpointPort.take()).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.ENDPOINT_NOT_AVAILABLE, 2L));
        rig.shard.ends().sweep(rig.nowMs);
        assertThat(rig.table.size()).isZero();
        assertThat(rig.closed)
                .singleElement()
                .satisfies(batch -> assertThat(batch.flowCount()).isOne());

        // accepted again, its connections are not those of before (F-16)
        rig.configure(decided(Admission.ACCEPTED));
        rig.fromEndpoint(plain(tcp(true, "A", 5)), ATTACHMENT);
        rig.refuse(FlowOpenedBatch.NO_FLOW);
        opens();
    }

    @Test
    void e4APacketThatWaitsForItsFlowWhenTheEndpointIsRejectedIsDropped() {
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        rig.configure(decided(Admission.REJECTED));
        rig.answer(TARGET_A, COOKIE);
        assertThat(rig.sentToTargets()).isEmpty();
        assertThat(rig.table.size()).isZero();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.ENDPOINT_NOT_AVAILABLE, 1L));
    }

    @Test
    void e4AnotherEndpointOfTheSameLoadBalancerGoesOn() {
        rig = new ShardRig(decided(Admission.REJECTED));
        rig.fromEndpoint(
                PacketBuilder.geneve()
                        .vni(SECOND_VNI)
                        .payload(tcp(true, "S", 0))
                        .build(),
                OTHER_ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        assertThat(rig.onlySentToTarget().address()).isEqualTo(FW_A);
        assertThat(rig.drops()).isEmpty();
    }

    /** So the agent stays attached, and is there when it is accepted. */
    @Test
    void e3TheKeepAliveOfAPendingEndpointIsAnswered() {
        rig = new ShardRig(decided(Admission.PENDING));
        byte[] keepAlive = PacketBuilder.geneve().vni(VNI).control().build();
        rig.fromEndpoint(keepAlive, ATTACHMENT);
        assertThat(rig.onlyDelivered().payload()).isEqualTo(keepAlive);
        assertThat(rig.drops()).isEmpty();
    }

    @Test
    void e9AnEndpointOfIpv4AloneTakesNoIpv6() {
        byte[] ipv6 = PacketBuilder.ipv6()
                .from("2001:db8::1")
                .to("2001:db8::2")
                .udp(1_000, 53)
                .build();
        rig.configure(new RigModel().firstEndpointIpv4Only());
        rig.fromEndpoint(plain(ipv6), ATTACHMENT);
        assertThat(rig.asked).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.INNER_IP_VERSION, 1L));
        rig.configure(new RigModel());
        rig.fromEndpoint(plain(ipv6), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.onlySentToTarget();
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.PacketBuilder;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The worked example of the sheet (1.4), byte for byte from the GENEVE header on. */
class WorkedExampleTest {

    private static final String SYN =
            "45000028 12344000 3f06e378 0a140005 cb00710a 9c4001bb 01020304 00000000 5002faf0 cccc0000";
    private static final String SYN_ACK =
            "45000028 00004000 320602ad cb00710a 0a140005 01bb9c40 0a0b0c0d 01020305 5012ffff b1940000";
    private static final String GENEVE =
            "08000800 00000000 01080102 a1b2c3d4 e5f60718 01080202 00000000 00000000 01080301 c0ffee01";
    private static final String FROM_ENDPOINT = "00000800 00006400";

    private final ShardRig rig = new ShardRig();

    private static byte[] bytes(String... hex) {
        return HexFormat.of().parseHex(String.join("", hex).replace(" ", ""));
    }

    @AfterEach
    void nothingIsLost() {
        rig.checkNothingIsLost();
    }

    @Test
    void w14TheSynHasAllThreeOptionsByteForByte() {
        rig.fromEndpoint(bytes(FROM_ENDPOINT, SYN), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        assertThat(rig.onlySentToTarget().payload()).isEqualTo(bytes(GENEVE, SYN));
    }

    @Test
    void w18WhatComesBackAsItWasSentIsDelivered() {
        rig.fromEndpoint(bytes(FROM_ENDPOINT, SYN), ATTACHMENT);
        assertThat(rig.intents()).containsExactly(1);
        rig.answer(TARGET_A, COOKIE);

        RecordingPort.Sent toTarget = rig.onlySentToTarget();
        assertThat(toTarget.payload()).isEqualTo(bytes(GENEVE, SYN));
        assertThat(toTarget.payload()).hasSize(80);
        assertThat(toTarget.address()).isEqualTo(FW_A);
        assertThat(toTarget.port()).isEqualTo(6081);

        rig.fromTarget(toTarget.payload(), FW_A);
        RecordingPort.Sent delivered = rig.onlyDelivered();
        assertThat(delivered.payload()).isEqualTo(bytes(FROM_ENDPOINT, SYN));
        assertThat(delivered.address()).isEqualTo(ATTACHMENT);
        assertThat(delivered.port()).isEqualTo(INGRESS_PORT);
    }

    @Test
    void f4TheSynAckHasTheSameTargetAndCookie() {
        rig.fromEndpoint(bytes(FROM_ENDPOINT, SYN), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.onlySentToTarget();

        rig.fromEndpoint(bytes(FROM_ENDPOINT, SYN_ACK), ATTACHMENT);
        assertThat(rig.asked).as("the flow is known").isEmpty();
        RecordingPort.Sent answer = rig.onlySentToTarget();
        assertThat(answer.payload()).isEqualTo(bytes(GENEVE, SYN_ACK));
        assertThat(answer.address()).isEqualTo(FW_A);

        rig.fromTarget(bytes(GENEVE, SYN_ACK), FW_A);
        assertThat(rig.onlyDelivered().payload()).isEqualTo(bytes(FROM_ENDPOINT, SYN_ACK));
    }

    @Test
    void w5AFlowKeepsItsSourcePortInBothDirections() {
        rig.fromEndpoint(bytes(FROM_ENDPOINT, SYN), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        int sourcePortSlot = portThatSent();
        rig.fromEndpoint(bytes(FROM_ENDPOINT, SYN_ACK), ATTACHMENT);
        assertThat(portThatSent()).isEqualTo(sourcePortSlot);
    }

    private int portThatSent() {
        for (int slot = 0; slot < rig.targetPorts.length; slot++) {
            if (!rig.targetPorts[slot].take().isEmpty()) {
                return slot;
            }
        }
        throw new AssertionError("nothing was sent");
    }

    @Test
    void carriesIpv6Inside() {
        byte[] syn = PacketBuilder.ipv6()
                .from("2001:db8::5")
                .to("2001:db8:1::1")
                .tcp(40_000, 443)
                .flags("S")
                .build();
        byte[] plain = PacketBuilder.geneve()
                .vni(VNI)
                .protocolType(0x86DD)
                .payload(syn)
                .build();
        rig.fromEndpoint(plain, ATTACHMENT);
        rig.answer(TARGET_B, COOKIE);
        byte[] expected = PacketBuilder.geneve()
                .protocolType(0x86DD)
                .gwlb(ENDPOINT, COOKIE)
                .payload(syn)
                .build();
        RecordingPort.Sent toTarget = rig.onlySentToTarget();
        assertThat(toTarget.payload()).isEqualTo(expected);
        assertThat(toTarget.address()).isEqualTo(FW_B);
        rig.fromTarget(expected, FW_B);
        assertThat(rig.onlyDelivered().payload()).isEqualTo(plain);
    }
}

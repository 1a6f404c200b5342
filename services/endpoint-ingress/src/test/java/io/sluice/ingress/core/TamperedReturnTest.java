// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.Inner.*;
import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.metric.DropReason;
import io.sluice.testkit.GeneveBuilder;
import io.sluice.testkit.PacketBuilder;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a target may change and what it must not (W-16 … W-24): each under its own reason, and silently. */
class TamperedReturnTest {

    private ShardRig rig = new ShardRig();

    @BeforeEach
    void openTwoFlows() {
        open(rig);
    }

    private static void open(ShardRig on) {
        for (int port = 40_000; port <= 40_001; port++) {
            on.fromEndpoint(plain(tcp(true, port, "S", 0)), ATTACHMENT);
            on.answer(TARGET_A, COOKIE + port - 40_000);
        }
        on.sentToTargets();
    }

    @AfterEach
    void nothingIsLostAndTheFlowStillWorks() {
        rig.fromTarget(encapsulated(tcp(true, "S", 0), COOKIE), FW_A);
        rig.onlyDelivered();
        rig.checkNothingIsLost();
    }

    private void isDroppedAs(DropReason reason, byte[] returned) {
        rig.fromTarget(returned, FW_A);
        assertThat(rig.endpointPort.take()).as("no answer of any kind").isEmpty();
        assertThat(rig.sentToTargets()).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(reason, 1L));
    }

    private static GeneveBuilder without(int option) {
        GeneveBuilder builder = PacketBuilder.geneve();
        if (option != 1) {
            builder.endpoint(ENDPOINT);
        }
        if (option != 2) {
            builder.attachment(0);
        }
        if (option != 3) {
            builder.flowCookie(COOKIE);
        }
        return builder.payload(tcp(true, "S", 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void w19AMissingOptionIsRefused(int option) {
        isDroppedAs(DropReason.OPTION_MISSING, without(option).build());
    }

    @ParameterizedTest
    @CsvSource({"1, 4", "1, 12", "2, 4", "2, 16", "3, 8", "3, 0"})
    void w19AnOptionOfTheWrongLengthIsRefused(int option, int bytes) {
        isDroppedAs(
                DropReason.OPTION_LENGTH,
                without(option)
                        .option(GeneveBuilder.GWLB_CLASS, option, new byte[bytes])
                        .build());
    }

    @Test
    void w19AnUnknownEndpointIsRefused() {
        isDroppedAs(
                DropReason.RETURN_ENDPOINT_UNKNOWN,
                PacketBuilder.geneve()
                        .gwlb(99, COOKIE)
                        .payload(tcp(true, "S", 0))
                        .build());
    }

    @Test
    void w19AnotherEndpointIsRefused() {
        isDroppedAs(
                DropReason.RETURN_ENDPOINT_MISMATCH,
                PacketBuilder.geneve()
                        .gwlb(SECOND_ENDPOINT, COOKIE)
                        .payload(tcp(true, "S", 0))
                        .build());
    }

    @Test
    void w19AWrongCookieIsRefused() {
        isDroppedAs(DropReason.RETURN_COOKIE_MISMATCH, encapsulated(tcp(true, "S", 0), 0x1234_5678));
    }

    @Test
    void w19TheRightCookieOfAnotherFlowIsRefused() {
        isDroppedAs(DropReason.RETURN_COOKIE_MISMATCH, encapsulated(tcp(true, "S", 0), COOKIE + 1));
    }

    @Test
    void w19WhatIsReturnedForNoFlowAtAllIsRefused() {
        isDroppedAs(DropReason.RETURN_FLOW_UNKNOWN, encapsulated(udp(9, 9), 0x0BAD_F00D));
    }

    /** W-23 is the same case seen from the appliance: it has no cookie to start with. */
    @Test
    void w23AnApplianceCannotStartAFlow() {
        isDroppedAs(DropReason.RETURN_FLOW_UNKNOWN, encapsulated(tcp(false, 50_000, "S", 0), 0));
    }

    @Test
    void w10AnAddressThatIsNoTargetIsRefused() {
        rig.fromTarget(encapsulated(tcp(true, "S", 0), COOKIE), 0x0A01_0063);
        assertThat(rig.endpointPort.take()).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.TARGET_UNKNOWN, 1L));
    }

    @Test
    void w19AnotherTargetThanTheFlowsIsRefused() {
        rig.fromTarget(encapsulated(tcp(true, "S", 0), COOKIE), FW_B);
        assertThat(rig.endpointPort.take()).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.RETURN_TARGET_MISMATCH, 1L));
    }

    @ParameterizedTest
    @CsvSource({
        "10.20.0.6, 203.0.113.10, 40000, 443",
        "10.20.0.5, 203.0.113.11, 40000, 443",
        "10.20.0.5, 203.0.113.10, 40009, 443",
        "10.20.0.5, 203.0.113.10, 40000, 444"
    })
    void w21AChangedInnerTupleIsRefused(String from, String to, int sourcePort, int destinationPort) {
        byte[] changed = PacketBuilder.ipv4()
                .from(from)
                .to(to)
                .tcp(sourcePort, destinationPort)
                .flags("S")
                .build();
        isDroppedAs(DropReason.RETURN_TUPLE_MISMATCH, encapsulated(changed, COOKIE));
    }

    @Test
    void w21SwitchedOffAChangedTupleIsDelivered() {
        rig = new ShardRig(new RigModel().noReturnTupleCheck());
        open(rig);
        byte[] changed = PacketBuilder.ipv4()
                .from(CLIENT)
                .to("198.51.100.7")
                .tcp(41_000, 8_443)
                .flags("S")
                .build();
        rig.fromTarget(encapsulated(changed, COOKIE), FW_A);
        assertThat(rig.onlyDelivered().payload()).isEqualTo(plain(changed));
        rig.fromTarget(encapsulated(changed, 0x1234_5678), FW_A);
        rig.fromTarget(encapsulated(changed, COOKIE), FW_B);
        assertThat(rig.endpointPort.take()).as("cookie and target still count").isEmpty();
    }

    @Test
    void w22PayloadTtlDscpAndLengthMayChange() {
        byte[] changed = PacketBuilder.ipv4()
                .from(CLIENT)
                .to(SERVER)
                .ttl(3)
                .trafficClass(0xB8)
                .tcp(40_000, 443)
                .flags("S")
                .tcpOptions((byte) 2, (byte) 4, (byte) 5, (byte) 0)
                .payloadBytes(77)
                .build();
        rig.fromTarget(encapsulated(changed, COOKIE), FW_A);
        assertThat(rig.onlyDelivered().payload()).isEqualTo(plain(changed));
    }

    /** W-16: a header learnt from the one direction may carry a packet of the other. */
    @Test
    void w16OneCookieServesBothDirections() {
        byte[] back = tcp(false, "SA", 0);
        rig.fromEndpoint(plain(back), ATTACHMENT);
        assertThat(rig.onlySentToTarget().payload()).isEqualTo(encapsulated(back, COOKIE));
        rig.fromTarget(encapsulated(back, COOKIE), FW_A);
        assertThat(rig.onlyDelivered().payload()).isEqualTo(plain(back));
        rig.fromTarget(encapsulated(tcp(true, "A", 0), COOKIE), FW_A);
        rig.onlyDelivered();
    }

    /** W-17: the cookie of the tuple's previous flow. */
    @Test
    void w17TheCookieOfThePreviousIncarnationIsRefused() {
        byte[] reset = tcp(false, "R", 0);
        rig.fromEndpoint(plain(reset), ATTACHMENT);
        rig.fromTarget(rig.onlySentToTarget().payload(), FW_A);
        rig.onlyDelivered();
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE + 50);
        rig.onlySentToTarget();
        isDroppedAs(DropReason.RETURN_COOKIE_MISMATCH, encapsulated(tcp(false, "SA", 0), COOKIE));
        rig.fromTarget(encapsulated(tcp(false, "SA", 0), COOKIE + 50), FW_A);
        rig.onlyDelivered();
        // for the check after the test: the flow of the old cookie is no more
        rig.fromEndpoint(plain(tcp(false, "R", 0)), ATTACHMENT);
        rig.fromTarget(rig.onlySentToTarget().payload(), FW_A);
        rig.onlyDelivered();
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.onlySentToTarget();
    }

    /** W-25: nothing ever comes back from a two-arm appliance; the flow lives by what goes there. */
    @Test
    void w25ATwoArmFlowLivesByOneDirection() {
        rig.fromEndpoint(plain(tcp(true, "A", 0)), ATTACHMENT);
        for (int i = 0; i < 3; i++) {
            rig.nowMs += 349_999;
            rig.fromEndpoint(plain(tcp(true, "A", 10)), ATTACHMENT);
            assertThat(rig.asked).isEmpty();
        }
        assertThat(rig.sentToTargets()).hasSize(4);
    }

    /** W-27. */
    @Test
    void w27ADropIsSignalledToNobody() {
        rig.fromTarget(encapsulated(tcp(true, "S", 0), 1), FW_A);
        assertThat(rig.sentToTargets()).isEmpty();
        assertThat(rig.endpointPort.take()).isEmpty();
    }
}

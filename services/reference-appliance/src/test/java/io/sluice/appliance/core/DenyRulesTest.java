// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance.core;

import static io.sluice.appliance.Packets.SYN_ACK_PACKET;
import static io.sluice.appliance.Packets.SYN_PACKET;
import static io.sluice.appliance.Packets.UDP6_PACKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.appliance.Packets;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DenyRulesTest {

    private static GatewayPacket packet(String hex) {
        byte[] bytes = Packets.bytes(hex);
        GatewayPacket packet = new GatewayPacket();
        assertThat(packet.parse(ByteBuffer.wrap(bytes), bytes.length)).isNull();
        return packet;
    }

    private static String synFrom(int port) {
        return SYN_PACKET.replace("9c4001bb", "%04x01bb".formatted(port));
    }

    private static String synAckTo(int port) {
        return SYN_ACK_PACKET.replace("01bb9c40", "01bb%04x".formatted(port));
    }

    /** Port 443 is where the SYN goes and where the SYN-ACK comes from. */
    @ParameterizedTest
    @CsvSource({"443, true, false", "40000, false, true", "53, false, false"})
    void deniesByDestinationPort(int port, boolean syn, boolean synAck) {
        DenyRules rules = new DenyRules(List.of(1, port), false);
        assertThat(rules.denies(packet(SYN_PACKET))).isEqualTo(syn);
        assertThat(rules.denies(packet(SYN_ACK_PACKET))).isEqualTo(synAck);
    }

    @Test
    void deniesUdpOverIpv6Too() {
        assertThat(new DenyRules(List.of(53), false).denies(packet(UDP6_PACKET)))
                .isTrue();
    }

    @Test
    void deniesHalfOfTheFlowsAndBothDirectionsAlike() {
        DenyRules rules = new DenyRules(List.of(), true);
        int denied = 0;
        for (int port = 20_000; port < 30_000; port++) {
            boolean forward = rules.denies(packet(synFrom(port)));
            assertThat(rules.denies(packet(synAckTo(port)))).isEqualTo(forward);
            assertThat(rules.denies(packet(synFrom(port).replace("c0ffee01", "00000001"))))
                    .as("whatever its cookie")
                    .isEqualTo(forward);
            denied += forward ? 1 : 0;
        }
        assertThat(denied).isBetween(4_700, 5_300);
    }

    @Test
    void noRuleDeniesNothing() {
        assertThat(DenyRules.NONE.denies(packet(SYN_PACKET))).isFalse();
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance.core;

import static io.sluice.appliance.Packets.SYN_ACK_PACKET;
import static io.sluice.appliance.Packets.SYN_PACKET;
import static io.sluice.appliance.Packets.UDP6_PACKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.appliance.Packets;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SeenFlowsTest {

    private final SeenFlows flows = new SeenFlows(3);
    private final GatewayPacket packet = new GatewayPacket();

    private @Nullable SeenFlow count(String hex) {
        byte[] bytes = Packets.bytes(hex);
        assertThat(packet.parse(ByteBuffer.wrap(bytes), bytes.length)).isNull();
        return flows.count(packet, bytes.length - packet.innerOffset());
    }

    @Test
    void bothDirectionsAreOneFlowWithForwardTheFirstSeen() {
        SeenFlow flow = count(SYN_PACKET);
        assertThat(flow).isNotNull();
        assertThat(count(SYN_PACKET)).isNull();
        assertThat(count(SYN_ACK_PACKET)).isSameAs(flow);
        assertThat(count(SYN_ACK_PACKET)).isNull();
        assertThat(flows.seen()).isEqualTo(1);
        assertThat(flow.source()).isEqualTo("10.20.0.5:40000");
        assertThat(flow.destination()).isEqualTo("203.0.113.10:443");
        assertThat(flow.forwardPackets()).isEqualTo(2);
        assertThat(flow.forwardBytes()).isEqualTo(80);
        assertThat(flow.reversePackets()).isEqualTo(2);
        assertThat(flow.cookieText()).isEqualTo("0xc0ffee01");
    }

    @Test
    void forwardIsTheFirstSeenEvenWhenItIsTheReply() {
        SeenFlow flow = count(SYN_ACK_PACKET);
        count(SYN_PACKET);
        assertThat(flow).isNotNull();
        assertThat(flow.source()).isEqualTo("203.0.113.10:443");
        assertThat(flow.reversePackets()).isEqualTo(1);
    }

    @Test
    void anotherCookieOrEndpointIsAnotherFlow() {
        assertThat(count(SYN_PACKET)).isNotNull();
        assertThat(count(SYN_PACKET.replace("c0ffee01", "c0ffee02"))).isNotNull();
        assertThat(count(SYN_PACKET.replace("a1b2c3d4", "a1b2c3d5"))).isNotNull();
        assertThat(flows.seen()).isEqualTo(3);
    }

    @Test
    void oldestLeavesWhenTheBoundIsReached() {
        for (int i = 0; i < 5; i++) {
            assertThat(count(SYN_PACKET.replace("c0ffee01", "c0ffee0" + i))).isNotNull();
        }
        assertThat(flows.size()).isEqualTo(3);
        assertThat(flows.seen()).isEqualTo(5);
        assertThat(flows.newest(2)).extracting(SeenFlow::cookieText).containsExactly("0xc0ffee03", "0xc0ffee04");
        assertThat(flows.newest(9)).hasSize(3);
    }

    @Test
    void ipv6EndsAreInBrackets() {
        SeenFlow flow = count(UDP6_PACKET);
        assertThat(flow).isNotNull();
        assertThat(flow.source()).isEqualTo("[2001:db8:0:0:0:0:0:1]:40000");
        assertThat(flow.destination()).isEqualTo("[2001:db8:0:0:0:0:0:2]:53");
    }

    @Test
    void fragmentsAfterTheFirstShowNoPorts() {
        SeenFlow flow = count(SYN_PACKET.replace("4500002812344000", "4500002812340010"));
        assertThat(flow).isNotNull();
        assertThat(flow.source()).isEqualTo("10.20.0.5:0");
    }
}

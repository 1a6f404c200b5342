// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.PacketBuilder;
import org.junit.jupiter.api.Test;

class LiveFlowTest {
    private final LiveFlow tcp = new LiveFlow(5, true, Spoke.MAIN.get(0));

    /** Another maker of packets says the same, checksums included. */
    @Test
    void datagramIsWhatThePacketBuilderMakes() {
        byte[] made = InnerPacket.udp(0x0a400005, 20_005, 0xcb00710a, 443, 5, 9);

        assertThat(made)
                .isEqualTo(PacketBuilder.ipv4()
                        .from("10.64.0.5")
                        .to("203.0.113.10")
                        .identification(0)
                        .ttl(64)
                        .udp(20_005, 443)
                        .payload(new byte[] {0, 0, 0, 5, 0, 0, 0, 9})
                        .build());
    }

    @Test
    void opensByAHandshakeAndTakesTurns() {
        byte[] lost = tcp.next();
        assertThat(lost[33]).isEqualTo((byte) InnerPacket.SYN);
        byte[] again = tcp.next();
        assertThat(again[33]).as("until it has come out").isEqualTo((byte) InnerPacket.SYN);
        assertThat(tcp.connected()).isFalse();
        assertThat(tcp.arrive(again)).isEqualTo(LiveFlow.Arrival.DELIVERED);
        assertThat(tcp.next()[33]).isEqualTo((byte) (InnerPacket.SYN | InnerPacket.ACK));
        assertThat(tcp.connected()).isTrue();
        byte[] third = tcp.next();
        assertThat(third[33]).isEqualTo((byte) (InnerPacket.PSH | InnerPacket.ACK));
        assertThat(third[12]).as("from the client").isEqualTo((byte) 10);
        assertThat(tcp.next()[16]).as("to the client").isEqualTo((byte) 10);
    }

    @Test
    void knowsWhatItSentFromWhatItDidNot() {
        byte[] first = tcp.next();
        assertThat(tcp.arrive(first)).isEqualTo(LiveFlow.Arrival.DELIVERED);
        assertThat(tcp.arrive(first)).as("twice").isEqualTo(LiveFlow.Arrival.CHANGED);
        tcp.next();
        byte[] third = tcp.next();
        byte[] fourth = tcp.next();
        assertThat(tcp.arrive(third)).isEqualTo(LiveFlow.Arrival.LATE);
        byte[] changed = fourth.clone();
        changed[8]--;
        assertThat(tcp.arrive(changed)).isEqualTo(LiveFlow.Arrival.CHANGED);
        assertThat(tcp.arrive(fourth)).isEqualTo(LiveFlow.Arrival.DELIVERED);
        assertThat(tcp.established()).isTrue();
    }

    /** It has no payload, and its flow sends another while it is under way. */
    @Test
    void knowsAHandshakeThatIsLate() {
        byte[] first = tcp.next();
        byte[] second = tcp.next();
        assertThat(tcp.arrive(first)).isEqualTo(LiveFlow.Arrival.LATE);
        assertThat(tcp.arrive(first)).as("twice").isEqualTo(LiveFlow.Arrival.CHANGED);
        assertThat(tcp.arrive(second)).isEqualTo(LiveFlow.Arrival.DELIVERED);
    }

    @Test
    void opensAgainAfterAReset() {
        tcp.arrive(tcp.next());
        tcp.next();
        tcp.next();
        byte[] reset = InnerPacket.tcp(
                LiveFlow.SERVER, LiveFlow.SERVER_PORT, LiveFlow.FIRST_CLIENT + 5, 20_005, InnerPacket.RST, 0, 0);

        assertThat(tcp.arrive(reset)).isEqualTo(LiveFlow.Arrival.RESET);
        byte[] next = tcp.next();
        assertThat(next[33]).isEqualTo((byte) InnerPacket.SYN);
        assertThat(next[12]).as("from the client").isEqualTo((byte) 10);
    }

    @Test
    void t15AGoodbyeThatDoesNotComeOutIsKnownAsUnheard() {
        tcp.arrive(tcp.next());
        tcp.arrive(tcp.next());
        assertThat(tcp.endedUnheard()).as("it speaks").isFalse();
        byte[] goodbye = tcp.goodbye();
        assertThat(tcp.endedUnheard()).isTrue();
        assertThat(tcp.arrive(goodbye)).isEqualTo(LiveFlow.Arrival.DELIVERED);
        assertThat(tcp.endedUnheard()).isFalse();
    }
}

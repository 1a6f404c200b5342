// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.packet.Answers;
import io.sluice.packet.ExactBuffers;
import io.sluice.packet.InnerPacket;
import io.sluice.testkit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PacketTooBigTest {
    private static final int MTU = 1_400;
    private static final int DATA = 1_472;

    /** A packet and whether it is answered. */
    record Case(String name, PacketBuilder packet, boolean answered) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Answers.Pair> golden() {
        return Answers.golden("too-big-");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("golden")
    void q4EqualsTheErrorOfAnIndependentImplementation(Answers.Pair pair) {
        ByteBuffer buffer = Answers.buffer(pair.request());
        InnerPacket inner = Answers.parsed(buffer, Answers.OFFSET, pair.request().length);
        long answer = PacketTooBig.write(buffer, Answers.OFFSET, inner, MTU);
        assertThat(ExactBuffers.bytes(buffer, PacketTooBig.offset(answer), PacketTooBig.lengthBytes(answer)))
                .isEqualTo(pair.answer());
        Answers.assertGuarded(buffer, PacketTooBig.offset(answer));
        assertThat(ExactBuffers.bytes(buffer, Answers.OFFSET, pair.request().length))
                .as("the packet itself")
                .isEqualTo(pair.request());
    }

    private static PacketBuilder df() {
        return PacketBuilder.ipv4().dontFragment();
    }

    private static Case udp(String name, PacketBuilder packet, boolean answered) {
        return new Case(name, packet.udp(1, 2).payloadBytes(DATA), answered);
    }

    private static Case icmp(String name, PacketBuilder packet, int type, boolean answered) {
        return new Case(name, packet.icmp(type, 0).payloadBytes(DATA), answered);
    }

    static Stream<Case> cases() {
        return Stream.of(
                udp("DF", df(), true),
                udp("no DF", PacketBuilder.ipv4(), false),
                udp("IPv6", PacketBuilder.ipv6(), true),
                icmp("echo", df(), 8, true),
                icmp("unreachable", df(), 3, false),
                icmp("source quench", df(), 4, false),
                icmp("redirect", df(), 5, false),
                icmp("time exceeded", df(), 11, false),
                icmp("parameter problem", df(), 12, false),
                icmp("IPv6 echo", PacketBuilder.ipv6(), 128, true),
                icmp("IPv6 too big", PacketBuilder.ipv6(), 2, false),
                icmp("IPv6 unknown error", PacketBuilder.ipv6(), 100, false),
                icmp("IPv6 redirect", PacketBuilder.ipv6(), 137, false),
                udp("first fragment", df().fragment(0, true), true),
                new Case(
                        "later fragment", df().fragment(800, false).protocol(17).payloadBytes(DATA), false),
                udp("IPv6 first fragment", PacketBuilder.ipv6().fragmentHeader(0, true, 9), true),
                new Case(
                        "IPv6 later fragment",
                        PacketBuilder.ipv6()
                                .fragmentHeader(800, false, 9)
                                .protocol(17)
                                .payloadBytes(DATA),
                        false),
                udp("from nobody", df().from("0.0.0.0"), false),
                udp("from this network", df().from("0.1.2.3"), false),
                udp("from a group", df().from("224.0.0.1"), false),
                udp("from all", df().from("255.255.255.255"), false),
                udp("from loopback", df().from("127.0.0.1"), false),
                udp("from class E", df().from("240.0.0.1"), false),
                udp("to a group", df().to("224.0.0.1"), false),
                udp("from IPv6 nobody", PacketBuilder.ipv6().from("::"), false),
                udp("from IPv6 loopback", PacketBuilder.ipv6().from("::1"), false),
                udp("from an IPv6 group", PacketBuilder.ipv6().from("ff05::1"), false),
                udp("to an IPv6 group", PacketBuilder.ipv6().to("ff05::1"), false));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void q4AnswersOnlyWhatMayBeAnswered(Case given) {
        byte[] packet = given.packet.build();
        ByteBuffer buffer = Answers.buffer(packet);
        InnerPacket inner = Answers.parsed(buffer, Answers.OFFSET, packet.length);
        long answer = PacketTooBig.write(buffer, Answers.OFFSET, inner, MTU);
        assertThat(answer != 0).isEqualTo(given.answered);
        if (given.answered) {
            InnerPacket error =
                    Answers.assertValid(buffer, PacketTooBig.offset(answer), PacketTooBig.lengthBytes(answer));
            assertThat(error.sourceLow()).isEqualTo(inner.destinationLow());
            assertThat(error.destinationLow()).isEqualTo(inner.sourceLow());
            assertThat(buffer.getInt(error.transportOffset() + 4)).isEqualTo(MTU);
        } else {
            Answers.assertGuarded(buffer, Answers.OFFSET);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void q4IsNeverLongerThanWhatItAnswersNorThanItsLimit(int version) {
        int limit = version == 4 ? 576 : 1_280;
        int refused = 0;
        for (int data = 0; data < 1_500; data++) {
            byte[] packet = (version == 4 ? df() : PacketBuilder.ipv6())
                    .udp(1, 2)
                    .payloadBytes(data)
                    .build();
            ByteBuffer buffer = Answers.buffer(packet);
            InnerPacket inner = Answers.parsed(buffer, Answers.OFFSET, packet.length);
            long answer = PacketTooBig.write(buffer, Answers.OFFSET, inner, MTU);
            if (answer == 0) {
                refused++;
                continue;
            }
            assertThat(PacketTooBig.lengthBytes(answer)).isEqualTo(Math.min(packet.length, limit));
            assertThat(Answers.OFFSET - PacketTooBig.offset(answer)).isEqualTo(version == 4 ? 28 : 48);
            Answers.assertValid(buffer, PacketTooBig.offset(answer), PacketTooBig.lengthBytes(answer));
        }
        assertThat(refused).as("too small to quote header and 8 bytes").isEqualTo(version == 4 ? 28 : 48);
    }

    @Test
    void writesNothingWhereThereIsNoRoomBeforeThePacket() {
        for (PacketBuilder builder : new PacketBuilder[] {df(), PacketBuilder.ipv6()}) {
            byte[] packet = builder.udp(1, 2).payloadBytes(DATA).build();
            int needed = packet[0] >>> 4 == 4 ? 28 : 48;
            for (int offset = 0; offset <= PacketTooBig.HEADROOM_BYTES; offset++) {
                ByteBuffer buffer = Answers.buffer(packet, offset);
                InnerPacket inner = Answers.parsed(buffer, offset, packet.length);
                long answer = PacketTooBig.write(buffer, offset, inner, MTU);
                assertThat(PacketTooBig.lengthBytes(answer) != 0).isEqualTo(offset >= needed);
            }
        }
    }
}

// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.packet.Answers;
import io.sluice.packet.ExactBuffers;
import io.sluice.packet.InnerPacket;
import io.sluice.testkit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TcpResetTest {
    private static final long SEED = 0x5EED_0015L;
    private static final int ROUNDS = 5_000;
    private static final String FLAGS = "FSPAUEC";

    /** A packet that no reset may answer. */
    record Refused(String name, PacketBuilder packet) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Answers.Pair> golden() {
        return Answers.golden("reset-");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("golden")
    void t15EqualsTheResetOfAnIndependentImplementation(Answers.Pair pair) {
        ByteBuffer buffer = Answers.buffer(pair.request());
        InnerPacket inner = Answers.parsed(buffer, Answers.OFFSET, pair.request().length);
        int lengthBytes = TcpReset.write(buffer, Answers.OFFSET, inner);
        assertThat(ExactBuffers.bytes(buffer, Answers.OFFSET, lengthBytes)).isEqualTo(pair.answer());
        Answers.assertGuarded(buffer, Answers.OFFSET);
    }

    private static PacketBuilder syn() {
        return PacketBuilder.ipv4().tcp(40_000, 443).flags("S");
    }

    static Stream<Refused> refused() {
        return Stream.of(
                new Refused("RST", PacketBuilder.ipv4().tcp(1, 2).flags("R")),
                new Refused("RST, ACK", PacketBuilder.ipv4().tcp(1, 2).flags("RA")),
                new Refused("RST in IPv6", PacketBuilder.ipv6().tcp(1, 2).flags("R")),
                new Refused("UDP", PacketBuilder.ipv4().udp(1, 2).payloadBytes(40)),
                new Refused("ESP", PacketBuilder.ipv4().protocol(50).payloadBytes(40)),
                new Refused("first fragment", syn().fragment(0, true).payloadBytes(64)),
                new Refused(
                        "later fragment",
                        PacketBuilder.ipv4().fragment(64, false).protocol(6).payloadBytes(64)),
                new Refused(
                        "first fragment in IPv6",
                        PacketBuilder.ipv6()
                                .fragmentHeader(0, true, 7)
                                .tcp(1, 2)
                                .flags("S")
                                .payloadBytes(64)),
                new Refused("to a group", syn().to("224.0.0.5")),
                new Refused("to all", syn().to("255.255.255.255")),
                new Refused("from nobody", syn().from("0.0.0.0")),
                new Refused("from a group", syn().from("239.1.2.3")),
                new Refused(
                        "from nobody in IPv6",
                        PacketBuilder.ipv6().from("::").tcp(1, 2).flags("S")),
                new Refused(
                        "to a group in IPv6",
                        PacketBuilder.ipv6().to("ff02::1").tcp(1, 2).flags("S")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void t15LeavesAloneWhatMayNotBeAnswered(Refused refused) {
        byte[] packet = refused.packet.build();
        ByteBuffer buffer = Answers.buffer(packet);
        InnerPacket inner = Answers.parsed(buffer, Answers.OFFSET, packet.length);
        assertThat(TcpReset.write(buffer, Answers.OFFSET, inner)).isZero();
        assertThat(ExactBuffers.bytes(buffer, Answers.OFFSET, packet.length)).isEqualTo(packet);
    }

    @Test
    void t15NumbersFollowFromAnySegment() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            String context = "seed %x round %d".formatted(SEED, round);
            StringBuilder flags = new StringBuilder();
            for (int i = 0; i < FLAGS.length(); i++) {
                if (random.nextBoolean()) {
                    flags.append(FLAGS.charAt(i));
                }
            }
            long sequence = random.nextLong() & 0xFFFF_FFFFL;
            long acknowledgment = random.nextLong() & 0xFFFF_FFFFL;
            int data = random.nextInt(200);
            PacketBuilder builder = random.nextBoolean()
                    ? PacketBuilder.ipv4().ipOptions(new byte[random.nextInt(5) * 4])
                    : PacketBuilder.ipv6().extension(PacketBuilder.DESTINATION_OPTIONS, new byte[6]);
            byte[] packet = builder.tcp(random.nextInt(65_536), random.nextInt(65_536))
                    .flags(flags.toString())
                    .sequenceNumber(sequence)
                    .acknowledgmentNumber(acknowledgment)
                    .tcpOptions(new byte[random.nextInt(5) * 4])
                    .payloadBytes(data)
                    .build();
            ByteBuffer buffer = Answers.buffer(packet);
            InnerPacket asked = Answers.parsed(buffer, Answers.OFFSET, packet.length);
            int lengthBytes = TcpReset.write(buffer, Answers.OFFSET, asked);
            assertThat(lengthBytes).as(context).isBetween(40, packet.length);
            InnerPacket reset = Answers.assertValid(buffer, Answers.OFFSET, lengthBytes);

            boolean acknowledges = flags.indexOf("A") >= 0;
            long length = (long) data + (flags.indexOf("S") >= 0 ? 1 : 0) + (flags.indexOf("F") >= 0 ? 1 : 0);
            assertThat(reset.tcpFlags()).as(context).isEqualTo(acknowledges ? 0x04 : 0x14);
            assertThat(reset.tcpSequenceNumber()).as(context).isEqualTo(acknowledges ? acknowledgment : 0);
            assertThat(reset.tcpAcknowledgmentNumber())
                    .as(context)
                    .isEqualTo(acknowledges ? 0 : (sequence + length) % (1L << 32));
            assertThat(reset.sourcePort()).as(context).isEqualTo(asked.destinationPort());
            assertThat(reset.destinationPort()).as(context).isEqualTo(asked.sourcePort());
            assertThat(reset.sourceLow()).as(context).isEqualTo(asked.destinationLow());
            assertThat(reset.destinationLow()).as(context).isEqualTo(asked.sourceLow());
            assertThat(reset.ttl()).as(context).isEqualTo(64);
        }
    }
}

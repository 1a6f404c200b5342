// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.ethernet;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.packet.Answers;
import io.sluice.packet.ExactBuffers;
import io.sluice.testkit.Hex;
import io.sluice.testkit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NeighbourAnswerTest {
    private static final long OWN_MAC = 0x0200_5E00_5301L;
    private static final String HOST = "2001:db8:20::5";
    private static final String TARGET = "20010db8002000000000000000000001";
    private static final String TO_GROUP = "ff02::1:ff00:1";
    private static final String TO_TARGET = "2001:db8:20::1";
    private static final String SOURCE_OPTION = "0101 02005e005377";
    private static final String HEADER6 = "3333ff000001 02005e005377 86dd";
    private static final String HEADER_ARP = "ffffffffffff 02005e005377 0806";
    private static final String ARP_START = "0001 0800 06 04";

    /** A frame that is no question, or one that may not be answered. */
    record Frame(String name, String hex) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static byte[] frame(String header, byte[] payload) {
        byte[] start = Hex.parse(header);
        byte[] bytes = Arrays.copyOf(start, start.length + payload.length);
        System.arraycopy(payload, 0, bytes, start.length, payload.length);
        return bytes;
    }

    private static PacketBuilder solicitation(String to, String target, String options) {
        return PacketBuilder.ipv6().from(HOST).to(to).ttl(255).icmp(135, 0).payload(Hex.parse(target + options));
    }

    static Stream<Answers.Pair> golden() {
        return Stream.concat(Answers.golden("arp-"), Answers.golden("solicitation-"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("golden")
    void equalsTheAnswerOfAnIndependentImplementation(Answers.Pair pair) {
        ByteBuffer buffer = Answers.buffer(pair.request());
        int lengthBytes = NeighbourAnswer.answer(buffer, Answers.OFFSET, pair.request().length, OWN_MAC);
        assertThat(ExactBuffers.bytes(buffer, Answers.OFFSET, lengthBytes)).isEqualTo(pair.answer());
        Answers.assertGuarded(buffer, Answers.OFFSET);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("golden")
    void answersNoFrameThatIsCut(Answers.Pair pair) {
        // the golden request with padding is whole without it
        int whole = pair.toString().contains("padded") ? 42 : pair.request().length;
        for (int length = 0; length < whole; length++) {
            assertUnanswered(Arrays.copyOf(pair.request(), length));
        }
    }

    private static Frame arp(String name, String rest) {
        return new Frame(name, HEADER_ARP + rest);
    }

    private static Frame ipv6(String name, PacketBuilder packet) {
        return new Frame(name, Hex.format(frame(HEADER6, packet.build())));
    }

    static Stream<Frame> unanswered() {
        String sender = "02005e005377 0a140005";
        String asked = "000000000000 0a140001";
        return Stream.of(
                arp("ARP reply", ARP_START + "0002" + sender + asked),
                arp("ARP probe", ARP_START + "0001 02005e005377 00000000" + asked),
                arp("ARP announcement", ARP_START + "0001" + sender + "000000000000 0a140005"),
                arp("ARP of other hardware", "0006 0800 06 04 0001" + sender + asked),
                arp("ARP of another protocol", "0001 86dd 06 04 0001" + sender + asked),
                arp("ARP of other lengths", "0001 0800 08 04 0001" + sender + asked),
                new Frame("ARP from a group", "ffffffffffff 03005e005377 0806" + ARP_START + "0001" + sender + asked),
                new Frame("IPv4", "ffffffffffff 02005e005377 0800" + ARP_START + "0001" + sender + asked),
                ipv6("probe", solicitation(TO_GROUP, TARGET, "").from("::")),
                ipv6(
                        "probe with nonce",
                        solicitation(TO_GROUP, TARGET, "0e01 010203040506").from("::")),
                ipv6(
                        "hop limit 254",
                        solicitation(TO_GROUP, TARGET, SOURCE_OPTION).ttl(254)),
                ipv6(
                        "wrong checksum",
                        solicitation(TO_GROUP, TARGET, SOURCE_OPTION).checksum(0x1234)),
                ipv6(
                        "advertisement",
                        solicitation(TO_GROUP, TARGET, SOURCE_OPTION).icmp(136, 0)),
                ipv6("code 1", solicitation(TO_GROUP, TARGET, SOURCE_OPTION).icmp(135, 1)),
                ipv6("option of length 0", solicitation(TO_GROUP, TARGET, "0100 02005e005377")),
                ipv6("option beyond the end", solicitation(TO_GROUP, TARGET, "0102 02005e005377")),
                ipv6("half an option", solicitation(TO_GROUP, TARGET, "0101 0200")),
                ipv6("no target", solicitation(TO_GROUP, "20010db8", "")),
                ipv6("own address", solicitation(TO_GROUP, "20010db8002000000000000000000005", SOURCE_OPTION)),
                ipv6("a group", solicitation(TO_GROUP, "ff020000000000000000000000000001", SOURCE_OPTION)),
                ipv6(
                        "from a group",
                        solicitation(TO_GROUP, TARGET, SOURCE_OPTION).from("ff02::1")),
                ipv6("to a group without option", solicitation(TO_GROUP, TARGET, "")),
                ipv6(
                        "behind an extension header",
                        solicitation(TO_GROUP, TARGET, SOURCE_OPTION)
                                .extension(PacketBuilder.DESTINATION_OPTIONS, new byte[6])));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unanswered")
    void answersNothingElse(Frame given) {
        assertUnanswered(Hex.parse(given.hex));
    }

    private static void assertUnanswered(byte[] frame) {
        ByteBuffer buffer = Answers.buffer(frame);
        assertThat(NeighbourAnswer.answer(buffer, Answers.OFFSET, frame.length, OWN_MAC))
                .as("%d bytes", frame.length)
                .isZero();
        assertThat(ExactBuffers.bytes(buffer, Answers.OFFSET, frame.length)).isEqualTo(frame);
    }

    @Test
    void takesPaddingForTheOptionThatTheQuestionHadNoRoomFor() {
        byte[] packet = solicitation(TO_TARGET, TARGET, "").build();
        for (int padding = 0; padding <= 10; padding++) {
            byte[] frame = frame(HEADER6, Arrays.copyOf(packet, packet.length + padding));
            ByteBuffer buffer = Answers.buffer(frame);
            int lengthBytes = NeighbourAnswer.answer(buffer, Answers.OFFSET, frame.length, OWN_MAC);
            assertThat(lengthBytes).as("padding %d", padding).isEqualTo(14 + packet.length + (padding >= 8 ? 8 : 0));
            Answers.assertValid(buffer, Answers.OFFSET + 14, lengthBytes - 14);
        }
    }

    @Test
    void leavesOutWhatElseTheQuestionCarried() {
        byte[] frame = frame(
                HEADER6,
                solicitation(TO_GROUP, TARGET, SOURCE_OPTION + "0e02" + "00".repeat(14))
                        .build());
        ByteBuffer buffer = Answers.buffer(frame);
        int lengthBytes = NeighbourAnswer.answer(buffer, Answers.OFFSET, frame.length, OWN_MAC);
        assertThat(lengthBytes).isEqualTo(frame.length - 16);
        Answers.assertValid(buffer, Answers.OFFSET + 14, lengthBytes - 14);
    }
}

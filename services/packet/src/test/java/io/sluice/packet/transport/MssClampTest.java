// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.packet.Answers;
import io.sluice.packet.ExactBuffers;
import io.sluice.packet.InnerPacket;
import io.sluice.testkit.Hex;
import io.sluice.testkit.PacketBuilder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MssClampTest {
    private static final long SEED = 0x5EED_0006L;
    private static final int ROUNDS = 20_000;
    private static final int MSS = 1_360;

    /** An option list, and what it must be afterwards. */
    record Case(String name, String flags, String options, String clamped) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Answers.Pair> golden() {
        return Answers.golden("mss-");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("golden")
    void q6EqualsThePacketOfAnIndependentImplementation(Answers.Pair pair) {
        ByteBuffer buffer = Answers.buffer(pair.request());
        InnerPacket inner = Answers.parsed(buffer, Answers.OFFSET, pair.request().length);
        assertThat(MssClamp.clamp(buffer, inner, MSS)).isTrue();
        assertThat(ExactBuffers.bytes(buffer, Answers.OFFSET, pair.request().length))
                .isEqualTo(pair.answer());
        assertThat(MssClamp.clamp(buffer, inner, MSS)).as("a second time").isFalse();
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("above", "S", "020405b4", "02040550"),
                new Case("equal", "S", "02040550", "02040550"),
                new Case("below", "S", "02040218", "02040218"),
                new Case("largest", "S", "0204ffff", "02040550"),
                new Case("SYN-ACK", "SA", "020405b4", "02040550"),
                new Case("no SYN", "A", "020405b4", "020405b4"),
                new Case("no options", "S", "", ""),
                new Case("odd offset", "S", "01020405b4000000", "0102040550000000"),
                new Case(
                        "behind others",
                        "S",
                        "030307080a0000000000000000020405b4",
                        "030307080a0000000000000000020405b4".replace("020405b4", "02040550")),
                new Case("twice", "S", "020405b4020405b5", "0204055002040550"),
                new Case("behind the end mark", "S", "00000000020405b4", "00000000020405b4"),
                new Case("length 0", "S", "0200020405b40000", "0200020405b40000"),
                new Case("length 1", "S", "0301020405b40000", "0301020405b40000"),
                new Case("wrong length", "S", "020305b401010101", "020305b401010101"),
                new Case("length beyond the end", "S", "01010108020405b4", "01010108020405b4"),
                new Case("cut behind its kind", "S", "01010102", "01010102"),
                new Case("cut value", "S", "01020405", "01020405"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void q6LowersOnlyWhatSynsAnnounce(Case given) {
        byte[] options = padded(Hex.parse(given.options));
        byte[] expected = padded(Hex.parse(given.clamped));
        byte[] packet = PacketBuilder.ipv4()
                .tcp(40_000, 443)
                .flags(given.flags)
                .tcpOptions(options)
                .build();
        ByteBuffer buffer = Answers.buffer(packet);
        InnerPacket inner = Answers.parsed(buffer, Answers.OFFSET, packet.length);
        assertThat(MssClamp.clamp(buffer, inner, MSS)).isEqualTo(!Arrays.equals(options, expected));
        assertThat(ExactBuffers.bytes(buffer, Answers.OFFSET + 40, options.length))
                .isEqualTo(expected);
        Answers.assertValid(buffer, Answers.OFFSET, packet.length);
    }

    @Test
    void q6LeavesOtherProtocolsAndLaterFragmentsAlone() {
        PacketBuilder[] others = {
            PacketBuilder.ipv4().udp(1, 2).payload(Hex.parse("0000000000020000020405b4020405b4020405b4")),
            PacketBuilder.ipv4()
                    .fragment(64, false)
                    .protocol(6)
                    .payload(Hex.parse("00000000000000000000000060020000000000000204ffff"))
        };
        for (PacketBuilder other : others) {
            byte[] packet = other.build();
            ByteBuffer buffer = Answers.buffer(packet);
            assertThat(MssClamp.clamp(buffer, Answers.parsed(buffer, Answers.OFFSET, packet.length), MSS))
                    .isFalse();
            assertThat(ExactBuffers.bytes(buffer, Answers.OFFSET, packet.length))
                    .isEqualTo(packet);
        }
    }

    @Test
    void q6ChecksumEqualsOneComputedAnew() {
        SplittableRandom random = new SplittableRandom(SEED);
        int changed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String context = "seed %x round %d".formatted(SEED, round);
            byte[] options = options(random);
            int mss = 1 + random.nextInt(0xFFFF);
            byte[] packet = (random.nextBoolean() ? PacketBuilder.ipv4() : PacketBuilder.ipv6())
                    .tcp(random.nextInt(65_536), random.nextInt(65_536))
                    .flags(random.nextBoolean() ? "S" : "SA")
                    .sequenceNumber(random.nextLong() & 0xFFFF_FFFFL)
                    .tcpOptions(options)
                    .payloadBytes(random.nextInt(10))
                    .build();
            ByteBuffer buffer = Answers.buffer(packet);
            InnerPacket inner = Answers.parsed(buffer, Answers.OFFSET, packet.length);
            boolean clamped = MssClamp.clamp(buffer, inner, mss);
            byte[] after = ExactBuffers.bytes(buffer, Answers.OFFSET, packet.length);
            assertThat(!Arrays.equals(after, packet)).as(context).isEqualTo(clamped);
            Answers.assertValid(buffer, Answers.OFFSET, packet.length);
            // as computed by a builder that knows nothing of incremental checksums
            int at = inner.transportOffset() + 16;
            int incremental = buffer.getShort(at) & 0xFFFF;
            buffer.putShort(at, (short) 0);
            assertThat(Answers.transportChecksum(buffer, Answers.OFFSET, inner))
                    .as(context)
                    .isEqualTo(incremental);
            changed += clamped ? 1 : 0;
        }
        assertThat(changed).as("seed %x: rounds that changed something", SEED).isGreaterThan(ROUNDS / 4);
    }

    /** Options in any order and at any offset, about one in four lists broken. */
    private static byte[] options(SplittableRandom random) {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        while (list.size() < 4 + random.nextInt(25)) {
            switch (random.nextInt(5)) {
                case 0 -> list.write(1);
                case 1 -> list.writeBytes(new byte[] {3, 3, 7});
                case 2 -> list.writeBytes(new byte[] {4, 2});
                default -> list.writeBytes(new byte[] {2, 4, (byte) random.nextInt(), (byte) random.nextInt()});
            }
        }
        if (random.nextInt(4) == 0) {
            byte[] broken = list.toByteArray();
            broken[random.nextInt(broken.length)] = (byte) random.nextInt();
            return padded(broken);
        }
        return padded(list.toByteArray());
    }

    private static byte[] padded(byte[] options) {
        return Arrays.copyOf(options, (options.length + 3) & ~3);
    }
}

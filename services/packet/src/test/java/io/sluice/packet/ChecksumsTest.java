// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.GoldenPacket;
import io.sluice.testkit.GoldenPackets;
import io.sluice.testkit.Hex;
import io.sluice.testkit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChecksumsTest {
    private static final long SEED = 0x5EED_0003L;

    @Test
    void sumsExampleOfRfc1071() {
        ByteBuffer buffer = ByteBuffer.wrap(Hex.parse("0001 f203 f4f5 f6f7"));
        assertThat(Checksums.internet(buffer, 0, 8)).isEqualTo(0xFFFF - 0xDDF2);
    }

    @Test
    void computesOuterUdpChecksumOfTheSheetInBothDirections() {
        for (GoldenPacket golden : GoldenPackets.all("outer")) {
            ByteBuffer buffer = ByteBuffer.wrap(golden.bytes());
            assertThat(Checksums.overIpv4(buffer, 0, 17, 20, 88))
                    .as("sheet section 1.4")
                    .isEqualTo(0x0C6C);
        }
    }

    static Stream<GoldenPacket> golden() {
        return GoldenPackets.all("inner").stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("golden")
    void agreesWithIndependentChecksums(GoldenPacket golden) {
        ByteBuffer buffer = ByteBuffer.wrap(golden.bytes());
        InnerPacket inner = new InnerPacket();
        boolean v4 = golden.number("ipVersion") == 4;
        assertThat(inner.parse(buffer, 0, buffer.capacity(), v4 ? 0x0800 : 0x86DD))
                .isEqualTo(DecodeStatus.OK);
        if (v4) {
            int headerLengthBytes = inner.transportOffset();
            assertThat(Checksums.internet(buffer, 0, headerLengthBytes)).isZero();
            assertThat(Checksums.ipv4Header(buffer, 0, headerLengthBytes)).isEqualTo(buffer.getShort(10) & 0xFFFF);
        }
        int protocol = inner.protocol();
        boolean checksummed = protocol == 6 || protocol == 17 || protocol == 58;
        if (checksummed && !inner.isFragment()) {
            int length = inner.totalLengthBytes() - inner.transportOffset();
            int at = inner.transportOffset();
            assertThat(
                            v4
                                    ? Checksums.overIpv4(buffer, 0, protocol, at, length)
                                    : Checksums.overIpv6(buffer, 0, protocol, at, length))
                    .isZero();
        }
    }

    @Test
    void agreesWithWordByWordSumForAnyLength() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int length = 0; length < 300; length++) {
            byte[] payload = new byte[length];
            random.nextBytes(payload);
            byte[] udp = PacketBuilder.ipv6()
                    .udp(random.nextInt(65536), 53)
                    .payload(payload)
                    .build();
            ByteBuffer buffer = ExactBuffers.direct(udp);
            int at = ExactBuffers.OFFSET;
            assertThat(Checksums.overIpv6(buffer, at, 17, at + 40, 8 + length))
                    .as("seed %x length %d", SEED, length)
                    .isZero();
        }
    }

    @Test
    void foldsSumsOfAllOnes() {
        byte[] ones = new byte[65_534];
        Arrays.fill(ones, (byte) 0xFF);
        assertThat(Checksums.internet(ByteBuffer.wrap(ones), 0, ones.length)).isZero();
        assertThat(Checksums.complement(-1L)).isZero();
        assertThat(Checksums.complement(0)).isEqualTo(0xFFFF);
    }

    @Test
    void updateEqualsComputingAnew() {
        SplittableRandom random = new SplittableRandom(SEED);
        byte[] bytes = new byte[40];
        for (int round = 0; round < 10_000; round++) {
            random.nextBytes(bytes);
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            int before = Checksums.internet(buffer, 0, bytes.length);
            int at = random.nextInt(20) * 2;
            int oldWord = buffer.getShort(at) & 0xFFFF;
            int newWord = random.nextInt(65_536);
            buffer.putShort(at, (short) newWord);
            assertThat(Checksums.update(before, oldWord, newWord))
                    .as("seed %x round %d", SEED, round)
                    .isEqualTo(Checksums.internet(buffer, 0, bytes.length));
        }
    }

    @Test
    void neverSendsUdpChecksumZero() {
        assertThat(Checksums.udpField(0)).isEqualTo(0xFFFF);
        assertThat(Checksums.udpField(1)).isEqualTo(1);
    }
}

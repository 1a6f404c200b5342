// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.packet.geneve.GeneveDatagram;
import io.sluice.testkit.GoldenPacket;
import io.sluice.testkit.GoldenPackets;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Golden datagrams cut at every byte, in buffers that end where the cut is. */
class MalformedDatagramTest {
    private final GeneveDatagram endpointSide = GeneveDatagram.endpointSide();
    private final GeneveDatagram targetSide = GeneveDatagram.targetSide();

    @Test
    void refusesWorkedExampleCutAtAnyByte() {
        byte[] outer = GoldenPackets.load("outer", "worked-example-to-target").bytes();
        byte[] whole = Arrays.copyOfRange(outer, 28, outer.length);
        InnerPacket inner = new InnerPacket();
        for (int length = 0; length < whole.length; length++) {
            ByteBuffer buffer = ExactBuffers.direct(Arrays.copyOf(whole, length));
            DecodeStatus status = targetSide.decode(buffer, ExactBuffers.OFFSET, length);
            if (length < 8) {
                assertThat(status).isEqualTo(DecodeStatus.GENEVE_TRUNCATED);
            } else if (length < 40) {
                assertThat(status).isEqualTo(DecodeStatus.GENEVE_OPTIONS_OVERRUN);
            } else {
                assertThat(status).isEqualTo(DecodeStatus.OK);
                assertThat(inner.parse(
                                buffer,
                                targetSide.payloadOffset(),
                                targetSide.payloadLengthBytes(),
                                targetSide.protocolType()))
                        .as("cut to %d bytes", length)
                        .isEqualTo(DecodeStatus.INNER_TRUNCATED);
            }
        }
    }

    static Stream<GoldenPacket> golden() {
        return GoldenPackets.all("geneve").stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("golden")
    void neverReadsOutsideDatagramCutAtAnyByte(GoldenPacket golden) {
        byte[] whole = golden.bytes();
        for (int length = 0; length <= whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            DecoderChecks.checkDatagram(endpointSide, cut);
            DecoderChecks.checkDatagram(targetSide, cut);
        }
    }
}
